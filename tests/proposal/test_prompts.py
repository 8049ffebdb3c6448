"""Prompts are files with strict placeholders."""

from __future__ import annotations

from importlib.resources import files
from string import Template

import pytest

from healer.prompts import prompt
from healer.runtimes import RUNTIMES

NAMES = sorted(path.name.removesuffix(".md") for path in files("healer.prompts").iterdir() if path.name.endswith(".md"))


@pytest.mark.parametrize("name", NAMES)
def test_every_prompt_fills(name: str) -> None:
    template = Template(files("healer.prompts").joinpath(f"{name}.md").read_text("utf-8"))
    assert template.is_valid()
    values = dict.fromkeys(template.get_identifiers(), "VALUE")
    text = prompt(name, **values)
    assert "$" not in text
    assert text.count("VALUE") >= len(values)


@pytest.mark.parametrize("values", [{}, {"nonce": 1}, {"nonce": 1, "attempts": 2, "more": 3}])
def test_a_missing_or_unknown_placeholder_is_an_error(values: dict[str, object]) -> None:
    with pytest.raises(KeyError, match="placeholders"):
        prompt("feedback", **values)


def test_a_value_is_not_read_for_placeholders() -> None:
    assert "${nonce} $x $" in prompt("feedback", nonce="n", attempts="${nonce} $x $")


def test_every_runtime_says_where_tests_are_found() -> None:
    for runtime in RUNTIMES:
        assert "`name`" in prompt(f"test_{runtime}")
