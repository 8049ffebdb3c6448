"""The checkout, its remote, the settings, the prices: what needs no network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healer.doctor.value import Check
from healer.outcome import ConfigError
from healer.settings import CONFIG_PATH, load_settings, mistakes_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from healer.settings import Settings
    from healer.setup.value import Checkout

#: Notes of a checkout that are no reason to say anything here: a commit is read, not the working tree.
_QUIET = frozenset({"worktree", "submodules", "odd-names", "vendored", "too-many", "dirty"})


def repository(checkout: Checkout) -> Iterator[Check]:
    """Is there a repository that can be read."""
    notes = [note for note in checkout.notes if note.code not in _QUIET]
    for note in notes:
        where = f" ({note.where})" if note.where else ""
        yield Check("repository", "fail" if note.stops else "warn", f"{note.what}{where}", note.next_step)


def readable(checkout: Checkout) -> Check:
    """For a repository that has a commit."""
    at = f"on branch {checkout.branch}" if checkout.branch else "on no branch (a detached head)"
    return Check("repository", "ok", f"{checkout.root}, {at}")


def configuration(text: bytes | None, committed: bytes | None, environ: Mapping[str, str]) -> Iterator[Check]:
    """Every mistake of the settings. `text` lies in the working tree, `committed` in the commit that is healed: the
    same where there is no commit yet.
    """
    wrong = False
    try:
        for mistake in mistakes_in(text) if text is not None else ():
            wrong = True
            found = f"{CONFIG_PATH}:{mistake.line}:{mistake.column}: {mistake.key}: {mistake.what}"
            yield Check("configuration", "fail", found, "`splat config explain KEY` says what is allowed.")
        settings = None if wrong else load_settings(text, environ=environ)
    except ConfigError as error:
        yield Check.of_error("configuration", error)
        return
    if settings is None:
        return
    for warning in settings.warnings:
        yield Check("configuration", "warn", warning[0].upper() + warning[1:])
    if text != committed:
        what = f"{CONFIG_PATH} is not committed as it lies here; healing reads the committed one"
        yield Check("configuration", "warn", what, "Commit it, and push it to the default branch.")
    count = sum(source == CONFIG_PATH for source in settings.sources.values())
    what = f"{CONFIG_PATH}: {count} setting{'' if count == 1 else 's'}" if text is not None else "All is as by default"
    yield Check("configuration", "ok", what)


def prices(settings: Settings) -> Iterator[Check]:
    """Is a price known for each model that may be asked: no limit could be kept without."""
    from healer.proposal.purse import price_of

    known = []
    for model in dict.fromkeys(settings.models[: settings.limits.attempts]):
        try:
            price = price_of(settings, model)
        except ConfigError as error:
            yield Check.of_error("price", error)
        else:
            known.append(f"{model}: ${price.input:g} in, ${price.output:g} out")
    if known:
        yield Check("price", "ok", f"{'; '.join(known)} a million tokens; at most ${settings.limits.dollars:.2f} a run")
