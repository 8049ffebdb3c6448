"""A webhook's payload, read field by field: what is not of the expected kind is named, never guessed."""

from __future__ import annotations

from typing import Any


class MalformedPayload(Exception):
    """A field is missing, or of another kind. Caught in `read_event`; nobody else sees it."""


class Fields:
    """One JSON object of a payload, and the path that leads to it."""

    def __init__(self, value: object, path: str = "") -> None:
        if not isinstance(value, dict):
            raise MalformedPayload(f"`{path or 'payload'}` is no object")
        self._value: dict[str, Any] = value
        self._path = path

    def inner(self, name: str) -> Fields:
        """The object in a field."""
        return Fields(self._value.get(name), self._at(name))

    def maybe(self, name: str) -> Fields | None:
        """The object in a field; None where it is missing or null."""
        return None if self._value.get(name) is None else self.inner(name)

    def each(self, name: str) -> list[Fields]:
        """The objects of a list; [] where it is missing or null."""
        value = self._value.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise MalformedPayload(f"`{self._at(name)}` is no list")
        return [Fields(each, f"{self._at(name)}[]") for each in value]

    def number(self, name: str) -> int:
        """A number from 1: every id, and every number of an issue."""
        value = self._value.get(name)
        if type(value) is not int or value < 1:
            raise MalformedPayload(f"`{self._at(name)}` is no number")
        return value

    def text(self, name: str) -> str:
        """A text; "" where it is missing or null."""
        value = self._value.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise MalformedPayload(f"`{self._at(name)}` is no text")
        # Half a surrogate pair can stand in JSON, and can be written nowhere.
        return value.encode("utf-8", "replace").decode("utf-8")

    def flag(self, name: str) -> bool:
        """A yes or no; no where it is missing or null."""
        value = self._value.get(name)
        if value is not None and type(value) is not bool:
            raise MalformedPayload(f"`{self._at(name)}` is no yes or no")
        return bool(value)

    def has(self, name: str) -> bool:
        """True where the field is there and not null."""
        return self._value.get(name) is not None

    def _at(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name
