"""D2 to D6: an error that has an issue already."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from tests.github_kit import BOT, STRANGER, Fault
from tests.transports.desk import OTHER, SIGNATURE, Desk, count, item

DAY = 86_400.0


# --- whose issues count ----------------------------------------------------------------------------------------------


def test_a_strangers_marked_issue_captures_nothing(public: Desk) -> None:
    public.made()
    marked = public.only()["body"]
    public.emulator.edit(public.repo, 1, state="closed", state_reason="not_planned")
    public.emulator.open_issue(public.repo, "captured", marked.replace(SIGNATURE, OTHER), ("splat",), token=STRANGER)
    public.long_after()
    assert public.send(item(OTHER)) == ["delivered"]
    captured, made = public.issues()[1:]
    assert captured["body"] == marked.replace(SIGNATURE, OTHER)
    assert (made["number"], made["user"]["login"]) == (3, "splat-bot")


def test_a_reporter_that_is_listed_counts(public: Desk) -> None:
    public.made()
    other = public.emulator.own_id(STRANGER)
    body = public.only()["body"].replace(SIGNATURE, OTHER)
    public.emulator.open_issue(public.repo, "by another of our bots", body, ("splat",), token=STRANGER)
    public.long_after()
    assert public.send(item(OTHER), process=public.process(reporters=(other,))) == ["delivered"]
    assert "seen count=2 " in public.emulator.issue(public.repo, 2)["body"]
    assert len(public.issues()) == 2


def test_an_installations_token_learns_its_account_from_what_it_creates(desk: Desk) -> None:
    """It may not ask who it is; a later process on this host knows, another host's closes what it made twice."""
    desk.proxy.installations.add(BOT)
    desk.made()
    assert desk.send(count(2)) == ["delivered"]
    assert "seen count=3 " in desk.only()["body"]
    assert not desk.proxy.requests(path="^/user$")
    desk.long_after()
    elsewhere = desk.process(desk.spool.parent / "elsewhere")
    assert desk.send(item(), process=elsewhere) == ["delivered"]
    assert [(each["number"], each["state"]) for each in desk.issues()] == [(1, "open"), (2, "closed")]
    assert "`reporters`" in desk.warnings[0]


# --- open ------------------------------------------------------------------------------------------------------------


def test_who_edited_a_moment_ago_is_left_in_peace(desk: Desk) -> None:
    desk.made()
    desk.proxy.ahead = 0
    desk.emulator.edit(desk.repo, 1, title="I am looking at this")
    process = desk.process()
    assert desk.send(item(), process=process) == ["later"]
    assert not desk.proxy.requests("PATCH")
    asked = len(desk.proxy.log)
    assert desk.send(item(), count(3), process=process) == ["later", "later"]
    assert len(desk.proxy.log) == asked, "until the five minutes are over there is nothing to ask"
    desk.long_after(301)
    assert desk.send(item(OTHER), process=process) == ["delivered"], "any answer tells the time"
    assert desk.send(item(), count(3), process=process) == ["delivered", "delivered"]
    assert "seen count=5 " in desk.issues()[0]["body"]


def test_our_own_write_is_no_reason_to_wait(desk: Desk) -> None:
    process = desk.process()
    assert desk.send(item(), process=process) == ["delivered"]
    assert desk.send(count(2), process=process) == ["delivered"]
    assert desk.send(count(2), process=process) == ["delivered"]
    assert "seen count=5 " in desk.only()["body"]


def test_a_count_takes_two_requests(desk: Desk) -> None:
    desk.made()
    process = desk.process()
    for _ in range(2):
        assert desk.send(count(2), count(5), process=process) == ["delivered", "delivered"]
        assert desk.asked() == [("GET", "/issues"), ("PATCH", "/issues/1")]
        desk.proxy.log.clear()
    assert "seen count=15 " in desk.only()["body"]


def test_a_count_right_after_our_own_issue_takes_one(desk: Desk) -> None:
    process = desk.process()
    assert desk.send(item(), process=process) == ["delivered"]
    desk.proxy.log.clear()
    assert desk.send(count(2), process=process) == ["delivered"]
    assert desk.asked() == [("PATCH", "/issues/1")]
    assert "seen count=3 " in desk.only()["body"]


def test_what_a_person_writes_right_after_our_count_stays(desk: Desk) -> None:
    desk.made()
    process = desk.process()
    assert desk.send(count(2), process=process) == ["delivered"]
    desk.emulator.edit(desk.repo, 1, body=desk.only()["body"] + "\n\nA note by a person.")
    assert desk.send(count(2), process=process) == ["delivered"], "on GitHub's clock that was 10 minutes ago"
    assert desk.only()["body"].endswith("A note by a person.")
    assert "seen count=5 " in desk.only()["body"]


@pytest.mark.slow
def test_fifteen_seconds_after_our_own_write_it_is_read_again(desk: Desk) -> None:
    process = desk.process()
    desk.send(item(), process=process)
    time.sleep(1.1)  # GitHub's times are whole seconds
    edited = desk.only()["body"] + "\n\nA note by a person."
    desk.emulator.edit(desk.repo, 1, body=edited)
    time.sleep(14)
    assert desk.send(count(2), process=process) == ["later"], "someone edits"
    desk.long_after()
    assert desk.send(item(OTHER), process=process) == ["delivered"], "any answer tells the time"
    assert desk.send(count(2), process=process) == ["delivered"]
    assert desk.issues()[0]["body"].endswith("A note by a person.")
    assert "seen count=3 " in desk.issues()[0]["body"]


def test_what_people_wrote_stays_byte_for_byte(desk: Desk) -> None:
    desk.made()
    body = desk.only()["body"]
    edited = f"Ich schaue mir das an. @octo-org/security fixes #1\r\n\r\n{body}\r\n\r\n```\nmore é \U0001f4a5\t \r\n"
    desk.emulator.edit(desk.repo, 1, body=edited, title="Cart: no price")
    desk.long_after()
    assert desk.send(count(7)) == ["delivered"]
    issue = desk.only()
    block = re.compile("<!-- splat:seen .*?<!-- splat:end -->", re.DOTALL)
    assert block.split(issue["body"]) == block.split(edited)
    assert "seen count=8 " in issue["body"]
    assert issue["title"] == "Cart: no price"


def test_without_its_block_an_issue_is_left_alone(desk: Desk) -> None:
    desk.made()
    body = desk.only()["body"].replace("<!-- splat:end -->", "")
    desk.emulator.edit(desk.repo, 1, body=body)
    desk.long_after()
    assert desk.send(count(7)) == ["delivered"]
    assert desk.only()["body"] == body
    assert not desk.proxy.requests("PATCH")


def test_labels_that_people_chose_stay(desk: Desk) -> None:
    desk.made()
    desk.emulator.edit(desk.repo, 1, labels=["splat", "wip"])
    desk.long_after()
    assert desk.send(item(), count(7)) == ["delivered", "delivered"]
    assert desk.emulator.labels(desk.repo, 1) == ["splat", "wip"]


def test_an_issue_that_is_gone_is_made_again(desk: Desk) -> None:
    process = desk.process()
    desk.send(item(), process=process)
    desk.proxy.lag = 3_600
    moved = {"message": "This issue was deleted"}
    desk.proxy.faults.append(Fault(410, path="/issues/1$", data=moved))
    assert desk.send(item(), process=process) == ["later"]
    desk.proxy.lag = 0
    desk.emulator.edit(desk.repo, 1, labels=[])
    assert desk.send(item(), process=process) == ["delivered"]
    assert [each["number"] for each in desk.issues()] == [1, 2]


# --- closed ----------------------------------------------------------------------------------------------------------


def test_a_release_that_was_not_known_is_a_regression(desk: Desk) -> None:
    desk.made()
    desk.close(1, "completed")
    assert desk.send(item(release="r2")) == ["delivered"]
    issue = desk.only()
    assert issue["state"] == "open"
    assert "regression" in desk.emulator.labels(desk.repo, 1)
    assert desk.emulator.comments(desk.repo, 1) == ["Seen again in a release that was not known when this was closed."]
    assert "releases=r1,r2 " in issue["body"]


def test_a_release_that_was_known_is_none(desk: Desk) -> None:
    desk.made()
    desk.close(1, "completed")
    assert desk.send(item(), at_later(DAY * 30)) == ["delivered", "delivered"]
    assert desk.only()["state"] == "closed"
    assert {each.method for each in desk.proxy.requests()} == {"GET"}


@pytest.mark.parametrize(("after", "state"), [(DAY - 60, "closed"), (DAY + 60, "open")])
def test_without_releases_a_day_decides(desk: Desk, after: float, state: str) -> None:
    desk.made(release="")
    desk.close(1, "completed")
    assert desk.send(at_later(after, release="")) == ["delivered"]
    assert desk.only()["state"] == state
    said = ["Seen again after this was closed."] if state == "open" else []
    assert desk.emulator.comments(desk.repo, 1) == said


def test_a_regression_is_asked_for_once(desk: Desk) -> None:
    desk.made()
    desk.close(1, "completed")
    process = desk.process()
    assert desk.send(item(release="r2"), count(3, release="r2"), process=process) == ["delivered", "delivered"]
    assert desk.send(count(3, release="r2"), process=process) == ["delivered"]
    assert len(desk.emulator.comments(desk.repo, 1)) == 1
    desk.close(1, "completed")
    assert desk.send(count(3, release="r2")) == ["delivered"]
    assert desk.only()["state"] == "closed"


def test_closed_as_not_planned_means_silence(desk: Desk) -> None:
    desk.made()
    desk.close(1, "not_planned")
    assert desk.send(item(release="r2"), at_later(DAY * 30, release="r3")) == ["delivered", "delivered"]
    assert desk.only()["state"] == "closed"
    assert {each.method for each in desk.proxy.requests()} == {"GET"}


def test_a_duplicate_is_counted_where_our_marker_leads(desk: Desk) -> None:
    """At most three hops, in whatever order the issues were made."""
    for number in (1, 2, 3, 4, 5):
        desk.made(signature=str(number) * 16)
        body = desk.emulator.issue(desk.repo, number)["body"]
        if number > 1:
            marked = body.replace("-->\nSeen", f"-->\n<!-- splat:duplicate of={number - 1} -->\nSeen")
            assert marked != body
            desk.emulator.edit(desk.repo, number, body=marked)
            desk.close(number, "duplicate")
    desk.long_after()
    assert desk.send(item("4" * 16)) == ["delivered"]
    assert "seen count=2 " in desk.emulator.issue(desk.repo, 1)["body"]
    desk.long_after()
    assert desk.send(item("5" * 16)) == ["delivered"]
    assert "seen count=2 " in desk.emulator.issue(desk.repo, 1)["body"], "four hops are too many"
    assert len(desk.issues()) == 5


def test_a_duplicate_without_our_marker_is_counted_in_its_canonical_issue(desk: Desk) -> None:
    desk.made()
    desk.made(signature=OTHER)
    desk.close(2, "duplicate")
    desk.long_after()
    process = desk.process()
    assert desk.send(item(OTHER), process=process) == ["delivered"]
    assert "seen count=1 " in desk.emulator.issue(desk.repo, 1)["body"], "GitHub names no other issue"
    desk.proxy.canonical[desk.repo, 2] = 1
    assert desk.send(item(OTHER)) == ["delivered"]
    assert "seen count=2 " in desk.emulator.issue(desk.repo, 1)["body"]
    assert len(desk.proxy.requests("POST", "/graphql$")) == 2
    assert desk.send(item(OTHER), process=process) == ["delivered"]
    assert len(desk.proxy.requests("POST", "/graphql$")) == 2, "one question an issue"


def test_an_enterprise_server_is_asked_at_its_own_addresses(desk: Desk) -> None:
    desk.made()
    desk.made(signature=OTHER)
    desk.close(2, "duplicate")
    desk.long_after()
    desk.proxy.canonical[desk.repo, 2] = 1
    process = desk.process(api_url=f"{desk.proxy.url}/api/v3")
    assert desk.send(item(OTHER), item("3" * 16), process=process) == ["delivered", "delivered"]
    assert "seen count=2 " in desk.emulator.issue(desk.repo, 1)["body"]
    assert {each.path.partition("/repos/")[0] for each in desk.proxy.requests()} == {"/api/v3", "/api/graphql"}


def test_a_canonical_issue_that_cannot_be_asked_for_means_silence_for_that_bug_alone(desk: Desk) -> None:
    desk.made()
    desk.close(1, "duplicate")
    desk.proxy.faults.append(Fault(502, path="/graphql$"))
    assert desk.send(item(), item(OTHER)) == ["delivered", "delivered"]
    assert [each["state"] for each in desk.issues()] == ["closed", "open"]


def test_a_duplicate_of_a_strangers_issue_means_silence(public: Desk) -> None:
    public.made()
    text = public.only()["body"]
    public.emulator.open_issue(public.repo, "mine now", text.replace(SIGNATURE, OTHER), ("splat",), token=STRANGER)
    public.close(1, "duplicate")
    public.proxy.canonical[public.repo, 1] = 2
    public.long_after()
    assert public.send(item()) == ["delivered"]
    assert public.emulator.issue(public.repo, 2)["body"] == text.replace(SIGNATURE, OTHER)
    assert len(public.issues()) == 2


def at_later(seconds: float, **given: Any) -> Any:
    return item(at=time.time() + seconds, **given)


def test_what_is_read_last_decides(desk: Desk) -> None:
    """A listing that lags shows a closed issue that was opened again: it is read before it is written to."""
    desk.made()
    closed = {**desk.only(), "state": "closed", "state_reason": "completed", "closed_at": "2026-01-01T00:00:00Z"}
    desk.made(signature=OTHER)
    marked = desk.emulator.issue(desk.repo, 2)["body"].replace("-->\nSeen", "-->\n<!-- splat:duplicate of=1 -->\nSeen")
    desk.emulator.edit(desk.repo, 2, body=marked)
    desk.close(2, "duplicate")
    double = {**desk.emulator.issue(desk.repo, 2), "state_reason": "duplicate"}
    desk.proxy.faults.append(Fault(200, method="GET", path="/issues$", times=1, data=[double, closed]))
    assert desk.send(item(OTHER, release="r2")) == ["later"]
    assert not desk.proxy.requests("PATCH")
    assert not desk.emulator.comments(desk.repo, 1)
