"""What every SDK does when GitHub or the network does not do what it should."""

from __future__ import annotations

import re
import socket
import time
from typing import TYPE_CHECKING

import pytest

from tests.sdks.conftest import BOT
from tests.sdks.kit import github_kit

if TYPE_CHECKING:
    from tests.sdks.conftest import Shop

pytestmark = pytest.mark.slow
Fault = github_kit("proxy").Fault
#: Seconds: two of them, and what a busy machine adds; waiting for what hangs would take more than 40.
IN_TIME = 25


def test_a_wrong_token_is_tried_once_and_named(shop: Shop) -> None:
    shop.proxy.bad_tokens.add("ghp_wrong")
    driver = shop.process(token="ghp_wrong")
    driver.capture(0)
    assert driver.flush() is False
    driver.capture(1)
    driver.flush()
    assert driver.end() == 0
    assert len(shop.proxy.log) == 1
    assert "401" in driver.errors
    assert "SPLAT_TOKEN" in driver.errors
    assert "ghp_wrong" not in driver.errors


@pytest.mark.parametrize("status", [403, 404, 422])
def test_what_is_refused_is_never_tried_again(shop: Shop, status: int) -> None:
    refused = Fault(status, method="POST", path="/issues$", data={"message": "No `@octo-org/team`"})
    shop.proxy.faults.append(refused)
    driver = shop.process()
    driver.capture()
    assert driver.flush() is False
    assert driver.end() == 0
    assert refused.struck == 1
    assert str(status) in driver.errors
    assert shop.files(".json") == []


def test_retry_after_is_kept_and_the_next_process_delivers(shop: Shop) -> None:
    shop.proxy.faults.append(Fault(429, headers={"Retry-After": "61"}))
    driver = shop.process()
    driver.capture(0)
    driver.capture(1)
    assert driver.flush(3) is False
    assert driver.end() == 0
    assert len(shop.proxy.log) == 1
    shop.proxy.faults.clear()
    kept = [each for each in shop.files(".json") if re.match(r"[0-9]{10,}-", each.name)]
    assert len(kept) == 2
    shop.deliver_the_rest()
    if shop.language == "php":  # where each request is a process, the next one keeps to it as well
        assert len(shop.proxy.log) == 1
        return
    assert len(shop.issues()) == 2
    assert shop.files(".json") == []


@pytest.mark.parametrize("do", [500, "reset", "cut"])
def test_what_broke_once_is_tried_again(shop: Shop, do: int | str) -> None:
    shop.proxy.faults.append(Fault(do, method="POST", path="/issues$", times=1))
    driver = shop.process()
    driver.capture()
    assert driver.flush(), driver.errors
    assert driver.end() == 0
    assert len(shop.issues()) == 1
    assert shop.emulator.labelled(shop.repo, "auto-fix") == 1


def test_a_lost_answer_makes_no_second_issue(shop: Shop) -> None:
    shop.proxy.faults.append(Fault("reset", method="POST", path="/issues$", times=1, late=True))
    driver = shop.process()
    driver.capture()
    assert driver.flush(), driver.errors
    assert driver.end() == 0
    assert len(shop.issues()) == 1
    assert shop.emulator.labelled(shop.repo, "auto-fix") == 1


def test_a_token_that_may_not_label_stops(shop: Shop) -> None:
    shop.proxy.cannot_label.add(BOT)
    driver = shop.process()
    driver.capture(0)
    driver.flush()
    driver.capture(1)
    driver.flush()
    assert driver.end() == 0
    assert len(shop.issues()) == 1
    assert "label" in driver.errors


def test_the_app_ends_in_time_while_nothing_listens(shop: Shop) -> None:
    with socket.socket() as bound:  # and nobody else gets its port
        bound.bind(("127.0.0.1", 0))
        driver = shop.process(api_url=f"http://127.0.0.1:{bound.getsockname()[1]}")
        driver.capture()
        started = time.monotonic()
        assert driver.end() == 0
    assert time.monotonic() - started < IN_TIME
    assert len(shop.left()) == 1


def test_the_app_ends_in_time_while_github_hangs(shop: Shop) -> None:
    shop.proxy.faults.append(Fault("hang", seconds=60))
    driver = shop.process()
    driver.capture()
    started = time.monotonic()
    assert driver.end() == 0
    assert time.monotonic() - started < IN_TIME
    assert len(shop.proxy.log) < 4, "as often as one tries that has the time"
    assert len(shop.left()) == 1
    shop.proxy.faults.clear()
    shop.deliver_the_rest()
    assert len(shop.issues()) == 1


def test_wrong_options_warn_and_the_app_goes_on(shop: Shop) -> None:
    driver = shop.process(sample_rate="often", no_such_option=1, labels={"a": 1})
    driver.capture()
    assert driver.flush(), driver.errors
    assert driver.end() == 0
    assert len(shop.issues()) == 1
    assert "sample_rate" in driver.errors.replace("sampleRate", "sample_rate").replace("SampleRate", "sample_rate")


def test_without_anything_it_does_nothing(shop: Shop) -> None:
    driver = shop.process(start=False)
    assert driver.capture() == [None]
    assert driver.flush() is True
    driver.start()
    assert driver.capture() == [None]
    assert driver.end() == 0
    assert "SPLAT_REPO" in driver.errors or "repo" in driver.errors


def test_a_spool_that_cannot_be_written_loses_nothing_while_it_runs(shop: Shop) -> None:
    shop.spool.parent.mkdir(parents=True, exist_ok=True)
    shop.spool.write_text("in the way")
    driver = shop.process()
    driver.capture()
    assert driver.flush(), driver.errors
    assert driver.end() == 0
    assert len(shop.issues()) == 1
