"""The ground floor: text from outside as Markdown that does nothing but be read.

GitHub acts on Markdown: `@name` pings, `fixes #1` closes, a fence or a tag ends what was around it. Whatever came
from a report, a repository or a model goes through one of these functions before it stands in a body or a title.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Code spans a writer may use; nothing in them is acted on.
_SPAN = re.compile(r"(`[^`\n]{1,300}`)")
#: What GitHub turns into a ping, a reference or a link. Code spans are the only spelling it leaves alone:
#: entities and backslashes are undone before it looks for mentions.
_ACTIVE = re.compile(
    r"[\w.+-]{0,64}@[\w/.-]{1,100}"
    r"|(?:[\w.-]{1,100}/[\w.-]{1,100})?#\d{1,12}"
    r"|\bGH-\d{1,12}"
    r"|\b(?:https?|ftp|mailto|javascript|data|vbscript|file):[^\s<>`]{1,2000}"
    r"|\bwww\.[^\s<>`]{1,2000}",
    re.IGNORECASE,
)
_SPECIAL = re.compile(r"[\\\[\]!*~|$<>&]")
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
_LINE_START = re.compile(
    r"^(\s{0,3})(#{1,6}(?=\s|$)|[=-]{1,500}\s{0,500}$|[+-](?=\s|$)|\d{1,9}[.)](?=\s|$)|:{1,3}|_{3,})", re.MULTILINE
)


def plain(text: str) -> str:
    """Without control, bidirectional and invisible characters; every line ends in a line feed alone."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(char for char in text if char in "\n\t" or not _hidden(char))


def _hidden(char: str) -> bool:
    # Cf holds the zero-width and bidirectional controls, Cc the terminal's, Co and Cn what no font shows alike. The
    # variation selectors (Mn) and the Hangul fillers (Lo) hide text too.
    if char < "\x7f":
        return char < " "
    return (
        unicodedata.category(char) in {"Cf", "Cc", "Co", "Cn", "Cs", "Zl", "Zp"}
        or "\ufe00" <= char <= "\ufe0f"
        or "\U000e0100" <= char <= "\U000e01ef"
        or char in "\u115f\u1160\u3164\uffa0\u034f\u17b4\u17b5\u2800"
    )


def prose(text: str, limit: int = 4_000) -> str:
    """A writer's paragraphs: code spans survive, everything GitHub would act on becomes one or is escaped."""
    return "".join(_parts(plain(cut(text, limit)).strip()))


def _parts(text: str) -> Iterator[str]:
    """What stands in a code span, and what not, in turn."""
    for number, part in enumerate(_SPAN.split(text)):
        if number % 2:
            yield part
        else:
            yield from _inert(part)


def _inert(text: str) -> list[str]:
    text = text.replace("`", "'")
    pieces: list[str] = []
    last = 0
    for match in _ACTIVE.finditer(text):
        pieces += [_escape(text[last : match.start()]), f"`{match.group()}`"]
        last = match.end()
    return [*pieces, _escape(text[last:])]


def _escape(text: str) -> str:
    text = _SPECIAL.sub(lambda match: _ENTITIES.get(match.group(), "\\" + match.group()), text)
    return _LINE_START.sub(lambda match: f"{match[1]}\\{match[2]}", text)


def line(text: str, limit: int = 200) -> str:
    """One line of prose, for a title, a table cell or a list."""
    # A table cell ends at a bar even inside a code span, and what was in the span is in it no longer.
    return "".join(
        part.replace("|", "\\|") if part.startswith("`") else part
        for part in _parts(cut(" ".join(plain(text).split()), limit).strip())
    )


def code(text: str, limit: int = 300) -> str:
    """A code span around any text, on one line."""
    text = cut(" ".join(plain(text).split()), limit) or " "
    ticks = "`" * (_longest_run(text) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    # A table cell ends at a bar even inside a code span.
    return f"{ticks}{pad}{text}{pad}{ticks}".replace("|", "\\|")


def fence(text: str, language: str = "", limit: int = 20_000) -> str:
    """A fenced block around any text; its fence is longer than any run of backticks inside."""
    text = cut(plain(text), limit).strip("\n")
    ticks = "`" * max(3, _longest_run(text) + 1)
    return f"{ticks}{language}\n{text}\n{ticks}"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, the last ones saying that there were more."""
    mark = " ... [truncated]"
    return text if len(text) <= limit else text[: max(0, limit - len(mark))] + mark


def title(text: str, limit: int = 120) -> str:
    """A title's plain words: titles render no Markdown, so nothing is escaped, but nothing may refer or ping."""
    text = cut(" ".join(plain(text).split()), limit)
    # The "@" first and the rest at once: what is taken out may leave nothing behind that refers.
    return re.sub(r"(?:#|\bGH-)+(?=\d)", "", text.replace("@", ""), flags=re.IGNORECASE).replace("`", "'")
