"""Values of the app as plain data, without calling the app (rules F6, L3).

Whatever an object pretends to be, only its real type and what the interpreter itself keeps of it are looked at: no
`__repr__`, `__len__`, `__class__`, `keys` or property of the app runs. So nothing here can raise the app's errors, hang
in its code or change its state. `values` therefore shows a foreign object by its attributes, not by its own `repr`.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Tuple

    Tells = Callable[[str], bool]

MARK = "[REDACTED]"
CUT = "... [truncated]"
MOST_KEYS = 20  #: of a mapping's shape
_MOST_NODES = 2_000
_MOST_ENTRIES = 100
_MOST_DEPTH = 8
#: Of all texts of one value together. A text beyond X11's bound is handed on with one code point more than that.
_MOST_TEXT = 120_000
_MOST_A_TEXT = 100_001
#: Beyond 640 digits the interpreter may be told to refuse.
_MOST_BITS = 2_000
#: Objects inside objects, by `values`.
_MOST_OBJECTS = 3

_name_of: Callable[[type], str] = type.__dict__["__name__"].__get__
_module_of: Callable[[type], object] = type.__dict__["__module__"].__get__
_flags_of: Callable[[type], int] = type.__dict__["__flags__"].__get__
_space_of: Callable[[type], Mapping[str, object]] = type.__dict__["__dict__"].__get__
_lineage_of: Callable[[type], tuple[type, ...]] = type.__dict__["__mro__"].__get__
_GetSet = type(type.__dict__["__name__"])
_Member = type(type(lambda: None).__dict__["__globals__"])
#: The interpreter's flags of types: that a `class` statement made, and what they come from.
_MADE_BY_CLASS = 1 << 9
_LIST, _TUPLE, _BYTES, _STR, _DICT = 1 << 25, 1 << 26, 1 << 27, 1 << 28, 1 << 29
_FLAGLESS = (set, frozenset, bytearray)
_OF_A_KIND = _LIST | _TUPLE | _BYTES | _STR | _DICT
#: Instances of these and of their subclasses have a length that the interpreter keeps itself.
_SIZED = (dict, list, str, tuple, bytes, set, frozenset, bytearray)
_length_of: Dict[type, Callable[[Any], int]] = {each: each.__len__ for each in _SIZED}
_items_of: Callable[[Any], Any] = dict.items
#: Classes of the standard library whose `repr` runs nothing of the app, by module; looked up when met.
_PRINTED = {
    "datetime": ("datetime", "date", "time", "timedelta", "timezone"),
    "decimal": ("Decimal",),
    "uuid": ("UUID",),
    "pathlib": ("PosixPath", "PurePosixPath", "WindowsPath", "PureWindowsPath"),
    "pathlib._local": ("PosixPath", "PurePosixPath", "WindowsPath", "PureWindowsPath"),
    "ipaddress": ("IPv4Address", "IPv6Address", "IPv4Network", "IPv6Network"),
}


def type_name(kind: type) -> str:
    """The bare name of a type."""
    return _name_of(kind)


def base_of(kind: type) -> Optional[type]:
    """Which of the built-in containers and texts a type is or comes from. The type is never hashed or compared."""
    flags = _flags_of(kind)
    if flags & _OF_A_KIND:
        return dict if flags & _DICT else list if flags & _LIST else str if flags & _STR else _tuple_or_bytes(flags)
    if not issubclass(kind, _FLAGLESS):
        return None
    return set if issubclass(kind, set) else frozenset if issubclass(kind, frozenset) else bytearray


def _tuple_or_bytes(flags: int) -> type:
    return tuple if flags & _TUPLE else bytes


def shape(value: object, telling: bool = False) -> str:
    """F6: the type, for texts, lists and mappings the length, for mappings the keys that look like names."""
    if value is None:
        return "nothing"
    kind = type(value)
    if kind is int:
        return "int"
    if kind is str:
        return "str" if telling else f"str({len(value)})"  # type: ignore[arg-type]
    if kind is list:
        return "list" if telling else f"list({len(value)})"  # type: ignore[arg-type]
    name = _name_of(kind)
    base = None if telling else base_of(kind)
    if base is None:
        return name
    if base is dict:
        return f"{name}({dict.__len__(value)}){_keys(value)}"  # type: ignore[arg-type]
    return f"{name}({_length_of[base](value)})"


def _keys(value: Any) -> str:
    shown: List[str] = []
    try:
        for key in dict.__iter__(value):
            if type(key) is str and key.isascii() and len(key) <= 50 and (key.isidentifier() or _is_name(key)):
                if len(shown) == MOST_KEYS:
                    shown.append("...")
                    break
                shown.append(key)
    except RuntimeError:  # another thread changed it meanwhile
        return ""
    return f" {{{', '.join(shown)}}}" if shown else ""


def _is_name(key: str) -> bool:
    return key[:1] not in "-." and key.replace("-", "_").replace(".", "_").isidentifier()


def text_of(value: Any) -> str:
    """A text as an exact `str` of at most a little more than X11 reads; of what is none what `written` gives."""
    kind = type(value)
    if kind is str:
        exact: str = value
        return exact[:_MOST_A_TEXT]
    if base_of(kind) is str:
        return str.__getitem__(value, slice(0, _MOST_A_TEXT))
    return written(value)


class Budget:
    """What one value, or all values of an error together, may still take."""

    __slots__ = ("nodes", "text")

    def __init__(self, nodes: int = _MOST_NODES, text: int = _MOST_TEXT) -> None:
        self.nodes = nodes
        self.text = text

    def part(self) -> Budget:
        """For one value of many: no more than what is left."""
        return Budget(min(self.nodes, _MOST_NODES), min(self.text, _MOST_TEXT))

    def spend(self, nodes: int, text: int) -> None:
        """One value took that."""
        self.nodes -= nodes
        self.text -= text

    def node(self) -> bool:
        self.nodes -= 1
        return self.nodes >= 0

    def cut(self, text: str) -> str:
        text = text[:_MOST_A_TEXT]
        if len(text) > self.text:
            return CUT
        self.text -= len(text)
        return text


# --- plain data -------------------------------------------------------------------------------------------------------


def plain(value: object) -> Any:
    """L3 but for its cuts of texts, which come behind redaction: None, bool, int, float, str, list and dict only."""
    return _plain(value, Budget(), ())


def _plain(value: Any, budget: Budget, inside: tuple[int, ...]) -> Any:  # noqa: PLR0911 - a line a kind
    kind = type(value)
    if not budget.node():
        return CUT
    if value is None or kind is bool or kind is float:
        return value
    if kind is int:
        return value if value.bit_length() <= 53 else _number(value)
    base = base_of(kind)
    if base is str:
        return budget.cut(text_of(value))
    if base is bytes or base is bytearray:
        return f"bytes({_length_of[base](value)})"
    if base is None:
        return budget.cut(_write(value, budget, inside, None))
    if id(value) in inside:
        return "[cycle]"
    if len(inside) >= _MOST_DEPTH and _length_of[base](value):
        return CUT
    if base is dict:
        return _plain_mapping(value, budget, (*inside, id(value)))
    made = [_plain(each, budget, (*inside, id(value))) for each in _first(value, base)]
    if _length_of[base](value) > _MOST_ENTRIES:
        made.append(CUT)
    return made


def _plain_mapping(value: Any, budget: Budget, inside: tuple[int, ...]) -> Dict[str, Any]:
    made: Dict[str, Any] = {}
    for key, each in _first(value, dict):
        if budget.nodes <= 0:
            made[CUT] = True
            break
        made[budget.cut(_key(key))] = _plain(each, budget, inside)
    if _length_of[dict](value) > _MOST_ENTRIES:
        made[CUT] = True
    return made


def _key(key: Any) -> str:
    return text_of(key)[:1_000]


def _first(value: Any, base: type) -> List[Any]:
    """The first entries of a container of this built-in kind, read by the interpreter's own means."""
    if base is list or base is tuple:
        found: List[Any] = list(base.__getitem__(value, slice(0, _MOST_ENTRIES)))
        return found
    entries = iter(_items_of(value)) if base is dict else base.__iter__(value)  # type: ignore[attr-defined]
    made: List[Any] = []
    try:
        for each in entries:
            if len(made) == _MOST_ENTRIES:
                break
            made.append(each)
    except RuntimeError:  # another thread changed it meanwhile
        pass
    return made


# --- one text ---------------------------------------------------------------------------------------------------------


def written(value: object, tells: Optional[Tells] = None, budget: Optional[Budget] = None) -> str:
    """The value as a text, bounded; what stands under a name that `tells` is not shown.

    With a `budget` for many values, a value for which too little is left is shown by its shape.
    """
    if budget is None:
        return _write(value, Budget(), (), tells)
    part = budget.part()
    nodes = part.nodes
    text = shape(value) if nodes <= 0 or part.text < MOST_KEYS else _write(value, part, (), tells)
    budget.spend(nodes - part.nodes, len(text))
    return text


def _write(value: Any, budget: Budget, inside: tuple[int, ...], tells: Optional[Tells]) -> str:  # noqa: PLR0911 - as above
    kind = type(value)
    if not budget.node():
        return CUT
    if value is None or kind is bool or kind is float or kind is complex:
        return repr(value)
    if kind is int:
        return _number(value)
    base = base_of(kind)
    if base is str:
        return budget.cut(repr(text_of(value)))
    if base is bytes or base is bytearray:
        return f"bytes({_length_of[base](value)})"
    if base is None and _is_printed(value, kind):
        return budget.cut(_printed(value))
    if base is None and issubclass(kind, int) and not _is_enum(kind):
        return f"{_name_of(kind)}({_number(value)})"
    if base is None and (issubclass(kind, type) or not _flags_of(kind) & _MADE_BY_CLASS):
        return f"<class {_name_of(value)}>" if issubclass(kind, type) else f"<{_name_of(kind)}>"
    if id(value) in inside:
        return "[cycle]"
    if base is None:
        return _write_object(value, kind, budget, inside, tells)
    if len(inside) >= _MOST_DEPTH and _length_of[base](value):
        return CUT
    return _write_container(value, kind, base, budget, (*inside, id(value)), tells)


def _write_container(
    value: Any, kind: type, base: type, budget: Budget, inside: tuple[int, ...], tells: Optional[Tells]
) -> str:
    parts: List[str] = []
    for each in _first(value, base):
        if budget.nodes <= 0 or budget.text <= 0:
            parts.append("...")
            break
        if base is dict:
            key, held = each
            name = text_of(key) if base_of(type(key)) is str else ""
            told = _write(key, budget, inside, None)
            parts.append(f"{told}: {_write_under(name, held, budget, inside, tells)}")
        else:
            parts.append(_write(each, budget, inside, tells))
    if _length_of[base](value) > _MOST_ENTRIES:
        parts.append("...")
    start, end = _BRACKETS[base][0], _BRACKETS[base][1]
    if base is tuple and len(parts) == 1:
        end = ",)"
    text = f"{start}{', '.join(parts)}{end}"
    return text if kind is base else f"{_name_of(kind)}({text})"


_BRACKETS: Dict[type, str] = {dict: "{}", list: "[]", tuple: "()", set: "{}", frozenset: "{}"}


def _write_under(name: str, value: Any, budget: Budget, inside: tuple[int, ...], tells: Optional[Tells]) -> str:
    if tells is not None and name and value is not None and type(value) is not bool and tells(name):
        return MARK
    return _write(value, budget, inside, tells)


def _write_object(value: Any, kind: type, budget: Budget, inside: tuple[int, ...], tells: Optional[Tells]) -> str:
    name = _name_of(kind)
    if _is_enum(kind):
        member = next((held for key, held in _attributes(value, kind) if key == "_name_"), None)
        return f"{name}.{member}" if type(member) is str else f"<{name}>"
    if len(inside) >= _MOST_OBJECTS:
        return f"<{name}>"
    parts: List[str] = []
    for key, held in _attributes(value, kind):
        if len(parts) == MOST_KEYS or budget.nodes <= 0 or budget.text <= 0:
            parts.append("...")
            break
        parts.append(f"{key}={_write_under(key, held, budget, (*inside, id(value)), tells)}")
    return f"<{' '.join([name, *parts])}>"


def _attributes(value: Any, kind: type) -> Iterator[Tuple[str, Any]]:
    """What the instance itself holds, in its dict and its slots."""
    for each in _lineage_of(kind):
        if not _flags_of(each) & _MADE_BY_CLASS:
            continue
        space = _space_of(each)
        keeper: Any = space.get("__dict__")
        if type(keeper) is _GetSet:
            for key, held in _first(keeper.__get__(value), dict):
                if type(key) is str:
                    yield key[:200], held
        member: Any
        for key, member in tuple(space.items()):
            if type(member) is _Member and not key.startswith("__"):
                try:
                    held = member.__get__(value)
                except AttributeError:  # not set
                    continue
                yield key[:200], held


def _is_enum(kind: type) -> bool:
    enum = sys.modules.get("enum")
    base = vars(enum).get("Enum") if enum is not None else None
    return base is not None and any(each is base for each in _lineage_of(kind))


def _number(value: Any) -> str:
    bits = int.bit_length(value)
    return int.__repr__(value) if bits <= _MOST_BITS else f"int of {bits} bits"


def _is_printed(value: Any, kind: type) -> bool:
    module = _module_of(kind)
    if type(module) is not str or _name_of(kind) not in _PRINTED.get(module, ()):
        return False
    if vars(sys.modules[module]).get(_name_of(kind)) is not kind:
        return False
    # A time is printed with its zone, which may be the app's.
    zone = value.tzinfo if module == "datetime" and _name_of(kind) in ("datetime", "time") else None
    return zone is None or _is_printed(zone, type(zone))


def _printed(value: Any) -> str:
    try:
        return repr(value)
    except Exception:
        return "[unprintable]"
