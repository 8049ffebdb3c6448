"""The words Claude is given, as files beside this one; `${name}` is a placeholder."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from string import Template


def prompt(name: str, /, **values: object) -> str:
    """The text of `<name>.md` with its placeholders filled.

    Raises KeyError when a placeholder gets no value or a value finds no placeholder: both are mistakes in Splat.
    Values are put in as they are: a `${...}` inside one stays text.
    """
    template = _template(name)
    known = set(template.get_identifiers())
    if known != values.keys():
        raise KeyError(f"prompts/{name}.md has the placeholders {sorted(known)}, the values are {sorted(values)}")
    return template.substitute(values).strip()


@cache
def _template(name: str) -> Template:
    template = Template(files("healer.prompts").joinpath(f"{name}.md").read_text("utf-8"))
    if not template.is_valid():
        raise KeyError(f"prompts/{name}.md has a stray $: write $$")
    return template
