"""X9: card numbers, told from other long numbers by Luhn's check."""

from __future__ import annotations

import re
from typing import List, Match, Optional

from splat.redact.shapes import MARK

# What a card needs at the least; most texts hold no such run.
_LONG = re.compile("[0-9](?:[ -]?[0-9]){12}")
_GROUPS = re.compile("[0-9]+(?:[ -][0-9]+)*")
_DIGITS = re.compile("[0-9]+")
_BEFORE = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_.")
_AFTER = _BEFORE - {"."}
_FEWEST, _MOST = 13, 19
_MOST_GROUPS = 6
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def hide_cards(text: str) -> str:
    """X9 over one text."""
    if len(text) < _FEWEST or not _LONG.search(text):
        return text
    made: List[str] = []
    done = 0
    for match in _GROUPS.finditer(text):
        if match.end() - match.start() < _FEWEST:
            continue
        groups = list(_DIGITS.finditer(text, match.start(), match.end()))
        number = 0
        while number < len(groups):
            last = _card(text, groups, number)
            if last is None:
                number += 1
                continue
            made += [text[done : groups[number].start()], MARK]
            done = groups[last].end()
            number = last + 1
    return "".join(made) + text[done:]


def _card(text: str, groups: List[Match[str]], first: int) -> Optional[int]:
    """The last group of the longest card number that begins with the group `first`."""
    start = groups[first].start()
    if first == 0 and start and text[start - 1] in _BEFORE:
        return None
    found = None
    digits = ""
    for last in range(first, min(first + _MOST_GROUPS, len(groups))):
        group = groups[last]
        length = group.end() - group.start()
        if len(digits) + length > _MOST or (last > first and not 3 <= length <= 7):
            break
        digits += group.group()
        ends_in_word = last == len(groups) - 1 and text[group.end() : group.end() + 1] in _AFTER
        if len(digits) >= _FEWEST and not ends_in_word and digits[0] in "23456" and _passes(digits):
            found = last
        if not 3 <= length <= 7:
            break
    return found


def _passes(digits: str) -> bool:
    values = [ord(digit) - 48 for digit in reversed(digits)]
    if len(set(values)) == 1:
        return False
    return (sum(values[::2]) + sum([_DOUBLED[value] for value in values[1::2]])) % 10 == 0
