"""The lines of a JavaScript trace, one at a time: frames of V8, Firefox and Safari, and the headers above them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from healer.frames import Frame
from healer.runtimes.reading import MAX_LINE, number, posix

_GECKO_NAME = re.compile(r"[\w$.<>/*\[\]#() -]{0,200}")
_GECKO_EVAL = re.compile(r"(.{1,1000}?) line (\d{1,9}) > ")
_EVAL_ORIGIN = re.compile(r"\(([^()]{1,1000}):(\d{1,9}):(\d{1,9})\)")
_NO_PLACE = frozenset(("<anonymous>", "native", "native code", "unknown location"))
_NAME = r"[A-Za-z_$][\w$]{0,99}(?:\.[A-Za-z_$][\w$]{0,99}){0,6}"
_CODE = r"(?: \[(?P<code>[\w.$-]{1,80})\])?"
_START = re.compile(rf"(?P<name>{_NAME}){_CODE}(?::(?: (?P<message>.*))?)?$", re.DOTALL)
_WITHIN = re.compile(rf"(?<![\w$.])\(?(?P<name>{_NAME}){_CODE}\)?: (?P<message>.*)$", re.DOTALL)
_WORD = re.compile(rf"(?<![\w$.]){_NAME}")
_STRONG = ("Error", "Exception", "Rejection")
_ELIDED = re.compile(r"\s*\.\.\. (\d{1,6}) lines matching cause stack trace \.\.\.\s*$")

#: Node's own files as its versions before 16 printed them: without a folder.
_OLD_NODE = re.compile(
    r"(?:assert|async_hooks|bootstrap_node|buffer|child_process|cluster|console|crypto|dgram|dns|domain|events|fs|https?2?"
    r"|inspector|module|net|next_tick|node|os|path|perf_hooks|process|punycode|querystring|readline|repl|stream"
    r"|string_decoder|timers|tls|tty|url|util|v8|vm|worker_threads|zlib|_(?:http|stream|tls)_\w{1,40})\.js"
)
_VITEST = "\N{HEAVY RIGHT-POINTING ANGLE QUOTATION MARK ORNAMENT} "
_OUTSIDE_STARTS = (
    *("node:", "internal/", "<", "[", "evalmachine.", "wasm:", "deno:", "ext:", "jsr:", "npm:", "native "),
    *("webpack/", "(webpack)", "webpack-internal:///(webpack)", "bootstrap:", "extensions::", "index "),
    *("chrome-extension:", "moz-extension:", "safari-extension:", "safari-web-extension:", "debugger:"),
)
_OUTSIDE_PARTS = re.compile(
    r"/node_modules/|/~/|/\.yarn/|/webpack/(?:bootstrap|runtime/)|://webpack/"
    r"|//(?:deno\.land|esm\.sh|esm\.run|unpkg\.com|cdn\.jsdelivr\.net|cdnjs\.cloudflare\.com|js\.stripe\.com)/"
    r"|//(?:www\.googletagmanager\.com|www\.google-analytics\.com|ajax\.googleapis\.com)/"
)


@dataclass(frozen=True, slots=True)
class PrintedFrame:
    """A frame line: `text` is what was printed between its indentation and its `tail` ("{", "," or "")."""

    frame: Frame
    text: str
    tail: str


@dataclass(frozen=True, slots=True)
class Header:
    """The line that names an error. `strong` when the name is an error's by its look, not by its place alone."""

    type: str
    message: str
    strong: bool


def in_app(path: str) -> bool:
    """False for the engine's, Node's, a bundler's and installed packages' code."""
    path = posix(path)
    if not path or path.startswith(_OUTSIDE_STARTS):
        return False
    if "/" not in path and _OLD_NODE.fullmatch(path):
        return False
    return _OUTSIDE_PARTS.search(f"/{path}") is None


def read_frame(line: str) -> PrintedFrame | None:
    """The frame a line prints, None when it prints none."""
    if len(line) > MAX_LINE:
        return None
    text = line.strip()
    if text.startswith(("at ", _VITEST)):
        tail = "{" if text.endswith(" {") else "," if text.endswith(",") else ""
        text = text[: len(text) - len(tail)].rstrip()
        frame = read_call(text[2:].strip()) if text[0] == "a" else _vitest(text[2:].strip())
        return PrintedFrame(frame, text, tail) if frame else None
    if "@" in text and (frame := _gecko(text)):
        return PrintedFrame(frame, text, "")
    return None


def read_call(body: str) -> Frame | None:
    """The frame in what V8 prints behind `at `."""
    function, opened, place = body.partition(" (")
    if opened and place.endswith(")"):
        function, place = function.removeprefix("async "), place[:-1]
        if place in _NO_PLACE or place.startswith("index "):
            return _frame("<anonymous>", None, None, function)
        if place.startswith("eval at "):
            return _evaluated(place, function)
        found = _place(place.removeprefix("address at "))
        if found is None and "://" in place and " " not in place:
            return _frame(place, None, None, function)
        return _frame(*found, function) if found else None
    found = _place(body.removeprefix("async "))
    return _frame(*found, "") if found and found[2] is not None else None


def _evaluated(place: str, function: str) -> Frame | None:
    """Code made by `eval` lies where the `eval` was called, as far as a repository is concerned."""
    origin = _EVAL_ORIGIN.search(place)
    if origin:
        return _frame(origin.group(1), number(origin.group(2)), number(origin.group(3)), function)
    return _frame("<anonymous>", None, None, function)


def _vitest(body: str) -> Frame | None:
    function, _, place = body.rpartition(" ")
    found = _place(place)
    return _frame(*found, function.strip()) if found and found[2] is not None else None


def _gecko(text: str) -> Frame | None:
    function, _, place = text.partition("@")
    if not _GECKO_NAME.fullmatch(function):
        return None
    if place == "[native code]":
        return _frame(place, None, None, function)
    if evaluated := _GECKO_EVAL.match(place):
        place = f"{evaluated.group(1)}:{evaluated.group(2)}:1"
    found = _place(place)
    if found is None or found[1] is None or not _is_place(found[0]):
        return None
    return _frame(*found, function)


def _is_place(path: str) -> bool:
    return " " not in path and ("://" in path or path.startswith("/") or path[1:3] in (":\\", ":/"))


def _place(text: str) -> tuple[str, int | None, int | None] | None:
    """`path:line:column` or `path:line`; None when neither."""
    before, _, last = text.rpartition(":")
    if not before or (last_number := number(last)) is None:
        return None
    path, _, middle = before.rpartition(":")
    if path and (line := number(middle)) is not None:
        return path, line, last_number
    return before, last_number, None


def _frame(path: str, line: int | None, column: int | None, function: str) -> Frame:
    return Frame(path=path, line=line, column=column, function=function, in_app=in_app(path))


def read_header(line: str) -> Header | None:
    """The error that a line names, at its start or after a log's or console's own words."""
    text = line[:MAX_LINE].strip()
    start = _START.match(text)
    if start and _is_strong(start):
        return _header(start, strong=True)
    for word in _WORD.finditer(text):
        if word.group().endswith(_STRONG) and (within := _WITHIN.match(text, word.start())):
            return _header(within, strong=True)
    if start and start.group("message") is not None:
        return _header(start, strong=False)
    return None


def read_bracketed(line: str) -> tuple[Header, str] | None:
    """`[RangeError: text]`, as an error without a stack is printed, and its tail: "{" opens its properties."""
    text = line[:MAX_LINE].strip()
    if not text.startswith("["):
        return None
    tail = "{" if text.endswith("] {") else "," if text.endswith("],") else ""
    text = text[: len(text) - len(tail)].rstrip()
    inner = _START.match(text[1:-1]) if text.endswith("]") else None
    return (_header(inner, strong=True), tail) if inner and _is_strong(inner) else None


def elided(line: str) -> int | None:
    """How many frames `... 5 lines matching cause stack trace ...` leaves out."""
    match = _ELIDED.match(line[:200])
    return int(match.group(1)) if match else None


def _is_strong(match: re.Match[str]) -> bool:
    return (match.group("code") or "").startswith("ERR_") or match.group("name").endswith(_STRONG)


def _header(match: re.Match[str], *, strong: bool) -> Header:
    name, code = match.group("name"), match.group("code")
    # The name of a DOMException is the one in brackets; in Node's own errors the brackets hold a code.
    if name == "DOMException" and code:
        name = code
    return Header(name, (match.group("message") or "").strip(), strong)
