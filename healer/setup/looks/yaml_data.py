"""YAML as plain texts, lists and tables, read fast: libyaml's events, put together without recursion.

PyYAML's own reader takes a tenth of a second for a few workflows, and libyaml's ends the process on deep nesting.
"""

from __future__ import annotations

from typing import Any

_LARGEST = 300_000
_DEEPEST = 60
_MOST = 40_000


class BrokenYamlError(Exception):
    """Why a text is no YAML that can be used, with its line."""


def read_yaml(text: str) -> Any:
    """The first document: every scalar is a text as written; an alias stands for what it names, or "" inside of it.

    Raises BrokenYamlError.
    """
    import yaml

    if len(text) > _LARGEST:
        raise BrokenYamlError("it is too large")
    loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
    try:
        return _built(yaml, yaml.parse(text, Loader=loader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        what = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read"
        raise BrokenYamlError(f"no valid YAML: {where}{what}") from None


def _built(yaml: Any, events: Any) -> Any:
    top: list[Any] = []
    stack: list[_Open] = [_Open(top)]
    anchors: dict[str, Any] = {}
    for count, event in enumerate(events):
        if count > _MOST or len(stack) > _DEEPEST:
            raise BrokenYamlError("it is nested too deeply, or holds too much")
        if isinstance(event, yaml.ScalarEvent):
            stack[-1].add(event.value)
            value = event.value
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            value = {} if isinstance(event, yaml.MappingStartEvent) else []
            stack[-1].add(value)
            stack.append(_Open(value))
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            stack.pop()
            continue
        elif isinstance(event, yaml.AliasEvent):
            known = anchors.get(event.anchor, "")
            stack[-1].add("" if any(known is item.value for item in stack) else known)
            continue
        elif isinstance(event, yaml.DocumentEndEvent):
            break
        else:
            continue
        if event.anchor:
            anchors[event.anchor] = value
    return top[0] if top else None


class _Open:
    """A list or table that is being filled."""

    def __init__(self, value: Any) -> None:
        self.value = value
        self._key: Any = None
        self._has_key = False

    def add(self, item: Any) -> None:
        if isinstance(self.value, list):
            self.value.append(item)
        elif not self._has_key:
            self._key, self._has_key = item, True
        else:
            self._has_key = False
            if isinstance(self._key, str):
                self.value[self._key] = item
