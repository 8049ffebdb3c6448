"""The signature of an exception in a process is that which the engine finds in its printed trace."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path

import pytest

from splat.frames import Frames
from splat.signature import signature_of
from splat.snapshot import Photographer, read
from splat.source import Sources

REPOSITORY = Path(__file__).resolve().parents[3]

CART = """\
import json
import concurrent.futures

class Cart:
    def total(self, items):
        return sum(self.price(item)   *  2
                   for item in items)

    def price(self, item):
        return json.loads(item)["price"]

class Refused(Exception):
    class Deeply(Exception):
        pass

def check(number):
    if number > 3: raise ValueError(f"bad {number}")

def deep(number):
    return deep(number - 1) if number else even(1)

def even(n): return odd(n)

def odd(n): return even(n)

def key(): Cart().total(["{}"])

def no_json(): Cart().total(["no json"])

def raised(): check(5)

def refused(): raise Refused.Deeply("two\\nlines: of `text`")

def caused():
    try:
        check(9)
    except ValueError as error:
        raise KeyError("a") from error

def while_handling():
    try:
        no_json()
    except ValueError:
        raise RuntimeError("x")

def hidden():
    try:
        no_json()
    except ValueError:
        raise RuntimeError("x") from None

def overflow(): deep(3)

def memory(): raise MemoryError

def leaves(): raise SystemExit(3)

def in_a_lambda(): (lambda: 1 / 0)()

def generated(): list(1 / n for n in (1, 0))

def unwritten(): exec("1 / 0")

def evaluated(): eval("1 +")

def in_a_pool():
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        pool.submit(raised).result()

def größe(): {}["ä"]

def grouped():
    found = []
    for failing in (key, raised, key):
        try:
            failing()
        except Exception as error:
            found.append(error)
    raise ExceptionGroup("two", found)
"""
FAILING = (
    "key no_json raised refused caused while_handling hidden overflow memory leaves in_a_lambda generated unwritten "
    "evaluated in_a_pool größe grouped"
)


@pytest.fixture(scope="module")
def engine():
    sys.path.append(str(REPOSITORY))
    try:
        pytest.importorskip("healer.report", reason="no engine for this Python", exc_type=ImportError)
        from healer.event import Event
        from healer.report import read_report
        from healer.signature import signature
    finally:
        sys.path.remove(str(REPOSITORY))
    return lambda text, root: signature("python", read_report(Event("trace", text)).exceptions, root)


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    root = tmp_path_factory.mktemp("app")
    path = root / "shop" / "cart.py"
    path.parent.mkdir()
    path.write_text(CART, "utf-8")
    functions: dict = {"__name__": "shop.cart"}
    exec(compile(CART, str(path), "exec"), functions)
    return str(root), functions


@pytest.mark.skipif(sys.version_info < (3, 11), reason="the engine and groups want Python 3.11")
@pytest.mark.parametrize("name", FAILING.split())
def test_the_engine_names_the_printed_trace_alike(engine, app, name):
    root, functions = app
    frames, sources = Frames(root), Sources()
    with pytest.raises(BaseException) as caught:  # noqa: PT011 - any error will do
        functions[name]()
    error = caught.value
    # This test's own frame is nobody's library: it could speak for those without one of the app's.
    error.__traceback__ = error.__traceback__.tb_next
    text = "".join(traceback.format_exception(error))
    raised = Photographer(frames, "off", lambda _: False).raised(read(error, frames).links)
    mine = signature_of(raised, root, lambda file, line, _code: sources.around(file, line)[0] or "")
    assert mine == engine(text, root), text
