"""Every rule that a patch obeys, in one table. A rule looks at the whole candidate and refuses it, or does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healer.patch.rules import content, effect, scope, tests
from healer.policy import PROTECTED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from healer.outcome import Rejected
    from healer.patch.candidate import Candidate
    from healer.settings import PolicySettings

    Rule = Callable[[Candidate, PolicySettings], Rejected | None]

#: In the order they are asked, the cheap and the telling ones first. The name switches a rule off in `policy.allow`;
#: the rules over paths, which need no candidate, are in `healer.policy`.
RULES: Mapping[str, Rule] = {
    "no-fix": effect.no_fix,
    "too-many-files": scope.too_many_files,
    "not-in-trace": scope.not_in_trace,
    "new-folder": scope.new_folder,
    "file-emptied": scope.file_emptied,
    "binary": content.binary,
    "generated": content.generated,
    "too-many-lines": scope.too_many_lines,
    "too-large": content.too_large,
    "hidden-characters": content.hidden_characters,
    "indentation": content.indentation,
    "secret": content.secret,
    "no-op": effect.no_op,
    "swallows-everything": effect.swallows_everything,
    "test-skipped": tests.skipped,
    "test-altered": tests.altered,
    "test-weakened": tests.weakened,
    "test-exits": tests.exits,
    "test-not-added": tests.not_added,
    "test-fakes-the-crash": tests.fakes_the_crash,
}


#: Every name that `policy.allow` knows.
NAMES = frozenset({*RULES, *(protection.rule for protection in PROTECTED), "protected", "test-support"})


def check(candidate: Candidate, settings: PolicySettings) -> Rejected | None:
    """The first rule that refuses the candidate, None when it obeys all that are not switched off."""
    for name, rule in RULES.items():
        if name not in settings.allow and (refusal := rule(candidate, settings)):
            return refusal
    return None
