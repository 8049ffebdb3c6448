"""Why a `find` was not found: what the file has instead, so that the next attempt can quote it."""

from __future__ import annotations

import re
from collections import Counter
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from healer.outcome import Rejected

if TYPE_CHECKING:
    from collections.abc import Sequence

_WORD = re.compile(r"\w{3,60}")
_WIDTH = 300
_SHOWN = 30
_VOTES = 20_000
_COMPARED = 12


def already_there(plain: str, find: str, replace: str, starts: Sequence[int]) -> bool:
    """True when the file reads as if this edit had been made.

    Either `find` is gone and `replace` stands in its stead, or `replace` only adds to `find` and stands there whole.
    """
    if find == replace or not replace.strip():
        return False
    if not starts:
        return len(replace.strip()) >= 8 and replace.strip("\n") in plain
    inside = replace.find(find)
    return inside >= 0 and starts[0] >= inside and plain.startswith(replace, starts[0] - inside)


def explain_miss(path: str, plain: str, find: str) -> Rejected:
    """The refusal of an edit whose `find` does not occur in the file, with the closest lines as they really are."""
    lines = plain.split("\n")[:-1]
    wanted = find.strip("\n").split("\n")
    start = _closest(lines, [line.strip() for line in wanted])
    if start is None:
        return Rejected(
            "find-not-found",
            f"`find` does not occur in `{path}`, and nothing in it looks like it. Read the file first.",
        )
    start = max(0, min(start, len(lines) - 1))
    shown = lines[start : start + min(len(wanted), _SHOWN)]
    how = "differs from these lines"
    if _squeezed(shown) == _squeezed(wanted[: len(shown)]):
        how = "differs from these lines in white space alone"
    return Rejected(
        "find-not-found",
        f"`find` does not occur in `{path}`; it {how}. Quote the file exactly, white space included.",
        f"{path}, lines {start + 1} to {start + len(shown)}:\n" + "\n".join(line[:_WIDTH] for line in shown),
    )


def _squeezed(lines: Sequence[str]) -> str:
    return "".join("".join(line.split()) for line in lines)


def _closest(lines: list[str], wanted: list[str]) -> int | None:
    """The line where the block begins that shares most lines with `wanted`; else the line most like one of them."""
    places: dict[str, list[int]] = {}
    asked = set(wanted) - {""}
    for number, line in enumerate(lines):
        if line and (stripped := line.strip()) in asked:
            places.setdefault(stripped, []).append(number)
    votes: Counter[int] = Counter()
    for offset, line in enumerate(wanted):
        found = places.get(line, ())
        # A line that stands everywhere, such as a lone brace, says little.
        if line and len(found) <= 50 and votes.total() < _VOTES:
            votes.update({number - offset: min(len(line), 40) for number in found})
    if votes:
        return max(votes.items(), key=lambda vote: (vote[1], -vote[0]))[0]
    return _most_alike(lines, wanted)


def _most_alike(lines: list[str], wanted: list[str]) -> int | None:
    offset, line = max(enumerate(wanted), key=lambda item: len(item[1]))
    words = list(dict.fromkeys(_WORD.findall(line[:_WIDTH])))[:8]
    if not words:
        return None
    filled = ((number, candidate) for number, candidate in enumerate(lines) if len(candidate) > 2)
    shared = ((sum(word in candidate for word in words), number) for number, candidate in filled)
    best = sorted((item for item in shared if item[0]), key=lambda item: (-item[0], item[1]))[:_COMPARED]
    scored = [(_likeness(line, lines[number].strip()), -number) for _, number in best]
    if not scored or max(scored)[0] < 0.5:
        return None
    return -max(scored)[1] - offset


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one[:_WIDTH], other[:_WIDTH], autojunk=False).ratio()
