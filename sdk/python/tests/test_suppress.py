"""Q: one report a bug, and nothing that came is lost."""

from __future__ import annotations

import signal
import threading
import time

from hypothesis import given
from hypothesis import strategies as st

from splat.suppress import MOST_KNOWN, OVERFLOW, REPORTS_A_WINDOW, Keeper
from tests.vectors import vectors

A, B = "a" * 16, "b" * 16


class Sink:
    """Drives a keeper as a client and a worker do; what goes out as the vectors write it."""

    def __init__(self):
        self.keeper = Keeper()
        self.sent = []

    def feed(self, event):
        at, what = event["at"], event["what"]
        if what == "error":
            for number in range(event.get("times", 1)):
                self.error(at + number * event.get("every", 0), event["signature"])
        elif what == "errors":
            for number in range(event["count"]):
                self.error(at + number * event.get("every", 0), event["signatures"] % number)
        else:
            self.counts(at, self.keeper.tick(at) if what == "tick" else self.keeper.close())

    def error(self, at, signature):
        answer = self.keeper.error(signature, at, at / 1_000)
        self.counts(at, answer.counts)
        if answer.report:
            self.sent.append({"at": at, "what": "report", "signature": signature})

    def counts(self, at, counts):
        for each in counts:
            over = each.signature == OVERFLOW
            which = {"what": "overflow"} if over else {"what": "count", "signature": each.signature}
            first, last = round(each.first * 1_000), round(each.last * 1_000)
            self.sent.append({"at": at, **which, "count": each.seen, "first": first, "last": last})


@vectors("suppression", "vectors")
def test_sends_what_the_vectors_say(vector):
    sink = Sink()
    for event in vector["events"]:
        sink.feed(event)
    if "expected" in vector:
        assert sink.sent == vector["expected"]
    else:
        assert len(sink.sent) == vector["expected_length"]
        assert sink.sent[-len(vector["expected_end"]) :] == vector["expected_end"]


def out(sent):
    return sum(each.get("count", 1) for each in sent)


steps = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 1_000, 59_999, 60_000, 3_600_000]),
        st.integers(1, 80),
        st.integers(0, 2_000),
        st.sampled_from(["same", "many", "tick"]),
    ),
    max_size=25,
)


@given(steps)
def test_nothing_is_lost_whatever_comes(script):
    sink, now, came = Sink(), 0, 0
    for wait, times, name, what in script:
        now += wait
        if what == "tick":
            sink.feed({"at": now, "what": "tick"})
            continue
        for number in range(times):
            sink.error(now, f"{name if what == 'same' else name + number:016x}")
        came += times
        assert out(sink.sent) <= came
    sink.feed({"at": now, "what": "close"})
    assert out(sink.sent) == came
    assert sink.keeper.close() == []
    for each in sink.sent:
        assert each.get("first", 0) <= each.get("last", 0) <= each["at"]


def test_a_flood_of_one_is_a_handful_of_sends():
    sink = Sink()
    for number in range(100_000):
        sink.error(number // 10, A)  # 10 seconds
    sink.feed({"at": 10_000, "what": "close"})
    assert [(each["what"], each.get("count")) for each in sink.sent] == [("report", None), ("count", 99_999)]


def test_it_stays_small():
    keeper, reports = Keeper(), 0
    for number in range(50_000):
        reports += keeper.error(f"{number:016x}", number * 1_100, 0.0).report
    assert reports > MOST_KNOWN
    assert len(keeper._known) == MOST_KNOWN


def test_threads_lose_nothing():
    keeper, sent = Keeper(), []
    stop = threading.Event()

    def work():
        for number in range(5_000):
            answer = keeper.error(A if number % 3 else B, number * 30, 1.0)
            sent.extend([answer.report, *(each.seen for each in answer.counts)])

    def tick():
        now = 0
        while not stop.is_set():
            now += 1_000
            sent.extend(each.seen for each in keeper.tick(now))

    ticking = threading.Thread(target=tick)
    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in [ticking, *threads]:
        thread.start()
    for thread in threads:
        thread.join()
    stop.set()
    ticking.join()
    sent.extend(each.seen for each in keeper.close())
    assert sum(sent) == 30_000


def test_a_signal_in_the_middle_of_an_error_is_counted():
    keeper, came, sent = Keeper(), 0, []

    def handler(*_):
        nonlocal came
        came += 1
        answer = keeper.error(f"{came % 3:016x}", 5, 1.0)
        sent.extend([answer.report, *(each.seen for each in answer.counts)])

    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.0002, 0.0002)
    try:
        end = time.monotonic() + 0.5
        mine = 0
        while time.monotonic() < end:
            mine += 1
            sent.append(keeper.error(A, 5, 1.0).report)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    sent.extend(each.seen for each in keeper.close())
    assert came > 100
    assert sum(sent) == mine + came


def test_a_call_inside_a_call_is_set_aside():
    """A finaliser runs where it likes: here inside the lock, each time a signature is compared."""
    keeper, inner = Keeper(), []

    class Nosy(str):
        __slots__ = ()

        def __hash__(self):
            inner.append(keeper.error(B, 1, 1.0).report)
            return super().__hash__()

    assert keeper.error(Nosy(A), 0, 0.0).report
    assert inner
    assert not any(inner)
    assert sum(each.seen for each in keeper.close()) == len(inner)


def test_a_child_sends_only_its_own():
    keeper = Keeper("r1")
    for _ in range(3):
        keeper.error(A, 0, 1.0)
    keeper.after_fork()
    assert keeper.close() == []
    assert not keeper.error(A, 1, 2.0).report
    (count,) = keeper.close()
    assert count == (A, 1, 2.0, 2.0, "r1")


def test_what_was_set_aside_before_a_fork_is_the_parents():
    keeper = Keeper()

    class Nosy(str):
        __slots__ = ()

        def __hash__(self):
            keeper.error(B, 1, 1.0)
            return super().__hash__()

    keeper.error(Nosy(A), 0, 0.0)
    keeper.after_fork()
    assert keeper.close() == []


def test_storms_hold_back_even_what_is_new():
    keeper = Keeper()
    assert sum(keeper.error(f"{n:016x}", 0, 0.0).report for n in range(1_000)) == REPORTS_A_WINDOW
