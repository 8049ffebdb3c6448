# ruff: noqa: E501 - a table of patterns is read as a table
"""Finds fixes that consist of nothing but a handler for every error, in the spellings of all runtimes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping, Sequence

    from healer.frames import RuntimeName

#: A value that says nothing: a literal, an empty collection, a plain name.
_SIMPLE = r"""(?:[\w$.]{1,80}|-?\d[\d.]{0,20}|""|''|\[\]|\{\}|\(\)|array\(\)|\\?[A-Za-z]\w{0,60}\(\)|None|nil|(["'])[^"']{0,80}\1)"""
_BODY = rf"(?:pass|\.\.\.|continue|break|next|return(?:[ ]{_SIMPLE}(?:, ?\w+)?)?|nil|null|(?:var |let |const )?[\w$.]{{1,80}} ?:?= ?{_SIMPLE}|void 0|_ = \w+|{_SIMPLE})?;?"
_LOG = (
    r"(?:self\.|this\.|\$this->|app\.|Rails\.)?_?(?:log|logger|logging|LOG|LOGGER|console|warnings|print|puts|warn|pp|echo|error_log|fmt|slog|var_dump|trigger_error)"
    r"\b[^{}]{0,400}"
)
_NO_RAISE = re.compile(r"\b(?:raise|throw|panic|reject|abort)\b")
_IMPORT = r"(?:import (?:contextlib|logging|warnings|traceback)|from (?:contextlib|logging) import .{1,80})"
_GLUE = re.compile(
    rf"(?:[\]}})]{{0,4}}(?:\(\))?[;,]?|end|else:?|\}} else \{{|finally:|ensure|\}} ?finally ?\{{|do|begin|try:|try ?\{{|\{{|"
    rf"{_BODY}|{_LOG}|{_IMPORT}|if \(?\w{{1,40}}\)? ?(?:!= nil )?\{{)"
)
_TRAILING = re.compile(r" (?:#|//)(?: |\w)[^\"'`]*\Z| /\*[^*]{0,200}\*/\Z")
_COMMENT = re.compile(r"#(?!\[)|//|/\*|\*")
_BROAD: Mapping[RuntimeName, tuple[str, ...]] = {
    "python": (
        rf"except\*?(?:[ ]?\(?(?:[\w.]{{1,60}}, ?){{0,8}}(?:builtins\.)?(?:Base)?Exception(?:, ?[\w.]{{1,60}}){{0,8}},?\)?(?: as \w+)?)? ?: ?{_BODY}",
        r"(?:async )?with (?:contextlib\.)?suppress\((?:[\w.]{1,60}, ?){0,8}(?:Base)?Exception(?:, ?[\w.]{1,60}){0,8}\)(?:, .{1,80})?:",
    ),
    "javascript": (
        rf"\}}? ?catch ?(?:\([^()]{{0,80}}\) ?)?\{{ ?{_BODY} ?\}}?;?",
        rf"\}}?\)?\.catch\((?:(?:async )?\(?[\w, ]{{0,40}}\)? ?=> ?(?:\{{ ?{_BODY} ?\}}?|\(?{_SIMPLE}\)?)|function ?\([\w, ]{{0,40}}\) ?\{{ ?{_BODY} ?\}}?|{_SIMPLE})?\)?;?,?",
    ),
    "go": (
        r"(?:_ = |\w{1,40} :?= )?recover\(\)",
        r"if \w{1,40} := recover\(\); \w{1,40} != nil \{.{0,5}",
        rf"defer func\(\) ?\{{ ?(?:_ = |\w{{1,40}} :?= )?(?:recover\(\))? ?;? ?{_BODY} ?\}}?(?:\(\))?",
    ),
    "ruby": (
        r"rescue(?: (?:[\w:]{1,60}, ?){0,8}(?:::)?(?:StandardError|Exception|Object)(?:, ?[\w:]{1,60}){0,8})?(?: ?=> ?\w{1,40})?(?: then .{0,60}|;.{0,60})?",
    ),
    "php": (
        rf"\}}? ?catch ?\((?:\\?[\w\\]{{1,60}} ?\| ?){{0,8}}\\?(?:Throwable|Exception|Error)(?: ?\| ?\\?[\w\\]{{1,60}}){{0,8}}(?: ?\$\w{{1,40}})? ?\) ?\{{ ?{_BODY} ?\}}?",
    ),
}
#: The handler and what it guards on one line: group "kept" is what was there before.
_INLINE: Mapping[RuntimeName, tuple[str, ...]] = {
    "python": (r"try: ?(?P<kept>.{1,400})",),
    "javascript": (
        rf"try ?\{{ ?(?P<kept>.{{1,400}}?) ?\}} ?catch ?(?:\([^()]{{0,80}}\) ?)?\{{ ?{_BODY} ?\}}",
        r"(?P<kept>.{1,400}?)\.catch\(.{0,120}\)[;,]?",
    ),
    "go": (),
    "ruby": (r"(?P<kept>.{1,400}?) rescue .{1,80}", r"begin;? ?(?P<kept>.{1,400}?);? rescue.{0,80}; ?end"),
    "php": (r"try ?\{ ?(?P<kept>.{1,400}?) ?\} ?catch ?\([^()]{0,120}\) ?\{[^{}]{0,120}\}",),
}


def only_swallows(runtime: RuntimeName, added: Sequence[str], removed: Counter[str]) -> str:
    """The handler that is all of a fix, "" when the fix does more. `removed` counts lines, white space squeezed."""
    left = removed.copy()
    handler = ""
    for text in added:
        line = " ".join(text.split())
        if not line or _COMMENT.match(line):
            continue
        line = line if left[line] > 0 else _TRAILING.sub("", line)
        if left[line] > 0:
            left[line] -= 1
        elif _is_handler(runtime, line, removed):
            handler = handler or line
        elif _NO_RAISE.search(line) or len(line) > 500 or not _GLUE.fullmatch(line):
            return ""
    return handler


def _is_handler(runtime: RuntimeName, line: str, removed: Counter[str]) -> bool:
    if len(line) > 500 or _NO_RAISE.search(line):
        return False
    if any(re.fullmatch(pattern, line) for pattern in _BROAD[runtime]):
        return True
    if (
        runtime == "php"
        and "@" in line
        and _bare(line.replace("@", "")) in {_bare(old.replace("@", "")) for old in removed}
    ):
        return line not in removed
    for pattern in _INLINE[runtime]:
        if (found := re.fullmatch(pattern, line)) and _bare(found["kept"]) in {_bare(old) for old in removed}:
            return True
    return False


def _bare(line: str) -> str:
    return line.strip(" ;,")
