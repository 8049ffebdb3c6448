"""Stage 2: an error that code can repair, or one that it cannot, with the reason."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from healer.outcome import ConfigError, Skipped
from healer.settings.expression import UnfitError, reach
from healer.signature import signature

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from healer.frames import ExceptionInfo
    from healer.report import Report
    from healer.settings import TriageRule

#: No pattern is tried on more of a message than this.
_MAX_TEXT = 2_000
_THROWS = re.compile(r"^(?:raise|throw)(?:[ (;]|$)")


def triage(report: Report, rules: tuple[TriageRule, ...], ignore: tuple[str, ...]) -> Report | Skipped:
    """The report when its error can be repaired in code, else why it is declined.

    `rules` are the user's, and the first that matches decides; `ignore` holds signatures and types; the built-in
    rules (`data/triage.yml`) come last. Whether any frame lies in the repository is for the next stage to say: an app
    that runs as an installed package looks like a library from here. Raises ConfigError for a rule that is no
    regular expression.
    """
    for number, rule in enumerate(rules, 1):
        if _applies(rule, number, report):
            return report if rule.action == "fix" else _by_user(rule, number)
    if ignored := _ignored(report, ignore):
        return Skipped(
            "ignored",
            f"`{ignored}` is on the list of what to ignore.",
            "Take it off `ignore:` in .github/splat.yml to have it fixed.",
        )
    return _built_in(report) or report


def check_rules(rules: tuple[TriageRule, ...]) -> None:
    """Raises ConfigError for a rule that is no regular expression, also where no error has come to it yet."""
    for number, rule in enumerate(rules, 1):
        for key in ("type", "message", "path", "environment"):
            _found(getattr(rule, key), "", number, key)


def _by_user(rule: TriageRule, number: int) -> Skipped:
    return Skipped(
        "rule",
        f"{rule.reason.rstrip('.')} (your triage rule {number}).",
        "Change or remove that rule under `triage:` in .github/splat.yml to have it fixed.",
    )


def _applies(rule: TriageRule, number: int, report: Report) -> bool:
    crash = report.crash
    if not _found(rule.path, crash.path if crash else "", number, "path"):
        return False
    if not _found(rule.environment, report.environment, number, "environment"):
        return False
    # To decline, a rule must know what surfaced or what led to it; a member of a group is no excuse for the others.
    wanted = list(_chain(report, 0)) if rule.action == "skip" else range(len(report.exceptions))
    return any(
        _found(rule.type, exception.type, number, "type") and _found(rule.message, exception.message, number, "message")
        for exception in (report.exceptions[index] for index in wanted)
    )


def _found(pattern: str, text: str, number: int, key: str) -> bool:
    try:
        return not pattern or re.search(pattern, text[: reach(pattern)]) is not None
    except UnfitError as error:
        raise ConfigError(
            f"`{pattern[:200]}` {error}",
            where=f".github/splat.yml, triage rule {number}, `{key}`",
            next_step="Write it otherwise; a backslash quotes a special character.",
        ) from error


def _ignored(report: Report, ignore: tuple[str, ...]) -> str | None:
    if not ignore:
        return None
    kind = report.surfaced.type
    names = {kind, re.split(r"[.:\\]", kind)[-1]}
    names.add(report.signature or signature(report.runtime, report.exceptions, report.root))
    return next((entry for entry in ignore if entry in names), None)


def _built_in(report: Report) -> Skipped | None:
    found = _out_of_scope(report, 0, _rulebook())
    if found is None:
        return None
    exception, match = found
    said = exception.message.partition("\n")[0][:200].strip()
    return Skipped(
        match.code,
        f"{match.reason} {exception.type}{': ' if said else ''}{said} (built-in rule {match.name}).",
        f"{match.next_step} If the code is to blame all the same, add a rule with `action: fix` and "
        f"`type: {re.escape(exception.type)}` under `triage:` in .github/splat.yml.",
    )


def _out_of_scope(report: Report, start: int, rulebook: _Rulebook) -> tuple[ExceptionInfo, _Match] | None:
    """The first error on the way from `start` down to its root that no code can repair.

    The way ends at an error that is the code's own: what it was caused by, or handled, does not excuse it. A group
    is out of scope when each of its members is.
    """
    for index in _chain(report, start):
        exception = report.exceptions[index]
        if match := rulebook.match(report.runtime, exception):
            return exception, match
        if exception.type in rulebook.code_errors:
            return None
        members = [
            number
            for number, other in enumerate(report.exceptions)
            if other.relation == "member" and other.parent == index and number > index
        ]
        verdicts = [_out_of_scope(report, number, rulebook) for number in members]
        if members and all(verdicts):
            return verdicts[0]
    return None


def _chain(report: Report, start: int) -> Iterator[int]:
    """An error and what led to it, down to its root. A cause stands behind what it caused: one pass finds them all."""
    below = start
    yield below
    for number, other in enumerate(report.exceptions[start + 1 :], start + 1):
        if other.parent == below and other.relation != "member":
            below = number
            yield below


@dataclass(frozen=True, slots=True)
class _Match:
    """One entry of the rulebook; `types` is None for any type that is not the code's own fault."""

    code: str
    reason: str
    next_step: str
    name: str
    types: frozenset[str] | None
    message: str = ""
    source: str = ""
    frame: str = ""
    by_library: bool = False

    def fits(self, runtime: str, exception: ExceptionInfo) -> bool:
        """True when every condition but the type holds."""
        crash = exception.frames[-1] if exception.frames else None
        if self.by_library and _thrown_by_app(runtime, exception):
            return False
        texts = (
            (self.message, exception.message),
            (self.source, crash.source if crash else ""),
            (self.frame, f"{crash.path} in {crash.function}" if crash else ""),
        )
        # The pattern may be shared by many errors; `re` keeps the compiled ones.
        return all(not pattern or re.search(pattern, text[:_MAX_TEXT]) for pattern, text in texts)


def _thrown_by_app(runtime: str, exception: ExceptionInfo) -> bool:
    crash = exception.frames[-1] if exception.frames else None
    if crash is None or not crash.in_app:
        return False
    # V8 shows where an error was made, and the engine's own errors are not made in the app.
    return runtime == "javascript" or _THROWS.match(crash.source.strip()) is not None


@dataclass(frozen=True, slots=True)
class _Rulebook:
    """The built-in rules, found by type first: few patterns are tried on an error."""

    code_errors: frozenset[str]
    by_type: Mapping[str, tuple[_Match, ...]]
    any_type: tuple[_Match, ...]

    def match(self, runtime: str, exception: ExceptionInfo) -> _Match | None:
        """The first rule that holds for an error, seen by itself."""
        tried = self.by_type.get(exception.type, ())
        if exception.type not in self.code_errors:
            tried += self.any_type
        return next((match for match in tried if match.fits(runtime, exception)), None)


@cache
def _rulebook() -> _Rulebook:
    # Both take a while to import, and only some commands triage.
    from importlib.resources import files

    import yaml

    text = files("healer.data").joinpath("triage.yml").read_bytes()
    document = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    by_type: dict[str, tuple[_Match, ...]] = {}
    any_type: list[_Match] = []
    for match in _matches(document["scopes"]):
        if match.types is None:
            any_type.append(match)
        for name in match.types or ():
            by_type[name] = (*by_type.get(name, ()), match)
    return _Rulebook(frozenset(_flat(document["code_errors"])), by_type, tuple(any_type))


def _matches(scopes: Iterable[Mapping[str, Any]]) -> Iterator[_Match]:
    for scope in scopes:
        for match in scope["matches"]:
            yield _Match(
                code=scope["code"],
                reason=scope["reason"],
                next_step=scope["next_step"],
                name=match["name"],
                types=None if match["types"] == "any" else frozenset(_flat(match["types"])),
                message="|".join(_flat([match.get("message", "")])),
                source=match.get("source", ""),
                frame=match.get("frame", ""),
                by_library=match.get("thrown_by") == "library",
            )


def _flat(names: Iterable[Any]) -> Iterator[str]:
    for name in names:
        if isinstance(name, list):
            yield from name
        else:
            yield name
