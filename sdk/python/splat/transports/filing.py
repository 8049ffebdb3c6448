"""D4 to D7: one decision done: counted, opened again, or made an issue."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Callable, Dict, List

from splat import issue
from splat.decide import LABEL, Decision, Do
from splat.http import BACKOFF, LONGEST_WAIT, Later
from splat.outcome import Outcome
from splat.shrink import each_frame, without
from splat.transports import summary
from splat.transports.api import Gone
from splat.transports.notes import Owed

if TYPE_CHECKING:
    from splat.options import Options
    from splat.transports.group import Group
    from splat.transports.repository import Repository
    from splat.values import Report

REGRESSION = "regression"
#: Decisions that several processes may come to at once, each of which would show.
SHARED = frozenset({Do.CREATE, Do.REGRESSION})
_AGAIN = "Seen again after this was closed."
_AGAIN_IN_RELEASE = "Seen again in a release that was not known when this was closed."
#: Seconds for which a count waits for an issue to be there.
_ORPHAN_FOR = 3_600.0


class Filing:
    """Writes to the repository. Its methods raise `Later` and `Never`."""

    def __init__(self, repository: Repository, options: Options, warn: Callable[[str], None]) -> None:
        self._repository = repository
        self._client = repository.client
        self._options = options
        self._warn = warn
        self._may_label = repository.notes.may_label(options.token)
        self.summary = summary.Summary()
        #: What this process created and did not follow up yet (D8).
        self.made: List[Owed] = []

    def decide(self, group: Group) -> Decision:
        """D5 for a group, over the index as it is."""
        return self._repository.decide(group.sighting, capped=group.signature != summary.SIGNATURE)

    def do(self, group: Group, decision: Decision) -> Outcome:
        """Do what was decided. CREATE and REGRESSION are for who holds the claim."""
        number = decision.number or 0
        if decision.do in {Do.COUNT, Do.WAIT} and self._is_from(group, number):
            return self._adopt(group, number)
        try:
            if decision.do is Do.COUNT:
                return self._count(group, number)
            if decision.do is Do.REGRESSION:
                return self._reopen(group, number)
        except Gone:
            self._repository.index.forget(number)
            return Outcome.LATER
        if decision.do is Do.CREATE and can_make(group):
            return self._create(group)
        if decision.do in {Do.CREATE, Do.HOLD}:
            return self._without_issue(group)
        return Outcome.LATER if decision.do is Do.WAIT else Outcome.DELIVERED

    def _is_from(self, group: Group, number: int) -> bool:
        """Whether the issue was made of this very report: by a request whose answer got lost."""
        text = self._repository.index.body(number) if group.report else None
        return bool(group.report and text and f'"id":"{group.report["id"]}"' in text)

    def _adopt(self, group: Group, number: int) -> Outcome:
        """The report is counted already. What else is in the group is not, and D8 may not be done."""
        known = self._repository.adopted(number)
        body = self._repository.body(number)[1]
        text = group.counted_in(body, group.beside) if group.beside and body != self._text(group)[1] else None
        if self._repository.is_untouched(known):
            self._owe(number, group.signature)
        if text is not None:
            self._repository.change(number, body=text)
        return Outcome.DELIVERED

    def _owe(self, number: int, signature: str) -> None:
        self.made.append(Owed(number, signature))
        self._repository.notes.owe(number, signature)

    def _count(self, group: Group, number: int) -> Outcome:
        was, body = self._repository.body(number)
        if was is not None and self.decide(group) != Decision(Do.COUNT, number):
            return Outcome.LATER  # what was read now is not what was decided on
        text = group.counted_in(body)
        if text is not None:
            self._repository.change(number, body=text)
        return Outcome.DELIVERED

    def _reopen(self, group: Group, number: int) -> Outcome:
        """D6. The release joins the block, or it would be a regression again once this is closed."""
        was, body = self._repository.body(number)
        if was is not None and self.decide(group) != Decision(Do.REGRESSION, number):
            return Outcome.LATER
        known = self._repository.known(number)
        fields: Dict[str, object] = {"state": "open"}
        if REGRESSION not in map(str.lower, known.labels):
            fields["labels"] = [*known.labels, REGRESSION]
        text = group.counted_in(body)
        if text is not None:
            fields["body"] = text
        by_release = bool(group.sighting.release and known.releases)
        self._repository.change(number, **fields)
        self._repository.api.comment(number, _AGAIN_IN_RELEASE if by_release else _AGAIN)
        return Outcome.DELIVERED

    def _without_issue(self, group: Group) -> Outcome:
        if can_make(group) or self.summary.holds(group.signature):
            self.summary.hold(group)
            return Outcome.DELIVERED
        # Its report may be under way in another process.
        age = self._client.now() - group.times[-1].last
        return Outcome.LATER if age < _ORPHAN_FOR else Outcome.DELIVERED

    # --- a new issue -------------------------------------------------------------------------------------------------

    def _create(self, group: Group) -> Outcome:
        """T2's tries, each with a new look: an answer that got lost may have been an issue."""
        for backoff in BACKOFF:
            try:
                return self._post(group)
            except Later:
                pause = max(backoff * random.uniform(0.5, 1.5), self._client.silent_for())  # noqa: S311 - no secret
                if pause > LONGEST_WAIT:
                    raise
                self._client.wait(pause, "the issue could not be created")
            self._repository.refresh({group.signature})
            decision = self.decide(group)
            if decision.do is not Do.CREATE:
                return self.do(group, decision)
        return self._post(group)

    def _post(self, group: Group) -> Outcome:
        if not self._may_label:
            self._warn_of_labels()
            return Outcome.NEVER
        title, body = self._text(group)
        # GitHub tells labels apart without regard to case.
        not_yet = {LABEL, self._options.trigger_label.lower()}
        labels = [LABEL, *(each for each in self._options.labels if each.lower() not in not_yet)]
        made = self._repository.create(title, body, labels, counts=group.report is not None)
        if LABEL not in map(str.lower, made.labels):
            self._may_label = False
            self._repository.notes.cannot_label(self._options.token)
            self._warn_of_labels()
            return Outcome.DELIVERED
        self._owe(made.number, group.signature)
        return Outcome.DELIVERED

    def _text(self, group: Group) -> tuple[str, str]:
        if group.report is None:
            return summary.TITLE, summary.body(group)
        report = self._shown(group.report)
        body = issue.body(report)
        return issue.title(report), group.counted_in(body, group.beside) or body

    def _shown(self, report: Report) -> Report:
        """I9: the report as this repository may show it. Who can read it is asked only where that matters."""
        options = self._options
        hidden = () if options.public_logs else ("logs", "breadcrumbs")
        shown = without(report, hidden if options.public_request else (*hidden, "request"))
        if not options.public_locals:
            shown = each_frame(shown, lambda frame: without(frame, ("locals",)))
        return shown if shown != report and self._repository.is_public() else report

    def _warn_of_labels(self) -> None:
        self._warn(
            f"GitHub dropped the labels of the issue that was created in {self._options.repo}: the account of this "
            "token may not label there, so its issues cannot be found again. No more issues are created. Give the "
            "account the role Triage or Write, or take a token that has read and write access to issues."
        )


def can_make(group: Group) -> bool:
    """Whether there is enough to make an issue of."""
    return group.report is not None or group.signature == summary.SIGNATURE
