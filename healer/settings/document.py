"""YAML as data: what a text of a few lines can blow up into, and what no setting can hold, is refused."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from healer.outcome import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Values of a document with every alias written out.
_MOST_VALUES = 20_000
_DEEPEST = 60


def read_yaml(text: bytes, name: str) -> Any:
    """The one document of `text`, None for none. Raises ConfigError that names the place in `name`."""
    import yaml

    loader = None
    try:
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
        if node is None:
            return None
        if _size(node, {}) > _MOST_VALUES:
            raise ConfigError(
                f"The file stands for more than {_MOST_VALUES:,} values: its aliases refer to each other",
                where=name,
                next_step="Write the values out instead of using `*aliases`.",
            )
        return loader.construct_document(node)
    except ConfigError:
        raise
    except Exception as error:  # for a wrong value behind a tag PyYAML raises whatever Python does
        mark = getattr(error, "problem_mark", None)
        where = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
        what = getattr(error, "problem", None) or "cannot be read"
        if isinstance(error, yaml.reader.ReaderError):
            where, what = f"{name}:{_line_of(text, error)}", _unread(error)
        raise ConfigError(f"Not valid YAML: {what}", where=where, next_step="Correct the file and run again.") from None
    finally:
        if loader is not None:
            loader.dispose()


def _unread(error: Any) -> str:
    """What the text has that no YAML may, or that is in no encoding of YAML's."""
    if error.encoding != "unicode":
        return f"byte 0x{error.character:02x} is not {error.encoding.upper()}; save the file as UTF-8"
    return f"the character U+{error.character:04X} may not stand in it"


def _line_of(text: bytes, error: Any) -> int:
    """The line of a place that is counted in bytes or in characters."""
    if error.encoding != "unicode":
        return text.count(b"\n", 0, error.position) + 1
    return text.decode("utf-8", "replace").count("\n", 0, error.position) + 1


def doubled(node: Any) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """The keys of a composed document that stand more than once: the path to their map, the key, and what is wrong.
    PyYAML takes the last of them without a word. Raises RecursionError for a document that is deep beyond use.
    """
    yield from _doubled(node, ())


def _doubled(node: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    import yaml

    if len(path) > _DEEPEST:
        raise RecursionError
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
            if name in seen:
                yield path, name, f"{name[:60]!r} stands here, and once more in line {key.start_mark.line + 1}"
            seen |= {name} - {""}
            yield from _doubled(value, (*path, name))
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _doubled(value, (*path, number))


def _size(node: Any, known: dict[int, int]) -> int:
    """How many values a node stands for. A node inside itself counts as too many where it is met again."""
    if not isinstance(node.value, list):
        return 1
    if id(node) not in known:
        known[id(node)] = 0  # a value that holds itself is the schema's business
        known[id(node)] = min(10**9, 1 + sum(_size(inner, known) for inner in _children(node.value)))
    return known[id(node)]


def _children(values: list[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, tuple):
            yield from value
        else:
            yield value


def unusable(value: object, path: tuple[str | int, ...] = ()) -> tuple[tuple[str | int, ...], str] | None:
    """The first place that holds what a schema cannot refuse, and why: numbers that are none, NUL in a text."""
    if isinstance(value, dict):
        pairs = list(value.items())
    elif isinstance(value, list):
        pairs = list(enumerate(value))
    elif isinstance(value, float) and not isfinite(value):
        return path, f"{value} is not a number to count with"
    elif isinstance(value, str) and "\0" in value:
        return path, "a text cannot hold a NUL character"
    else:
        return None
    return next((found for key, inner in pairs if (found := unusable(inner, (*path, key)))), None)
