"""What a patch may do to tests: add one, and leave every other as it is."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from healer.outcome import Rejected
from healer.patch.rules import testing_words as words
from healer.patch.rules.shadows import shadowed
from healer.patch.text import split_lines, without_ending

if TYPE_CHECKING:
    from collections.abc import Iterator

    from healer.patch.candidate import Candidate, Change
    from healer.settings import PolicySettings

_STRINGS = re.compile(r'"(?:[^"\\\n]|\\.){0,2000}+"|\'(?:[^\'\\\n]|\\.){0,2000}+\'|`[^`\n]{0,2000}+`')
#: A comment behind code that holds no quotes, so that the sign is surely no part of a string.
_TRAILING = re.compile(r"^([^\"'`#/]{1,2000})(?:#|//)\s.*")
_PAIRS = {"(": ")", "[": "]", "{": "}"}


def altered(candidate: Candidate, settings: PolicySettings) -> Rejected | None:
    """A line of an existing test file that is gone or different, or new lines amid code that was there."""
    for change in candidate.tests:
        lost = _lost(change)
        if lost is not None:
            return Rejected(
                "test-altered",
                f"Line {lost[0]} of `{change.path}` would change or go. Existing tests stay as they are: add the "
                "regression test beside them.",
                lost[1][:300],
            )
        for number, block in _blocks(change):
            if change.before is not None and not _may_stand_alone(candidate, block):
                return Rejected(
                    "test-altered",
                    f"The lines added at line {number} of `{change.path}` belong to a test that was there. Existing "
                    "tests stay as they are: add the regression test as a whole, beside them.",
                    "\n".join(block)[:600],
                )
    return None


def _lost(change: Change) -> tuple[int, str] | None:
    """The first line before that is not, in order, among the lines after; None when lines were only added."""
    if not change.removed:
        return None
    after = iter([without_ending(line) for line in split_lines(change.text_after)])
    for number, line in enumerate(split_lines(change.text_before), 1):
        bare = without_ending(line)
        if not any(bare == other for other in after):
            removed = change.removed[0]
            return removed if removed else (number, bare)
    return None


def _blocks(change: Change) -> Iterator[tuple[int, list[str]]]:
    """Each run of added lines, with the number of its first."""
    added = change.added
    starts = [0, *(at for at, (one, other) in enumerate(pairwise(added), 1) if other[0] != one[0] + 1), len(added)]
    for start, end in pairwise(starts):
        if start < end:
            yield added[start][0], [line for _, line in added[start:end]]


def _may_stand_alone(candidate: Candidate, block: list[str]) -> bool:
    """True for a whole test or helper, for imports, and for rows of a table of cases."""
    lines = [line for line in block if line.strip() and not words.COMMENT.match(line)]
    if not lines or any(_declares(candidate, line) for line in lines):
        return True
    if all(words.IMPORT.match(line) for line in lines):
        return True
    if words.DEFINITION[candidate.runtime].match(lines[0]):
        return True
    return _are_rows(lines)


def _declares(candidate: Candidate, line: str) -> bool:
    return words.DECLARATION[candidate.runtime].search(line[:1000]) is not None


def _are_rows(lines: list[str]) -> bool:
    first, last = lines[0].strip(), lines[-1].strip()
    return (
        words.ROW.match(first) is not None
        and last.endswith(",")
        and _is_balanced(lines)
        and not any(words.STATEMENT.search(line[:1000]) for line in lines)
    )


def _is_balanced(lines: list[str]) -> bool:
    text = _STRINGS.sub("", "\n".join(line[:2000] for line in lines))
    return all(text.count(opening) == text.count(closing) for opening, closing in _PAIRS.items())


def skipped(candidate: Candidate, settings: PolicySettings) -> Rejected | None:
    """A mark that keeps tests from running, or lets them fail."""
    return _found(
        candidate, words.SKIP[candidate.runtime], "test-skipped", "keeps a test from running or from counting"
    )


def weakened(candidate: Candidate, settings: PolicySettings) -> Rejected | None:
    """Set-up of other tests, code that never runs, and additions that cut existing tests off."""
    refusal = _found(candidate, words.WEAKER, "test-weakened", "changes how the other tests run")
    if refusal:
        return refusal
    for change in candidate.tests:
        if name := shadowed(change):
            return Rejected(
                "test-weakened",
                f"A new `{name}` in `{change.path}` would take the place of the one that is there. Choose another.",
            )
        for number, block in _blocks(change):
            if change.before is not None and not (_is_balanced(block) and _closes_quotes(block)):
                return Rejected(
                    "test-weakened",
                    f"The lines added at line {number} of `{change.path}` open or close more than they hold, which "
                    "changes the tests around them. Add the test as a whole.",
                    "\n".join(block)[:600],
                )
    return None


def _closes_quotes(block: list[str]) -> bool:
    text = "\n".join(block)
    return (
        text.count('"""') % 2 == 0
        and text.count("'''") % 2 == 0
        and _STRINGS.sub("", text).count("/*") == _STRINGS.sub("", text).count("*/")
    )


def exits(candidate: Candidate, settings: PolicySettings) -> Rejected | None:
    """Ending the process from a test ends the runner too."""
    return _found(candidate, words.EXIT, "test-exits", "ends the test runner's own process")


def not_added(candidate: Candidate, settings: PolicySettings) -> Rejected | None:
    """A change to test files that holds no test."""
    if not candidate.tests:
        return None
    for change in candidate.tests:
        for _, block in _blocks(change):
            rows = [line for line in block if line.strip()]
            if any(_declares(candidate, line) for line in block) or (change.before and rows and _are_rows(rows)):
                return None
    return Rejected(
        "test-not-added",
        f"No test is added in `{candidate.tests[0].path}`. Add one that fails on the base with the reported exception.",
    )


def fakes_the_crash(candidate: Candidate, settings: PolicySettings) -> Rejected | None:
    """A test that raises or prints the reported exception itself proves nothing."""
    why = "raises or prints the reported exception itself; the test must get it from the code under test"
    return _found(candidate, words.PRINTS, "test-fakes-the-crash", why, comments_pass=True) or _found(
        candidate, _raises(candidate.reported), "test-fakes-the-crash", why, comments_pass=True
    )


@cache
def _raises(reported: tuple[str, ...]) -> re.Pattern[str]:
    names = sorted({re.split(r"[.:\\]", name)[-1] for name in reported} - {""})
    either = "|".join(re.escape(name) for name in names) or r"\0"
    return re.compile(
        rf"\b(?:raise|throw|reject|throws|rejects|side_effect|andThrow|willThrowException|and_raise|mockRejectedValue(?:Once)?)\b[\s(=:\[]{{0,6}}"
        rf"(?:new\s{{1,4}})?[\w.:\\]{{0,120}}?\b(?:{either})\b|\bpanic\("
    )


def _is_talk(line: str, pattern: re.Pattern[str]) -> bool:
    """True when only the line's comment says it."""
    return words.COMMENT.match(line) is not None or not pattern.search(_TRAILING.sub(r"\1", line))


def _found(
    candidate: Candidate, pattern: re.Pattern[str], rule: str, why: str, *, comments_pass: bool = False
) -> Rejected | None:
    for change in candidate.tests:
        for number, line in change.added:
            if pattern.search(line[:2000]) and not (comments_pass and _is_talk(line[:2000], pattern)):
                return Rejected(
                    rule, f"Line {number} of `{change.path}` {why}. Write the test without it.", line.strip()[:300]
                )
    return None
