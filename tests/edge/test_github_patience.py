"""How long a job waits for GitHub, in numbers."""

from __future__ import annotations

import time

import pytest
from github.GithubException import GithubException
from requests.exceptions import ConnectionError, HTTPError, InvalidURL, ReadTimeout

from healer.edge.github_errors import explained
from healer.edge.github_patience import PATIENCE, Patience, limit_of

SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


def refused(status: int, said: str = "no", **headers: str) -> GithubException:
    return GithubException(status, {"message": said}, {name.replace("_", "-"): told for name, told in headers.items()})


def pauses(error: Exception, took: float = 0.0) -> list[float]:
    """All pauses that one request gets where it fails for ever."""
    patience, found = Patience(), list[float]()
    while (pause := patience.pause(error, len(found), took)) is not None:
        found.append(pause)
    return found


@pytest.mark.parametrize(
    "error", [refused(502), refused(500), ConnectionError(), ReadTimeout(), ConnectionResetError()]
)
def test_a_minute_without_github_is_outwaited_and_an_hour_is_not(error: Exception) -> None:
    found = pauses(error)
    assert 60 < sum(found) <= PATIENCE
    assert found == sorted(found), "ever longer"
    assert len(found) < 15


def test_waiting_in_vain_for_an_answer_is_waiting_too() -> None:
    found = pauses(ReadTimeout(), took=15)
    assert 60 < sum(found) + 15 * len(found) <= PATIENCE


def test_one_purse_for_all_requests() -> None:
    patience = Patience(10)
    assert patience.pause(refused(502), 4, 0) == 8
    assert patience.pause(refused(502), 4, 0) is None
    assert patience.pause(refused(502), 0, 0) == 0.5


@pytest.mark.parametrize(
    "error",
    [refused(401), refused(403, "Resource not accessible"), refused(404), refused(422), InvalidURL(), KeyError()],
)
def test_what_will_not_pass_is_not_waited_for(error: Exception) -> None:
    assert pauses(error) == []


def test_the_status_of_another_server_is_final() -> None:
    assert pauses(HTTPError()) == []


@pytest.mark.parametrize(
    ("error", "first"),
    [
        (refused(403, SECONDARY, retry_after="7"), 7),
        (refused(403, "no", retry_after="7"), 7),
        (refused(429, "no", Retry_After="7"), 7),
        (refused(503, "no", retry_after="7"), 7),
        (refused(403, SECONDARY), 60),
        (refused(429), 60),
        (refused(403, "API rate limit exceeded", x_ratelimit_remaining="0", x_ratelimit_reset="0"), 1),
        (refused(503), 0.5),
    ],
)
def test_as_long_as_github_asks_for(error: GithubException, first: float) -> None:
    assert pauses(error)[0] == first


def test_at_once_for_ever_is_not_obeyed_for_ever() -> None:
    assert len(pauses(refused(429, "no", retry_after="0"))) < 15


@pytest.mark.parametrize("after", ["3600", "151", "9" * 15])
def test_who_asks_for_too_much_is_told_off_at_once(after: str) -> None:
    assert pauses(refused(429, "no", retry_after=after)) == []


@pytest.mark.parametrize("after", ["-1", "soon", "Wed, 21 Oct 2026 07:28:00 GMT", "\u0663", "1e9", "9" * 400, ""])
def test_what_is_no_number_of_seconds_is_passed_over(after: str) -> None:
    assert limit_of(429, "no", {"retry-after": after}) == 60


def test_the_end_of_a_limit_is_named() -> None:
    soon = str(int(time.time()) + 1_800)
    error = explained(refused(403, "API rate limit exceeded", x_ratelimit_remaining="0", x_ratelimit_reset=soon), "x")
    assert time.strftime("%H:%M", time.gmtime(int(soon))) in error.next_step or "after" in error.next_step
    assert "rate limit" in error.what
    assert "tomorrow" in explained(refused(429, "no", retry_after="9" * 15), "x").next_step
