"""What a runtime's reader makes of one project, before its tests are known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from healer.setup.value import Entry, Seen, Service

_CERTAIN = {"sure": 0, "likely": 1, "unsure": 2}
_FIRST = {"settings": 0, "config": 1, "main": 2}
MOST_ENTRIES = 40


@dataclass(frozen=True, slots=True)
class Draft:
    """`dependencies` maps the names that the project declares to the manifest that does; `seen` are uses in source."""

    service: Service
    dependencies: Mapping[str, str] = field(default_factory=dict)
    seen: tuple[Seen, ...] = ()


def ranked(entries: Sequence[Entry], frameworks: Sequence[str]) -> tuple[Entry, ...]:
    """The best first: the surest, the more telling framework, what is loaded first, what lies nearest to the root."""
    order = {name: place for place, name in enumerate(frameworks)}
    chosen = sorted(
        entries,
        key=lambda entry: (
            _CERTAIN[entry.certainty],
            order.get(entry.framework, len(order)),
            _FIRST.get(entry.kind, len(_FIRST)),
            entry.path.count("/"),
            entry.path,
            entry.line,
        ),
    )
    return tuple(chosen[:MOST_ENTRIES])
