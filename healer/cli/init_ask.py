"""What `splat init` asks, and the flag that answers each question."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from healer.outcome import ConfigError, UsageError
from healer.setup.choices import Choices
from healer.setup.code import likely_entries

if TYPE_CHECKING:
    from healer.cli.ask import Ask
    from healer.settings import GateSettings
    from healer.setup import Found, Service
    from healer.setup.plan import Files

_REPOSITORY = re.compile(r"[0-9A-Za-z_.-]{1,100}/[0-9A-Za-z_.-]{1,100}")
_MENTION = re.compile(r"[@/!][0-9A-Za-z_-]{1,39}")
_LABEL = re.compile(r"[^\x00-\x1f,]{1,50}")


@dataclass(frozen=True, slots=True)
class Flags:
    """The command line's answers; "" and () where it says nothing."""

    github: str
    labels: tuple[str, ...]
    mention: str
    services: tuple[str, ...]
    entries: tuple[str, ...]
    workflow: str
    no_code: bool
    migrate: bool


#: Notes that say why a remote is none on GitHub.
_NOWHERE = ("no-remote", "not-github", "ssh-alias")


def choose(found: Found, files: Files, flags: Flags, ask: Ask) -> Choices:
    """Everything that is to be decided. Raises UsageError for an answer that cannot be."""
    gate = _gate(files)
    repository = flags.github or (found.remote.full_name if found.remote else "")
    if not _REPOSITORY.fullmatch(repository):
        why = next((note.what for note in found.notes if note.code in _NOWHERE), "")
        raise UsageError(
            "Which repository on GitHub gets the issues is not known",
            where=repository or why,
            next_step="Name it: `splat init --github OWNER/NAME`.",
        )
    return Choices(
        repository,
        _api_url(found),
        _labels(flags, gate),
        _mention(flags, gate),
        services := _services(found, flags, ask),
        _workflow(flags),
        _entries(found, services, flags, ask),
        _migrates(found, flags, ask),
    )


def _gate(files: Files) -> GateSettings:
    """What the settings' file says already. A broken one is `splat doctor`'s affair: here it says nothing."""
    from healer.settings import CONFIG_PATH, load_settings

    try:
        return load_settings(files.read(CONFIG_PATH), environ={}).gate
    except ConfigError:
        return load_settings(environ={}).gate


def _api_url(found: Found) -> str:
    if found.remote is None or not found.remote.enterprise:
        return ""
    from healer.setup.github import Place

    return Place.at(found.remote.host, found.remote.owner, found.remote.repository, os.environ).api


def _labels(flags: Flags, gate: GateSettings) -> tuple[str, ...]:
    labels = tuple(dict.fromkeys(flags.labels or gate.labels))
    for label in labels:
        if not _LABEL.fullmatch(label) or label != label.strip() or "${{" in label:
            then = "At most 50 characters, no comma, no space at its ends."
            raise UsageError("This cannot be a label", where=repr(label)[:100], next_step=then)
    return labels


def _mention(flags: Flags, gate: GateSettings) -> str:
    mention = flags.mention or gate.mention
    if not _MENTION.fullmatch(mention):
        raise UsageError(
            "This cannot be a mention", where=repr(mention)[:100], next_step="One word that begins with @, / or !."
        )
    return mention


def _workflow(flags: Flags) -> str:
    path = flags.workflow
    if path and not re.fullmatch(r"\.github/workflows/[0-9A-Za-z_.-]{1,100}\.ya?ml", path):
        raise UsageError(
            "GitHub reads no workflow there", where=path[:200], next_step="--workflow .github/workflows/NAME.yml"
        )
    return path


def _services(found: Found, flags: Flags, ask: Ask) -> frozenset[str] | None:
    if flags.no_code:
        return frozenset()
    known = {service.path for service in found.services}
    asked = {path.strip("/").removeprefix("./") if path != "." else "" for path in flags.services}
    if unknown := asked - known:
        there = ", ".join(sorted(path or "." for path in known)) or "none"
        raise UsageError("There is no such service", where=min(unknown), next_step=f"There is: {there}")
    if asked:
        return frozenset(asked)
    able = [service for service in found.services if not service.library]
    if len(able) < 2:
        return None
    refused = {each.path for each in able if not ask.yes(_question(each), default=True)}
    return frozenset(each.path for each in found.services if each.path not in refused)


def _entries(found: Found, services: frozenset[str] | None, flags: Flags, ask: Ask) -> frozenset[str]:
    """Files where a service begins because a person says so: by flag, or asked for the likeliest place of each."""
    asked = {path.removeprefix("./") for path in flags.entries}
    likely = {entry.path: entry for each in found.services for entry in each.entries if entry.certainty != "unsure"}
    if unknown := asked - likely.keys():
        there = ", ".join(sorted(likely)[:20]) or "none"
        raise UsageError("Nothing begins in that file", where=min(unknown)[:200], next_step=f"Places found: {there}")
    for service in found.services:
        if (services is not None and service.path not in services) or asked & {each.path for each in service.entries}:
            continue
        best = next(iter(likely_entries(service, Choices(""))), None)
        if best and not service.library:
            question = f"Does {service.name} begin in {best.path} ({best.why})?"
            asked |= {best.path} if ask.yes(question, default=False) else set()
    return frozenset(asked)


def _migrates(found: Found, flags: Flags, ask: Ask) -> bool:
    if flags.migrate or not found.splat.py_splat:
        return flags.migrate
    question = "py-splat is here, which has the same import name. Replace the dependency by Splat's own SDK?"
    return ask.yes(question, default=False)


def _question(service: Service) -> str:
    about = ", ".join(service.frameworks) or service.runtime
    return f"Put the SDK into {service.path or 'the top'} ({service.name}, {about})?"
