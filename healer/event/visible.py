"""What a reader of a Markdown text sees: nothing that GitHub hides may be acted on.

Hidden are HTML comments, the definitions of links, attributes of tags, declarations, and characters without a shape.
The blocks are those of CommonMark, found by its parser: what is a fence, and what only looks like one, decides what is
hidden.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from healer.markdown import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: GitHub's own limit is 65,536; what is longer did not come from there.
MAX_CHARS = 100_000
_TAG = re.compile(r"<[A-Za-z][A-Za-z0-9-]{0,40}(?=[\s/])")
_HOP = re.compile("[\"'<>]")
#: A terminal's colours and titles, which people paste with the rest: whole, or their letters would stay.
_STYLE = re.compile(r"\x1b(?:\[[0-?]{0,40}[ -/]{0,4}[@-~]|\][^\x07\x1b\n]{0,300}(?:\x07|\x1b\\))")
#: Attributes of one tag that are followed before it counts as text.
_MOST_HOPS = 20


@dataclass(frozen=True, slots=True)
class Block:
    """Lines `first` to `last` (exclusive), `quoted` inside a quote."""

    kind: str
    first: int
    last: int
    quoted: bool


def blocks(text: str) -> list[Block]:
    """The blocks that hold text, in order: `paragraph`, `heading`, `fence`, `code` and `html`."""
    # 60 ms, and most comments hold no command.
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark")
    parser.core.ruler.enableOnly(["normalize", "block"])
    found: list[Block] = []
    quotes = 0
    around = ""
    for token in parser.parse(text):
        if token.type == "blockquote_open":
            quotes += 1
        elif token.type == "blockquote_close":
            quotes -= 1
        elif token.type in ("paragraph_open", "heading_open"):
            around = token.type.removesuffix("_open")
        kind = {"inline": around, "fence": "fence", "code_block": "code", "html_block": "html"}.get(token.type)
        if kind and token.map:
            found.append(Block(kind, token.map[0], token.map[1], quotes > 0))
    return found


def visible(text: str, *, quotes: bool = True) -> str:
    """The text as its reader sees it, still Markdown. Without `quotes`, what was quoted is left out."""
    lines = _lines(text)
    return seen(lines, (block for block in blocks("\n".join(lines)) if quotes or not block.quoted))


def _lines(text: str) -> list[str]:
    return text[:MAX_CHARS].replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").split("\n")


def seen(lines: list[str], these: Iterable[Block]) -> str:
    """What is seen of these blocks, an empty line between two."""
    return plain(_STYLE.sub("", "\n\n".join(filter(str.strip, (_seen(lines, block) for block in these)))))


def _seen(lines: list[str], block: Block) -> str:
    text = "\n".join(lines[block.first : block.last])
    if block.kind in ("fence", "code"):
        return text
    if block.kind == "html" and text.lstrip(" >").startswith(("<?", "<![", "<!D", "<!d")):
        return ""
    return "".join(_without_tags(_without_comments(text, open_ended=block.kind == "html")))


def _without_comments(text: str, *, open_ended: bool) -> str:
    """Without `<!-- … -->`; one that never ends hides the rest of an HTML block, and is text in a paragraph."""
    kept: list[str] = []
    at = 0
    while (start := text.find("<!--", at)) >= 0:
        # `<!-->` is a whole comment too.
        end = text.find("-->", start + 2)
        if end < 0:
            return "".join([*kept, text[at:start]] if open_ended else [*kept, text[at:]])
        kept.append(text[at:start])
        at = end + 3
    return "".join([*kept, text[at:]])


def _without_tags(text: str) -> Iterator[str]:
    """Without tags that hold more than one line: a whole trace fits into an attribute that nobody sees.

    Those on one line stay: `<module>` and `<anonymous>` belong to traces.
    """
    at = 0
    for tag in _TAG.finditer(text):
        if tag.start() < at:
            continue
        end = _end_of_tag(text, tag.end())
        if "\n" in text[tag.start() : end]:
            yield text[at : tag.start()]
            at = end
    yield text[at:]


def _end_of_tag(text: str, at: int) -> int:
    """Where the tag ends whose name ends at `at`; `at` itself when it does not."""
    start = at
    for _ in range(_MOST_HOPS):
        hop = _HOP.search(text, at)
        if hop is None or hop[0] == "<":
            return start
        if hop[0] == ">":
            return hop.end()
        at = text.find(hop[0], hop.end()) + 1
        if not at:
            return start
    return start
