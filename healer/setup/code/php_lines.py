"""The lines that Splat's PHP SDK needs, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healer.setup.code.chosen import options_of

if TYPE_CHECKING:
    from healer.setup.choices import Choices
    from healer.setup.value import Service

SDK = "splat-heal/sdk"
BUNDLE = r"Splat\Symfony\SplatBundle::class => ['all' => true],"
#: The same in a kernel that makes its bundles itself.
NEW_BUNDLE = r"new \Splat\Symfony\SplatBundle(),"
LUMEN = r"$app->register(\Splat\Laravel\SplatServiceProvider::class);"
_WIDTH = 100


def start_lines(service: Service, choices: Choices, *, named: bool) -> list[str]:
    r"""`\Splat\init([…])`. `named` says which service it is, where a repository has more than one.

    The token comes from SPLAT_TOKEN by itself, also where a `.env` brings it in later.
    """
    options = options_of(service, choices, named=named)
    given = [f"{literal(name)} => {literal(value)}" for name, value in options.items()]
    line = rf"\Splat\init([{', '.join(given)}]);"
    return [line] if len(line) <= _WIDTH else [r"\Splat\init([", *(f"    {each}," for each in given), "]);"]


def literal(text: str) -> str:
    """A string of PHP in ASCII, so that it fits into a file of any encoding."""
    if text.isascii() and text.isprintable():
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(char: str) -> str:
    if char in '"\\$':
        return f"\\{char}"
    return char if char.isascii() and char.isprintable() else f"\\u{{{ord(char):x}}}"


def install(name: str) -> str:
    """The line behind a Slim app."""
    return rf"\Splat\Slim::install({name or '$app'});"
