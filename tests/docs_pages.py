"""The documents as data: their headings, links, tables, code blocks and code spans."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parent.parent
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^()\s]+)\)")
_SPAN = re.compile(r"(?<!`)`([^`\n]+(?:\n[^`\n]+)?)`(?!`)")
_HEADING = re.compile(r"^#{1,6} +(.+?)\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Page:
    """One Markdown file of the repository."""

    path: str

    @property
    def text(self) -> str:
        return (ROOT / self.path).read_text()

    @property
    def prose(self) -> str:
        """The text without its code blocks."""
        return _FENCE.sub("", self.text)

    def blocks(self, language: str) -> list[str]:
        return [body for named, body in _FENCE.findall(self.text) if named == language]

    def commands(self) -> list[str]:
        """Every command line of the shell blocks, without its comment."""
        lines = [line.partition("  #")[0].strip() for block in self.blocks("sh") for line in block.splitlines()]
        return [line for line in lines if line and not line.startswith("#")]

    def spans(self) -> list[str]:
        """What stands between single backticks, on one line."""
        return [" ".join(span.split()) for span in _SPAN.findall(self.prose)]

    def links(self) -> list[str]:
        return [unquote(target) for target in _LINK.findall(_SPAN.sub("", self.prose))]

    def anchors(self) -> set[str]:
        """The fragments that GitHub gives the headings: the second of a name ends in `-1`."""
        seen: Counter[str] = Counter()
        found: set[str] = set()
        for heading in _HEADING.findall(self.prose):
            shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
            slug = re.sub(r"[^\w\- ]", "", shown).replace(" ", "-")
            found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
            seen[slug] += 1
        return found

    def table(self, first: str) -> list[list[str]]:
        """The rows, head first, of the table whose head begins with the cell `first`."""
        lines = iter(self.prose.splitlines())
        for line in lines:
            if _cells(line)[:1] == [first]:
                rows = [_cells(line)]
                next(lines)
                for row in lines:
                    if not row.startswith("|"):
                        break
                    rows.append(_cells(row))
                return rows
        raise LookupError(f"{self.path} has no table that begins with {first!r}")

    def section(self, heading: str) -> str:
        """The text under a heading, to the next one of any level."""
        _, _, rest = self.text.partition(f"\n{heading}\n")
        assert rest, f"{self.path} has no heading {heading!r}"
        return re.split(r"^#", rest, maxsplit=1, flags=re.MULTILINE)[0]


def _cells(line: str) -> list[str]:
    if not line.startswith("|"):
        return []
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]


def every_page() -> list[Page]:
    """The tracked Markdown files that people read."""
    listed = subprocess.run(["git", "ls-files", "-z", "*.md"], cwd=ROOT, capture_output=True, check=True, text=True)
    paths = [path for path in listed.stdout.split("\0") if path and (ROOT / path).exists()]
    return [Page(path) for path in paths if not path.startswith(("tests/", "healer/prompts/"))]
