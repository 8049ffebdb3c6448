"""D7 to D9, I9: a bug without an issue."""

from __future__ import annotations

import json
import os
import threading
import time
from typing import TYPE_CHECKING

import pytest

from splat.block import marker_of
from splat.spool import Spool
from splat.transports import notes
from splat.transports.claim import Claim
from splat.values import Count
from tests.clocks import Watch
from tests.github_kit import BOT, Fault
from tests.github_kit.proxy import wait_for
from tests.transports.desk import OTHER, SIGNATURE, Desk, count, item

if TYPE_CHECKING:
    from pathlib import Path

ZEROS = "0" * 16


def signatures(count: int, first: int = 1) -> list[str]:
    return [f"{number:016x}" for number in range(first, first + count)]


# --- one bug, one issue ----------------------------------------------------------------------------------------------


def test_all_that_is_known_at_creation_is_in_the_first_body(desk: Desk) -> None:
    assert desk.send(count(5, release="r2"), item(), count(3), item()) == ["delivered"] * 4
    assert "seen count=10 " in desk.only()["body"]
    assert "releases=r1,r2 " in desk.only()["body"]


@pytest.mark.slow
def test_an_answer_that_got_lost_makes_no_second_issue(desk: Desk) -> None:
    desk.proxy.faults.append(Fault("reset", method="POST", path="/issues$", times=1, late=True))
    assert desk.send(item(), count(2)) == ["delivered", "delivered"]
    assert "seen count=3 " in desk.only()["body"]
    assert desk.emulator.labelled(desk.repo, "auto-fix") == 1


@pytest.mark.slow
@pytest.mark.parametrize("do", [500, 502, "reset", "cut"])
def test_creation_is_tried_again(desk: Desk, do: int | str) -> None:
    desk.proxy.faults.append(Fault(do, method="POST", path="/issues$", times=1))
    assert desk.send(item()) == ["delivered"]
    assert len(desk.issues()) == 1
    assert desk.emulator.labelled(desk.repo, "auto-fix") == 1


@pytest.mark.slow
def test_a_report_that_comes_twice_is_counted_once(desk: Desk) -> None:
    """A process that was killed before it noted the delivery leaves it to the next one."""
    same = item()
    desk.send(same)
    time.sleep(2.1)  # GitHub's times are whole seconds
    desk.emulator.edit(desk.repo, 1, labels=["splat"])
    desk.long_after()
    assert desk.send(same, count(4)) == ["delivered", "delivered"]
    assert "seen count=5 " in desk.only()["body"]
    assert desk.emulator.labels(desk.repo, 1) == ["splat"], "whoever took the label off meant it"


@pytest.mark.slow
def test_an_index_that_lags_is_waited_for(desk: Desk) -> None:
    desk.proxy.lag = 2.0
    assert desk.send(item()) == ["delivered"]
    assert desk.emulator.labelled(desk.repo, "auto-fix") == 1
    assert len(desk.proxy.requests("POST", "/issues$")) == 1


@pytest.mark.slow
def test_ten_processes_and_an_index_that_lags_end_with_one_issue(desk: Desk) -> None:
    """Simulated lag made ten issues of ten identical errors in py-splat."""
    desk.proxy.lag = 3.0
    for _ in range(10):
        assert desk.send(item(), process=desk.process()) in (["delivered"], ["later"])
    assert len(desk.issues()) == 1
    assert desk.emulator.labelled(desk.repo, "auto-fix") == 1


def test_when_the_process_ends_the_next_one_labels(desk: Desk) -> None:
    desk.proxy.lag = 3_600
    process = desk.process()

    def end() -> None:
        wait_for(lambda: bool(desk.proxy.requests("POST", "/issues$")), 120)
        process.hurry(time.monotonic() + 1)

    ends = threading.Thread(target=end)
    ends.start()
    assert desk.send(item(), process=process) == ["delivered"]
    ends.join()
    process.close(time.monotonic() + 1)
    assert desk.emulator.labelled(desk.repo, "auto-fix") == 0
    desk.proxy.lag = 0
    (owed,) = desk.spool.glob("*.created")
    os.utime(owed, (time.time() - 60,) * 2)
    later = desk.process()
    later.tick()
    assert desk.emulator.labelled(desk.repo, "auto-fix") == 1
    assert not list(desk.spool.glob("*.created"))
    asked = len(desk.proxy.log)
    later.tick()
    assert len(desk.proxy.log) == asked, "nothing owed, nothing asked"


@pytest.mark.slow
def test_an_answer_that_got_lost_behind_an_index_that_lags_costs_no_label(desk: Desk) -> None:
    """Nobody knows who made the first issue: after its maker's turn, whoever made the second one labels it."""
    desk.proxy.lag = 3.0
    desk.proxy.faults.append(Fault("reset", method="POST", path="/issues$", times=1, late=True))
    process = desk.process()
    assert desk.send(item(), process=process) == ["delivered"]
    assert [each["state"] for each in desk.issues()] == ["open", "closed"]
    assert desk.emulator.labelled(desk.repo, "auto-fix") == 0
    desk.long_after(30)
    process.close(time.monotonic() + 60)
    assert "auto-fix" in desk.emulator.labels(desk.repo, 1)
    assert desk.emulator.labelled(desk.repo, "auto-fix") == 1
    assert not list(desk.spool.glob("*.created"))


def test_doubles_are_closed_by_any_later_process(desk: Desk) -> None:
    """As two hosts leave them that ended before they could read back."""
    desk.made()
    body = desk.only()["body"]
    for _ in range(3):
        desk.emulator.open_issue(desk.repo, "double", body, ("splat",))
    desk.emulator.edit(desk.repo, 1, labels=["splat"])
    desk.long_after()
    assert desk.send(count(2)) == ["delivered"]
    kept, *doubles = desk.issues()
    assert kept["state"] == "open"
    assert {each["name"] for each in kept["labels"]} == {"splat", "auto-fix"}
    for double in doubles:
        assert double["state"] == "closed"
        assert double["body"].split("\n")[2] == "<!-- splat:duplicate of=1 -->"
    closing = [each for each in desk.proxy.requests("PATCH") if each.data.get("state") == "closed"]
    assert [each.data["state_reason"] for each in closing] == ["duplicate"] * 3


def test_a_maker_is_given_time_to_follow_up(desk: Desk) -> None:
    desk.made()
    desk.proxy.ahead = 0
    desk.emulator.open_issue(desk.repo, "double", desk.only()["body"], ("splat",))
    desk.send(item())
    assert [each["state"] for each in desk.issues()] == ["open", "open"]


# --- the claim -------------------------------------------------------------------------------------------------------


def test_the_claim_is_one_processs_until_it_lets_go(tmp_path: Path) -> None:
    ours, theirs = Claim(str(tmp_path)), Claim(str(tmp_path))
    assert ours.take()
    assert not theirs.take()
    ours.release()
    assert theirs.take()
    assert not ours.take()


def test_a_stale_claim_is_taken_over_once(tmp_path: Path) -> None:
    dead = Claim(str(tmp_path))
    assert dead.take()
    old = time.time() - 61
    os.utime(tmp_path / "create.lock", (old, old))
    assert sorted(Claim(str(tmp_path)).take() for _ in range(5)) == [False] * 4 + [True]


def test_a_claim_that_is_kept_does_not_grow_stale(tmp_path: Path) -> None:
    ours = Claim(str(tmp_path))
    ours.take()
    os.utime(tmp_path / "create.lock", (0, 0))
    ours.keep()
    assert not Claim(str(tmp_path)).take()


@pytest.mark.parametrize("folder", [None, "/proc/nowhere"])
def test_without_a_folder_everyone_may(folder: str | None) -> None:
    assert Claim(folder).take()
    assert Claim(folder).take()


@pytest.mark.slow
def test_while_another_process_creates_ours_waits_then_leaves_it_for_later(desk: Desk) -> None:
    other = Claim(str(desk.spool))
    process = desk.process()
    assert other.take()
    started, watch = time.monotonic(), Watch()
    assert desk.send(item(), process=process) == ["later"]
    assert time.monotonic() - started > 4
    assert watch.seconds() < 8
    other.release()
    assert desk.send(item(), process=process) == ["delivered"]
    assert len(desk.issues()) == 1


def test_a_folder_nobody_can_write_in_costs_nothing_but_the_claim(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    process = desk.process(tmp_path / "file" / "spool")
    assert desk.send(item(), process=process) == ["delivered"]
    assert desk.emulator.labelled(desk.repo, "auto-fix") == 1


# --- too many --------------------------------------------------------------------------------------------------------


def test_a_process_makes_ten_issues_an_hour_and_one_about_the_others(desk: Desk) -> None:
    process = desk.process()
    batch = [item(each) for each in signatures(13)]
    assert desk.send(*batch, process=process) == ["delivered"] * 13
    *made, summary = desk.issues()
    assert [marker_of(each["body"]) for each in made] == signatures(10)
    assert summary["title"] == "[Splat] More errors than issues"
    assert marker_of(summary["body"]) == ZEROS
    assert "seen count=3 " in summary["body"]
    assert {each["name"] for each in summary["labels"]} == {"splat"}, "nothing in it can be fixed"
    assert "TypeError" not in summary["body"]
    assert desk.send(item("a" * 16), count(40, signatures(1, 12)[0]), process=process) == ["delivered"] * 2
    process.tick()
    assert "seen count=3 " in desk.issues()[-1]["body"], "at most once an hour"
    process.close(time.monotonic() + 60)
    (left,) = Spool(str(desk.spool)).take(10)
    assert isinstance(left.item.body, Count)
    assert (left.item.body.signature, left.item.body.seen) == (ZEROS, 41)
    desk.long_after()
    assert desk.send(left.item) == ["delivered"], "told by the next process"
    assert "seen count=44 " in desk.issues()[-1]["body"]
    assert len(desk.issues()) == 11


def test_a_repository_gets_twenty_issues_an_hour(desk: Desk) -> None:
    for first in (1, 11):
        desk.send(*[item(each) for each in signatures(10, first)])
    assert len(desk.issues()) == 20
    third = desk.process()
    assert desk.send(item("a" * 16), process=third) == ["delivered"]
    assert [marker_of(each["body"]) for each in desk.issues()[20:]] == [ZEROS]
    desk.long_after(3_700)
    assert desk.send(item("b" * 16), process=third) == ["delivered"], "the hour is over"
    assert marker_of(desk.issues()[-1]["body"]) == "b" * 16


def test_an_overflow_goes_into_the_summary(desk: Desk) -> None:
    assert desk.send(count(70, ZEROS), item()) == ["delivered", "delivered"]
    assert [marker_of(each["body"]) for each in desk.issues()] == [SIGNATURE, ZEROS]
    assert "seen count=70 " in desk.issues()[-1]["body"]


def test_a_summary_closed_as_not_planned_stays_closed(desk: Desk) -> None:
    desk.send(count(70, ZEROS))
    desk.close(1, "not_planned")
    assert desk.send(count(70, ZEROS)) == ["delivered"]
    assert desk.only()["state"] == "closed"


def test_a_count_without_an_issue_waits_for_its_report_but_not_for_ever(desk: Desk) -> None:
    assert desk.send(count(3), count(3, OTHER, at=time.time() - 4_000)) == ["later", "delivered"]
    assert desk.issues() == []


# --- labels ----------------------------------------------------------------------------------------------------------


def test_a_token_that_may_not_label_creates_one_issue_and_says_so(public: Desk) -> None:
    public.proxy.cannot_label.add(BOT)
    process = public.process()
    assert public.send(item(), process=process) == ["delivered"]
    assert public.send(item(OTHER), process=process) == ["never"]
    assert public.send(item("3" * 16), process=public.process()) == ["never"], "nor does a process started anew"
    issue = public.only()
    assert issue["labels"] == []
    assert "may not label" in public.warnings[0]
    assert BOT not in "".join(public.warnings)
    (note,) = public.spool.glob("*.cannot-label")
    os.utime(note, (0, 0))
    public.proxy.cannot_label.clear()
    assert public.send(item(OTHER)) == ["delivered"], "an hour later it is tried again"


# --- who can read it -------------------------------------------------------------------------------------------------


def embedded(desk: Desk) -> dict[str, object]:
    """The report in the only issue."""
    found: dict[str, object] = json.loads(desk.only()["body"].split("```json\n")[1].split("\n```")[0])
    return found


def test_a_public_repository_shows_no_logs_no_request_and_no_locals(public: Desk) -> None:
    public.send(item())
    body = public.only()["body"]
    for secret in ("a line of the log", "a breadcrumb", "/carts/7", "dict(2)", "Logs", "Request"):
        assert secret not in body, secret
    assert "no price" in body


def test_what_the_user_asked_for_is_shown_in_public(public: Desk) -> None:
    public.send(item(), process=public.process(public_logs=True, public_locals=True))
    report = embedded(public)
    assert report["logs"]
    assert report["breadcrumbs"]
    assert "request" not in report
    assert "dict(2)" in public.only()["body"]


def test_a_private_repository_shows_all(desk: Desk) -> None:
    desk.send(item())
    assert {"logs", "breadcrumbs", "request"} <= set(embedded(desk))
    assert "dict(2)" in desk.only()["body"]


def test_nothing_to_hide_is_nothing_to_ask(desk: Desk) -> None:
    bare = item()
    assert not isinstance(bare.body, Count)
    for name in ("logs", "breadcrumbs", "request"):
        del bare.body[name]
    del bare.body["exceptions"][0]["frames"][0]["locals"]
    assert desk.send(bare) == ["delivered"]
    assert not desk.proxy.requests(path=f"{desk.repo}$")


def test_an_answer_without_the_flag_means_public(desk: Desk) -> None:
    desk.proxy.faults.append(Fault(200, path=f"{desk.repo}$", data={"full_name": desk.repo}))
    desk.send(item())
    assert "a line of the log" not in desk.only()["body"]


# --- notes -----------------------------------------------------------------------------------------------------------


def test_notes_survive_whatever_stands_in_their_files(tmp_path: Path) -> None:
    (tmp_path / "reporters.txt").write_bytes(b"\xff\xfe 12\nx\n-3\n" + b"9" * 5_000)
    (tmp_path / "7-zz.created").write_text("")
    (tmp_path / "0-17310dbb56def269.created").write_text("")
    kept = notes.Notes(str(tmp_path))
    assert kept.reporters() == set()
    assert kept.owed(0) == []
    kept.add_reporter(5)
    assert notes.Notes(str(tmp_path)).reporters() == {5}
