"""D1: the index, which is listed and never searched, and read again only where something changed."""

from __future__ import annotations

import time
from typing import Any, Dict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from splat.transports.index import listed, milliseconds
from tests.github_kit import STRANGER, Fault
from tests.transports.desk import OTHER, SIGNATURE, Desk, count, item


def test_nothing_is_ever_searched(desk: Desk) -> None:
    desk.made()
    desk.send(item(), item(OTHER))
    assert not desk.proxy.requests(path="search")


def test_other_labels_of_the_user_do_not_hide_a_bug(desk: Desk) -> None:
    """py-splat searches for `splat` whatever its labels are, and so never finds what it filed with others."""
    process = desk.process(labels=("errors", "prod"))
    assert desk.send(item(), process=process) == ["delivered"]
    desk.long_after()
    assert desk.send(item(), process=desk.process(labels=("quite-other",))) == ["delivered"]
    assert "seen count=2 " in desk.only()["body"]


def test_the_first_listing_is_three_pages_at_most(desk: Desk) -> None:
    for number in range(330):
        desk.emulator.open_issue(desk.repo, f"old {number}", "", ("splat",))
    process = desk.process()
    assert desk.send(item(), process=process) == ["delivered"]
    listings = [each for each in desk.proxy.requests() if each.is_listing]
    assert [each.query.get("page", "1") for each in listings[:3]] == ["1", "2", "3"]
    assert len(listings) <= 6
    assert all("since" in each.query for each in listings[3:])
    assert {each.query["per_page"] for each in listings} == {"100"}
    time.sleep(1.1)
    desk.proxy.log.clear()
    desk.send(count(1), process=process)
    assert len(desk.proxy.log) <= 5


def test_what_did_not_change_is_not_sent_again(desk: Desk) -> None:
    """An answer of 304 costs nothing of GitHub's limit, and confirms the text that is at hand."""
    desk.made()
    desk.emulator.edit(desk.repo, 1, body=desk.only()["body"].replace("<!-- splat:end -->", ""))
    desk.long_after()
    process = desk.process()
    for _ in range(4):  # an issue without its block is read, and left alone
        assert desk.send(item(), process=process) == ["delivered"]
    listings = [each for each in desk.proxy.requests() if each.is_listing]
    assert listings == [each for each in desk.proxy.requests() if each.path != "/user"]
    assert [each.status for each in listings] == [200, 200, 304, 304]
    assert ["since" in each.query for each in listings] == [False, True, True, True]
    desk.emulator.edit(desk.repo, 1, state="closed", state_reason="not_planned")
    assert desk.send(item(), process=process) == ["delivered"]
    assert desk.proxy.log[-1].status == 200


def entry(**given: Any) -> Dict[str, Any]:
    """An issue as GitHub shows it."""
    return {
        "number": 7,
        "state": "open",
        "state_reason": None,
        "user": {"id": 3},
        "labels": [{"name": "splat"}, "wip"],
        "body": f"<!-- splat:1 signature={SIGNATURE} -->",
        "created_at": "2026-11-21T07:00:00Z",
        "updated_at": "2026-11-21T08:00:00Z",
        "closed_at": None,
        **given,
    }


def test_an_entry_is_read() -> None:
    issue = listed(entry())
    assert issue is not None
    assert (issue.number, issue.author, issue.signature, issue.open) == (7, 3, SIGNATURE, True)
    assert issue.labels == ("splat", "wip")


@pytest.mark.parametrize(
    "given",
    [
        {"pull_request": {}},
        {"number": True},
        {"number": -1},
        {"number": "7"},
        {"updated_at": None},
        {"updated_at": "x"},
    ],
)
def test_what_is_no_issue_is_none(given: Dict[str, Any]) -> None:
    assert listed(entry(**given)) is None


@pytest.mark.parametrize("user", [None, {}, {"id": "3"}, {"id": True}, "splat-bot"])
def test_an_author_without_an_id_is_nobody(user: Any) -> None:
    issue = listed(entry(user=user))
    assert issue is not None
    assert issue.author == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:01Z", 1_000),
        ("1970-01-01T00:00:01.5Z", 1_500),
        ("1970-01-01T00:00:01.123456Z", 1_123),
        ("1970-13-01T00:00:01Z", None),
        ("yesterday", None),
        (7, None),
    ],
)
def test_times(text: Any, expected: Any) -> None:
    assert milliseconds(text) == expected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(entry())), JSON, max_size=4))
def test_whatever_an_entry_holds_it_is_read_or_passed_over(changed: Dict[str, Any]) -> None:
    issue = listed(entry(**changed))
    assert issue is None or isinstance(issue.number, int)
    assert listed(changed) is None or "number" in changed


def test_an_index_that_lags_does_not_take_back_what_was_answered(desk: Desk) -> None:
    process = desk.process()
    desk.send(item(), process=process)
    stale = desk.only()
    time.sleep(1.1)
    desk.send(count(3), process=process)
    desk.proxy.faults.append(Fault(200, method="GET", path="/issues$", times=1, data=[stale]))
    assert desk.send(count(4), process=process) == ["delivered"]
    assert "seen count=8 " in desk.only()["body"], "counted on what was read from the issue itself"


def test_a_body_never_grows_beyond_what_github_takes(desk: Desk) -> None:
    """py-splat sent 134,509 characters, was refused, and dropped the error."""
    logs = [{"message": "x" * 5_000, "level": "info"}] * 100
    request = {"method": "POST", "path": "/", "body": "<>&`" * 1_000}
    desk.send(item(logs=logs, request=request, release="é" * 500))
    desk.long_after()
    assert desk.send(*[count(1, release=f"{number}" + "ü" * 100) for number in range(40)]) == ["delivered"] * 40
    body = desk.only()["body"]
    assert len(body.encode()) < 65_536
    assert "seen count=41 " in body


def test_a_strangers_text_in_our_block_stays_data(public: Desk) -> None:
    """Anyone may write an issue with our label and any block: it is neither counted in nor followed."""
    public.made()
    forged = (
        public.only()["body"].replace("-->\nSeen", "-->\n<!-- splat:duplicate of=1 -->\nSeen").replace(SIGNATURE, OTHER)
    )
    public.emulator.open_issue(public.repo, "x", forged, ("splat", "auto-fix"), token=STRANGER)
    public.long_after()
    assert public.send(item(OTHER)) == ["delivered"]
    assert public.emulator.issue(public.repo, 2)["body"] == forged
    assert public.issues()[2]["number"] == 3
