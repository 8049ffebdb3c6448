"""`typing.NamedTuple` without `typing`, whose import costs more than all that `import splat` does."""

from __future__ import annotations

from collections import namedtuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MACHINERY = ("__annotations__", "__module__", "__qualname__", "__orig_bases__", "__classcell__")


class _Meta(type):
    def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> Any:
        if not bases:
            return super().__new__(cls, name, bases, body)
        fields = list(body["__annotations__"])
        defaults = [body.pop(field) for field in fields if field in body]
        made = namedtuple(name, fields, defaults=defaults, module=body["__module__"])  # type: ignore[misc]
        for key, value in body.items():
            if key not in _MACHINERY:
                setattr(made, key, value)
        return made


class NamedTuple(metaclass=_Meta):
    """Stands in as a base class where `from __future__ import annotations` is on."""
