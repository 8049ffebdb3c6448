"""What the Python SDK renders, judged from outside: by a Markdown parser, and by the engine that reads it."""

from __future__ import annotations

import copy
import json
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from healer.event import Event
from healer.report import Report, read_report, to_wire
from tests.issue_oracle import report_in, wrong_with, wrong_with_title
from tests.sdk_reports import SIGNATURE, frames, reports, short

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "sdk" / "python"))

from splat.block import as_duplicate, block_of, counted, marker_of
from splat.canonical import canonical
from splat.issue import body, title

ANY = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def as_sent(report):
    """The report as it goes over the wire."""
    return json.loads(canonical(report))


def read(text):
    report = read_report(Event("trace", text))
    assert isinstance(report, Report), report
    return report


@ANY
@given(reports)
def test_whatever_the_report_its_issue_does_nothing_and_reads_back(report):
    before = copy.deepcopy(report)
    text = body(report)
    assert report == before
    assert wrong_with(text) == []
    assert marker_of(text) == report["signature"]
    inside = report_in(text)
    assert inside["signature"] == report["signature"]
    if set(inside.get("truncated", ())) == set(as_sent(report).get("truncated", ())):
        assert inside == as_sent(report)
    found = read(text)
    assert found.signature == report["signature"]
    wire = to_wire(found)
    assert {name: wire[name] for name in inside if name in wire and name != "exceptions"} == {
        name: value for name, value in inside.items() if name in wire and name != "exceptions"
    }
    assert [each.type for each in found.exceptions] == [each["type"] for each in inside["exceptions"]]
    assert [[frame.path for frame in each.frames] for each in found.exceptions] == [
        [frame["path"] for frame in each.get("frames", ())] for each in inside["exceptions"]
    ]


@given(short, st.lists(frames, max_size=2))
def test_whatever_the_error_its_title_does_nothing(kind, calls):
    assert wrong_with_title(title({"exceptions": [{"type": kind, "frames": calls}]})) == []


@ANY
@given(reports)
def test_a_public_issue_shows_nothing_private(report):
    text = body(report, public=True)
    assert wrong_with(text) == []
    inside = report_in(text)
    assert not inside.keys() & {"logs", "breadcrumbs", "request"}
    assert not any("locals" in frame for each in inside["exceptions"] for frame in each.get("frames", ()))
    for name in ("Logs", "Breadcrumbs", "Request"):
        assert f"<summary>{name}" not in text


@ANY
@given(reports, reports)
def test_counting_leaves_all_else_alone(report, other):
    text = body(report)
    was = block_of(text)
    release = other.get("release", "")
    after = counted(text, 5, other["time"], other["time"], release)
    now = block_of(after)
    assert (after[: now.start], after[now.end :]) == (text[: was.start], text[was.end :])
    assert wrong_with(after) == []
    assert now.seen == min(was.seen + 5, 999_999_999_999_999)
    assert to_wire(read(after)) == to_wire(read(text))
    closed = as_duplicate(after, 7)
    assert block_of(closed).duplicate_of == 7
    assert counted(closed, 1, other["time"], other["time"]) is not None


SMALL = {
    "schema": "splat-report/1",
    "runtime": "python",
    "time": "2026-11-21T07:00:00.123Z",
    "signature": SIGNATURE,
    "exceptions": [{"type": "E", "message": "m", "frames": [{"path": "a.py", "line": 1, "in_app": True}]}],
}


@pytest.mark.parametrize("wide", ["\U0001f600", "\u6f22", "`|", "\n`", "|", "<", "@a `", "\x00"])
@pytest.mark.parametrize("length", [59, 60, 61, 5_000])
def test_the_widest_report_of_all_fits(wide, length):
    """Each text in it as long as limits let it be, or just too short for them to cut it."""
    text = (wide * length)[:length]
    frame = dict.fromkeys(("function", "source"), text) | {
        "path": text.replace("\x00", "?"),
        "line": 999_999_999,
        "column": 999_999_999,
    }
    frame |= {"in_app": True, "pre_context": [text] * 5, "post_context": [text] * 5, "locals": {text: text}}
    named = ("service", "environment", "release", "root", "runtime_version", "platform", "trace_id", "id")
    exceptions = [{"type": text, "message": text, "frames": [frame] * (30 if length < 100 else 6)}] * (
        20 if length < 100 else 3
    )
    report = {
        **SMALL,
        **dict.fromkeys(named, text),
        "exceptions": [{**each, "relation": "cause", "parent": number - 1} for number, each in enumerate(exceptions)],
        "sdk": {"name": text, "version": text},
        "deploy": {"id": text, "time": SMALL["time"]},
        "request": {"method": text, "route": text, "path": text, "query": {text: text}, "body": text},
        "tags": {f"{number}{text}": text for number in range(100)},
        "logs": [{"message": text, "level": text, "logger": text}] * 500,
        "unknown": [text] * 1_000,
        "truncated": [f"{number}{text}"[:200] for number in range(100)],
    }
    report["exceptions"][0] |= {"relation": "surfaced", "parent": None}
    body_text = body(report)
    assert wrong_with(body_text) == []
    assert read(body_text).signature == SIGNATURE
    assert "all but the crash" in body_text


BREAKOUTS = {
    "a fence that closes": body(SMALL).replace("E: m", "E: m\n```\n**out**"),
    "a span that closes": body(SMALL).replace("`a.py:1`", "`a.py:1` @octocat"),
    "a row more": body(SMALL).replace("| `python` |", "| `python` |\n| x | y |"),
    "a cell more": body(SMALL).replace("| Runtime |", "| Runtime | @octocat |"),
    "a comment more": body(SMALL) + "\n\n<!-- splat:end -->",
    "an element": body(SMALL).replace("At `", "<img src=x> At `"),
    "an attribute": body(SMALL).replace("<details>", "<details open>", 1),
    "a fold left open": body(SMALL).removesuffix("</details>"),
    "a fold closed twice": body(SMALL) + "\n\n</details>",
    "a link": body(SMALL).replace(".\n\n### Trace", " https://evil.example.\n\n### Trace"),
    "bidirectional text": body(SMALL).replace("E: m", "E: \u202em"),
    "an invisible character": body(SMALL).replace("E: m", "E: \u200bm"),
    "too long": body(SMALL).replace("E: m", "E: " + "m" * 60_000),
}


@pytest.mark.parametrize("text", BREAKOUTS.values(), ids=list(BREAKOUTS))
def test_the_judge_notices(text):
    assert wrong_with(body(SMALL)) == []
    assert wrong_with(text)


@pytest.mark.parametrize(
    "text", ["Error", "[Splat] @you", "[Splat] #1", "[Splat] gh-1", "[Splat] \u202e", "[Splat] " + "x" * 120]
)
def test_the_judge_notices_a_title(text):
    assert wrong_with_title("[Splat] Error in a.py:1") == []
    assert wrong_with_title(text)
