"""`pyproject.toml`: PEP 621, Poetry, or the one group of a project without either. tomlkit keeps all else as it is."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from healer.outcome import Rejected

if TYPE_CHECKING:
    from collections.abc import MutableMapping

#: Groups that a deployment does not install.
_NOT_DEPLOYED = frozenset({"dev", "test", "tests", "lint", "docs", "doc", "typing", "types", "build", "ci", "release"})


def add(data: bytes, name: str) -> bytes | Rejected:
    """The file with one more dependency."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        text = data.decode("utf-8")
        before = tomllib.loads(text)
        document = tomlkit.parse(text)
        if (refused := _add(document, name)) is not None:
            return refused
        after = tomlkit.dumps(document)
        # Bytes that it wrote differently, or a value that moved, would be a change nobody asked for.
        if tomlkit.dumps(tomlkit.parse(text)) != text or not _only(before, tomllib.loads(after), name):
            return Rejected("format", "it could not be changed without touching more")
    except (ValueError, RecursionError, TOMLKitError, TypeError, AttributeError, LookupError) as error:
        return Rejected("syntax", f"it cannot be read ({str(error)[:100]})")
    return after.encode("utf-8")


def _add(document: MutableMapping[str, Any], name: str) -> Rejected | None:
    project = document.get("project", {})
    poetry = document.get("tool", {}).get("poetry", {})
    if "dependencies" in project:
        return append(project["dependencies"], name)
    if "dependencies" in poetry:
        poetry["dependencies"].append(name, "*")
        return None
    if "dependencies" in project.get("dynamic", ()):
        return Rejected("dynamic", "they are dynamic, and listed elsewhere")
    if project:
        return Rejected("none", "it has a [project] and no dependencies yet")
    groups = document.get("dependency-groups", {})
    deployed = [group for group in groups if group.lower() not in _NOT_DEPLOYED]
    if len(deployed) == 1:
        return append(groups[deployed[0]], name)
    return Rejected("none", "it has no list of dependencies")


def append(array: Any, name: str) -> Rejected | None:
    """One more text in a tomlkit array: on a line of its own where the others are."""
    import tomlkit

    if not isinstance(array, list):
        return Rejected("format", "the dependencies are no list")
    lines = array.as_string().splitlines()  # type: ignore[attr-defined]
    if len(lines) < 2 or not len(array):
        array.append(name)
        return None
    # In their order, else behind the last one; before the first where the last has no comma: so no other line changes.
    names = [str(item).lower() for item in array if isinstance(item, str)]
    ordered = names == sorted(names) and len(names) == len(array)
    comma = lines[-1].strip() == "]" and lines[-2].rstrip().endswith(",") and "#" not in lines[-2]
    other = len(array) if comma else 0
    place = next((number for number, each in enumerate(names) if each > name), other) if ordered else other
    array.insert(place, tomlkit.string(name))
    return None


def _only(before: Any, after: Any, name: str) -> bool:
    """Whether both say the same but for the name."""
    if isinstance(before, dict) and isinstance(after, dict):
        more = {key: value for key, value in after.items() if not (key == name and value == "*")}
        return before.keys() == more.keys() and all(_only(before[key], more[key], name) for key in before)
    if isinstance(before, list) and isinstance(after, list):
        rest = [item for item in after if item != name]
        return rest == before
    return bool(before == after)
