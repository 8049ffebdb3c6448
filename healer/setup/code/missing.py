"""Runtimes that have no SDK of Splat's yet: said as it is, with the way there is until then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healer.setup.plan import Part, Word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from healer.setup.choices import Choices
    from healer.setup.value import Service

NAMES = {"javascript": "JavaScript", "go": "Go", "ruby": "Ruby", "php": "PHP", "python": "Python"}
_MOST = 5


def told_of(services: Sequence[Service], choices: Choices) -> Part:
    """One word for all of these services: nothing is written for them."""
    if not services:
        return Part()
    runtimes = dict.fromkeys(service.runtime for service in services)
    spoken = " and ".join(f"{NAMES[each]} ({_places(services, each)})" for each in runtimes)
    what = f"No SDK of Splat's yet for {spoken}: nothing is put into that code"
    then = f"Errors there: open an issue with the stack trace in it, and give it the label {choices.labels[0]}."
    return Part(words=(Word("no-sdk", what, "", then),))


def _places(services: Sequence[Service], runtime: str) -> str:
    places = [service.path or "at the top" for service in services if service.runtime == runtime]
    more = f", {len(places) - _MOST} more" if len(places) > _MOST else ""
    return ", ".join(places[:_MOST]) + more
