"""What an issue that an SDK rendered may be, by others' Markdown parser, HTML parser and tables of Unicode.

Nothing here knows how the SDKs clean, span or fence.
"""

from __future__ import annotations

import json
import re
import unicodedata
from html.parser import HTMLParser
from typing import Any

from markdown_it import MarkdownIt

_MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} UTC"
_STEPS = (
    "breadcrumbs|logs|unknown keys|dependencies|context lines|all breadcrumbs|log messages|contexts|locals|request data"
    "|frames|exceptions|all logs|messages|tags|all but the crash"
)
#: The whole text that may stand in each element, code replaced by a paragraph sign.
_SAYS = {
    "h3": "What happened|Trace|Where it ran",
    "summary": r"Request|Logs \([0-9]+\)|Breadcrumbs \([0-9]+\)|Report for Splat",
    "p": rf"Seen (once|[0-9]+ times), first {_TIME}, last {_TIME}(, in [0-9]+ releases)?\.|At ¶( in ¶)?\."
    rf"|Left out to fit: ({_STEPS})(, ({_STEPS}))*\.",
    "th": "",
    "td": "¶|Service|Environment|Release|Runtime|Platform|SDK|Request|Path|Trace id|Deploy|Tags",
}
_PARTS = {"strong", "pre", "code", "table", "thead", "tbody", "tr", "details", *_SAYS}
_COMMENTS = (
    r" splat:1 signature=[0-9a-f]{16} ",
    r" splat:seen count=[0-9]+ first=[0-9TZ:.-]+ last=[0-9TZ:.-]+ releases=[0-9A-Za-z._+%,]* ",
    r" splat:end ",
)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.comments: list[str] = []
        self.code: list[tuple[str | None, str]] = []
        self.wrong: list[str] = []
        self._said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        allowed = ("language-text", "language-json") if tag == "code" and self.open[-1:] == ["pre"] else ()
        if tag not in _PARTS or any(name != "class" or value not in allowed for name, value in attrs):
            self.wrong.append(f"<{tag} {attrs}>")
        if tag == "code":
            self._say("¶")
            self.code.append((attrs[0][1] if attrs else None, ""))
        if tag in _SAYS:
            self._said.append("")
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> closes nothing of the kind")
        if tag in _SAYS:
            said = self._said.pop() if self._said else "?"
            if not re.fullmatch(_SAYS[tag], said):
                self.wrong.append(f"<{tag}> says {said[:200]!r}")

    def handle_data(self, data: str) -> None:
        if "code" in self.open:
            self.code[-1] = (self.code[-1][0], self.code[-1][1] + data)
        elif data.strip("\n"):
            self._say(data)

    def _say(self, text: str) -> None:
        if self._said:
            self._said[-1] += text
        elif self.open[-1:] != ["pre"]:
            self.wrong.append(f"{text[:200]!r} stands alone")

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def handle_decl(self, decl: str) -> None:
        self.wrong.append(f"<!{decl}>")

    def handle_pi(self, data: str) -> None:
        self.wrong.append(f"<?{data}>")

    def unknown_decl(self, data: str) -> None:
        self.wrong.append(f"<![{data}]>")


def hidden(text: str) -> set[str]:
    """The characters of a text that nobody sees, or that turn its order around; as Unicode's tables say."""
    return {
        char
        for char in set(text) - {"\n", "\t"}
        if unicodedata.category(char) in {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
        or unicodedata.bidirectional(char) in {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
        or unicodedata.name(char, "").startswith("VARIATION SELECTOR")
    }


def wrong_with(body: str) -> list[str]:
    """What an issue's body does that it may not; nothing is what one asks for."""
    page = _Page()
    page.feed(_MARKDOWN.render(body))
    page.close()
    wrong = page.wrong + [f"<{tag}> is never closed" for tag in page.open]
    if len(page.comments) != len(_COMMENTS) or not all(map(re.fullmatch, _COMMENTS, page.comments)):
        wrong.append(f"comments: {page.comments}")
    if hidden(body):
        wrong.append(f"hidden characters: {sorted(map(ascii, hidden(body)))}")
    if len(body.encode("utf-8")) > 60_000:
        wrong.append(f"{len(body.encode('utf-8'))} bytes")
    return wrong


def report_in(body: str) -> dict[str, Any]:
    """The report in the body's one block of JSON, by the Markdown parser's reading."""
    blocks = [token for token in _MARKDOWN.parse(body) if token.type == "fence" and token.info == "json"]
    assert len(blocks) == 1
    found: dict[str, Any] = json.loads(blocks[0].content)
    return found


def wrong_with_title(title: str) -> list[str]:
    """What a title does that it may not."""
    wrong = []
    if not title.startswith("[Splat] ") or len(title) > 120:
        wrong.append("its form")
    if re.search("[@`\n\t]|#[0-9]|GH-[0-9]", title, re.IGNORECASE) or hidden(title):
        wrong.append("it pings, refers or hides")
    return wrong
