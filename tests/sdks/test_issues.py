"""One bug, one issue: what every SDK files, counts, reopens and leaves alone."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from healer.event import Event
from healer.report import Report, read_report
from tests.issue_oracle import report_in, wrong_with, wrong_with_title
from tests.sdks.conftest import BOT
from tests.sdks.kit import ERRORS, SDK, github_kit

if TYPE_CHECKING:
    from tests.sdks.conftest import Shop

pytestmark = pytest.mark.slow
SCHEMA = Draft202012Validator(json.loads((SDK / "report.schema.json").read_text()))
SECRETS = ("hunter2hunter2", "ghp_" + "a1B2" * 9, "4111 1111 1111 1111")
RELEASED = "Seen again in a release that was not known when this was closed."


def seen(issue: dict[str, Any]) -> int:
    found = re.search(r"<!-- splat:seen count=([0-9]+) ", issue["body"])
    assert found
    return int(found[1])


def test_a_new_error_becomes_an_issue_that_the_engine_reads(shop: Shop) -> None:
    driver = shop.process(environment="staging", service="cart")
    driver.tell("breadcrumb", message="the cart was opened")
    driver.tell("tag", name="shard", value="7")
    (event,) = driver.capture(message=f"password={SECRETS[0]} {SECRETS[1]} {SECRETS[2]} @octo fixes #1 <!-- -->")
    assert event
    assert re.fullmatch(r"[0-9a-f]{32}", event)
    assert driver.flush(), driver.errors
    issue = shop.only()
    assert {each["name"] for each in issue["labels"]} == {"splat", "auto-fix"}
    assert wrong_with(issue["body"]) == []
    assert wrong_with_title(issue["title"]) == []
    assert issue["title"].startswith(f"[Splat] {ERRORS[shop.language]} in ")
    assert not any(secret in issue["body"] for secret in SECRETS)
    report = report_in(issue["body"])
    assert sorted(SCHEMA.iter_errors(report), key=str) == []
    assert (report["id"], report["runtime"], report["release"]) == (event, shop.language, "r1")
    assert (report["environment"], report["service"], report["tags"]) == ("staging", "cart", {"shard": "7"})
    assert report["breadcrumbs"][0]["message"] == "the cart was opened"
    crash = report["exceptions"][0]["frames"][-1]
    assert crash["in_app"]
    assert re.search(r"bug_?0$", crash["function"])
    read = read_report(Event("trace", issue["body"]))
    assert isinstance(read, Report)
    assert read.signature == report["signature"]
    assert driver.end() == 0


def test_repeats_are_counted_in_the_same_issue(shop: Shop) -> None:
    driver = shop.process()
    ids = driver.capture(times=5)
    assert ids[0]
    assert driver.flush(), driver.errors
    driver.capture(times=5)
    shop.end(driver)
    assert seen(shop.only()) == 10
    shop.long_after()
    later = shop.process()
    later.capture(times=3)
    shop.end(later)
    assert seen(shop.only()) == 13
    assert shop.emulator.labelled(shop.repo, "auto-fix") == 1


def test_two_bugs_are_two_issues(shop: Shop) -> None:
    driver = shop.process()
    driver.capture(0)
    driver.capture(1, message="another 17")
    driver.capture(1, message="another 18")
    shop.end(driver)
    assert len(shop.issues()) == 2


def test_a_message_is_an_issue_too(shop: Shop) -> None:
    driver = shop.process()
    assert driver.tell("message", text="the till is empty")["id"]
    shop.end(driver)
    assert shop.only()["title"].startswith("[Splat] Message in ")


def test_what_was_fixed_and_comes_back_in_another_release_is_reopened(shop: Shop) -> None:
    number = shop.made()["number"]
    shop.emulator.edit(shop.repo, number, state="closed", state_reason="completed")
    same = shop.process()
    same.capture()
    shop.end(same)
    assert shop.only()["state"] == "closed"
    other = shop.process(release="r2")
    other.capture()
    shop.end(other)
    issue = shop.only()
    assert issue["state"] == "open"
    assert "regression" in {each["name"] for each in issue["labels"]}
    assert shop.emulator.comments(shop.repo, number) == [RELEASED]


def test_not_planned_stays_silent(shop: Shop) -> None:
    number = shop.made()["number"]
    shop.emulator.edit(shop.repo, number, state="closed", state_reason="not_planned")
    driver = shop.process(release="r2")
    driver.capture()
    shop.end(driver)
    assert shop.only()["state"] == "closed"
    assert not shop.proxy.requests("PATCH")
    assert shop.emulator.comments(shop.repo, number) == []


def test_a_strangers_marked_issue_captures_nothing(shop: Shop) -> None:
    shop.repo = shop.emulator.repository(private=False)
    marked = shop.made()["body"]
    report = report_in(marked)
    shop.emulator.edit(shop.repo, 1, state="closed", state_reason="not_planned", body="gone")
    stranger = github_kit("server").STRANGER
    shop.emulator.open_issue(shop.repo, "captured", marked, ("splat",), token=stranger)
    driver = shop.process()
    driver.capture()
    shop.end(driver)
    captured, made = shop.issues()[1:]
    assert captured["body"] == marked
    assert report_in(made["body"])["signature"] == report["signature"]


def test_a_public_repository_sees_nothing_private(shop: Shop) -> None:
    shop.repo = shop.emulator.repository(private=False)
    driver = shop.process()
    driver.tell("breadcrumb", message="the cart of Ada was opened")
    driver.capture()
    shop.end(driver)
    assert "Ada" not in shop.only()["body"]


def test_a_person_at_work_is_left_in_peace(shop: Shop) -> None:
    number = shop.made()["number"]
    shop.proxy.ahead = 0
    time.sleep(1.1)  # GitHub's times are whole seconds
    shop.emulator.edit(shop.repo, number, title="I am looking at this")
    driver = shop.process()
    driver.capture()
    assert driver.end() == 0
    assert not shop.proxy.requests("PATCH")
    shop.long_after()
    later = shop.process()
    later.capture(1)  # any answer tells the time
    assert later.flush(), later.errors
    assert later.end() == 0
    shop.deliver_the_rest()
    assert seen(shop.issues()[0]) == 2


def test_the_largest_report_fits(shop: Shop) -> None:
    driver = shop.process()
    for _ in range(100):
        driver.tell("breadcrumb", message="<`@" + "\U0001f600" * 900)
    driver.capture(message="``` \u202e<!-- splat:end -->" + "\u6f22\U0001f600" * 200_000)
    assert driver.flush(), driver.errors
    issue = shop.only()
    assert len(issue["body"].encode()) <= 60_000
    assert wrong_with(issue["body"]) == []
    assert isinstance(read_report(Event("trace", issue["body"])), Report)


def test_ten_issues_an_hour_and_one_for_the_rest(shop: Shop) -> None:
    driver = shop.process()
    for bug in range(14):
        driver.capture(bug)
    driver.flush()
    assert driver.end() == 0
    titles = [each["title"] for each in shop.issues()]
    assert len(titles) == 11
    assert titles.count("[Splat] More errors than issues") == 1


def test_the_token_is_nowhere(shop: Shop) -> None:
    driver = shop.process(debug=True)
    driver.capture(message=f"it failed with {BOT}")
    assert driver.flush(), driver.errors
    assert driver.end() == 0
    assert BOT not in driver.errors
    assert not any(BOT.encode() in each.read_bytes() for each in shop.files())
