"""Users' regular expressions: what is tried on how much text, and what is refused."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from healer.settings.expression import MOST, UnfitError, reach

WHOLE = [
    "^PaymentDeclined$",
    "timed? out",
    r"^Stripe(\.\w{1,40})?Error",
    "foo.*bar",
    "^foo.*bar.*",
    "(?:foo|bar|quux)+x",
    r"[\w.]+Declined",
    r"(\d{1,3}\.){3}\d{1,3}",
    "(?i)declined",
    "a|b|c.*",
    "",
]
SHORTENED = [".*foo.*bar", "^(?=.*a)(?=.*b).*$", r"(.*)\1x", ".{0,2000}x.{0,2000}y"]
REFUSED = [
    "(a+)+$",
    "(a*)*b",
    "(a|a)*b",
    "(a|ab)+c",
    r"(\w+\.)+X",
    "(?:a++b*)+",
    "(a?){40}b",
    "(x{1,60}){1,60}",
    "a*a*a*a*b",
    "a{2,3}" * 40,
    "(?>a*)*b",
    r"((a)\2)*b",
]


@pytest.mark.parametrize("pattern", WHOLE)
def test_what_cannot_backtrack_far_sees_the_whole_text(pattern: str) -> None:
    assert reach(pattern) == MOST


@pytest.mark.parametrize("pattern", SHORTENED)
def test_what_can_sees_less(pattern: str) -> None:
    assert 100 <= reach(pattern) < MOST


@pytest.mark.parametrize("pattern", REFUSED)
def test_what_could_take_for_ever_is_refused(pattern: str) -> None:
    with pytest.raises(UnfitError, match="could take"):
        reach(pattern)


@pytest.mark.parametrize("pattern", ["(", "*", "[a", "(?P<1>a)", "(" * 5000 + ")" * 5000, "a{999999999999}"])
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(UnfitError, match="is no regular expression"):
        reach(pattern)


TEXTS = [word * MOST for word in ("a", "ab", "foo", "foobar", "1.", "xy", "aab", "a b")]
PARTS = st.sampled_from(["a", "b", ".", r"\w", "[ab]", "x", r"\b", "^", "$", "ab", "(a|b)", "(a|ab)", r"\1"])
COUNTS = st.sampled_from(["", "", "*", "+", "?", "*?", "{0,9}", "{2,70}", "{3}", "++"])


def patterns() -> st.SearchStrategy[str]:
    single = st.tuples(PARTS, COUNTS).map("".join)
    return st.recursive(
        single,
        lambda inner: st.tuples(st.lists(inner, max_size=4).map("".join), COUNTS).map(
            lambda pair: f"(?:{pair[0]}){pair[1]}"
        ),
        max_leaves=8,
    )


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(patterns())
def test_no_pattern_that_is_allowed_takes_long(pattern: str) -> None:
    try:
        length = reach(pattern)
    except UnfitError:
        return
    for text in TEXTS:
        began = time.process_time()
        re.search(pattern, text[:length])
        assert time.process_time() - began < 5, (pattern, length, text[:6])
