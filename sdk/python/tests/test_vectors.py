"""The loader of the vectors builds what the linter's own builders build."""

from __future__ import annotations

from tests.vectors import expand, load


def test_builders_build():
    assert expand({"a": {"$join": ["x", {"$repeat": "y", "count": 3}]}, "b": {"$nest": 1, "depth": 2}}) == {
        "a": "xyyy",
        "b": [[1]],
    }
    assert expand({"$list": {"$map": 0, "count": 2}, "count": 2}) == [{"k00000": 0, "k00001": 0}] * 2


def test_a_cycle_is_one():
    circle = expand({"a": {"b": {"$cycle": 2}}})
    assert circle["a"]["b"] is circle
    ring = expand([{"$cycle": 1}])
    assert ring[0] is ring


def test_expanding_copies():
    given = load("truncation", "values")[0]
    assert expand(given) == given
    assert expand(given) is not given
