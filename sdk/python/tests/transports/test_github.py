"""D: what becomes of errors in a repository of GitHub's."""

from __future__ import annotations

import time

from tests.transports.desk import SIGNATURE, Desk, count, item


def test_a_new_bug_becomes_one_issue_with_its_labels(desk: Desk) -> None:
    assert desk.send(item(), process=desk.process(labels=("team-shop",))) == ["delivered"]
    issue = desk.only()
    assert issue["title"] == "[Splat] TypeError in shop/cart.py:42"
    assert {each["name"] for each in issue["labels"]} == {"splat", "team-shop", "auto-fix"}
    assert f"signature={SIGNATURE}" in issue["body"]
    assert "seen count=1 " in issue["body"]


def test_the_trigger_label_comes_after_creation(desk: Desk) -> None:
    desk.send(item(), process=desk.process(trigger_label="fix-me", labels=("fix-me", "x")))
    (created,) = desk.proxy.requests("POST", "/issues$")
    assert created.data["labels"] == ["splat", "x"]
    assert desk.emulator.labelled(desk.repo, "fix-me") == 1


def test_no_spelling_of_the_trigger_label_is_given_at_creation(desk: Desk) -> None:
    """GitHub tells labels apart without regard to case."""
    process = desk.process(labels=("Team", "AUTO-FIX", "SPLAT"), trigger_label="Auto-fix")
    assert desk.send(item(), process=process) == ["delivered"]
    (created,) = desk.proxy.requests("POST", "/issues$")
    assert created.data["labels"] == ["splat", "Team"]


def test_a_first_error_takes_five_requests(desk: Desk) -> None:
    desk.send(item())
    assert desk.asked() == [
        ("GET", "/issues"), ("GET", "/"), ("POST", "/issues"), ("GET", "/issues"), ("PATCH", "/issues/1"),
    ]  # fmt: skip


def test_the_same_bug_of_a_later_process_is_counted(desk: Desk) -> None:
    desk.made()
    assert desk.send(item(release="r2"), count(4)) == ["delivered", "delivered"]
    issue = desk.only()
    assert "seen count=6 " in issue["body"]
    assert "releases=r1,r2 " in issue["body"]
    assert [method for method, _ in desk.asked()].count("PATCH") == 1


def test_ten_seconds_of_identical_errors_take_six_requests(desk: Desk) -> None:
    process = desk.process()
    assert process.send([item()])[0].value == "delivered"
    process.hurry(time.monotonic() + 60)
    assert process.send([count(99_999)])[0].value == "delivered"
    process.close(time.monotonic() + 60)
    assert "seen count=100000 " in desk.only()["body"]
    assert len(desk.proxy.log) == 6, desk.asked()
