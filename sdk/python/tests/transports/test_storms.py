"""Many processes and one bug: one open issue, which started one workflow."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.github_kit import Fault
from tests.transports.desk import Desk, item

pytestmark = pytest.mark.slow
TOP = Path(__file__).parents[2]


def assert_one_issue(desk: Desk) -> None:
    issues = desk.issues()
    kept = [each for each in issues if each["state"] == "open"]
    assert [each["number"] for each in kept] == [1]
    assert desk.emulator.labelled(desk.repo, "auto-fix") == 1
    for double in issues[1:]:
        assert "<!-- splat:duplicate of=1 -->" in double["body"]
    triggered = [each for each in desk.proxy.requests("PATCH") if "auto-fix" in (each.data.get("labels") or ())]
    assert [each.path for each in triggered] == [f"/repos/{desk.repo}/issues/1"], "asked for once, too"


def test_forty_processes_on_four_hosts_end_with_one_issue(desk: Desk) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.transports.one_process", desk.proxy.url, desk.repo, str(spool)],
            cwd=TOP,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for spool in (desk.spool / f"host-{number % 4}" for number in range(40))
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = Counter(process.communicate(timeout=250)[0].strip() for process in processes)
    assert [process.returncode for process in processes] == [0] * 40
    assert set(said) <= {"delivered", "later"}
    assert said["delivered"] >= 1
    assert_one_issue(desk)
    assert len(desk.issues()) <= 4, "a host has one claim"


@pytest.mark.parametrize("lag", [0.0, 0.3])
def test_three_hundred_hosts_without_a_shared_claim_end_with_one_issue(desk: Desk, lag: float) -> None:
    desk.proxy.lag = lag
    hosts = 300 if not lag else 60
    processes = [desk.process(desk.spool / str(number), jitter=2.0) for number in range(hosts)]
    said: Counter[str] = Counter()

    def meet(number: int) -> None:
        outcome = processes[number].send([item()])[0].value
        processes[number].close(time.monotonic() + 2)
        said[outcome] += 1

    threads = [threading.Thread(target=meet, args=(number,)) for number in range(hosts)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(250)
    assert said.total() == hosts
    assert set(said) <= {"delivered", "later"}
    assert_one_issue(desk)
    print(f"{hosts} hosts: {said}, {len(desk.issues())} issues, {len(desk.proxy.log)} requests", end=" ")
    print(f"in {time.monotonic() - started:.1f} s")


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_breaks_a_later_process_finds_one_issue_and_makes_it_right(desk: Desk, seed: int) -> None:
    """One request in eight is refused, torn off, or done without an answer."""
    chance = random.Random(seed)
    desk.proxy.faults += [
        Fault(chance.choice([500, 503, "reset", "cut"]), times=1, late=chance.random() < 0.5, after=number)
        for number in range(0, 240, 8)
    ]
    processes = [desk.process(desk.spool / str(number), jitter=2.0) for number in range(30)]
    threads = [threading.Thread(target=process.send, args=([item()],)) for process in processes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(250)
    desk.long_after()
    assert sum(fault.struck for fault in desk.proxy.faults) > 8
    desk.proxy.faults.clear()
    for process in processes[:3]:
        process.close(time.monotonic() + 60)
    assert desk.send(item()) == ["delivered"]
    kept = [each for each in desk.issues() if each["state"] == "open"]
    assert [each["number"] for each in kept] == [1]
    assert desk.emulator.labelled(desk.repo, "auto-fix") <= 1
