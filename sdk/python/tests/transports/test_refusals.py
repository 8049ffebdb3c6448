"""T2 as the transport `github` keeps it: what is tried again, what is not, and what a person is told."""

from __future__ import annotations

import threading
import time
from email.utils import formatdate

import pytest

from tests.clocks import Watch
from tests.github_kit import BOT, Fault
from tests.transports.desk import OTHER, Desk, count, item


def texts(desk: Desk) -> str:
    return "\n".join(desk.warnings)


# --- refused for good ------------------------------------------------------------------------------------------------


def test_a_wrong_token_is_tried_once_and_named(desk: Desk) -> None:
    """bugstack tries three times at 401."""
    desk.proxy.bad_tokens.add("ghp_wrong")
    process = desk.process(token="ghp_wrong")
    assert desk.send(item(), item(OTHER), process=process) == ["never", "never"]
    assert desk.send(item("3" * 16), process=process) == ["never"]
    process.tick()
    process.close(time.monotonic() + 1)
    assert len(desk.proxy.log) == 1
    (warning,) = desk.warnings
    assert "401" in warning
    assert "SPLAT_TOKEN" in warning
    assert "ghp_wrong" not in warning


@pytest.mark.parametrize(
    ("status", "path", "told"),
    [
        (403, "/issues$", "read and write access to the issues"),
        (404, "/issues$", "Check the option `repo`"),
        (410, "/issues$", "issues are turned off"),
        (422, "/issues$", "not accepted"),
    ],
)
def test_what_is_refused_is_never_tried_again(desk: Desk, status: int, path: str, told: str) -> None:
    """py-splat tries three times at 422."""
    refused = Fault(status, method="POST", path=path, data={"message": "No `@octo-org/team` <!-- x"})
    desk.proxy.faults.append(refused)
    assert desk.send(item()) == ["never"]
    assert refused.struck == 1
    (warning,) = desk.warnings
    assert str(status) in warning
    assert told in warning
    assert desk.issues() == []


def test_what_an_answer_repeats_is_told_without_secrets(desk: Desk) -> None:
    data = {"message": "what you sent: Authorization: Bearer ghp_" + "a1B2" * 9}
    desk.proxy.faults.append(Fault(403, data=data))
    assert desk.send(item()) == ["never"]
    assert "a1B2" not in texts(desk)


def test_a_text_that_is_not_taken_stops_nothing_else(desk: Desk) -> None:
    refused = Fault(422, method="POST", path="/issues$", times=1)
    desk.proxy.faults.append(refused)
    assert desk.send(item(), item(OTHER)) == ["never", "delivered"]
    assert len(desk.issues()) == 1


def test_one_warning_a_status(desk: Desk) -> None:
    desk.proxy.faults.append(Fault(422, method="POST", path="/issues$"))
    process = desk.process()
    for signature in ("1", "2", "3"):
        assert desk.send(item(signature * 16), process=process) == ["never"]
    assert len(desk.warnings) == 1


def test_a_repository_that_moved_to_another_host_does_not_get_the_token(desk: Desk) -> None:
    away = {"Location": "http://elsewhere.invalid/issues"}
    desk.proxy.faults.append(Fault(301, path="/issues$", headers=away))
    assert desk.send(item()) == ["never"]
    assert "another address" in texts(desk)


def test_a_repository_that_was_renamed_is_followed(desk: Desk) -> None:
    """As GitHub does it: 301 for reading, 307 for writing."""
    listing = f"{desk.proxy.url}/repos/{desk.repo}/issues?state=all&labels=splat"
    desk.proxy.faults += [
        Fault(301, method="GET", path="/old/name/issues$", headers={"Location": listing}),
        Fault(307, method="POST", path="/old/name/issues$", headers={"Location": f"/repos/{desk.repo}/issues"}),
        Fault(307, method="PATCH", path="/old/name/issues/1$", headers={"Location": f"../../../{desk.repo}/issues/1"}),
        Fault(301, path="/old/name$", headers={"Location": f"/repos/{desk.repo}"}),
    ]
    assert desk.send(item(), process=desk.process(repo="old/name")) == ["delivered"]
    assert desk.emulator.labels(desk.repo, desk.only()["number"]) == ["splat", "auto-fix"]


# --- limits ----------------------------------------------------------------------------------------------------------


def test_a_long_retry_after_is_kept_without_a_further_request(desk: Desk) -> None:
    """py-splat makes 5 requests then, bugstack 8, rollbar 200."""
    desk.proxy.faults.append(Fault(429, headers={"Retry-After": "61"}))
    process = desk.process()
    watch = Watch()
    for _ in range(3):
        assert desk.send(item(), count(3), process=process) == ["later", "later"]
    process.tick()
    process.close(time.monotonic() + 1)
    assert len(desk.proxy.log) == 1
    assert watch.seconds() < 1
    assert desk.warnings == []


@pytest.mark.slow
@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_short_retry_after_is_waited_for(desk: Desk, form: str) -> None:
    def headers() -> dict[str, str]:
        return {"Retry-After": "3" if form == "seconds" else formatdate(time.time() + 3.9, usegmt=True)}

    desk.proxy.faults.append(Fault(429, path="/issues$", times=1, headers=headers))
    started, watch = time.monotonic(), Watch()
    assert desk.send(item()) == ["delivered"]
    first, second, *_ = desk.proxy.requests()
    assert 2.5 < second.at - first.at < 4.5 + time.monotonic() - started - watch.seconds()
    assert len(desk.issues()) == 1


def test_a_secondary_limit_that_names_no_time_ends_the_try(desk: Desk) -> None:
    said = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes."}
    desk.proxy.faults.append(Fault(403, method="POST", path="/issues$", data=said))
    process = desk.process()
    assert desk.send(item(), process=process) == ["later"]
    asked = len(desk.proxy.log)
    assert desk.send(item(), process=process) == ["later"]
    assert len(desk.proxy.log) == asked


def test_a_limit_that_is_used_up_is_kept_until_its_reset(desk: Desk) -> None:
    used_up = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()) + 900)}
    desk.proxy.faults.append(Fault(403, path="/issues$", headers=used_up))
    process = desk.process()
    assert desk.send(item(), process=process) == ["later"]
    assert desk.send(item(), process=process) == ["later"]
    assert len(desk.proxy.log) == 1


def test_the_last_request_of_a_limit_is_the_last(desk: Desk) -> None:
    used_up = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()) + 900)}
    desk.proxy.faults.append(Fault(200, path="/issues$", times=1, headers=used_up, data=[]))
    process = desk.process()
    assert desk.send(item(), process=process) == ["later"]
    assert len(desk.proxy.log) == 1


# --- out of reach ----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_server_that_cannot_be_reached_is_told_once(desk: Desk) -> None:
    process = desk.process(api_url="http://127.0.0.1:9")
    assert desk.send(item(), process=process) == ["later"]
    (warning,) = desk.warnings
    assert "connection refused" in warning
    assert "HTTPS_PROXY" in warning
    process.hurry(time.monotonic() + 1)
    assert desk.send(item(), process=process) == ["later"]
    assert len(desk.warnings) == 1


# --- broken ----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_what_keeps_failing_is_left_for_later_after_four_tries(desk: Desk) -> None:
    desk.proxy.faults.append(Fault(503))
    started, watch = time.monotonic(), Watch()
    assert desk.send(item()) == ["later"]
    assert time.monotonic() - started >= 3.5
    assert watch.seconds() <= 11
    times = [each.at for each in desk.proxy.log]
    assert len(times) == 4
    late = 0.5 + time.monotonic() - started - watch.seconds()
    for (before, after), pause in zip(zip(times, times[1:]), (1, 2, 4)):
        assert 0.5 * pause <= after - before <= 1.5 * pause + late


@pytest.mark.slow
def test_a_reading_that_breaks_is_tried_again(desk: Desk) -> None:
    for do in (500, "reset", "cut"):
        desk.proxy.faults.append(Fault(do, method="GET", path="/issues$", times=1))
    assert desk.send(item()) == ["delivered"]
    assert len(desk.issues()) == 1


def test_something_that_is_not_github_answers(desk: Desk) -> None:
    desk.proxy.faults.append(Fault(200, path="/issues$", data=b"<html>Please sign in to the Wi-Fi</html>"))
    assert desk.send(item()) == ["later"]


@pytest.mark.parametrize("entries", [[None, 7, "x", {}, {"number": "1"}], {"message": "?"}, [[[]]]])
def test_entries_that_are_no_issues_are_passed_over(desk: Desk, entries: object) -> None:
    desk.proxy.faults.append(Fault(200, method="GET", path="/issues$", times=1, data=entries))
    assert desk.send(item()) == ["delivered"]


@pytest.mark.parametrize("when", ["listing", "creation"])
def test_a_server_that_hangs_does_not_keep_the_process_from_ending(desk: Desk, when: str) -> None:
    desk.proxy.faults.append(Fault("hang", method="GET" if when == "listing" else "POST", path="/issues$"))
    process = desk.process()
    process.hurry(time.monotonic() + 1.5)
    started, watch = time.monotonic(), Watch()
    assert desk.send(item(), process=process) == ["later"]
    process.close(started + 1.5)
    assert watch.seconds() < 2


def test_a_wait_ends_when_the_process_does(desk: Desk) -> None:
    desk.proxy.faults.append(Fault(503, headers={"Retry-After": "50"}))
    process = desk.process()
    watch = Watch()
    threading.Timer(0.5, lambda: process.hurry(time.monotonic() + 1)).start()
    assert desk.send(item(), process=process) == ["later"]
    assert watch.seconds() < 1.5


def test_nothing_that_is_said_holds_the_token(desk: Desk) -> None:
    secret = "ghp_0123456789abcdefghijklmnopqrstuvwxyz"
    for status in (401, 403, 404, 410, 422, 301, 418):
        desk.proxy.faults = [Fault(status, data={"message": "no"})]
        assert desk.send(item(), process=desk.process(token=secret)) == ["never"]
    assert len(desk.warnings) == 7
    assert secret not in texts(desk)
    assert BOT not in texts(desk)


@pytest.mark.parametrize("token", ["with\nline", "with\r\nHost: evil", "ü" * 3, "tab\t"])
def test_a_token_that_no_header_can_hold_is_refused_without_being_shown(desk: Desk, token: str) -> None:
    with pytest.raises(ValueError, match="no header can hold") as caught:
        desk.process(token=token)
    assert token not in str(caught.value)
