"""However a process ends, what it captured is delivered, by it or by the next one, and nobody else notices."""

from __future__ import annotations

import re
import stat
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from healer.event import Event
from healer.report import Report, read_report
from healer.signature import signature
from tests.issue_oracle import report_in
from tests.sdks.kit import folder_of, github_kit

if TYPE_CHECKING:
    from tests.sdks.conftest import Shop

pytestmark = pytest.mark.slow
Fault = github_kit("proxy").Fault


@pytest.mark.parametrize("how", ["normal", "exit", "uncaught", "thread"])
def test_what_was_captured_is_delivered(shop: Shop, how: str) -> None:
    driver = shop.process()
    for bug in range(1, 5):
        driver.capture(bug)
    code = driver.end(how)
    bare = shop.process(start=False)
    assert code == bare.end(how)
    if shop.language != "go":  # which tells of a panic that was seen and went on
        assert _plain(driver.errors) == _plain(bare.errors)
    shop.deliver_the_rest()
    assert len(shop.issues()) == 4 + (how in ("uncaught", "thread"))
    assert shop.files(".json") == []


def _plain(printed: str) -> str:
    """Without what no two processes have the same of."""
    return re.sub(r"0x[0-9a-f]+", "0x", printed)


def test_a_kill_loses_nothing_that_was_captured_a_moment_before(shop: Shop) -> None:
    shop.proxy.faults.append(Fault("hang", seconds=60))
    driver = shop.process()
    for bug in range(1, 5):
        driver.capture(bug)
    shop.await_on_disk(4)
    assert driver.end("kill") == -9
    shop.proxy.faults.clear()
    shop.deliver_the_rest()
    assert len(shop.issues()) == 4


def test_durable_loses_nothing_at_all(shop: Shop) -> None:
    shop.proxy.faults.append(Fault("hang", seconds=60))
    driver = shop.process(durable=True)
    for bug in range(1, 5):
        driver.capture(bug)
    assert driver.end("kill") == -9
    shop.proxy.faults.clear()
    shop.deliver_the_rest()
    assert len(shop.issues()) == 4


def test_the_spool_is_the_users_alone(shop: Shop) -> None:
    shop.proxy.faults.append(Fault("hang", seconds=60))
    driver = shop.process(shutdown_timeout=0)
    driver.capture(message="password=hunter2hunter2")
    assert driver.end() == 0
    files = shop.files()
    assert any("splat-report/1" in each.read_text() for each in files)
    for each in files:
        assert stat.S_IMODE(each.stat().st_mode) == 0o600, each
        assert stat.S_IMODE(each.parent.stat().st_mode) == 0o700
        assert "hunter2" not in each.read_text()


def test_a_burst_costs_a_handful_of_requests(shop: Shop) -> None:
    driver = shop.process()
    for _ in range(20):
        driver.capture(times=500)
    assert driver.flush(), driver.errors
    assert driver.end() == 0
    assert "seen count=10000 " in shop.only()["body"]
    assert len(shop.proxy.log) <= 9


@pytest.mark.parametrize("hosts", [1, 6])
def test_six_processes_at_once_end_with_one_issue(shop: Shop, hosts: int) -> None:
    drivers = [shop.process(spool_dir=str(shop.folder / f"host-{n % hosts}")) for n in range(6)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda driver: driver.capture(), drivers))
        list(pool.map(lambda driver: driver.flush(), drivers))
        assert set(pool.map(lambda driver: driver.end(), drivers)) == {0}
    assert [each["number"] for each in shop.issues() if each["state"] == "open"] == [1]
    assert shop.emulator.labelled(shop.repo, "auto-fix") == 1


def test_the_engine_reads_the_same_bug_from_what_is_printed(shop: Shop) -> None:
    """Somebody pastes the trace: it must not become a second pull request."""
    driver = shop.process()
    driver.end("uncaught")
    shop.deliver_the_rest()
    reported = report_in(shop.only()["body"])["signature"]
    bare = shop.process(start=False)
    bare.end("uncaught")
    found = read_report(Event("trace", bare.errors))
    assert isinstance(found, Report), found
    assert signature(found.runtime, found.exceptions, str(folder_of(shop.language))) == reported
