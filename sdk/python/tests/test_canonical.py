"""W, R9: writing a report, and reading it back."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from splat.canonical import canonical, read_back
from tests.vectors import expand, vectors

#: Halves of pairs too: Python's texts may hold them.
texts = st.text(st.characters(), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


def whole(value):
    """What is meant to arrive: halves of pairs are no characters."""
    if isinstance(value, str):
        return "".join("\ufffd" if 0xD800 <= ord(each) <= 0xDFFF else each for each in value)
    if isinstance(value, list):
        return [whole(each) for each in value]
    if isinstance(value, dict):
        return {whole(key): whole(each) for key, each in value.items()}
    return value


@vectors("report", "valid")
def test_written_as_the_vectors_say(vector):
    report = expand(vector["report"])
    text = canonical(report)
    assert text == vector["expected"]
    assert read_back(text) == json.loads(text)


@vectors("report", "invalid", lambda vector: vector["sdk"])
def test_refuses(vector):
    with pytest.raises(ValueError, match=r"^(\$|line)"):
        read_back(vector["text"])


@vectors("report", "invalid", lambda vector: not vector["sdk"])
def test_leaves_the_rest_to_the_engine(vector):
    assert read_back(vector["text"]) == json.loads(vector["text"])


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("[" * 100_000, "$"),
        ('{"a":' * 100_000 + "1" + "}" * 100_000, "$"),
        ("1" * 10_000, "$"),
        ('{"schema":["splat-report/1"]}', "$.schema"),
        ('{"schema":"splat-report/1","runtime":["python"]}', "$.runtime"),
        ('{"schema":"splat-report/1","runtime":"go","exceptions":[{"type":"E"},1]}', "$.exceptions[1]"),
        ('{"schema":"splat-report/1","runtime":"go","exceptions":[{"type":"E"}],"signature":7}', "$.signature"),
        (
            '{"schema":"splat-report/1","runtime":"go","exceptions":[{"type":"E"}],"signature":"0123456789abcdef\\n"}',
            "$.signature",
        ),
        ('{"schema":"splat-report/1","runtime":"go","exceptions":[{"type":"E"}]} x', "line 1"),
    ],
    ids=lambda value: value[:30],
)
def test_says_where(text, where):
    with pytest.raises(ValueError, match="^" + re.escape(where)):
        read_back(text)


@given(st.dictionaries(texts, values, max_size=5))
def test_reads_back_and_cannot_act(value):
    text = canonical(value)
    assert json.loads(text) == whole(value)
    assert all(" " <= each <= "~" and each not in "&<>`" for each in text)


def test_a_number_that_is_none_is_never_written():
    with pytest.raises(ValueError, match="JSON"):
        canonical({"x": float("nan")})
