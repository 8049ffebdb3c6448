"""Which exceptions are captured at all: errors, not ignored, and each object once."""

from __future__ import annotations

import os
from _weakref import ref
from functools import partial

from splat.shapes import type_name
from splat.snapshot import members_of, type_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Sequence
    from weakref import ReferenceType


class Ignored:
    """Whether a class of exceptions is one of those that the option `ignore` names, or comes from one."""

    def __init__(self, rules: Sequence[Any]) -> None:
        self._classes = tuple(rule for rule in rules if not isinstance(rule, str))
        self._names = frozenset(rule for rule in rules if isinstance(rule, str))

    def __call__(self, kind: type) -> bool:
        if not self._classes and not self._names:
            return False
        for each in type.__dict__["__mro__"].__get__(kind):
            if any(each is rule for rule in self._classes):
                return True
            if self._names:
                name = type_of(each)
                if name in self._names or name.rpartition(".")[2] in self._names:
                    return True
        return False


#: How a task, a greenlet or a nursery is ended from outside. By name: their libraries may not be there.
_ENDS = frozenset(("CancelledError", "Cancelled", "GreenletExit"))
_DEEPEST = 10


def is_error(exc: object, depth: int = 0) -> bool:
    """Whether it is an exception that says that something is wrong: no end of the program, a generator or a task."""
    kind = type(exc)
    if issubclass(kind, Exception):
        return True
    if not issubclass(kind, BaseException) or issubclass(kind, (KeyboardInterrupt, SystemExit, GeneratorExit)):
        return False
    members = members_of(exc) if depth < _DEEPEST else ()  # type: ignore[arg-type]
    if members:
        return any(is_error(member, depth + 1) for member in members)
    return type_name(kind) not in _ENDS


# --- R5: each exception object once -----------------------------------------------------------------------------------

_MARK = "__splat__"
_salt = int.from_bytes(os.urandom(6), "big")
_captured: Dict[int, ReferenceType[BaseException]] = {}
_weak_of: Callable[[type], int] = type.__dict__["__weakrefoffset__"].__get__
_space_of: Callable[[BaseException], Dict[str, Any]] = BaseException.__dict__["__dict__"].__get__


def first_time(exc: BaseException) -> bool:
    """Whether this object was not captured in this process before; from now on it was.

    A weak reference tells. The built-in exceptions have none: those are marked, by a number that belongs to this object
    in this process, so that a copy, pickled or not, has it and does no harm with it.
    """
    ident = id(exc)
    if _weak_of(type(exc)):
        known = _captured.get(ident)
        if known is not None and known() is exc:
            return False
        _captured[ident] = ref(exc, partial(_captured.pop, ident))
        return True
    space = _space_of(exc)
    mark = ident ^ _salt
    if dict.get(space, _MARK) == mark:
        return False
    dict.__setitem__(space, _MARK, mark)
    return True


def forget(exc: BaseException) -> None:
    """It was not captured after all."""
    _captured.pop(id(exc), None)
    dict.pop(_space_of(exc), _MARK, None)
