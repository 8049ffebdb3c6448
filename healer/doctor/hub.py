"""GitHub: what a token may, which secrets there are, which labels, what Actions may. Facts in, rows out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healer.doctor.value import Check
from healer.doctor.workflow import CREDENTIALS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from healer.doctor.value import State
    from healer.doctor.workflow import Caller, Writer
    from healer.setup.github import Place
    from healer.setup.github_rights import Held

#: What every job has.
_GIVEN = "GITHUB_TOKEN"
FIX_LABELS, FIX_PULLS = "labels", "pull-requests"


def rights(
    held: Iterable[Held], reads: Iterable[tuple[str, bool | None]], *, splats: bool, who: str
) -> Iterator[Check]:
    """A row a right. `reads` are permissions that are only read with, None where nobody knows. `splats` says that the
    token is the one that Splat writes with: then what it lacks keeps healing from working.
    """
    missing: State = "fail" if splats else "warn"
    aside = "" if splats else f" It is {who}; Splat's own jobs write with what the workflow gives them."
    for each in held:
        name = f"{each.right.name.replace('_', '-')}: write"
        if each.state == "granted":
            yield Check("rights", "ok", f"`{name}`, as a request showed that changes nothing")
        elif each.state == "missing":
            mend = f"Grant `{name}` in the job's `permissions:`." if who == "the job's token" else each.mend
            yield Check("rights", missing, f"The token may not `{name}`.{aside}", mend)
        else:
            what = f"Whether the token may `{name}` could not be seen"
            yield Check("rights", "unknown" if splats else "warn", what, "Run it again in a minute.")
    for name, granted in reads:
        if granted:
            yield Check("rights", "ok", f"`{name}: read`")
        elif granted is None:
            yield Check("rights", "unknown" if splats else "warn", f"Whether the token may `{name}: read` is not known")
        else:
            yield Check("rights", missing, f"The token may not `{name}: read`.{aside}", "Grant it where it was made.")


def secrets(there: Collection[str] | Held, wanted: Sequence[Caller], place: Place) -> Iterator[Check]:
    """Are the secrets there that the workflows pass on. Only names are ever known; GitHub has them in capitals."""
    if not isinstance(there, (set, frozenset, list, tuple)):
        what = "Which secrets there are, this token is not told"
        yield Check("secrets", "unknown", what, getattr(there, "mend", "") or f"Look there: {place.page('secrets')}")
        return
    names = {name.upper() for name in there}
    for caller in wanted:
        if "*" in caller.secrets:
            what = f"{caller.path} passes on every secret (`inherit`)"
            yield Check("secrets", "warn", what, "Name those that it needs.")
        else:
            yield from _credentials(caller, names, place)
            yield from _others(caller, names, place)


def _credentials(caller: Caller, names: set[str], place: Place) -> Iterator[Check]:
    """One of them is enough."""
    signs = {secret: given for given, secret in caller.secrets.items() if given in CREDENTIALS}
    here = [f"{secret} (`{given}`)" for secret, given in signs.items() if secret in names]
    if here:
        yield Check("secrets", "ok", f"To sign in to Claude: {', '.join(here)}")
    elif signs and not caller.federated:
        what = f"None of the secrets that sign in to Claude is there: {', '.join(signs)}"
        yield Check("secrets", "fail", what, f"Add one: {place.page('new-secret')} - or `splat init` stores it.")


def _others(caller: Caller, names: set[str], place: Place) -> Iterator[Check]:
    """An App's key and a token are both optional: without, Splat writes with Actions' own token."""
    for given, secret in caller.secrets.items():
        if given in CREDENTIALS:
            continue
        if secret in (*names, _GIVEN):
            yield Check("secrets", "ok", f"{secret} is there (`{given}`)")
        elif given == "setup-env":
            mend = f"Add it, or leave out that line: {place.page('new-secret')}"
            yield Check("secrets", "warn", f"{secret} is not there (`{given}`): set-up sees none of it", mend)


def labels(there: Iterable[str], wanted: Sequence[str]) -> Iterator[Check]:
    """Do the labels exist that start a fix: nobody can put on what is not there."""
    known = {name.casefold() for name in there}
    missing = [name for name in wanted if name.casefold() not in known]
    if missing:
        what = f"There is no label {', '.join(f'`{name}`' for name in missing)}"
        yield Check("labels", "warn", what, "`splat doctor --fix` makes them.", FIX_LABELS)
    else:
        yield Check("labels", "ok", ", ".join(wanted))


def pull_requests(allowed: bool | None, writer: Writer | None, place: Place, mend: str = "") -> Iterator[Check]:
    """May Actions open pull requests. `allowed` is None where the token is not told, `writer` where nobody knows."""
    look = mend or f"Look there, below `Workflow permissions`: {place.page('actions')}"
    if writer in ("app", "token"):
        yield Check("pull-requests", "skipped", "Not needed: Splat writes with a token of its own")
    elif allowed:
        yield Check("pull-requests", "ok", "GitHub Actions may open pull requests")
    elif allowed is None:
        yield Check("pull-requests", "unknown", "Whether Actions may open pull requests, this token is not told", look)
    else:
        then = f"`splat doctor --fix --allow-pull-requests`, or tick it there: {place.page('actions')}"
        state: State = "fail" if writer else "warn"
        sure = "" if writer else "; it has to, unless Splat writes as an App or with a token of its own"
        yield Check("pull-requests", state, f"GitHub Actions may not open pull requests{sure}", then, FIX_PULLS)
