"""X10, X11 over a whole report: each part in its mode, what the SDK wrote itself untouched, fail-closed."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from splat.redact import MARK, RedactionError, redact_report, redact_value

SECRET = "hunter2hunter2"
REPORT = {
    "schema": "splat-report/1",
    "id": "4242424242424242" + "0" * 16,
    "time": "2026-11-21T07:00:00.123Z",
    "runtime": "python",
    "signature": "4242424242424242",
    "trace_id": "4" * 32,
    "root": "/app",
    "release": "a" * 40,
    "sdk": {"name": "splat-sdk", "version": "0.1.0"},
    "dependencies": {"PyJWT": "2.1", "django-session-token": "1.0"},
    "exceptions": [
        {
            "type": "shop.errors.Oops",
            "message": f"login failed: password={SECRET}",
            "relation": "surfaced",
            "parent": None,
            "frames": [
                {
                    "path": "shop/cart.py",
                    "line": 42,
                    "column": 5,
                    "function": "total",
                    "in_app": True,
                    "source": f'password = "{SECRET}"',
                    "pre_context": ["token = request.token", f'API_KEY = "{SECRET}"'],
                    "post_context": ["if password == other:"],
                    "locals": {"password": SECRET, "token": "None", "item": f"password={SECRET}", "n": "3"},
                }
            ],
        }
    ],
    "logs": [{"time": "2026-11-21T07:00:00.000Z", "level": "info", "logger": "shop", "message": f"secret: {SECRET}"}],
    "breadcrumbs": [{"category": "http", "message": f"GET /?token={SECRET}", "data": {"api_key": SECRET, "n": 1}}],
    "request": {
        "method": "POST",
        "route": "/login",
        "path": f"/login?code={SECRET}",
        "query": {"code": SECRET, "page": "2"},
        "headers": {"Cookie": f"a={SECRET}", "Accept": "*/*", "X-Api-Key": SECRET},
        "body": f'{{"password": "{SECRET}"}}',
    },
    "contexts": {"order": {"card_number": SECRET, "id": 5}, "session": {"x": SECRET}},
    "tags": {"auth_token": SECRET, "plan": "free"},
    "occurrences": {"count": 1, "first_seen": "2026-11-21T07:00:00.123Z", "last_seen": "2026-11-21T07:00:00.123Z"},
    "my_password": SECRET,
    "mechanism": {"type": "flask", "handled": False},
}


def test_nothing_secret_is_left_in_any_part():
    before = copy.deepcopy(REPORT)
    redacted = redact_report(REPORT)
    assert before == REPORT, "the report given was changed"
    assert SECRET not in repr(redacted)


def test_what_is_no_secret_is_left_as_it_was():
    redacted = redact_report(REPORT)
    for name in ("schema", "id", "time", "runtime", "signature", "trace_id", "root", "release", "sdk", "dependencies"):
        assert redacted[name] == REPORT[name], name
    assert redacted["occurrences"] == REPORT["occurrences"]
    assert redacted["mechanism"] == REPORT["mechanism"]
    frame, given_ = redacted["exceptions"][0]["frames"][0], REPORT["exceptions"][0]["frames"][0]
    for name in ("path", "line", "column", "function", "in_app", "post_context"):
        assert frame[name] == given_[name], name
    assert frame["source"] == f'password = "{MARK}"'
    assert frame["pre_context"] == ["token = request.token", f'API_KEY = "{MARK}"']
    assert frame["locals"] == {"password": MARK, "token": "None", "item": f"password={MARK}", "n": "3"}
    assert redacted["request"]["query"] == {"code": MARK, "page": "2"}
    assert redacted["request"]["headers"] == {"Cookie": MARK, "Accept": "*/*", "X-Api-Key": MARK}
    assert redacted["contexts"] == {"order": {"card_number": MARK, "id": 5}, "session": MARK}
    assert redacted["breadcrumbs"][0]["data"] == {"api_key": MARK, "n": 1}


def test_shapes_say_what_a_telling_local_is():
    report = {
        "exceptions": [{"type": "E", "frames": [{"path": "a", "locals": {"password": "str", "token": "nothing"}}]}]
    }
    shown = redact_report(report, locals_are_shapes=True)["exceptions"][0]["frames"][0]["locals"]
    assert shown == {"password": "str", "token": "nothing"}


def test_an_own_field_that_is_not_in_its_form_is_text():
    assert redact_report({"signature": f"password={SECRET}", "time": f"password={SECRET}"}) == {
        "signature": f"password={MARK}",
        "time": f"password={MARK}",
    }


def test_users_names_count_everywhere():
    report = {"tags": {"shoe_size": "46"}, "logs": [{"message": "shoeSize=46"}], "contexts": {"a": {"shoe size": 46}}}
    assert "46" in repr(redact_report(report))
    assert "46" not in repr(redact_report(report, ["shoe size"]))


JUNK = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.just({"password": SECRET})),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["frames", "locals", "headers", "message", "name", "value", "data", "x"]), inner
        ),
    ),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(REPORT)), JUNK))
def test_a_report_of_any_shape_is_redacted(report):
    assert SECRET not in repr(redact_report(report))


class Hostile:
    def __repr__(self):
        raise RuntimeError(SECRET)

    @property
    def __class__(self):
        raise RuntimeError(SECRET)

    def __eq__(self, other):
        raise RuntimeError(SECRET)

    __hash__ = None  # type: ignore[assignment]


class LyingDict(dict):
    def items(self):
        raise RuntimeError(SECRET)

    def __iter__(self):
        raise RuntimeError(SECRET)


def test_objects_of_any_kind_become_plain():
    circle: list = []
    circle.append({"again": circle})
    redacted = redact_value(
        {
            "a": Hostile(),
            "b": LyingDict(password=SECRET, n=1),
            "c": circle,
            "d": (1, {2}),
            "e": b"abc",
            "f": float("nan"),
        }
    )
    assert redacted == {
        "a": "[unprintable]",
        "b": {"password": MARK, "n": 1},
        "c": [{"again": "[cycle]"}],
        "d": [1, [2]],
        "e": "bytes(3)",
        "f": "NaN",
    }


def test_very_deep_and_very_wide_values_end():
    deep: list = []
    for _ in range(100_000):
        deep = [deep]
    assert "truncated" in repr(redact_value(deep))
    wide = redact_value([[SECRET] * 200] * 200)
    assert len(wide) <= 101
    assert len(repr(wide)) < 200_000


class BadText(str):
    __slots__ = ()

    def __hash__(self):
        raise RuntimeError(f"password={SECRET}")


def test_what_fails_closed_says_nothing_of_what_it_held():
    with pytest.raises(RedactionError) as caught:
        redact_report(_Failing())
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


class _Failing(dict):
    def items(self):
        raise RuntimeError(f"password={SECRET}")


def test_a_text_that_is_no_plain_one_is_made_one():
    redacted = redact_report({"exceptions": [{"type": BadText("E"), "message": BadText(f"password={SECRET}")}]})
    assert redacted == {"exceptions": [{"type": "E", "message": f"password={MARK}"}]}


def test_a_secret_that_is_a_name_goes_whatever_its_value() -> None:
    card, token = "4111 1111 1111 1111", "ghp_" + "a1B2" * 9
    frame = {"path": "a.py", "locals": {f"{token} pin": "None", card: "nothing"}}
    redacted = redact_report({**REPORT, "dependencies": {card: "1.0"}, "exceptions": [{"frames": [frame]}]})
    assert redacted["dependencies"] == {MARK: "1.0"}
    assert redacted["exceptions"][0]["frames"][0]["locals"] == {f"{MARK} pin": "None", MARK: "nothing"}
