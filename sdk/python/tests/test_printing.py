"""L3.5: printing what belongs to the app, whatever its `repr` does."""

from __future__ import annotations

import datetime
import decimal
import sys
import threading
import time
import uuid
from pathlib import Path

import pytest

import splat
from splat import printing
from splat.printing import UNPRINTABLE, printed
from tests import clocks
from tests.clocks import Watch


class Raises:
    def __repr__(self):
        raise RuntimeError("no")


class Exits:
    def __repr__(self):
        raise SystemExit(3)


class NoText:
    def __repr__(self):
        return 5  # type: ignore[return-value]


class Spins:
    def __repr__(self):
        while True:
            pass


class Waits:
    gone = threading.Event()

    def __repr__(self):
        self.gone.wait(150)
        return "late"


class Fine:
    def __repr__(self):
        return "fine"


class Long:
    def __repr__(self):
        return "x" * 1_000_000


class Plain:
    pass


@pytest.fixture(autouse=True)
def _none_is_stuck():
    assert printing._stuck == 0
    yield
    Waits.gone.set()
    deadline = time.monotonic() + 60
    while printing._stuck and time.monotonic() < deadline:
        time.sleep(0.01)
    Waits.gone.clear()
    assert printing._stuck == 0, "a thread was left behind"


@pytest.fixture
def _time(monkeypatch):
    """So much that it is enough on any machine."""
    monkeypatch.setattr(printing, "PATIENCE", 60)


@pytest.mark.parametrize("kind", [Raises, Exits, NoText, Spins, Waits])
def test_what_cannot_be_printed(kind):
    watch = Watch()
    assert printed(kind()) == UNPRINTABLE
    assert watch.seconds() < 5


def test_what_spins_is_ended():
    before = time.process_time()
    assert printed(Spins()) == UNPRINTABLE
    deadline = time.monotonic() + 60
    while printing._stuck and time.monotonic() < deadline:
        time.sleep(0.01)
    spent = time.process_time()
    time.sleep(0.3)
    assert time.process_time() - spent < 0.2, "it still spins"
    assert spent - before < 5


def test_what_waits_is_left_behind_a_few_times_only(monkeypatch):
    for _ in range(printing.MAX_STUCK):
        assert printed(Waits()) == UNPRINTABLE
    assert printing._stuck == printing.MAX_STUCK
    watch = Watch()
    assert printed(Waits()) == UNPRINTABLE
    assert printed(Fine()) == UNPRINTABLE
    assert watch.seconds() < printing.PATIENCE
    Waits.gone.set()
    deadline = time.monotonic() + 60
    while printing._stuck and time.monotonic() < deadline:
        time.sleep(0.01)
    monkeypatch.setattr(printing, "PATIENCE", 60)
    assert printed(Fine()) == "fine"


@pytest.mark.usefixtures("_time")
@pytest.mark.parametrize(
    "value",
    [datetime.date(2026, 11, 21), decimal.Decimal("1.5"), uuid.UUID(int=5), Path("/a"), object, print, 3j, Fine()],
)
def test_what_prints_as_the_language_prints_it(value):
    assert printed(value) == repr(value)


def test_an_object_without_its_own_print_is_asked_here():
    assert printed(Plain()).startswith("<tests.test_printing.Plain object at 0x")


@pytest.mark.usefixtures("_time")
def test_a_long_print_is_cut():
    assert len(printed(Long())) == printing.MAX_PRINTED


class Lies:
    @property
    def __class__(self):
        raise RuntimeError

    def __repr__(self):
        return "honest"


@pytest.mark.usefixtures("_time")
def test_a_class_that_lies():
    assert printed(Lies()) == "honest"


GEVENT = """
from gevent import monkey
monkey.patch_all()
import sys, time
from splat.printing import printed, UNPRINTABLE
class Spins:
    def __repr__(self):
        while True: pass
class Fine:
    def __repr__(self): return "fine"
started = time.monotonic()
assert printed(Spins()) == UNPRINTABLE
assert time.monotonic() - started < 5
assert printed(Fine()) == "fine"
print("done")
"""


def test_under_gevent_too():
    pytest.importorskip("gevent")
    folder = Path(splat.__file__).resolve().parents[1]
    ran = clocks.run([sys.executable, "-c", GEVENT], cwd=folder)
    assert (ran.stdout, ran.stderr) == ("done\n", "")
