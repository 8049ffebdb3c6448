"""Takes Markdown and HTML off: fences, tags around a trace, entities, indented code."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from healer.unwrap.lines import indent

if TYPE_CHECKING:
    from collections.abc import Sequence

_FENCE = re.compile(r"(\s{0,12})(?:`{3,}|~{3,})[\w+. -]{0,60}$")
#: Words of traces whose characters only HTML would have escaped.
_ENTITIES = re.compile(
    r"File &(?:quot|#34|#x22);|&lt;(?:module|lambda|listcomp|genexpr|anonymous|main|top |frozen|string|internal)"
    r"|in &(?:#39|#x27|#x60|#96|quot);|\w(?:-|=)&gt;\w|&quot;most recent"
)
_TAG = r"</?(?:pre|code|details|summary|samp|tt|b|strong|p|div|blockquote)(?: [^<>]{0,200})?>"
_TAGS_FIRST = re.compile(rf"\s{{0,40}}(?:{_TAG}(?:\s(?=<))?){{1,6}}")
_TAGS_LAST = re.compile(rf"(?:{_TAG}){{1,6}}\s{{0,40}}$")
_BREAK = re.compile(r"<br ?/?>")
#: `<b>Fatal error</b>:  … in <b>x.php</b> on line <b>3</b>`
_BOLD = re.compile(r"</?b>")


def drop_html(lines: Sequence[str]) -> list[str]:
    """The lines without the tags that begin or end them; entities become characters where a trace's words have any."""
    text_has_entities = any("&" in line and _ENTITIES.search(line) for line in lines)
    found: list[str] = []
    for line in lines:
        if "<" in line and ">" in line:
            found.extend(_untag(line))
        else:
            found.append(line)
    return [html.unescape(line) if "&" in line else line for line in found] if text_has_entities else found


def _untag(line: str) -> list[str]:
    parts = _BREAK.split(line) if "<br" in line and line.count("<br") < 2_000 else [line]
    found = []
    for part in parts:
        cleaned = _BOLD.sub("", part) if "<b>" in part and "</b> on line <b>" in part else part
        if first := _TAGS_FIRST.match(cleaned):
            cleaned = cleaned[first.end() :]
        ended = False
        if cleaned.rstrip().endswith(">") and (last := _TAGS_LAST.search(cleaned, max(0, len(cleaned) - 1_500))):
            cleaned = cleaned[: last.start()]
            ended = "</pre>" in last[0]
        found += [cleaned, ""] if ended else [cleaned]
    return found


def is_fence(line: str) -> bool:
    """True when the line opens or closes a fenced block."""
    return ("```" in line or "~~~" in line) and _FENCE.match(line) is not None


def drop_fences(lines: Sequence[str]) -> list[str]:
    """The lines with fences made blank (what a fence ends, ends) and what stands in one as far left as its fence."""
    found: list[str] = []
    inside: list[str] | None = None
    margin = ""
    for line in lines:
        fence = _FENCE.match(line) if is_fence(line) else None
        if fence is None:
            (found if inside is None else inside).append(line)
        elif inside is None:
            found.append("")
            inside, margin = [], fence[1]
        else:
            found += [*(each.removeprefix(margin) for each in inside), ""]
            inside = None
    return found + (inside or [])


def dedent(lines: Sequence[str]) -> list[str]:
    """The lines with indented code moved left: a paragraph that stands in four spaces or a tab from its first line."""
    found: list[str] = []
    paragraph: list[str] = []
    for line in [*lines, ""]:
        if line.strip():
            paragraph.append(line)
            continue
        found.extend(_left(paragraph))
        paragraph = []
        found.append(line)
    found.pop()
    return found


def _left(paragraph: list[str]) -> list[str]:
    if not paragraph or not paragraph[0].startswith(("    ", "\t")):
        return paragraph
    left = paragraph[0][: indent(paragraph[0])]
    # JavaScript's frames alone look the same; they need the space before `at`.
    frames_alone = paragraph[0].lstrip().startswith(("at ", "from ", "#"))
    if frames_alone or not all(line.startswith(left) for line in paragraph):
        return paragraph
    return [line[len(left) :] for line in paragraph]
