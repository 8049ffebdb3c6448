"""Nothing secret survives, nothing raises, twice shows no more: whatever stands around."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from splat.redact import MARK, redact_source, redact_text, redact_value
from splat.redact import shapes as shapes_module
from splat.redact.shapes import SHAPES

PIECES = (  # noqa: SIM905 - nobody reads thirty quoted quotes
    "password token session api_key Authorization cookie = : := => == :: :// ' \" ` \\ \\' \\\" [ ] ( ) { } < > </"
    " , ; & ? @ - -- -u --user Bearer basic abc hunter2 4242 1 u' true None [REDACTED] <password> $ %s {x key sig state"
    " . é -----BEGIN#PRIVATE#KEY----- -----END#PRIVATE#KEY----- user:pw@host"
).split()
PIECE = st.one_of(
    st.sampled_from([each.replace("#", " ") for each in PIECES]), st.sampled_from(" \n\t\r\u3000\ud800\x00")
)
AROUND = st.lists(PIECE, max_size=10).map("".join)
MODES = pytest.mark.parametrize("redact", [redact_text, redact_source])


def _examples(pattern: str) -> st.SearchStrategy[str]:
    """Texts that the shape's second group fits."""
    group = re.search(r"\)(\([^()]*(?:\(\?:[^()]*\)[^()]*)*\).*)\Z", pattern)
    assert group
    return st.from_regex(re.compile(group.group(1), re.ASCII), fullmatch=True)


@pytest.mark.parametrize(("name", "pattern"), [(name, pattern) for name, _, pattern in SHAPES if pattern[0] == "("])
def test_no_published_shape_survives(name, pattern):
    prefix = {
        "slack-webhook": "https://hooks.slack.com/services/",
        "discord-webhook": "https://discord.com/api/webhooks/123456789/",
    }.get(name, "")

    @settings(max_examples=40, deadline=None)
    @given(AROUND, _examples(pattern), AROUND, st.sampled_from([redact_text, redact_source]))
    def check(before, secret, after, redact):
        assert secret not in redact(f"{before} {prefix}{secret} {after}")

    check()


@settings(max_examples=150, deadline=None)
@given(st.data(), AROUND, AROUND)
def test_what_begins_like_no_shape_holds_none(data, before, after):
    """The quick look that spares forty searches misses nothing."""
    _, _, pattern = data.draw(st.sampled_from(SHAPES))
    text = before + data.draw(st.from_regex(re.compile(pattern, re.ASCII))) + after
    compiled = [re.compile(each) for _, _, each in SHAPES]
    if any(each.search(text) for each in compiled):
        runs = shapes_module._RUN.findall(text)
        assert runs
        assert shapes_module._BEGINS.search(" ".join(runs))
        assert all(
            any(part in text for part in holds) for (_, holds, _), each in zip(SHAPES, compiled) if each.search(text)
        )


NAME = st.sampled_from(
    ["password", "DB_PASSWORD", "userApiKey", "client-secret", "x.authToken", "api_keys", "credit card", "privateKey"]
)
VALUE = st.from_regex(r"[a-z]{6}[0-9]{3}[a-z0-9]{3,12}", fullmatch=True)
FORMS = (
    "{0}={1}",
    "{0}: {1}",
    '{0} = "{1}"',
    "'{0}': '{1}'",
    '"{0}":"{1}"',
    '\\"{0}\\":\\"{1}\\"',
    "{0} => '{1}'",
    "{0}=['{1}', 'x']",
    "?a=b&{0}={1}&c=d",
    "<{0}>{1}</{0}>",
    "{0}=Bearer {1}",
    "{0}: b'{1}'",
)


@settings(max_examples=300, deadline=None)
@given(AROUND, NAME, st.sampled_from(FORMS), VALUE, AROUND)
def test_no_named_value_survives(before, name, form, value, after):
    name = name.replace(" ", "_")
    assume(value not in before and value not in after and "://" not in before)
    # An open quote or bracket before may make one string of both; then the name is a text, and what holds it is not.
    assume(not set("'\"`\\") & set(before) and not set("'\"`\\") & set(after))
    assert value not in redact_text(f"{before}\n{form.format(name, value)}\n{after}")


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["4242424242424242", "4242 4242 4242 4242", "3782-822463-10005", "6011111111111117"]), AROUND)
def test_no_card_survives(card, around):
    assert card not in redact_text(f"{around} {card}\n{around}")


@MODES
@settings(max_examples=300, deadline=None)
@given(text=st.one_of(AROUND, st.text(max_size=80)))
def test_it_never_raises_and_twice_shows_no_more(redact, text):
    once = redact(text)
    twice = redact(once)
    # Each text between the marks of the second was between those of the first.
    at = 0
    for part in twice.split(MARK):
        found = once.find(part, at)
        assert found >= 0, (once, twice)
        at = found + len(part)


@MODES
@settings(max_examples=200, deadline=None)
@given(text=st.text(st.sampled_from("abcdefgh \n.()/+"), max_size=80))
def test_what_holds_no_secret_comes_back(redact, text):
    assert redact(text) == text


PLAIN = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.binary(max_size=3)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(st.sampled_from(["pin", "a"]), st.text(max_size=4)), inner),
    ),
    max_leaves=15,
)


@settings(max_examples=200, deadline=None)
@given(PLAIN, VALUE)
def test_no_value_below_a_telling_key_survives(value, secret):
    redacted = redact_value({"around": value, "deep": [{"password": {"a": [secret]}}], "pair": ["token", secret]})
    assert secret not in repr(redacted)
    assert redacted["deep"] == [{"password": MARK}]
    assert redacted["pair"] == ["token", MARK]
