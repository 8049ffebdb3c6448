"""Is there anything left to do: was this asked before, has a person taken over, is a fix on its way or there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healer.event import asking
from healer.gate.case import closes, mentions
from healer.gate.ledger import moment
from healer.markdown import code
from healer.outcome import Skipped

if TYPE_CHECKING:
    from healer.gate.case import Case

STOP, IGNORE = "splat:stop", "splat:ignore"
"""Labels of a person, or of the commands of the same name."""

#: What spends money on an issue.
WORK = frozenset({"heal", "retry"})


def asked_before(case: Case) -> Skipped | None:
    """The same delivery once more; or one that was already under way when the last run began."""
    if case.again:
        return None
    runs = case.ledger.runs
    if case.answered or any(run.key == case.key for run in runs):
        return Skipped("duplicate", "This was asked before, and has its answer.")
    time = moment(case.trigger.time)
    if case.trigger.ask == "heal" and time and any(time <= (moment(run.at) or time) for run in runs):
        return Skipped("duplicate", "A run that began later serves this label too.")
    return None


def of_ours(case: Case) -> Skipped | None:
    """Comments count on issues and on Splat's own pull requests; checks on the latter, at their newest commit."""
    trigger = case.trigger
    if trigger.ask == "ci-finished":
        return _checks_of_ours(case)
    if trigger.pull and case.fix is None:
        return Skipped("not-ours", "The pull request is not Splat's, or not open.")
    if case.number and (case.state.issue is None or case.state.issue.is_pull):
        return Skipped("gone", f"There is no issue {case.number}.")
    if trigger.ask == "merge" and case.fix is None:
        return Skipped("no-fix", "There is no open fix of Splat's to merge.")
    return None


def _checks_of_ours(case: Case) -> Skipped | None:
    trigger, settings = case.trigger, case.settings
    if trigger.workflow and trigger.workflow == case.state.here.workflow:
        return Skipped("own-workflow", "The run that ended is one of Splat's own workflow.")
    if case.fix is not None:
        if trigger.head and case.fix.head != trigger.head:
            return Skipped("outdated", "The checks are about a commit that is no longer the newest one.")
        # Without its issue there is no ledger, and without a ledger no end.
        return None if case.number else Skipped("not-ours", "The pull request no longer says which issue it fixes.")
    if not settings.ci_heal or trigger.conclusion != "failure":
        return Skipped("not-ours", "The checks are about no open fix of Splat's.")
    if trigger.default_branch:
        return None
    if not labelled_pull(case):
        return Skipped("not-ours", "The failed run is on no branch that Splat heals.")
    if case.state.labelled:
        return None
    return Skipped("denied", "Nobody with write permission put the label on the pull request.")


def labelled_pull(case: Case) -> bool:
    """True where the run is about a person's open pull request of this repository, at its newest commit, that carries a
    trigger label.
    """
    trigger = case.trigger
    if case.fix is not None or not trigger.pull or trigger.default_branch:
        return False
    wanted = {label.casefold() for label in case.settings.gate.labels}
    return any(
        pull.repository == trigger.repository
        and (pull.number, pull.branch, pull.head) == (trigger.pull, trigger.branch, trigger.head)
        and wanted & {label.casefold() for label in pull.labels}
        for pull in case.state.pulls or ()
    )


def taken_over(case: Case) -> Skipped | None:
    """A person's sign that Splat should keep its hands off the issue."""
    issue, trigger = case.state.issue, case.trigger
    if issue is None or trigger.ask not in WORK | {"ci-finished"}:
        return None
    for label, told in ((STOP, "stopped"), (IGNORE, "told to ignore this")):
        if label in issue.labels:
            return Skipped("stopped", f"Splat was {told}: the label {code(label)} is there.", "Remove the label.")
    if issue.locked:
        return Skipped("locked", "The conversation is locked.", "Unlock it.")
    if not issue.open:
        return Skipped("closed", "The issue is closed.", "Reopen it.")
    return None if trigger.ask != "heal" else _someone_at_work(case)


def _someone_at_work(case: Case) -> Skipped | None:
    """What a label does not overrule, and a person's `retry` does."""
    issue, state = case.state.issue, case.state
    assert issue is not None
    anyway = f"Comment {code(case.settings.gate.mention + ' retry')} to run anyway."
    if case.trigger.key and not asking(issue.labels, issue.body, case.settings):
        return Skipped("unlabeled", "The label was taken away again.")
    nobody = {state.here.own, *case.settings.gate.reporters, *case.settings.gate.trusted, case.trigger.actor.id}
    others = [person for person in issue.assignees if person.id not in nobody]
    if others:
        names = ", ".join(code(person.login, 50) for person in others[:3])
        return Skipped("assigned", f"The issue is assigned to {names}.", anyway)
    for pull in state.pulls or ():
        if pull not in case.ours and mentions(pull.body, case.number):
            return Skipped("linked", f"Pull request {pull.number} says that it fixes this.", anyway)
    return None


def edited(case: Case) -> Skipped | None:
    """A comment on the pull request does not show what the issue said when it was written: only what Splat knows
    already counts then.
    """
    if case.trigger.ask != "retry" or not case.trigger.pull or case.ledger.text in ("", case.digest):
        return None
    retry = code(case.settings.gate.mention + " retry")
    return Skipped("edited", "The issue was edited since the fix was made.", f"Read it, and comment {retry} there.")


def under_way(case: Case) -> Skipped | None:
    """A run that is at work, or a fix that waits for its review."""
    if case.trigger.ask not in WORK:
        return _red_and_fixed(case)
    if case.running is not None:
        stop = code(case.settings.gate.mention + " stop")
        return Skipped("running", "Splat is at work on this already.", f"Wait for it, or comment {stop} and ask again.")
    # Splat itself asks once more where the base of its fix is no longer the newest commit; and a run that died after it
    # had opened the pull request still owes its last word.
    if case.broken_off:
        return None
    if case.trigger.ask == "heal" and case.fix is not None and case.trigger.actor.id != case.state.here.own:
        retry = code(case.settings.gate.mention + " retry")
        then = f"Review it; or comment {retry} with what should be different."
        return Skipped("open-fix", f"Pull request {case.fix.number} fixes this, and is open.", then)
    return None


def _red_and_fixed(case: Case) -> Skipped | None:
    """A red default branch whose fix waits: every further push would be red, and pay for it again."""
    if not case.trigger.default_branch or not case.number:
        return None
    fix = next((pull for pull in case.ours if closes(pull.body) == case.number), None)
    if fix is None:
        return None
    return Skipped("open-fix", f"Pull request {fix.number} fixes this, and is open.", "Review it.")
