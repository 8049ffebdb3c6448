"""The vectors of `sdk/vectors`: cases and answers that every SDK shares. Their shape: `sdk/vectors/schema.json`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable, Dict, List, Tuple

import pytest

FOLDER = Path(__file__).resolve().parent.parent.parent / "vectors"
Vector = Dict[str, Any]


def load(area: str, group: str) -> List[Vector]:
    """The vectors of one group, builders not yet expanded."""
    made: List[Vector] = json.loads((FOLDER / f"{area}.json").read_text("utf-8"))[group]
    assert made, f"{area}/{group} is empty"
    return made


def vectors(area: str, group: str, wanted: Callable[[Vector], bool] = lambda _: True) -> pytest.MarkDecorator:
    """Runs a test once for each wanted vector of a group, as its argument `vector`, builders not yet expanded."""
    chosen = [vector for vector in load(area, group) if wanted(vector)]
    assert chosen, f"no vector of {area}/{group} is wanted"
    names = [vector.get("name", f"{group}-{number}") for number, vector in enumerate(chosen)]
    return pytest.mark.parametrize("vector", chosen, ids=names)


def of_python(vector: Vector) -> bool:
    """For `wanted`: only what a Python process meets."""
    return bool(vector["runtime"] == "python")


def expand(value: Any, above: Tuple[Any, ...] = ()) -> Any:
    """What a builder builds; every other value as it is. Lists and mappings are always new."""
    if isinstance(value, list):
        made: List[Any] = []
        for each in value:
            made.append(expand(each, (*above, made)))  # noqa: PERF401: a cycle points at the list itself
        return made
    if not isinstance(value, dict):
        return value
    builder = next((key for key in value if key.startswith("$")), "")
    if builder:
        return _BUILDERS[builder](value[builder], value, above)
    mapping: Vector = {}
    for key, each in value.items():
        mapping[key] = expand(each, (*above, mapping))
    return mapping


def _nest(inner: Any, value: Vector) -> Any:
    made = expand(inner)
    for _ in range(value["depth"]):
        made = [made]
    return made


_BUILDERS: Dict[str, Callable[[Any, Vector, Tuple[Any, ...]], Any]] = {
    "$join": lambda what, _value, _above: "".join(expand(part) for part in what),
    "$repeat": lambda what, value, _above: what * value["count"],
    "$list": lambda what, value, _above: [expand(what) for _ in range(value["count"])],
    "$map": lambda what, value, _above: {f"k{number:05d}": expand(what) for number in range(value["count"])},
    "$nest": lambda what, value, _above: _nest(what, value),
    "$cycle": lambda what, _value, above: above[-what],
}
