"""Counts that wait to be sent: a process that is killed leaves them to the next one, and none is counted twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, List

import pytest

from splat import journal, spool
from splat.delivery import Delivery
from splat.options import Options
from splat.spool import Spool
from splat.suppress import OVERFLOW, Keeper
from splat.values import Count, Item, Outcome
from tests import clocks, programs
from tests.sink import Sink
from tests.test_delivery import Scripted, Warnings

if TYPE_CHECKING:
    from pathlib import Path

A, B = "a" * 16, "b" * 16


class Killed:
    """A delivery that nothing leaves, and what the next process finds after it."""

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        self.folder = str(folder)
        self.durable = durable
        self.scripted = Scripted(lambda item: Outcome.LATER)
        options = Options(transport=self.scripted, root=self.folder)
        self.delivery = Delivery(options, self.folder, lambda: self.scripted, Warnings())

    def note(self, *counts: Count) -> None:
        self.delivery.note(lambda: counts)

    def take(self, *counts: Count) -> None:
        self.delivery.take(counts, durably=self.durable)

    def left(self) -> List[Item]:
        self.delivery.forget()
        place = Spool(self.folder)
        place.tidy()
        return [each.item for each in place.take(100)]

    def counts(self) -> List[Count]:
        return sorted(each.body for each in self.left() if isinstance(each.body, Count))


def count(seen: int, first: float = 1_000.0, signature: str = A, release: str = "r1") -> Count:
    return Count(signature, seen, first, first + seen, release)


@pytest.fixture(params=[False, True], ids=["", "durable"])
def killed(request: pytest.FixtureRequest, tmp_path: Path) -> Killed:
    return Killed(tmp_path / "spool", durable=request.param)


def test_what_was_noted_last_is_left(killed: Killed) -> None:
    killed.note(count(5), count(2, signature=B))
    killed.note(count(9), count(2, signature=B))
    assert killed.counts() == [count(9), count(2, signature=B)]


def test_what_is_sent_takes_the_place_of_what_was_noted(killed: Killed) -> None:
    killed.note(count(5))
    killed.take(count(7))
    assert killed.counts() == [count(7)]


def test_after_it_was_sent_a_new_count_begins(killed: Killed) -> None:
    killed.note(count(5))
    killed.take(count(7))
    killed.note(count(3, first=2_000.0))
    assert killed.counts() == [count(3, first=2_000.0), count(7)]


def test_what_is_on_its_way_is_not_replaced_by_what_came_after_it(killed: Killed) -> None:
    """The app's thread has put the seven into the queue; the worker looks at what waits before it comes to them."""
    killed.note(count(5))
    killed.note(count(1, first=2_000.0))
    assert killed.counts() == [count(5)]


def test_nothing_is_left_of_what_was_delivered(killed: Killed) -> None:
    killed.scripted.answer = lambda item: Outcome.DELIVERED
    killed.note(count(5))
    killed.take(count(7))
    killed.delivery.start()
    assert killed.delivery.drain(time.monotonic() + 60)
    assert [each.body for each in killed.scripted.items] == [count(7)]
    assert killed.left() == []


def test_what_is_noted_is_safe(killed: Killed) -> None:
    killed.note(count(5, release="password=hunter2"))
    (found,) = killed.counts()
    assert found.release == "password=[REDACTED]"


def test_only_what_changed_is_written(tmp_path: Path) -> None:
    killed = Killed(tmp_path / "spool")
    killed.note(count(5), count(2, signature=B))
    (path,) = (tmp_path / "spool").iterdir()
    before = path.stat().st_size
    killed.note(count(5), count(2, signature=B))
    assert path.stat().st_size == before


def test_without_a_disk_nothing_is_said_of_counts_that_wait(tmp_path: Path) -> None:
    (tmp_path / "spool").write_text("")
    killed = Killed(tmp_path / "spool")
    killed.note(count(5))
    assert (tmp_path / "spool").read_text() == ""


def test_a_keeper_tells_what_waits_and_keeps_it() -> None:
    keeper = Keeper("r1")
    for number in range(61):
        keeper.error(f"{number:016x}", 0, 1.0)
    for _ in range(3):
        keeper.error(f"{7:016x}", 10, 2.0)
    waiting = keeper.waiting()
    assert waiting == [Count(f"{7:016x}", 3, 2.0, 2.0, "r1"), Count(OVERFLOW, 1, 1.0, 1.0, "r1")]
    assert keeper.waiting() == waiting
    assert keeper.close() == waiting
    assert keeper.waiting() == []


# --- the journal -----------------------------------------------------------------------------------------------------


def test_a_journal_that_is_mostly_settled_gets_shorter_and_loses_nothing(tmp_path: Path) -> None:
    """A thousand kinds, each counted again and again: eight megabytes would be full in a minute."""
    spool.Spool(str(tmp_path))
    mine = journal.Journal(str(tmp_path))
    mine.append({"report": "{}"})
    longest = 0
    for round_ in range(60):
        mine.append({f"{kind:032x}": f"{round_} {'x' * 190}" for kind in range(1_000)})
        longest = max(longest, os.path.getsize(mine.path))
    assert longest < 1_000_000
    assert [path.name for path in tmp_path.iterdir()] == [os.path.basename(mine.path)]
    mine.settle([f"{kind:032x}" for kind in range(500, 1_000)])
    script = f"from splat.journal import left; print(list(left({str(tmp_path)!r})))"
    found = subprocess.check_output([sys.executable, "-c", script], env=programs.environment(), text=True)
    assert found == "[]\n", "its owner lives"
    mine.forget()
    ((_, texts),) = list(journal.left(str(tmp_path)))
    assert sorted(texts) == sorted(["{}", *(f"59 {'x' * 190}" for _ in range(500))])


def test_a_journal_that_was_replaced_meanwhile_is_its_owners(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opened before, and locked after its owner has put a shorter one in its place."""
    path = tmp_path / "4000000-00000000.journal"
    path.write_text("+a old\n")
    before = os.open

    def opened(name: str, *rest: int) -> int:
        descriptor = before(name, *rest)
        (tmp_path / "new").write_text("+a new\n")
        os.replace(tmp_path / "new", path)
        return descriptor

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", opened)
        assert list(journal.left(str(tmp_path))) == []
    assert path.read_text() == "+a new\n"


# --- real programs ---------------------------------------------------------------------------------------------------

APP = """
import os, signal, sys, time
import splat
splat.init(transport="http", url={url!r}, spool_dir={spool!r}, root={package!r}, durable={durable})
def broken():
    raise ValueError("again")
told = []
begun = time.monotonic()
while time.monotonic() - begun < 3.5:
    try:
        broken()
    except ValueError as error:
        splat.capture_exception(error)
    told.append(time.monotonic())
    time.sleep(0.001)
now = time.monotonic()
print(len(told), sum(1 for each in told if now - each > 1.2), flush=True)
{kill}
"""


def run(text: str) -> subprocess.CompletedProcess[str]:
    return clocks.run([sys.executable, "-c", text], env=programs.environment())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kill", "durable"),
    [("os.kill(os.getpid(), signal.SIGTERM); time.sleep(5)", False), ("os.kill(os.getpid(), signal.SIGKILL)", True)],
    ids=["SIGTERM", "kill -9, durable"],
)
def test_a_killed_process_loses_a_second_of_counts_at_most(kill: str, durable: bool, tmp_path: Path) -> None:
    """The best of three tries: where others compute, a second may pass without a turn."""
    for attempt in range(3):
        spool_dir = tmp_path / str(attempt)
        with Sink() as sink:
            text = APP.format(
                url=sink.url, spool=str(spool_dir), package=str(programs.PACKAGE), durable=durable, kill=kill
            )
            done = run(text)
            assert done.returncode in {-signal.SIGTERM, -signal.SIGKILL}, done.stderr
            assert done.stderr == ""
            most, least = map(int, done.stdout.split())
            programs.deliver_the_rest(sink.url, spool_dir)
            seen = len(sink.reports) + sum(each["count"] for each in sink.counts)
        assert seen <= most
        if seen >= least:
            return
    raise AssertionError((seen, least, most))


@pytest.mark.slow
def test_an_end_of_its_own_leaves_nothing_and_counts_right(tmp_path: Path) -> None:
    with Sink() as sink:
        text = APP.format(url=sink.url, spool=str(tmp_path), package=str(programs.PACKAGE), durable=False, kill="")
        done = run(text)
        assert done.stderr == ""
        seen = len(sink.reports) + sum(each["count"] for each in sink.counts)
        assert seen == int(done.stdout.split()[0])
    assert programs.files_in(tmp_path) == []
