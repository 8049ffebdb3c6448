"""From py-splat to Splat's SDK: the dependency is replaced where a person wants it; the code is theirs to change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healer.outcome import Rejected
from healer.setup.code.entries import paste_of, sure_entries, to_paste
from healer.setup.code.lines import start_lines
from healer.setup.dependency.py_splat import OLD, give_way
from healer.setup.plan import Change, Part, Paste, Word, difference

if TYPE_CHECKING:
    from healer.setup.choices import Choices
    from healer.setup.plan import Files
    from healer.setup.value import Found, Seen, Service

SDK = "splat-sdk"


def propose_migration(service: Service, found: Found, files: Files, choices: Choices, *, named: bool) -> Part:
    """What of py-splat is there and what takes its place. Without `choices.migrate` nothing is changed."""
    seen = [each for each in found.splat.py_splat if each.service == service.path]
    lines = _lines(seen, files)
    start = start_lines(service, choices, named=named)
    if not choices.migrate:
        what = f"{service.name} uses {OLD}, which is imported by the same name: nothing is put into it"
        then = "`splat init --migrate` replaces the dependency and says what to change in the code."
        return Part(words=(Word(OLD, what, seen[0].path if seen else service.path, then),))
    part = Part(pastes=tuple(Paste(path, tuple(gone), f"take {OLD} out") for path, gone in lines.items()))
    for path in dict.fromkeys(each.path for each in seen if each.how == "dependency"):
        part += _replaced(path, files)
    sure = sure_entries(service, choices)
    if sure:
        return part + Part(pastes=(paste_of(sure, start, f"put Splat in where {OLD} was"),))
    return part + to_paste(service, choices, start)


def _lines(seen: list[Seen], files: Files) -> dict[str, list[str]]:
    """The lines that speak of it, by file."""
    told: dict[str, list[str]] = {}
    for each in seen:
        if each.how == "dependency":
            continue
        text = (files.read(each.path) or b"").decode("utf-8", "replace").splitlines()
        for number, line in enumerate(text, 1):
            if "splat" in line.lower():
                told.setdefault(each.path, []).append(f"line {number}: {line.strip()[:200]}")
    return told


def _replaced(path: str, files: Files) -> Part:
    data = files.read(path) or b""
    why = files.blocked(path)
    after = Rejected("blocked", f"it {why}") if why else give_way(path, data, SDK)
    if isinstance(after, Rejected):
        return Part(pastes=(Paste(path, (SDK,), f"in place of {OLD}: {after.reason}"),))
    change = Change(path, data, after, difference(data, after, b"splat"), f"the SDK in place of {OLD}", origin=data)
    return Part(changes=(change,))
