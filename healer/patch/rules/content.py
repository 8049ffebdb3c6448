"""What a patch writes into files."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

from healer.outcome import Rejected
from healer.redact import find_secrets, redact

if TYPE_CHECKING:
    from healer.patch.candidate import Candidate, Change
    from healer.redact import Secret
    from healer.settings import PolicySettings

MAX_ADDED = 64 * 1024
MAX_LINE = 2_000
_HEADER = 2_000
_GENERATED = re.compile(r"(?i)@generated\b|\bgenerated\b[^\0]{0,300}?\b(?:do not|don't|never) (?:edit|modify|change)")
_NOT_BY_HAND = re.compile(r"(?i)\b(?:do not|don't) (?:edit|modify)\b[^\0]{0,200}?\bgenerated\b")
#: Blank to the eye though no control characters: Hangul fillers, Mongolian separator, combining joiner, Braille blank.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u180e\u034f\u17b4\u17b5\u2800")
_EMOJI_GLUE = frozenset("\u200d\ufe0e\ufe0f")
_MADE_UP = re.compile(r"(?i)example|dummy|sample|placeholder|changeme|fake|xxxx")


def binary(candidate: Candidate, settings: PolicySettings) -> Rejected | None:
    """NUL bytes, before or after."""
    for change in candidate.changes:
        if b"\0" in change.after or b"\0" in (change.before or b""):
            return Rejected(
                "binary", f"`{change.path}` is, or would be, a binary file. Only text files may be changed."
            )
    return None


def generated(candidate: Candidate, settings: PolicySettings) -> Rejected | None:
    """Files that say themselves that a program writes them, and minified ones."""
    for change in candidate.changes:
        head = change.text_before[:_HEADER]
        if _GENERATED.search(head) or _NOT_BY_HAND.search(head):
            why = "says in its head that it is generated"
        elif _is_minified(change):
            why = "is minified"
        else:
            continue
        return Rejected("generated", f"`{change.path}` {why}. Change the source that it is made from.")
    return None


def _is_minified(change: Change) -> bool:
    longest = max((len(line) for line in change.lines), default=0)
    return longest > 2_000 and len(change.text_before) > 300 * max(1, len(change.lines))


def too_large(candidate: Candidate, settings: PolicySettings) -> Rejected | None:
    """More text than a person can review."""
    for change in candidate.changes:
        size = sum(len(line) for _, line in change.added)
        number, longest = max(change.added, key=lambda item: len(item[1]), default=(0, ""))
        if size > MAX_ADDED:
            what = f"The patch adds {size} characters to `{change.path}`; at most {MAX_ADDED} are allowed."
            return Rejected("too-large", what)
        if len(longest) > MAX_LINE:
            return Rejected(
                "too-large",
                f"Line {number} of `{change.path}` has {len(longest)} characters; at most {MAX_LINE} are allowed.",
            )
    return None


def hidden_characters(candidate: Candidate, settings: PolicySettings) -> Rejected | None:
    """Characters that a reviewer cannot see, or that reorder what is seen, in larger number than before."""
    for change in candidate.changes:
        earlier = Counter(letter for _, line in change.removed for letter in line if not letter.isascii())
        for number, line in change.added:
            for letter in _hidden(line):
                earlier[letter] -= 1
                if earlier[letter] < 0:
                    return Rejected(
                        "hidden-characters",
                        f"Line {number} of `{change.path}` would hold the invisible character U+{ord(letter):04X}. "
                        "Write it as an escape, or leave it out.",
                    )
    return None


def _hidden(line: str) -> list[str]:
    if line.isascii() and line.isprintable():
        return []
    return [letter for at, letter in enumerate(line) if _is_hidden(letter) and not _glues_emoji(line, at)]


@cache
def _is_hidden(letter: str) -> bool:
    if letter in "\t\f":
        return False
    return (
        unicodedata.category(letter) in {"Cc", "Cf", "Co", "Cn", "Zl", "Zp"}
        or letter in _BLANK
        or letter in _EMOJI_GLUE
        or 0xE0100 <= ord(letter) <= 0xE01EF
    )


def _glues_emoji(line: str, at: int) -> bool:
    return line[at] in _EMOJI_GLUE and at > 0 and ord(line[at - 1]) >= 0x203C and not _is_hidden(line[at - 1])


def indentation(candidate: Candidate, settings: PolicySettings) -> Rejected | None:
    """Lines indented in a way that nothing in the file is."""
    for change in candidate.changes:
        tabs = sum(line.startswith("\t") for line in change.lines)
        spaces = sum(line.startswith("  ") for line in change.lines)
        if tabs + spaces < 5 or (tabs and spaces):
            continue
        wrong, has = ("  ", "tabs") if tabs else ("\t", "spaces")
        for number, line in change.added:
            if line.startswith(wrong):
                return Rejected(
                    "indentation",
                    f"`{change.path}` is indented with {has} alone, and line {number} would not be. Write its new "
                    "lines the same way.",
                )
    return None


def secret(candidate: Candidate, settings: PolicySettings) -> Rejected | None:
    """A value that looks like a credential and was not in the file before."""
    for change in candidate.changes:
        text = "\n".join(line for _, line in change.added)
        for found in find_secrets(text):
            value = text[found.start : found.end]
            if value not in change.text_before and _is_credible(found, value, in_test=change.is_test):
                line = change.added[text.count("\n", 0, found.start)]
                return Rejected(
                    "secret",
                    f"Line {line[0]} of `{change.path}` would hold what looks like a secret ({found.kind}). Read it "
                    "from where the program keeps its configuration, or use a value that is plainly made up.",
                    redact(line[1])[:300],
                )
    return None


def _is_credible(found: Secret, value: str, *, in_test: bool) -> bool:
    """Published shapes always are; a value behind a telling name must also look drawn at random."""
    if found.kind == "named-bare" or (in_test and found.kind == "card-number"):
        return False
    if _MADE_UP.search(value) and found.kind != "private-key":
        return False
    if found.kind in {"named", "header", "url-password", "bearer"}:
        mixed = any(letter.isdigit() for letter in value) and any(letter.isalpha() for letter in value)
        return mixed and len(value) >= (20 if in_test else 8)
    return True
