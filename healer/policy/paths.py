"""The rules that a path alone can break."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healer.outcome import Rejected
from healer.policy.globs import matches
from healer.policy.protected import PROTECTED
from healer.policy.spelling import misspelt

if TYPE_CHECKING:
    from healer.policy.roles import Role
    from healer.settings import PolicySettings


def path_rule(path: str, settings: PolicySettings, kind: Role = "code") -> Rejected | None:
    """The first rule that forbids touching `path`, None when none does.

    A path that is not spelt in the one right way is refused whatever the settings say; each other rule is switched off
    by its name in `settings.allow`. `settings.extra_paths` opens single build files and generated ones, unless
    `settings.protected` closes them again.
    """
    if fault := misspelt(path):
        shown = ascii(path[:120])
        return Rejected("unsafe-path", f"The path {shown} {fault}. Name a file as the repository lists it.")
    for pattern in settings.protected:
        if matches(path, pattern) and "protected" not in settings.allow:
            return Rejected(
                "protected",
                f"`{path}` is protected by `{pattern}` in this repository's settings. Fix the crash elsewhere.",
            )
    admitted = any(matches(path, pattern) for pattern in settings.extra_paths)
    for protection in PROTECTED:
        if protection.rule in settings.allow or (admitted and protection.admissible):
            continue
        if any(matches(path, glob) for glob in protection.globs):
            return Rejected(
                protection.rule, f"`{path}` {protection.why}; a patch may not touch it. Fix the crash elsewhere."
            )
    if kind == "support" and "test-support" not in settings.allow:
        return Rejected(
            "test-support",
            f"`{path}` supports tests but is no test file that the runner discovers. Put the regression test, with all "
            "it needs, into one that is.",
        )
    return None
