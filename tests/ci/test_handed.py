"""What is handed on to the job that repairs: read typed and capped."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healer.ci import Repair, pack_repair, read_repair
from healer.outcome import UsageError
from healer.report import Report, read_report

TRACE = 'Traceback (most recent call last):\n  File "/r/shop/cart.py", line 2, in f\n    x\nValueError: x\n'
REPAIR = Repair(14, "splat/0123456789abcdef-2", "a" * 40, TRACE, {"The check 'test' failed": "its log"})


def test_it_comes_back_as_it_went() -> None:
    assert read_repair(pack_repair(REPAIR)) == REPAIR


def test_the_report_has_the_signature_of_the_branch() -> None:
    event = read_repair(pack_repair(REPAIR)).event()
    report = read_report(event)
    assert isinstance(report, Report)
    assert (report.signature, report.surfaced.type) == ("0123456789abcdef", "ValueError")
    assert event.facts == REPAIR.facts
    assert (event.actor, event.hint) == ("ci", "")


@pytest.mark.parametrize(
    "changes",
    [
        {"v": 2},
        {"pull": 0},
        {"pull": True},
        {"pull": "14"},
        {"branch": "main"},
        {"branch": "splat/0123456789abcdef/../../main"},
        {"branch": "splat/0123456789abcdef\n"},
        {"head": "HEAD"},
        {"head": "--upload-pack=id"},
        {"text": None},
        {"text": "x" * 900_000},
        {"facts": []},
        {"facts": {"a": 1}},
        {"facts": {"a": "x" * 30_000}},
        {"facts": {str(number): "x" for number in range(11)}},
    ],
)
def test_what_does_not_fit_is_refused(changes: dict[str, Any]) -> None:
    told = json.loads(pack_repair(REPAIR)) | changes
    with pytest.raises(UsageError) as caught:
        read_repair(json.dumps(told).encode())
    assert "splat watch --can-repair" in caught.value.next_step


@settings(max_examples=100)
@given(st.binary(max_size=200) | st.sampled_from([b"[" * 100_000, b"x" * 5_000_000, b"null", b'{"v":1}']))
def test_any_bytes_are_refused_in_words(data: bytes) -> None:
    with pytest.raises(UsageError):
        read_repair(data)
