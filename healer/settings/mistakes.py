"""What is wrong with a configuration file: each mistake with its line and column, and the setting that was meant."""

from __future__ import annotations

import json
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from healer.outcome import ConfigError
from healer.settings.document import doubled, read_yaml, unusable
from healer.settings.expression import EXPRESSIONS, UnfitError, reach

if TYPE_CHECKING:
    from collections.abc import Iterator

CONFIG_PATH = ".github/splat.yml"
NEXT_STEP = "docs/configuration.md lists every setting."
#: A file that is wrong everywhere needs no longer list to be looked at.
_MOST = 50


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake at a line and a column, both from 1. `key` is dotted, "the file" for all of it."""

    key: str
    what: str
    line: int = 1
    column: int = 1

    def error(self) -> ConfigError:
        """As who reads the settings is told."""
        where = f"{CONFIG_PATH}:{self.line}:{self.column}"
        return ConfigError(f"{self.key}: {self.what}", where=where, next_step=NEXT_STEP)


def mistakes_in(text: bytes) -> tuple[Mistake, ...]:
    """All mistakes of a file, at most 50, in its order. Raises ConfigError for what is no YAML at all."""
    document = read_yaml(text, CONFIG_PATH)
    if document is None:
        return ()
    import yaml

    root = yaml.compose(text, Loader=yaml.SafeLoader)
    found = {_placed(root, path, key, what) for path, key, what in (*_twice(root), *_wrong(document))}
    return tuple(sorted(found, key=lambda each: (each.line, each.column, each.key)))[:_MOST]


def first_mistake(document: object, text: bytes) -> Mistake | None:
    """What to name where one is enough: the most telling one."""
    import jsonschema
    import yaml

    error = jsonschema.exceptions.best_match(_validator().iter_errors(document))
    found = next(_told(error), None) if error else next(_unfit(document), None)
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    found = found or next(_twice(root), None)
    return _placed(root, *found) if found else None


def _twice(root: Any) -> Iterator[_Wrong]:
    """A group that stands there twice: without this, the limits of the first one would be forgotten in silence."""
    try:
        yield from doubled(root)
    except RecursionError:
        yield (), "", "it is nested too deeply"


def schema() -> dict[str, Any]:
    """The settings' schema."""
    found: dict[str, Any] = json.loads(files("healer.data").joinpath("settings.schema.json").read_bytes())
    return found


def explain(error: Any) -> str:
    """A schema's complaint, in our words."""
    return next(what for _, _, what in _told(error))


def _validator() -> Any:
    import jsonschema

    return jsonschema.Draft202012Validator(schema())


#: A path to a value, the key of it that is wrong ("" for the value itself), and what is wrong.
_Wrong = tuple[tuple[str | int, ...], str, str]


def _wrong(document: object) -> Iterator[_Wrong]:
    import jsonschema

    clean = True
    for error in _validator().iter_errors(document):
        clean = False
        # Of a choice of shapes, the one that was nearly met.
        yield from _told(jsonschema.exceptions.best_match([error]))
    if clean:
        yield from _unfit(document)


def _told(error: Any) -> Iterator[_Wrong]:
    path = tuple(error.absolute_path)
    if error.validator == "pattern":
        yield path, "", f"{str(error.instance)[:100]!r} is not {error.schema['title']}"
    elif error.validator != "additionalProperties":
        yield path, "", str(error.message)[:300]
    else:
        known = list(error.schema.get("properties", {}))
        for name in sorted(str(key) for key in error.instance if key not in known):
            near = get_close_matches(name, known, n=1)
            yield path, name, f"unknown setting {name[:100]!r}" + (f", did you mean {near[0]!r}?" if near else "")


def _unfit(document: object) -> Iterator[_Wrong]:
    """What no schema can refuse; and regular expressions that are none, or that no text may be held against."""
    if found := unusable(document):
        yield found[0], "", found[1]
    rules = document.get("triage", ()) if isinstance(document, dict) else ()
    for number, rule in enumerate(rules):
        for key in sorted(EXPRESSIONS & rule.keys()):
            try:
                reach(rule[key])
            except UnfitError as error:
                yield ("triage", number, key), "", f"`{rule[key][:200]}` {error}"


def _placed(root: Any, path: tuple[str | int, ...], key: str, what: str) -> Mistake:
    line, column = position(root, path, key)
    return Mistake(".".join(str(part) for part in path) or "the file", what, line, column)


def position(root: Any, path: tuple[str | int, ...], key: str = "") -> tuple[int, int]:
    """Line and column, from 1, of the node at `path` below `root`; with `key`, of that key of it."""
    import yaml

    node = root
    for part in path:
        if isinstance(node, yaml.MappingNode):
            node = next((value for name, value in node.value if name.value == str(part)), node)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
    if key and isinstance(node, yaml.MappingNode):
        node = next((name for name, _ in node.value if str(name.value) == key), node)
    return (node.start_mark.line + 1, node.start_mark.column + 1) if node else (1, 1)
