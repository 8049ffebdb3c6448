"""Hypothesis strategies: reports in the schema's shape, with every text an attempt to break out of an issue."""

from __future__ import annotations

import string

from hypothesis import strategies as st

SIGNATURE = "17310dbb56def269"
_FAKE = f'{{"schema":"splat-report/1","runtime":"go","exceptions":[{{"type":"Fake"}}],"signature":"{SIGNATURE}"}}'
_ATTEMPTS = (
    *("`", "``", "```", "````", "~~~", "```json\n" + _FAKE + "\n```", _FAKE, "`" * 40, " ` ", "\\`", "\\"),
    *(
        "\n",
        "\n\n",
        "\r",
        "\r\n",
        "\x0b",
        "\x0c",
        "\x1c",
        "\x85",
        "\u2028",
        "\t",
        " ",
        "    ",
        "\n    x",
        "\n\n---\n\n",
    ),
    *(
        "<!--",
        "-->",
        "<!-",
        "- -",
        "<! --",
        "<!-- splat:end -->",
        f"<!-- splat:1 signature={'0' * 16} -->",
        "<![CDATA[",
    ),
    *(
        "<details>",
        "</details>",
        "</summary>",
        "<script>alert(1)</script>",
        "<img src=x onerror=y>",
        "</code></pre>",
        "<?php",
    ),
    *("@octocat", "@org/team", "&#64;octocat", "fixes #1", "closes org/repo#12", "GH-1", "gh-#1", "#@1", "##12"),
    *(
        "|",
        "\\|",
        "|\n|",
        "| a | b |\n| --- | --- |",
        "\n\n| x |",
        "https://evil.example",
        "www.evil.example",
        "![x](y)",
    ),
    *("# H", "\n# H", "> q", "\n- [ ] t", "1. x", "**b**", "$`x`$", "$$", ":tada:", "[^1]", "[x]: y", "&lt;", "&nbsp;"),
    *(
        "\u202e",
        "\u2066",
        "\u200b",
        "\u00ad",
        "\ufeff",
        "\u3164",
        "\ufe0f",
        "\U000e0041",
        "\ud800",
        "\udc00",
        "\x00",
        "\x1b[31m",
    ),
    *(
        "splat-report/1",
        "splat-report/",
        "... [truncated]",
        "\U0001f600",
        "\u6f22\u5b57",
        "\u05d0\u05d1",
        "e\u0301",
        "\ufffd",
    ),
)
hostile = st.lists(st.sampled_from(_ATTEMPTS), max_size=6).map("".join)
#: Sometimes long: 30,000 characters push every other part out.
texts = st.one_of(
    hostile, st.text(max_size=30), st.builds(lambda text, n: (text * n)[:30_000], hostile, st.integers(1, 3_000))
)
short = st.one_of(hostile, st.text(max_size=30)).map(lambda text: text[:200])
paths = short.map(lambda text: text.replace("\x00", ""))
lines = st.none() | st.integers(1, 999_999_999)
times = st.builds(
    "2026-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z".format,
    *(
        st.integers(1, 12),
        st.integers(1, 28),
        st.integers(0, 23),
        st.integers(0, 59),
        st.integers(0, 59),
        st.integers(0, 999),
    ),
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(short, inner, max_size=3),
    max_leaves=5,
)


def _maybe(required=None, **optional):
    return st.fixed_dictionaries(required or {}, optional=optional)


_mappings = st.dictionaries(short, st.none() | texts, max_size=4)
_context = st.none() | st.lists(short, max_size=5)
frames = _maybe(
    {"path": paths},
    line=lines,
    column=lines,
    function=st.none() | short,
    in_app=st.booleans(),
    source=st.none() | short,
    pre_context=_context,
    post_context=_context,
    locals=st.none() | st.dictionaries(short, short, max_size=3),
)
_exception = _maybe(
    {"type": short},
    message=texts,
    frames=st.lists(frames, max_size=4),
    relation=st.sampled_from(["surfaced", "cause", "context", "member"]),
)


@st.composite
def _exceptions(draw):
    made = draw(st.lists(_exception, min_size=1, max_size=5))
    for index, each in enumerate(made[1:], 1):
        each["parent"] = draw(st.none() | st.integers(0, index - 1))
    return made


_record = {"time": times, "level": short, "message": texts}
reports = _maybe(
    {
        "schema": st.just("splat-report/1"),
        "runtime": st.sampled_from(["python", "javascript", "go", "ruby", "php"]),
        "id": st.text(string.hexdigits.lower()[:16], min_size=32, max_size=32),
        "time": times,
        "signature": st.text("0123456789abcdef", min_size=16, max_size=16),
        "exceptions": _exceptions(),
    },
    sdk=_maybe({"name": short, "version": short}),
    service=short,
    environment=short,
    release=short,
    root=short,
    runtime_version=short,
    platform=short,
    trace_id=short,
    dependencies=st.dictionaries(short, short, max_size=3),
    deploy=_maybe(id=short, time=times),
    request=_maybe(method=short, route=short, path=short, query=_mappings, headers=_mappings, body=st.none() | texts),
    logs=st.lists(_maybe({"message": texts}, time=times, level=short, logger=short), max_size=5),
    breadcrumbs=st.lists(
        _maybe(**_record, category=short, data=st.dictionaries(short, values, max_size=2)), max_size=5
    ),
    contexts=st.dictionaries(short, values, max_size=3),
    tags=_mappings,
    occurrences=_maybe({"count": st.integers(1, 10**16)}, first_seen=times, last_seen=times),
    truncated=st.lists(short | st.sampled_from(["logs", "locals", "tags"]), max_size=5),
    unknown=values,
)
