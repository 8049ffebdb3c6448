"""The worker and what delivers, in this process, with transports that are scripted."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Any, Callable, Iterator, List, Optional, Sequence

import pytest

from splat import sender as senders
from splat import spool
from splat.options import Options
from splat.outcome import Outcome
from splat.sender import Sender
from splat.store import Kept, Store
from splat.values import Count, Event, Item
from splat.worker import Worker
from tests.clocks import Watch
from tests.events import raised
from tests.test_spool import count, report

LATER, NEVER, DELIVERED = Outcome.LATER, Outcome.NEVER, Outcome.DELIVERED


class Scripted:
    """A user's own transport, without `hurry`. `answer(item)` gives the outcome."""

    def __init__(self, answer: Callable[[Item], Outcome] = lambda item: DELIVERED) -> None:
        self.answer = answer
        self.batches: List[List[Item]] = []
        self.ticks = 0
        self.closed: List[float] = []
        self.threads: set[int] = set()

    def send(self, batch: Sequence[Item]) -> List[Outcome]:
        self.threads.add(threading.get_ident())
        self.batches.append(list(batch))
        return [self.answer(item) for item in batch]

    def tick(self) -> None:
        self.ticks += 1

    def close(self, deadline: float) -> None:
        self.closed.append(deadline)

    @property
    def items(self) -> List[Item]:
        return [item for batch in self.batches for item in batch]

    def messages(self) -> List[str]:
        return [item.body["exceptions"][0]["message"] for item in self.items if isinstance(item.body, dict)]


class Warnings(List[str]):
    def __call__(self, text: str, kind: Optional[str] = None) -> None:
        self.append(text)


@pytest.fixture
def warnings() -> Warnings:
    return Warnings()


@pytest.fixture
def transport() -> Scripted:
    return Scripted()


@pytest.fixture
def make(tmp_path: Path, transport: Scripted, warnings: Warnings) -> Iterator[Callable[..., Worker]]:
    made: List[Worker] = []
    before = threading.active_count()  # other tests may have left some that wait for ever

    def worker(counts: Any = None, **options: Any) -> Worker:
        chosen = Options(transport=transport, spool_dir=str(tmp_path), root=str(Path(__file__).parent), **options)
        made.append(Worker(chosen, counts=counts, warn=warnings))
        return made[-1]

    yield worker
    for each in made:
        each.close(1)
    assert threading.active_count() < before + 10


def left(folder: Path) -> List[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


# --- the worker ------------------------------------------------------------------------------------------------------


def test_no_thread_before_the_first_event(make: Callable[..., Worker]) -> None:
    before = threading.active_count()
    worker = make()
    worker.pick_up()
    assert threading.active_count() == before
    worker.put(raised("boom"))
    assert worker.flush(60)
    assert {"splat-worker", "splat-sender"} <= {thread.name for thread in threading.enumerate()}


def test_a_transport_is_called_by_one_thread_alone(make: Callable[..., Worker], transport: Scripted) -> None:
    worker = make()
    threads = [threading.Thread(target=lambda: worker.put(raised("boom"))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert worker.flush(60)
    assert len(transport.items) == 20
    assert len(transport.threads) == 1
    assert threading.get_ident() not in transport.threads


def test_an_event_that_is_named_by_the_worker(make: Callable[..., Worker], transport: Scripted) -> None:
    """An event without a signature comes as something to call; None when it is suppressed after all."""
    worker, named = make(), []

    def name(event: Optional[Event]) -> Callable[[], Optional[Event]]:
        def call() -> Optional[Event]:
            named.append(threading.current_thread().name)
            return event

        return call

    worker.put(name(raised("one")))
    worker.put(name(None))
    assert worker.flush(60)
    assert transport.messages() == ["one"]
    assert named == ["splat-worker"] * 2


def test_flush_says_once_that_something_was_refused(make: Callable[..., Worker], transport: Scripted) -> None:
    """Even when that was over before it was asked."""
    transport.answer = lambda item: NEVER
    worker = make()
    worker.put(raised("boom"))
    assert in_a_moment(lambda: bool(transport.items))
    assert not worker.flush(60)
    transport.answer = lambda item: DELIVERED
    worker.put(raised("boom"))
    assert worker.flush(60)


def test_flush_says_that_something_was_dropped(make: Callable[..., Worker], transport: Scripted) -> None:
    worker, go_on = make(), threading.Event()

    def wait() -> None:
        go_on.wait(120)

    worker.put(wait)
    for number in range(150):
        worker.put(raised(f"e{number}"))
    go_on.set()
    assert not worker.flush(60)
    assert len(transport.items) < 150
    worker.put(lambda: None)  # suppressed after all: that is no loss
    assert worker.flush(60)


def test_counts_push_no_error_out(make: Callable[..., Worker], transport: Scripted) -> None:
    """At the end there may be one for each of a thousand signatures."""
    worker, go_on = make(), threading.Event()

    def wait() -> None:
        go_on.wait(120)

    worker.put(wait)
    for number in range(60):
        worker.put(raised(f"e{number:02d}"))
    for number in range(200):
        worker.put(Count(f"{number:016x}", 1, 1.0, 1.0, ""))
    go_on.set()
    assert worker.flush(60)
    assert sorted(transport.messages()) == [f"e{number:02d}" for number in range(60)]
    assert len(transport.items) == 260


def test_what_before_send_drops_is_no_loss(make: Callable[..., Worker], transport: Scripted) -> None:
    worker = make(before_send=lambda report: None)
    worker.put(raised("boom"))
    assert worker.flush(60)
    assert transport.items == []


def test_counts_are_safe_too(make: Callable[..., Worker], transport: Scripted) -> None:
    worker = make()
    worker.put(Count("17310dbb56def269", 5, 1.0, 2.0, "password=hunter2"))
    assert worker.flush(60)
    (item,) = transport.items
    assert isinstance(item.body, Count)
    assert (item.body.seen, item.body.release) == (5, "password=[REDACTED]")
    assert "hunter2" not in item.text


@pytest.mark.slow
def test_what_was_suppressed_is_asked_for_every_five_seconds(make: Callable[..., Worker], transport: Scripted) -> None:
    asked: List[bool] = []

    def counts(closing: bool) -> List[Count]:
        asked.append(closing)
        return [Count("17310dbb56def269", len(asked), 1.0, 2.0, "")]

    worker = make(counts)
    worker.put(raised("boom"))
    begun = time.monotonic()
    assert in_a_moment(lambda: bool(asked))
    assert time.monotonic() - begun > 4.5
    assert worker.flush(60)
    assert not any(asked)
    worker.close(60)
    assert asked.count(True) == asked[-1] == 1
    seen = [item.body.seen for item in transport.items if isinstance(item.body, Count)]
    assert seen == list(range(1, len(asked) + 1))
    assert transport.ticks >= 1
    assert len(transport.closed) == 1


def test_close_sends_what_is_pending_though_nothing_ran_before(
    make: Callable[..., Worker], transport: Scripted
) -> None:
    worker = make(lambda closing: [Count("17310dbb56def269", 9, 1.0, 2.0, "")] if closing else [])
    worker.close(60)
    assert [item.body.seen for item in transport.items if isinstance(item.body, Count)] == [9]


def test_close_without_anything_does_nothing(make: Callable[..., Worker], transport: Scripted, tmp_path: Path) -> None:
    before = threading.active_count()
    make().close(2)
    assert threading.active_count() == before
    assert transport.batches == []
    assert list(tmp_path.iterdir()) == []


def test_what_comes_after_close_is_left_in_the_spool(
    make: Callable[..., Worker], transport: Scripted, tmp_path: Path
) -> None:
    worker = make()
    worker.put(raised("early"))
    worker.close(60)
    worker.put(raised("late"))
    assert transport.messages() == ["early"]
    assert [name.endswith(".json") for name in left(tmp_path)] == [True]


def test_durable_is_on_disk_when_put_returns(tmp_path: Path, warnings: Warnings) -> None:
    hold = threading.Event()

    def answer(item: Item) -> Outcome:
        hold.wait(120)
        return DELIVERED

    options = Options(transport=Scripted(answer), spool_dir=str(tmp_path), durable=True)
    worker = Worker(options, warn=warnings)
    for number in range(3):
        worker.put(raised(f"e{number}"))
        assert sum(name.endswith(".taken") for name in left(tmp_path)) == number + 1
    hold.set()
    # What is counted meanwhile needs the thread too.
    assert "splat-worker" in {thread.name for thread in threading.enumerate()}
    assert worker.flush(60)
    worker.close(60)
    assert left(tmp_path) == []
    assert warnings == []


def test_a_report_that_cannot_be_made_safe_is_dropped_and_said(
    make: Callable[..., Worker], transport: Scripted, warnings: Warnings
) -> None:
    class Hostile:
        def __getattr__(self, name: str) -> Any:
            raise RuntimeError("hunter2")

    worker = make()
    worker.put(raised("boom")._replace(exceptions=(Hostile(),)))
    worker.put(raised("good"))
    assert not worker.flush(60)
    assert worker.flush(60)
    assert transport.messages() == ["good"]
    assert len(warnings) == 1
    assert "hunter2" not in warnings[0]


def test_nothing_is_done_for_the_transport_none(tmp_path: Path) -> None:
    before = set(threading.enumerate())  # those of other tests may end meanwhile
    worker = Worker(Options(transport="none", spool_dir=str(tmp_path)))
    for _ in range(200):
        worker.put(raised("boom"))
    assert set(threading.enumerate()) <= before
    assert list(tmp_path.iterdir()) == []
    worker.close(1)


def test_a_transport_that_raises_or_answers_too_little_is_later(
    make: Callable[..., Worker], transport: Scripted, warnings: Warnings, tmp_path: Path
) -> None:
    worker = make()

    def answer(item: Item) -> Outcome:
        raise RuntimeError("no")

    transport.answer = answer
    worker.put(raised("boom"))
    assert not worker.flush(60)
    assert sum(name.endswith(".json") for name in left(tmp_path)) == 1
    assert "RuntimeError" in warnings[0]
    transport.answer = lambda item: DELIVERED
    assert worker.flush(60)
    assert transport.messages()[-1] == "boom"
    assert not any(name.endswith(".json") for name in left(tmp_path))


def test_a_transport_that_cannot_be_made_is_said_and_nothing_is_lost(tmp_path: Path, warnings: Warnings) -> None:
    worker = Worker(Options(transport="http", url="http://[::1", spool_dir=str(tmp_path)), warn=warnings)
    worker.put(raised("boom"))
    assert not worker.flush(1)
    worker.close(1)
    assert sum(name.endswith(".json") for name in left(tmp_path)) == 1
    assert len(warnings) == 1


def test_the_interval_is_the_apps_again(make: Callable[..., Worker]) -> None:
    import sys

    worker = make()
    for wanted in (0.005, 0.001, 0.0001):
        sys.setswitchinterval(wanted)
        worker.put(raised("boom"))
        assert worker.flush(60)
        assert sys.getswitchinterval() == pytest.approx(wanted)
    sys.setswitchinterval(0.005)


def test_a_put_from_a_signal_handler_or_a_finalizer_does_not_hang(
    make: Callable[..., Worker], transport: Scripted
) -> None:
    import signal

    worker = make()
    before = signal.signal(signal.SIGALRM, lambda *_: worker.put(raised("signal")))
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    try:
        until = time.monotonic() + 0.3
        while time.monotonic() < until:
            worker.put(raised("main"))
            time.sleep(0.002)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert worker.flush(60)
    assert {"signal", "main"} == set(transport.messages())


# --- what delivers ---------------------------------------------------------------------------------------------------


def kept(store: Store, *items: Item) -> List[Kept]:
    return store.keep(items)


def started(transport: Scripted, store: Store, warn: Warnings) -> Sender:
    sender = Sender(lambda: transport, store, warn)  # type: ignore[arg-type, return-value]
    sender.start()
    return sender


def in_a_moment(what: Callable[[], bool]) -> bool:
    until = time.monotonic() + 60
    while not what() and time.monotonic() < until:
        time.sleep(0.005)
    return what()


def test_new_things_go_before_old_ones(transport: Scripted, warnings: Warnings, tmp_path: Path) -> None:
    store = Store(str(tmp_path), warnings)
    store.later(kept(store, *(report(n) for n in range(3))))
    sender = Sender(lambda: transport, store, warnings)  # type: ignore[arg-type, return-value]
    sender.add(kept(store, report(9)))
    assert sender.drain(time.monotonic() + 60)
    assert [[item.id for item in batch] for batch in transport.batches] == [
        [report(9).id],
        [report(n).id for n in range(3)],
    ]
    sender.close(time.monotonic() + 1)


def test_what_is_always_later_does_not_hide_the_rest(
    warnings: Warnings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sixty that cannot go (more than a batch) stand before five that can."""
    monkeypatch.setattr(senders, "FIRST_RETRY", 0.05)
    transport = Scripted(lambda item: LATER if int(item.id, 16) < 60 else DELIVERED)
    store = Store(str(tmp_path), warnings)
    store.later(kept(store, *(report(n) for n in range(65))))
    sender = Sender(lambda: transport, store, warnings)  # type: ignore[arg-type, return-value]
    sender._retry = 0.05
    sender.start()
    wanted = {report(n).id for n in range(60, 65)}
    assert in_a_moment(lambda: wanted <= {item.id for item in transport.items})
    sender.close(time.monotonic() + 1)
    store.close()
    assert len(left(tmp_path)) == 60


def test_a_sink_that_is_down_is_asked_less_and_less(
    warnings: Warnings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(senders, "LONGEST_RETRY", 0.4)
    transport = Scripted(lambda item: LATER)
    times: List[float] = []
    transport.answer = lambda item: times.append(time.monotonic()) or LATER  # type: ignore[func-returns-value]
    store = Store(str(tmp_path), warnings)
    sender = Sender(lambda: transport, store, warnings)  # type: ignore[arg-type, return-value]
    sender._retry = 0.05
    sender.add(kept(store, report()))
    watch = Watch()
    sender.start()
    assert in_a_moment(lambda: len(times) >= 6)
    took = watch.seconds()
    gaps = [after - before for before, after in zip(times, times[1:])]
    # As long as it is to wait, or longer where others compute; all together not much longer without those.
    waits = [0.05, 0.1, 0.2, 0.4, 0.4]
    assert all(gap > 0.9 * wait for gap, wait in zip(gaps, waits)), gaps
    assert took < sum(waits) + 1, gaps
    transport.answer = lambda item: DELIVERED
    assert sender.drain(time.monotonic() + 60)
    sender.close(time.monotonic() + 1)
    store.close()
    assert left(tmp_path) == []


def test_what_is_never_delivered_is_not_kept(warnings: Warnings, tmp_path: Path) -> None:
    store = Store(str(tmp_path), warnings)
    sender = started(Scripted(lambda item: NEVER), store, warnings)
    sender.add(kept(store, report(), count()))
    assert not sender.drain(time.monotonic() + 60), "it was not delivered"
    assert sender.drain(time.monotonic() + 60), "which was said"
    sender.close(time.monotonic() + 1)
    store.close()
    assert left(tmp_path) == []


def test_what_is_delivered_after_the_end_is_not_sent_again(warnings: Warnings, tmp_path: Path) -> None:
    """The time is over while the answer is on its way; the process lives on."""
    hold = threading.Event()
    transport = Scripted(lambda item: DELIVERED if hold.wait(120) else LATER)
    store = Store(str(tmp_path), warnings)
    sender = started(transport, store, warnings)
    sender.add(kept(store, report(1)))
    assert in_a_moment(lambda: bool(transport.batches))
    sender.add(kept(store, report(2)))
    sender.close(time.monotonic() + 0.1)
    store.close()
    assert [name[-8:] for name in left(tmp_path)] == ["001.json", "002.json"]
    hold.set()
    assert in_a_moment(lambda: len(left(tmp_path)) == 1)
    assert left(tmp_path)[0].endswith("002.json")


def test_memory_holds_a_hundred_and_the_spool_the_rest(warnings: Warnings, tmp_path: Path) -> None:
    hold = threading.Event()
    transport = Scripted(lambda item: DELIVERED if hold.wait(120) else LATER)
    store = Store(str(tmp_path), warnings)
    sender = started(transport, store, warnings)
    for number in range(150):
        sender.add(kept(store, report(number)))
    assert len(sender._waiting) <= 100
    hold.set()
    assert sender.drain(time.monotonic() + 60)
    assert sorted(item.id for item in transport.items) == sorted(report(n).id for n in range(150))
    sender.close(time.monotonic() + 1)
    store.close()
    assert left(tmp_path) == []


def test_memory_holds_five_million_characters(warnings: Warnings, tmp_path: Path) -> None:
    hold = threading.Event()
    transport = Scripted(lambda item: DELIVERED if hold.wait(120) else LATER)
    store = Store(str(tmp_path), warnings)
    sender = started(transport, store, warnings)
    for number in range(20):
        large = report(number)
        sender.add(kept(store, large._replace(text="x" * 900_000)))
    assert sender._characters <= 5_000_000
    hold.set()
    sender.close(time.monotonic() + 5)


def test_a_journal_that_is_cleaned_away_is_begun_anew(warnings: Warnings, tmp_path: Path) -> None:
    store = Store(str(tmp_path / "spool"), warnings)
    kept(store, report(1))
    for path in (tmp_path / "spool").iterdir():
        path.unlink()
    (tmp_path / "spool").rmdir()
    kept(store, report(2))
    store.forget()
    spool.forget()
    other = Store(str(tmp_path / "spool"), warnings)
    other.tidy()
    assert [each.item.id for each in other.take(9)] == [report(2).id]
    assert warnings == []


def test_what_was_dropped_is_said_with_the_next_delivery(warnings: Warnings, tmp_path: Path) -> None:
    down = [True]
    transport = Scripted(lambda item: LATER if down[0] else DELIVERED)
    store = Store(str(tmp_path), warnings)
    store.later(kept(store, *(report(n) for n in range(210))), sync=False)
    assert warnings == []
    sender = started(transport, store, warnings)
    down[0] = False
    assert not sender.drain(time.monotonic() + 60)
    assert sender.drain(time.monotonic() + 60)
    assert len(transport.items) == 200
    assert [text[:26] for text in warnings] == ["10 errors were dropped: th"]
    sender.close(time.monotonic() + 1)


def test_an_exception_in_the_app_is_not_held_alive(make: Callable[..., Worker]) -> None:
    import gc
    import weakref

    class Mine(Exception):
        pass

    from tests.events import event_of

    def fail() -> Any:
        held = Mine("boom")
        reference = weakref.ref(held)
        try:
            raise held
        except Mine as error:
            worker.put(event_of(error))
        return reference

    worker = make()
    reference = fail()
    assert worker.flush(60)
    gc.collect()
    assert reference() is None
    assert os.getpid()
