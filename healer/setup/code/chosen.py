"""What is the same in every runtime: the options of `init`, which places are written to, and which only shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healer.setup.choices import SDK_LABEL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from healer.setup.choices import Choices
    from healer.setup.value import Entry, Service


def options_of(service: Service, choices: Choices, *, named: bool) -> dict[str, str]:
    """What `init` is given, by the option's name in small letters. `named` says which service it is, where a repository
    has more than one.
    """
    options = {"repo": choices.repository}
    if choices.api_url:
        options["api_url"] = choices.api_url
    if named:
        options["service"] = service.name
    if choices.trigger_label != SDK_LABEL:
        options["trigger_label"] = choices.trigger_label
    return options


def is_sure(entry: Entry, choices: Choices) -> bool:
    """Whether a place may be written to. A person's word makes a likely one sure."""
    return entry.certainty == "sure" or (entry.certainty == "likely" and entry.path in choices.entries)


def by_path(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """The places of each file, the files in the order in which they are met."""
    files: dict[str, list[Entry]] = {}
    for entry in entries:
        files.setdefault(entry.path, []).append(entry)
    return files


def sure_entries(service: Service, choices: Choices, is_app: Callable[[Entry], bool]) -> list[Entry]:
    """The places of frameworks; where there is none, those that are run."""
    sure = [entry for entry in service.entries if is_sure(entry, choices)]
    return [entry for entry in sure if is_app(entry)] or [entry for entry in sure if entry.kind == "main"]


def likely_entries(service: Service, choices: Choices, is_app: Callable[[Entry], bool]) -> list[Entry]:
    """Places that nobody is sure of, of frameworks of which no app is sure; the best first."""
    sure = sure_entries(service, choices, is_app)
    covered = {entry.framework for entry in sure if is_app(entry)}
    likely = [entry for entry in service.entries if entry.certainty == "likely" and entry.framework not in covered]
    apps = [entry for entry in likely if is_app(entry)]
    return apps if sure or apps else [entry for entry in likely if entry.kind == "main"]
