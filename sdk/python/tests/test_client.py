"""Capturing: what goes out, what is counted, and that the app notices nothing."""

from __future__ import annotations

import asyncio
import copy
import gc
import os
import pickle
import shutil
import subprocess
import sys
import threading
import weakref
from pathlib import Path

import pytest

import splat
from splat import client
from splat.signature import signature
from tests.clocks import Watch
from tests.integrations.captured import capturing

PACKAGE = Path(__file__).resolve().parents[1]
HERE = str(Path(__file__).resolve().parent)


def fail(value: object = 1, kind: type[BaseException] = ValueError) -> None:
    raise kind(value)


def caught(function=fail, *arguments):
    try:
        function(*arguments)
    except BaseException as error:
        return error
    raise AssertionError("it did not raise")


class Custom(Exception):
    pass


class Slotted(Exception):
    __slots__ = ("code",)


class Frozen(Exception):
    def __setattr__(self, name, value):
        raise AttributeError("frozen")

    def __getattribute__(self, name):
        raise RuntimeError(name)


# --- what is captured -------------------------------------------------------------------------------------------------


def test_a_report_holds_what_was_known():
    with capturing(root=HERE, environment="test", service="shop") as kept:
        splat.set_tag("a", 5)
        splat.set_context("order", {"id": 7})
        splat.add_breadcrumb("clicked", category="ui", level="info", data={"x": 1})
        ident = splat.capture_exception(caught())
    assert [report["id"] for report in kept.reports] == [ident]
    report = kept.reports[0]
    assert report["exceptions"][0]["type"] == "ValueError"
    assert report["tags"] == {"a": "5"}
    assert report["contexts"] == {"order": {"id": 7}}
    crumb = report["breadcrumbs"][0]
    assert (crumb["message"], crumb["category"], crumb["level"], crumb["data"]) == ("clicked", "ui", "info", {"x": 1})
    assert report["mechanism"] == {"type": "capture_exception", "handled": True}
    assert report["signature"] == signature("python", HERE, report["exceptions"])
    assert (report["environment"], report["service"]) == ("test", "shop")


def test_repeats_are_counted():
    with capturing(root=HERE) as kept:
        for number in range(1_000):
            splat.capture_exception(caught(fail, number))
    assert len(kept.reports) == 1
    assert sum(count.seen for count in kept.counts) == 999
    assert {count.signature for count in kept.counts} == {kept.reports[0]["signature"]}


def test_threads_count_right():
    def work():
        for number in range(500):
            splat.capture_exception(caught(fail, number))

    with capturing(root=HERE) as kept:
        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(kept.reports) == 1
    assert kept.errors == 4_000


def test_many_kinds_at_once_are_all_counted():
    source = "\n".join(f"def f{number}():\n    raise ValueError({number})" for number in range(500))
    space: dict = {}
    exec(compile(source, os.path.join(HERE, "made.py"), "exec"), space)
    with capturing(root=HERE) as kept:
        for _ in range(2):
            for number in range(500):
                splat.capture_exception(caught(space[f"f{number}"]))
    assert kept.errors == 1_000
    assert 0 < len(kept.reports) <= 60


def test_messages_of_one_place_are_one_issue():
    with capturing(root=HERE) as kept:
        ids = [splat.capture_message(f"number {number}", "warning") for number in range(3)]
        other = splat.capture_message("other place")
    assert ids[0]
    assert ids[1:] == [None, None]
    assert other
    assert [report["exceptions"][0]["message"] for report in kept.reports] == ["number 0", "other place"]
    assert kept.types == ["Message", "Message"]
    assert kept.reports[0]["level"] == "warning"
    innermost = kept.reports[0]["exceptions"][0]["frames"][-1]
    assert (innermost["path"], innermost["function"]) == (
        "test_client.py",
        "<listcomp>" if sys.version_info < (3, 12) else test_messages_of_one_place_are_one_issue.__name__,
    )


def test_an_error_that_was_never_raised_stands_where_it_was_captured():
    with capturing(root=HERE) as kept:
        splat.capture_exception(ValueError("made"))
    frames = kept.reports[0]["exceptions"][0]["frames"]
    assert frames[-1]["function"] == "test_an_error_that_was_never_raised_stands_where_it_was_captured"


def test_without_argument_the_one_being_handled():
    with capturing(root=HERE) as kept:
        assert splat.capture_exception() is None
        try:
            fail("handled")
        except ValueError:
            assert splat.capture_exception()
    assert kept.errors == 1


@pytest.mark.parametrize("what", [None, 5, "text", ValueError, (ValueError, ValueError("x"), None), object()])
def test_what_is_no_exception_does_no_harm(what):
    with capturing() as kept:
        assert splat.capture_exception(what) is None
    assert kept.errors == 0


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, GeneratorExit, asyncio.CancelledError])
def test_ends_are_no_errors(kind):
    with capturing() as kept:
        assert splat.capture_exception(caught(fail, 1, kind)) is None
    assert kept.errors == 0


@pytest.mark.skipif(sys.version_info < (3, 11), reason="groups came with 3.11")
def test_groups_of_ends_are_no_errors():
    with capturing() as kept:
        splat.capture_exception(BaseExceptionGroup("g", [KeyboardInterrupt(), SystemExit()]))  # noqa: F821
        splat.capture_exception(BaseExceptionGroup("g", [KeyboardInterrupt(), ValueError()]))  # noqa: F821
    assert kept.errors == 1


# --- once -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [ValueError, KeyError, OSError, Custom, Slotted, Frozen])
def test_an_object_is_captured_once(kind):
    error = caught(fail, 1, kind)
    with capturing() as kept:
        for _ in range(3):
            splat.capture_exception(error)
            client.current().capture(error, mechanism="logging")
    assert kept.errors == 1


def test_another_object_at_the_same_address_is_another():
    with capturing() as kept:
        for _ in range(200):
            splat.capture_exception(caught(fail, 1, Custom))
            splat.capture_exception(caught())
    assert kept.errors == 400


@pytest.mark.parametrize("kind", [ValueError, Custom, OSError])
def test_copies_do_no_harm(kind):
    error = caught(fail, 1, kind)
    with capturing() as kept:
        splat.capture_exception(error)
        for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
            assert type(again) is kind
            assert again.args == error.args
            splat.capture_exception(again)
    assert kept.errors == 4


def test_what_an_app_shows_of_its_errors_does_not_change():
    class ApiError(Exception):
        def __init__(self, code):
            self.code = code

    error = caught(fail, 404, ApiError)
    with capturing():
        splat.capture_exception(error)
        assert vars(error) == {"code": 404}
        assert pickle.loads(pickle.dumps(ValueError("x"))).args == ("x",)


# --- which ------------------------------------------------------------------------------------------------------------


class Base(Exception):
    pass


class Derived(Base):
    pass


@pytest.mark.parametrize(
    ("rules", "captured"),
    [
        ([Base], 1),
        (["Base"], 1),
        ([f"{__name__}.Base"], 1),
        (["Derived"], 2),
        (["tests.other.Base"], 3),
        ([LookupError], 3),
        (["Exception"], 0),
        ([Base, "ValueError"], 0),
    ],
)
def test_ignored(rules, captured):
    with capturing(ignore=rules) as kept:
        for kind in (Base, Derived, ValueError):
            splat.capture_exception(caught(fail, 1, kind))
    assert kept.errors == captured


def test_sampled():
    for rate, least, most in ((0.0, 0, 0), (1.0, 400, 400), (0.5, 120, 280)):
        with capturing(sample_rate=rate) as kept:
            for _ in range(400):
                splat.capture_exception(caught())
        assert least <= kept.errors <= most


def test_a_sampled_out_error_gets_no_second_chance():
    with capturing(sample_rate=0.5) as kept:
        for _ in range(40):
            error = caught()
            for _ in range(20):
                splat.capture_exception(error)
    assert kept.errors < 40


def test_not_enabled_does_nothing():
    with capturing(enabled=False, integrations=("excepthook", "threads")) as kept:
        assert client.current() is None
        assert sys.excepthook is sys.__excepthook__ or "splat" not in sys.excepthook.__module__
        splat.set_tag("a", "b")
        splat.add_breadcrumb("x")
        assert splat.capture_exception(caught()) is None
        assert splat.flush() is True
    assert kept.errors == 0


def test_init_again_replaces():
    first = capturing(root=HERE, integrations=("excepthook", "threads"))
    with first as kept:
        splat.capture_exception(caught(fail, 1))
        hook = sys.excepthook
        with capturing(root=HERE, integrations=("excepthook",)) as again:
            assert sys.excepthook is hook
            assert "splat" not in getattr(threading.excepthook, "__module__", "")
            splat.capture_exception(caught(fail, 2))
        assert client.current() is None
        assert sys.excepthook is not hook
        assert splat.capture_exception(caught(fail, 3)) is None
    assert kept.errors == 1
    assert again.errors == 1


def test_after_close_all_is_quiet():
    with capturing():
        pass
    assert splat.capture_exception(caught()) is None
    assert splat.capture_message("x") is None
    assert splat.flush() is True
    splat.close()


# --- no harm ----------------------------------------------------------------------------------------------------------


def test_an_error_inside_its_own_message_does_not_recurse():
    class Recursive(Exception):
        def __str__(self):
            splat.capture_exception(caught(fail, "inner"))
            return "outer"

    with capturing() as kept:
        splat.capture_exception(caught(fail, 1, Recursive))
    assert kept.errors == 1


def test_what_the_app_gives_may_be_anything():
    class Bad:
        def __getattribute__(self, name):
            raise RuntimeError(name)

        __str__ = __repr__ = __iter__ = __len__ = __getattribute__  # type: ignore[assignment]

    with capturing() as kept:
        for value in (Bad(), {Bad(): Bad()}, [Bad()], object(), b"\xff", "\ud800", 10**10_000, float("nan")):
            splat.set_tag(value, value)  # type: ignore[arg-type]
            splat.set_context(value, value)  # type: ignore[arg-type]
            splat.add_breadcrumb(value, value, value, value)  # type: ignore[arg-type]
            splat.capture_message(value)  # type: ignore[arg-type]
        splat.capture_exception(caught(fail, "last"))
    assert kept.errors == 9


def test_nothing_of_the_app_is_kept():
    class Thing:
        pass

    def run():
        thing = Thing()

        def inner(held):
            raise Custom([held])

        error = caught(inner, thing)
        splat.capture_exception(error)
        splat.set_context("thing", {"it": thing})
        splat.add_breadcrumb("x", data={"it": thing})
        return weakref.ref(thing), weakref.ref(error)

    with capturing(locals="values"):
        dead = run()
        gc.collect()
        assert [each() for each in dead] == [None, None]


def test_a_source_that_is_gone(tmp_path):
    module = tmp_path / "gone.py"
    module.write_text("def f():\n    raise ValueError('x')\n")
    space: dict = {}
    exec(compile(module.read_text(), str(module), "exec"), space)
    module.unlink()
    with capturing(root=tmp_path) as kept:
        splat.capture_exception(caught(space["f"]))
    assert kept.reports[0]["exceptions"][0]["frames"][-1]["path"] == "gone.py"
    assert kept.reports[0]["exceptions"][0]["frames"][-1].get("source") is None


def test_a_very_long_message_and_a_deep_stack():
    def deep(n):
        if n:
            deep(n - 1)
        raise ValueError("x" * 10_000_000)

    with capturing(root=HERE) as kept:
        splat.capture_exception(caught(deep, 500))
    assert len(kept.reports[0]["exceptions"][0]["message"]) == 5_000
    assert len(kept.reports[0]["exceptions"][0]["frames"]) == 200


def test_at_the_end_of_the_stack():
    def deep():
        try:
            deep()
        except RecursionError as error:
            splat.capture_exception(error)
            raise

    with capturing(root=HERE) as kept:
        error = caught(deep)
        splat.capture_exception(error)
    assert isinstance(error, RecursionError)
    assert "RecursionError" in kept.types


def test_wherever_the_stack_ends_nothing_is_raised():
    def at(depth, error):
        if depth:
            return at(depth - 1, error)
        try:
            splat.capture_exception(error)
            splat.capture_message("x")
        except RecursionError as escaped:
            # One raised by the call itself never got to us.
            return escaped.__traceback__.tb_next is not None
        return False

    before = sys.getrecursionlimit()
    escaped = []
    with capturing(root=HERE):
        for depth in range(100):
            error = caught()
            sys.setrecursionlimit(200)
            try:
                escaped.append(at(depth + 80, error))
            except RecursionError:  # no room for our call
                escaped.append(None)
            finally:
                sys.setrecursionlimit(before)
    assert None in escaped
    assert False in escaped
    assert True not in escaped


def test_what_the_worker_drops_is_not_waited_for(tmp_path):
    """Errors that wait for their names are counted; one that never gets there must not hold its place for ever."""
    gate = threading.Event()

    def hang(report):
        gate.wait(120)
        return report

    def raised_in(file):
        try:
            exec(compile("raise ValueError(1)", os.path.join(HERE, file), "exec"), {})
        except ValueError:
            splat.capture_exception()

    with capturing(root=HERE, before_send=hang):
        splat.capture_exception(caught(fail))
        running = client.current()
        for number in range(client.MOST_FRESH):
            raised_in(f"app{number}.py")
        while running.worker._queue.qsize():
            running.worker._drop_oldest()
        gate.set()
        splat.flush(60)
        assert not running._is_full(0.0)
        assert len(running._fresh) == 0


def test_library_errors_with_ever_new_messages_are_one_kind():
    import json

    def run(text):
        json.loads(text)

    with capturing(root="/nowhere") as kept:
        client.current()._frames.libraries = (HERE,)
        for number in range(300):
            splat.capture_exception(caught(run, " " * number + "{"))
            if number == 1:
                splat.flush(60)
    assert len(kept.reports) == 1
    assert kept.errors == 300


# --- processes --------------------------------------------------------------------------------------------------------


def run_program(body, folder, **environment):
    start = f"splat.init(transport='file', folder={str(folder)!r}, spool_dir={str(folder) + '.spool'!r}, root={HERE!r})"
    text = f"import splat, os, sys, time\n{start}\n{body}"
    return subprocess.run(
        [sys.executable, "-c", text],
        env={**os.environ, "PYTHONPATH": str(PACKAGE), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def results(folder):
    import json

    found = [json.loads(path.read_text()) for path in sorted(Path(folder).glob("*.json"))]
    reports = [each for each in found if each["schema"].startswith("splat-report")]
    return reports, sum(each["count"] for each in found if "count" in each)


def test_a_child_counts_for_itself(tmp_path):
    body = """
def capture(n):
    for _ in range(n):
        try: 1 / 0
        except ZeroDivisionError: splat.capture_exception()
capture(10)
splat.flush(60)
pid = os.fork()
if not pid:
    capture(5)
    splat.close(5)
    os._exit(0)
os.waitpid(pid, 0)
capture(3)
"""
    done = run_program(body, tmp_path / "out")
    assert done.returncode == 0, done.stderr
    reports, counted = results(tmp_path / "out")
    assert len(reports) + counted == 18


def test_a_child_counts_its_messages_itself(tmp_path):
    body = """
def say(): return splat.capture_message('hello')
say(); splat.flush(60)
pid = os.fork()
if not pid:
    for _ in range(5): say()
    splat.close(5)
    os._exit(0)
os.waitpid(pid, 0)
"""
    done = run_program(body, tmp_path / "out")
    assert done.returncode == 0, done.stderr
    reports, counted = results(tmp_path / "out")
    assert len(reports) + counted == 6


@pytest.mark.skipif(not shutil.which("bwrap"), reason="bubblewrap makes a read-only system")
def test_where_nothing_can_be_written_errors_are_delivered(tmp_path):
    """A container with a read-only root, and no folder for temporary files."""
    program = f"""
import sys; sys.path.insert(0, {str(PACKAGE)!r})
import splat
class Mine:
    def send(self, batch):
        from splat.outcome import Outcome
        print("delivered", len(batch), flush=True)
        return [Outcome.DELIVERED] * len(batch)
    def tick(self): pass
    def close(self, deadline): pass
splat.init(transport=Mine(), root="/")
try: 1 / 0
except ZeroDivisionError: splat.capture_exception()
"""
    box = ["bwrap", "--ro-bind", "/", "/", "--proc", "/proc", "--chdir", "/"]
    if subprocess.run([*box, "true"], check=False, capture_output=True, timeout=20).returncode:
        pytest.skip("bubblewrap may not do that here")
    done = subprocess.run(
        [*box, sys.executable, "-c", program],
        env={"HOME": "/nonexistent", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "delivered 1\n", done.stderr
    assert done.stderr.count("splat: ") == 1
    assert "nothing can be written below" in done.stderr


def test_the_apps_thread_opens_no_file(tmp_path):
    body = """
import threading
opened = []
main = threading.get_ident()
on = False
def audit(event, args):
    watched = ("open", "os.listdir", "os.scandir", "socket.connect", "subprocess.Popen")
    if on and event in watched and threading.get_ident() == main:
        opened.append((event, args[:1]))
sys.addaudithook(audit)
def fail(n): raise ValueError(n)
def capture():
    try: fail(1)
    except ValueError: splat.capture_exception()
    try: {}["x"]
    except KeyError: splat.capture_exception()
    splat.capture_message("x")
try: fail(2)
except ValueError: splat.capture_exception()
splat.flush(60)
on = True
capture()
on = False
print(opened)
"""
    done = run_program(body, tmp_path / "out")
    assert done.stdout == "[]\n", done.stdout + done.stderr
    assert len(results(tmp_path / "out")[0]) >= 3


def test_a_hanging_source_does_not_hold_the_app(tmp_path):
    """The crash line stands in a pipe that nobody writes to."""
    pipe = tmp_path / "pipe.py"
    os.mkfifo(pipe)
    space: dict = {}
    exec(compile("def f():\n    raise ValueError('x')\n", str(pipe), "exec"), space)
    with capturing(root=tmp_path) as kept:
        watch = Watch()
        splat.capture_exception(caught(space["f"]))
        assert watch.seconds() < 0.5
    assert kept.errors == 1


def test_durable_is_on_disk_when_capture_returns(tmp_path):
    body = """
splat.init(transport='http', url='http://127.0.0.1:9', spool_dir=%r, durable=True, integrations='none')
try: 1 / 0
except ZeroDivisionError: splat.capture_exception()
os._exit(0)
"""
    done = run_program(body % str(tmp_path / "spool"), tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert len([path for path in (tmp_path / "spool").rglob("*") if path.is_file()]) == 1


class Interrupt(BaseException):
    """What the handler of a signal raises: a time limit, the end of a worker."""


def test_wherever_a_signal_raises_the_next_error_is_captured():
    """Raises, one after the other, at each place where the interpreter looks for signals in a capture."""

    def interrupted(place, error):
        left = place

        def profile(frame, event, argument):
            nonlocal left
            # It looks where a function begins and behind a call; not between `with` and what it guards.
            if event not in {"call", "c_return"} or getattr(argument, "__name__", "") in {"__enter__", "__exit__"}:
                return
            left -= 1
            if not left:
                raise Interrupt

        sys.setprofile(profile)
        try:
            splat.capture_exception(error)
        except Interrupt:
            return "raised"
        finally:
            sys.setprofile(None)
        return "" if left > 0 else "lost"  # in a condition's lock, which `threading` itself makes a RuntimeError of

    with capturing(root=HERE):  # all that is loaded only once
        splat.capture_exception(caught(fail))
        splat.capture_message("x")
        splat.flush(60)
    place = 1
    while True:
        with capturing(root=HERE) as kept:
            came = interrupted(place, caught(fail))
            splat.capture_exception(caught(fail, 2, KeyError))
            assert not client.is_busy(), place
            assert came == "lost" or (splat.flush(60) and "KeyError" in kept.types), place
        if not came:
            break
        place += 1
    assert place > 50
