"""Which of a service's places are written to, and what is pasted at those that are not certain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healer.setup.code import chosen
from healer.setup.code.lines import DJANGO_APP, INTEGRATIONS, import_lines, install
from healer.setup.code.site import MOST_PASTES, begins_nowhere, may_begin
from healer.setup.plan import Part, Paste

if TYPE_CHECKING:
    from collections.abc import Sequence

    from healer.setup.choices import Choices
    from healer.setup.value import Entry, Service


def sure_entries(service: Service, choices: Choices) -> list[Entry]:
    """`chosen.sure_entries` with Python's frameworks."""
    return chosen.sure_entries(service, choices, is_app)


def is_app(entry: Entry) -> bool:
    """Whether a line of a framework's goes there."""
    return entry.framework in INTEGRATIONS and entry.kind not in ("main", "config", "browser")


def to_paste(service: Service, choices: Choices, start: Sequence[str]) -> Part:
    """What a person has to put somewhere: at each likely place, or, where nothing is known, into the service."""
    likely = chosen.likely_entries(service, choices, is_app)[:MOST_PASTES]
    places = chosen.by_path(likely).values()
    pastes = tuple(paste_of(entries, start, may_begin(service, entries[0])) for entries in places)
    if not pastes and not sure_entries(service, choices):
        framework = service.frameworks[0] if service.frameworks else "python"
        lines = [*import_lines(framework), *start, *_line(framework, "app")]
        pastes = (Paste(service.path, tuple(lines), begins_nowhere(service)),)
    return Part(pastes=pastes)


def paste_of(entries: Sequence[Entry], start: Sequence[str], why: str) -> Paste:
    """The lines of these places of one file, as a person would write them."""
    lines = [*imports_of(entries), *start]
    for entry in entries:
        lines += [_behind(entry), *_line(entry.framework, entry.name or "app")] if is_app(entry) else []
    return Paste(entries[0].path, tuple(lines), why)


def _behind(entry: Entry) -> str:
    where = f"in {entry.function}(), " if entry.function else ""
    return f"# {where}behind what gives {entry.name or 'the app'} its value:"


def imports_of(entries: Sequence[Entry]) -> list[str]:
    """Every import that these places need, once."""
    return sorted({line for entry in entries for line in import_lines(entry.framework)})


def _line(framework: str, name: str) -> list[str]:
    if framework == "django":
        return [f'INSTALLED_APPS = ["{DJANGO_APP}", *INSTALLED_APPS]']
    return [install(framework, name)] if framework in INTEGRATIONS else []
