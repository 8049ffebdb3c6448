"""The variables that a user gives to set-up alone, as a registry's token: how they are written, and kept in there.

Set-up may leave them behind in a file, where what runs later can read them. It has no network then, and whatever comes
out of the sandbox passes `without`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from healer.outcome import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

VARIABLE = "SPLAT_SETUP_ENV"
"""Holds them, a line `NAME=value` each."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
#: The credentials that Splat itself works with.
_OURS = re.compile(r"(?:ANTHROPIC|CLAUDE|ACTIONS|RUNNER|SPLAT)_", re.IGNORECASE)
CROSSED = "[setup-env]"
"""What stands where a value was."""
#: Shorter values are in every text.
_LEAST = 6


def given(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables by name. Raises ConfigError that names the line; never what stands in it."""
    found: dict[str, str] = {}
    for number, line in enumerate(environ.get(VARIABLE, "").splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, equals, value = line.partition("=")
        name = name.strip().removeprefix("export ").strip()
        where = f"line {number} of setup-env"
        if not equals or not _NAME.fullmatch(name) or "\0" in value:
            raise ConfigError("A variable for set-up cannot be read", where=where, next_step="Write it as NAME=value.")
        if _OURS.match(name):
            then = "Leave it out: set-up runs the repository's code, which must not see it."
            raise ConfigError("A variable for set-up is one of Splat's own", where=where, next_step=then)
        found[name] = value.strip()
    return found


def secrets(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The values to be kept in, longest first, so that none hides a part of another."""
    return tuple(sorted({value for value in given(environ).values() if len(value) >= _LEAST}, key=len, reverse=True))


def without(text: str, values: Iterable[str]) -> str:
    """The text with each of the values crossed out."""
    for value in values:
        text = text.replace(value, CROSSED)
    return text
