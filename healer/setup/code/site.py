"""What is the same in every runtime: a file is read, held to be free, spliced and read again; where that fails, a
person gets the lines. A language is a `Site`, its facts.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from healer.outcome import Rejected
from healer.setup.code.chosen import by_path
from healer.setup.dependency import by_hand
from healer.setup.plan import Part, Word, inserted, together

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from healer.setup.plan import Change, Files, Paste, Splice
    from healer.setup.value import Entry, Service

MOST_PASTES = 4
#: Why lines are shown and not written: with them, an app whose dependency is not there would not start any more.
WAITS = "once the SDK is a dependency"
_THERE = "has-splat"
Code = TypeVar("Code")


class Site(Protocol[Code]):
    """A service as its runtime sees it. `Code` is a file that was read, as the runtime's parser gives it."""

    @property
    def service(self) -> Service:
        """What gets the SDK."""

    @property
    def files(self) -> Files:
        """The repository's."""

    def entries(self) -> list[Entry]:
        """The places that lines go to, in their order."""

    def read(self, path: str, data: bytes | None, /) -> Code | Rejected:
        """A file, None for one that is not there. Rejected for one with a mistake; so is what the lines make of it."""

    def held(self, path: str, code: Code, /) -> Word | Rejected | None:
        """Splat, which is there already (`there`); Rejected where something else has its name; None for neither."""

    def splices(self, path: str, code: Code, entries: Sequence[Entry], /) -> list[Splice] | Rejected:
        """The lines of these places of a file. Rejected where one is not certain; [] where it needs none."""

    def paste(self, path: str, entries: Sequence[Entry], why: str, /) -> Paste:
        """The same lines as a person would write them; without entries, those that any service needs."""


def there(path: str, what: str = "has Splat's SDK already: left as it is") -> Word:
    """Says that somebody has set a file up before."""
    return Word(_THERE, what, path)


def is_there(part: Part) -> bool:
    """Whether somebody has set up the service before: what else there may be is theirs to know."""
    return any(word.code == _THERE for word in part.words)


def written(site: Site[Code]) -> Part:
    """Every file that lines go to, with the lines; where that cannot be, they are shown."""
    return together([file_part(path, entries, site) for path, entries in by_path(site.entries()).items()])


def file_part(path: str, entries: Sequence[Entry], site: Site[Code]) -> Part:
    """One of them."""
    made = _changed(path, entries, site)
    if isinstance(made, Rejected):
        return Part(pastes=(site.paste(path, entries, made.reason),))
    if isinstance(made, Word):
        return Part(words=(made,))
    return Part() if made is None else Part(changes=(made,))


def _changed(path: str, entries: Sequence[Entry], site: Site[Code]) -> Change | Word | Rejected | None:
    if why := site.files.blocked(path):
        return Rejected("blocked", f"it {why}")
    data = site.files.read(path)
    code = site.read(path, data)
    if isinstance(code, Rejected):
        return code
    if held := site.held(path, code):
        return held
    splices = site.splices(path, code, entries)
    if isinstance(splices, Rejected):
        return splices
    return spliced_in(path, data or b"", splices, site.read) if splices else None


def spliced_in(
    path: str, data: bytes, splices: Sequence[Splice], read: Callable[[str, bytes | None], object]
) -> Change | Rejected:
    """The change. Rejected where the file could not be read any more with it."""
    change = inserted(path, data, splices, "Splat's SDK")
    after = read(path, change.after)
    return Rejected("place", "with the lines it would not be read any more") if isinstance(after, Rejected) else change


def shown(site: Site[Any], why: str = WAITS) -> Part:
    """The lines of every file that they would go to."""
    return Part(pastes=tuple(site.paste(path, entries, why) for path, entries in by_path(site.entries()).items()))


def likely_part(site: Site[Any], places: Iterable[Sequence[Entry]], *, begun: bool) -> Part:
    """The lines at places that nobody is sure of, each given by its entries. Where there is none and the service has
    not begun elsewhere, those that any service needs.
    """
    pastes = [site.paste(entries[0].path, entries, may_begin(site.service, entries[0])) for entries in places]
    if not pastes and not begun:
        pastes = [site.paste(site.service.path, (), begins_nowhere(site.service))]
    return Part(pastes=tuple(pastes[:MOST_PASTES]))


def may_begin(service: Service, entry: Entry) -> str:
    """Why the lines of a likely place are shown, and what makes it a sure one."""
    return f"{service.name} may begin there: {entry.why}. If it does: splat init --entry {shlex.quote(entry.path)}"


def begins_nowhere(service: Service) -> str:
    """Why they are shown without a place."""
    return f"where {service.name} begins could not be found"


def with_dependency(dependency: Part, lines: Part, told: Part, service: Service, sdk: str) -> Part:
    """All of it. `told` is for who sets the service up for the first time; a dependency that no code uses, nobody gets
    but by hand: tools take it out again.
    """
    if is_there(lines):
        return dependency + lines
    return (dependency if lines.changes else by_hand(dependency, service, sdk)) + lines + told
