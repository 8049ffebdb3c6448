"""A class of the app's that ends the program from its `__str__` does not through us; Ctrl-C and signals still do."""

from __future__ import annotations

import functools
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any, Dict, Type

import pytest

import splat
from splat.options import Options
from splat.report import Reporter
from splat.snapshot import message_of
from tests import programs
from tests.events import raised
from tests.integrations.captured import capturing

FAILED = "<exception str() failed>"


class Raises(Exception):
    def __str__(self) -> str:
        if self.args:
            return "never"
        raise SystemExit(3)


class Exits(Exception):
    def __str__(self) -> str:
        return sys.exit(3)


class Interrupts(Exception):
    def __str__(self) -> str:
        if self.args:
            return "never"
        raise KeyboardInterrupt


class Deep(Exception):
    def __str__(self) -> str:
        return str(Interrupts())


class Chained(Exception):
    def __str__(self) -> str:
        try:
            return str(self.args[0])
        except IndexError as error:
            raise GeneratorExit from error


class Own(BaseException):
    def __str__(self) -> str:
        raise self


HOSTILE = [Raises, Exits, Interrupts, Deep, Chained, Own]


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_a_class_raises_itself_does_not_get_through(kind: Type[BaseException]) -> None:
    assert message_of(kind()) == FAILED
    with capturing() as kept:
        assert splat.capture_exception(kind())
    assert kept.reports[0]["exceptions"][0]["message"] == FAILED


@pytest.mark.parametrize("kind", HOSTILE)
def test_nor_from_what_is_logged(kind: Type[BaseException]) -> None:
    logger = logging.Logger("of-its-own", logging.INFO)
    logger.addHandler(logging.NullHandler())  # nobody else asks for the text
    with capturing(integrations=("logging",)) as kept:
        logger.error("%s", kind())
        splat.capture_message("go")
    assert kept.errors == 1


@pytest.mark.parametrize("kind", HOSTILE)
def test_nor_from_before_send(kind: Type[BaseException]) -> None:
    """On our thread it would end that one, and nothing more would ever be delivered."""
    warnings = []
    reporter = Reporter(Options(root="/", before_send=lambda report: {"level": str(kind())}), warnings.append)
    item = reporter.item(raised("boom"))
    assert item is not None
    assert "boom" in item.text
    assert len(warnings) == 1


# --- signals ----------------------------------------------------------------------------------------------------------


#: The signal comes while a `__str__` is at work, not before.
AT_WORK = threading.Event()


class Loops(Exception):
    def __str__(self) -> str:
        AT_WORK.set()
        while not self.args:
            pass
        return ""


class Sleeps(Exception):
    def __str__(self) -> str:
        AT_WORK.set()
        time.sleep(100)
        return ""


class Cleans(Exception):
    def __str__(self) -> str:
        AT_WORK.set()
        try:
            while True:
                pass
        finally:
            len("done")
        return ""


class Passes(Exception):
    def __str__(self) -> str:
        AT_WORK.set()
        try:
            time.sleep(100)
        except BaseException as error:
            raise error  # another instruction than without a name
        return ""


def exits(_number: int, _frame: object) -> None:
    sys.exit(4)


def takes_all(*_: object) -> None:
    raise SystemExit(4)


class Handler:
    def method(self, _number: int, _frame: object) -> None:
        self.deeper()

    def deeper(self) -> None:
        raise KeyboardInterrupt

    def __call__(self, _number: int, _frame: object) -> None:
        raise SystemExit(4)


HANDLERS: Dict[str, Any] = {
    "python's own": signal.default_int_handler,
    "function": exits,
    "takes all": takes_all,
    "method": Handler().method,
    "object": Handler(),
    "partial": functools.partial(lambda _more, _number, _frame: sys.exit(4), 1),
}


@pytest.mark.skipif(os.name == "nt", reason="no signals to send there")
@pytest.mark.parametrize("handler", HANDLERS)
@pytest.mark.parametrize("kind", [Loops, Sleeps, Cleans, Passes])
def test_a_signal_meanwhile_is_for_the_app(kind: Type[Exception], handler: str) -> None:
    before = signal.signal(signal.SIGINT, HANDLERS[handler])
    AT_WORK.clear()

    def interrupt() -> None:
        if AT_WORK.wait(60):
            time.sleep(0.1)
            os.kill(os.getpid(), signal.SIGINT)

    sender = threading.Thread(target=interrupt)
    sender.start()
    try:
        with pytest.raises((SystemExit, KeyboardInterrupt)):
            message_of(kind())
    finally:
        sender.join()
        signal.signal(signal.SIGINT, before)


PROGRAM = """
import os, signal, sys, threading, time
import splat
splat.init(transport="console", spool_dir={spool!r}, root={package!r})
left = [0, 0, 20]
class Hostile(Exception):
    def __str__(self):
        {body}
        return ""
try:
    raise Hostile
except Hostile as error:
    {meanwhile}
    splat.capture_exception(error)
print("went on", flush=True)
os._exit(0)
"""
INTERRUPT = "threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT)).start()"


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="no signals to send there")
@pytest.mark.parametrize(
    ("body", "meanwhile", "status"),
    [
        ("sys.exit(5)", "pass", 0),
        ("raise KeyboardInterrupt", "pass", 0),
        ("time.sleep(left.pop())", INTERRUPT, -signal.SIGINT),
    ],
)
def test_a_real_program(body: str, meanwhile: str, status: int, tmp_path: object) -> None:
    text = PROGRAM.format(spool=str(tmp_path), package=str(programs.PACKAGE), body=body, meanwhile=meanwhile)
    done = subprocess.run(
        [sys.executable, "-c", text],
        env=programs.environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == status, done.stderr
    assert ("went on" in done.stdout) == (status == 0)
