"""Reads what was raised and where, from the lines above a PHP stack trace or from one line that has none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from healer.runtimes.reading import MAX_LINE, MAX_MESSAGE, MAX_MESSAGE_LINES, message, number, starts_record

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAME = r"[A-Za-z_\\][\w\\]{0,300}(?:@anonymous(?:\x00?\S{0,300}:\d{1,9}\$\w{1,8})?)?(?: \([A-Z][\w ]{1,40}\))?"
#: `Uncaught TypeError: text`, `Next TypeError: text`; without a message the place follows at once.
_STRONG = re.compile(rf"\b(Uncaught|Next) ({_NAME})(?:: | (?=in ))")
_WEAK = re.compile(rf"(?:^|[\])>:-] {{1,4}})({_NAME}): ")
_OBJECT = re.compile(r"\[object\] \(([\w\\@]{1,300})\(code: -?\w{1,20}\):")
_SYMFONY = re.compile(rf'Uncaught PHP Exception ({_NAME}): "(.*)" at (\S{{1,1000}}) line (\d{{1,9}})')
_LINE = re.compile(r"(?::| on line )(\d{1,9})$")
_OBJECT_PLACE = re.compile(r" at ([^\s\"]{1,1000}):(\d{1,9})(?:[,)]|$)", re.MULTILINE)
_ENGINE = re.compile(
    r"(?:^|[\s>\"])(?:PHP )?((?:(?:Recoverable |Catchable )?[Ff]atal|Parse|Core|Compile) error"
    r"|(?:User |Core |Compile )?(?:Warning|Notice|Deprecated)): {1,2}(?=\S)"
)
_SOFT = ("Warning", "Notice", "Deprecated")
_TYPES = {"Parse error": "ParseError"}

Link = Literal["first", "next", "previous"]


@dataclass(frozen=True, slots=True)
class Head:
    """What was raised. `link` says how it hangs on the exception printed before it: `next` was raised because of it,
    `previous` is its cause. `soft` is a warning that stopped nothing. `first` is the line where its text starts.
    """

    type: str
    message: str
    path: str
    line: int | None
    first: int
    link: Link = "first"
    soft: bool = False


def above(lines: Sequence[str], anchor: int, floor: int) -> Head | None:
    """The head whose stack trace starts at line `anchor`; not above line `floor`."""
    last = anchor - 1
    while last >= floor and anchor - last < 4 and not lines[last].strip():
        last -= 1
    if last < floor or len(lines[last]) >= MAX_LINE:
        return None
    lowest, room = last, MAX_MESSAGE - len(lines[last])
    while lowest > floor and last - lowest < MAX_MESSAGE_LINES and (room := room - len(lines[lowest - 1])) > 0:
        lowest -= 1
    if head := _logged(lines, last, lowest):
        return head
    return _printed(lines, last, lowest)


def _place(text: str) -> tuple[str, str, int | None] | None:
    """The text before ` in FILE:LINE` or ` in FILE on line LINE` at the end, the file, the line."""
    text = text.rstrip()
    found = _LINE.search(text[-20:])
    if found is None:
        return None
    said, inside, path = text[: len(text) - len(found[0])].rpartition(" in ")
    if not inside and path.startswith("in "):
        path = path[3:]
    elif not inside:
        return None
    return (said, path, number(found[1])) if path.strip() else None


def _printed(lines: Sequence[str], last: int, lowest: int) -> Head | None:
    place = _place(lines[last])
    if place is None:
        return None
    path, line = place[1], place[2]
    topmost: tuple[int, re.Match[str]] | None = None
    in_paragraph = True
    for index in range(last, lowest - 1, -1):
        text = lines[index]
        if len(text) >= MAX_LINE:
            break
        if strong := _STRONG.search(text):
            body = _between(lines, index, strong.end(), last)
            return Head(_type(strong[2]), body, path, line, index, "next" if strong[1] == "Next" else "first")
        if engine := _ENGINE.search(text):
            kind = engine[1]
            body = _between(lines, index, engine.end(), last)
            return Head(_TYPES.get(kind, kind), body, path, line, index, soft=kind.endswith(_SOFT))
        in_paragraph = in_paragraph and bool(text.strip())
        if in_paragraph and (weak := _WEAK.search(text)) and (weak[1][0].isupper() or "\\" in weak[1]):
            topmost = (index, weak)
            in_paragraph = not starts_record(text)
    if topmost is None:
        return None
    index, weak = topmost
    return Head(_type(weak[1]), _between(lines, index, weak.end(), last), path, line, index)


def _type(name: str) -> str:
    """An anonymous class is named after its place, which is cut."""
    kind, anonymous, _ = name.partition("@anonymous")
    return kind + anonymous


def _between(lines: Sequence[str], first: int, start: int, last: int) -> str:
    """The message: from column `start` of line `first` up to the place at the end of line `last`."""
    texts = [lines[first][start:], *lines[first + 1 : last + 1]] if first < last else [lines[last][start:]]
    place = _place(texts[-1])
    if place:
        texts[-1] = place[0]
    said = message(texts)
    # PHP adds this to a printed TypeError; the exception's own message has it not.
    return said.removesuffix(" and defined") if ", called in " in said else said


def _logged(lines: Sequence[str], last: int, lowest: int) -> Head | None:
    """Monolog's `[object] (TypeError(code: 0): text at /app/x.php:3)`, its backslashes still escaped."""
    for index in range(last, max(lowest, last - 8) - 1, -1):
        text = lines[index]
        found = _OBJECT.search(text) if "[object] (" in text and len(text) < MAX_LINE else None
        if found is None:
            continue
        body = "\n".join([text[found.end() :], *(line[:MAX_LINE] for line in lines[index + 1 : last + 1])])
        place = _OBJECT_PLACE.search(body, 0, 8_000)
        if place is None:
            return None
        link: Link = "previous" if "[previous exception]" in text[: found.start()][-40:] else "first"
        said = message([body[: place.start()].strip().replace('\\"', '"').replace("\\\\", "\\")])
        return Head(unescape(found[1]), said, unescape(place[1]), number(place[2]), index, link)
    return None


def alone(lines: Sequence[str], index: int) -> Head | None:
    """What one line says was raised, where no stack trace follows."""
    text = lines[index].rstrip()
    if len(text) >= MAX_LINE:
        return None
    if "[object] (" in text and (head := _logged(lines, index, index)):
        return head
    if "Uncaught PHP Exception " in text and (found := _SYMFONY.search(text)):
        return Head(unescape(found[1]), message([found[2]]), unescape(found[3]), number(found[4]), index)
    return _printed(lines, index, index) if _ENGINE.search(text) or _STRONG.search(text) else None


def unescape(text: str) -> str:
    """Doubled backslashes as one."""
    return text.replace("\\\\", "\\")
