"""Rule F6 and plain data: what is shown of the app's values, and that none of its code runs for it."""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import enum
import json
import pathlib
import time
import uuid
from collections import Counter, OrderedDict, defaultdict, namedtuple
from typing import Any

import pytest

from splat import shapes
from splat.shapes import plain, shape, text_of, written
from tests.vectors import vectors

KINDS = {"text": str, "list": list, "mapping": dict}


@vectors("frames", "shapes")
def test_vectors(vector):
    assert shape(_value(vector), vector["telling"]) == vector["expected"]


def _value(vector: Any) -> Any:
    if vector["kind"] == "nothing":
        return None
    base = KINDS.get(vector["kind"])
    name, length = vector["type"], vector.get("length", 0)
    if name == "int":
        return 5
    made = {"text": "x" * length, "list": [0] * length, "mapping": dict.fromkeys(vector.get("keys", ()))}.get(
        vector["kind"]
    )
    if base is None:
        return type(name, (), {})()
    return made if name == base.__name__ else type(name, (base,), {})(made)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, "bool"),
        (1.5, "float"),
        (b"abc", "bytes(3)"),
        (bytearray(b"abc"), "bytearray(3)"),
        ((1, 2), "tuple(2)"),
        ({1}, "set(1)"),
        (frozenset((1, 2)), "frozenset(2)"),
        (OrderedDict(a=1), "OrderedDict(1) {a}"),
        (defaultdict(int, a=1), "defaultdict(1) {a}"),
        (Counter("aab"), "Counter(2) {a, b}"),
        (namedtuple("Point", "x y")(1, 2), "Point(2)"),
        (range(5), "range"),
        (type("Set", (set,), {})([1, 2]), "Set(2)"),
        (type("Bytes", (bytearray,), {})(b"ab"), "Bytes(2)"),
        (ValueError("x"), "ValueError"),
        (int, "type"),
        ({5: 1, "5": 2, "é": 3, "a-b.c": 4, "-a": 5, "k" * 51: 6}, "dict(6) {a-b.c}"),
    ],
)
def test_shapes_of_pythons_own_types(value, expected):
    assert shape(value) == expected


# --- values that bite -------------------------------------------------------------------------------------------------

ran: list[str] = []


def _bites(name: str) -> Any:
    def bite(*_: object, **__: object) -> Any:
        ran.append(name)
        raise RuntimeError(name)

    return bite


#: All that an instance can answer by code of its own.
ANSWERS = (
    "__repr__ __str__ __len__ __iter__ __getitem__ __contains__ __bool__ __eq__ __ne__ __hash__ __lt__ __getattr__ "
    "__getattribute__ __format__ __index__ __int__ __float__ __call__ __dir__ __sizeof__ __reduce__ __reduce_ex__ "
    "__next__ __enter__ __missing__ __reversed__ __length_hint__ __instancecheck__ __fspath__ keys items values get "
    "copy __rich_repr__ _repr_html_ __html__"
)


class BitingMeta(type):
    __hash__ = _bites("type hash")  # type: ignore[assignment]
    __eq__ = _bites("type eq")  # type: ignore[assignment]
    __instancecheck__ = _bites("type instancecheck")
    __subclasscheck__ = _bites("type subclasscheck")
    __getattribute__ = _bites("type getattribute")
    __repr__ = _bites("type repr")
    __len__ = _bites("type len")
    __name__ = property(_bites("type name"))  # type: ignore[assignment]
    __mro__ = property(_bites("type mro"))  # type: ignore[assignment]


def _biting(*bases: type, metaclass: type = type) -> type:
    space: dict[str, Any] = {name: _bites(name) for name in ANSWERS.split()}
    covered = ("__class__", "__dict__", "__name__", "__module__", "_fields", "__dataclass_fields__")
    space.update({name: property(_bites(name)) for name in covered})
    space["__doc__"] = "x"
    return metaclass("Biting", bases, space)


def _make(kind: type, *arguments: Any) -> Any:
    base = next(each for each in type.__dict__["__mro__"].__get__(kind) if each.__module__ == "builtins")
    return base.__new__(kind, *arguments)


BITING = [
    (_make(_biting()), "Biting"),
    (_make(_biting(str), "secret text"), "Biting(11)"),
    (_make(_biting(bytes), b"abc"), "Biting(3)"),
    (_make(_biting(tuple), (1, 2)), "Biting(2)"),
    (_make(_biting(int), 5), "Biting"),
    (_make(_biting(float), 5.0), "Biting"),
    (_make(_biting(frozenset), (1, 2)), "Biting(2)"),
]
for _base, _filled in ((list, "Biting(2)"), (dict, "Biting(2) {a, b}"), (set, "Biting(2)")):
    _kind = _biting(_base)
    _instance = _make(_kind)
    if _base is list:
        list.extend(_instance, (1, 2))
    elif _base is dict:
        dict.update(_instance, {"a": 1, "b": 2})
    else:
        set.update(_instance, (1, 2))
    BITING.append((_instance, _filled))
BITING += [(object.__new__(_biting(metaclass=BitingMeta)), "Biting")]


@pytest.mark.parametrize("number", range(len(BITING)))
@pytest.mark.parametrize("look", [shape, plain, written, text_of])
def test_no_code_of_the_app_runs(number, look):
    value, expected = BITING[number]
    del ran[:]
    told = look(value)
    if look is shape:
        assert told == expected
    for around in ([value], (value,), {"k": value}):
        look(around)
    assert ran == []


def test_hashing_a_key_is_left_to_the_mapping():
    class Key:
        hashed = 0

        def __hash__(self):
            Key.hashed += 1
            return 1

    mapping = {Key(): 1, "a": 2}
    before = Key.hashed
    assert shape(mapping) == "dict(2) {a}"
    assert json.dumps(plain(mapping))
    assert Key.hashed == before


def test_a_mapping_that_changes_meanwhile_does_no_harm():
    import threading

    mapping: dict[int, None] = {}
    stop = threading.Event()

    def change() -> None:
        while not stop.is_set():
            mapping.update(dict.fromkeys(range(50)))
            for number in range(50):
                del mapping[number]

    thread = threading.Thread(target=change)
    thread.start()
    try:
        for _ in range(3_000):
            assert shape(mapping).startswith("dict(")
            plain(mapping)
            written(mapping)
    finally:
        stop.set()
        thread.join()


# --- values -----------------------------------------------------------------------------------------------------------


class Color(enum.Enum):
    RED = 1


class Number(enum.IntEnum):
    ONE = 1


@dataclasses.dataclass
class Cart:
    id: int
    password: str
    items: list[int]


class Slots:
    __slots__ = ("a", "unset")

    def __init__(self) -> None:
        self.a = 1


class Both(Slots):
    def __init__(self) -> None:
        super().__init__()
        self.b = 2


class MyInt(int):
    pass


class Zone(datetime.tzinfo):
    def __repr__(self):
        raise AssertionError("called")

    def utcoffset(self, _):
        raise AssertionError("called")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "None"),
        (True, "True"),
        (1.5, "1.5"),
        (5, "5"),
        ("a'b", '"a\'b"'),
        (b"abc", "bytes(3)"),
        ([1, "a", [2]], "[1, 'a', [2]]"),
        ((1,), "(1,)"),
        ({"a": 1, 2: None}, "{'a': 1, 2: None}"),
        (OrderedDict(a=1), "OrderedDict({'a': 1})"),
        (namedtuple("Point", "x y")(1, 2), "Point((1, 2))"),
        (Cart(1, "x", [1]), "<Cart id=1 password='x' items=[1]>"),
        (Slots(), "<Slots a=1>"),
        (Both(), "<Both b=2 a=1>"),
        (Color.RED, "Color.RED"),
        (Number.ONE, "Number.ONE"),
        (MyInt(5), "MyInt(5)"),
        (Cart, "<class Cart>"),
        (len, "<builtin_function_or_method>"),
        (object(), "<object>"),
        (decimal.Decimal("1.50"), "Decimal('1.50')"),
        (uuid.UUID(int=5), "UUID('00000000-0000-0000-0000-000000000005')"),
        (pathlib.PurePosixPath("/a"), "PurePosixPath('/a')"),
        (datetime.date(2026, 11, 21), "datetime.date(2026, 11, 21)"),
        (
            datetime.datetime(2026, 11, 21, tzinfo=datetime.timezone.utc),
            "datetime.datetime(2026, 11, 21, 0, 0, tzinfo=datetime.timezone.utc)",
        ),
        (datetime.datetime(2026, 11, 21, tzinfo=Zone()), "<datetime>"),
    ],
)
def test_values(value, expected):
    assert written(value) == expected


def test_names_that_tell_hide_what_they_name():
    def tells(name: str) -> bool:
        return "password" in name

    assert written(Cart(1, "hunter2", []), tells) == "<Cart id=1 password=[REDACTED] items=[]>"
    assert written({"password": "hunter2", "a": [{"password": ["hunter2"]}]}, tells) == (
        "{'password': [REDACTED], 'a': [{'password': [REDACTED]}]}"
    )
    assert written({"password": None}, tells) == "{'password': None}"


def test_cycles_depth_and_size_are_bounded():
    around: list[Any] = []
    around.append(around)
    assert written(around) == "[[cycle]]"
    assert plain(around) == ["[cycle]"]
    cart = Cart(1, "x", [])
    cart.items = [cart]  # type: ignore[list-item]
    assert "[cycle]" in written(cart)
    deep: Any = 1
    for _ in range(100_000):
        deep = [deep]
    assert written(deep).count("[") < 20
    assert json.dumps(plain(deep)).count("[") < 20
    wide = {str(number): list(range(200)) for number in range(100_000)}
    began = time.thread_time()
    assert len(written(wide)) < 200_000
    assert len(json.dumps(plain(wide))) < 400_000
    assert plain(wide)[shapes.CUT] is True
    texts = ["x" * 1_000_000] * 1_000
    assert len(written(texts)) < 400_000
    assert len(json.dumps(plain(texts))) < 400_000
    assert time.thread_time() - began < 2.0


def test_plain_is_json_whatever_comes():
    assert plain({"a": (1, {2}), 5: b"x", "n": None, "big": 10**20}) == {
        "a": [1, [2]],
        "5": "bytes(1)",
        "n": None,
        "big": "100000000000000000000",
    }
    assert plain(float("nan")) != plain(float("nan"))  # L3.5 is for later


def test_texts_are_exact_and_cut():
    class Text(str):
        def __str__(self):
            return "lies"

    told = text_of(Text("truth"))
    assert told == "truth"
    assert type(told) is str
    assert len(text_of("x" * 1_000_000)) == 100_001
    assert text_of(5) == "5"


def test_long_numbers_are_not_written_out():
    assert written(10**5000) == "int of 16610 bits"
    assert plain([10**500_000]) == ["int of 1660965 bits"]
