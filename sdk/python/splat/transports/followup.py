"""D8: what follows a creation: the trigger label for the issue that stays, the others closed as its duplicates."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Dict, List, Optional, Sequence

from splat.block import as_duplicate
from splat.decide import Aftermath, after_create
from splat.transports.api import Gone

if TYPE_CHECKING:
    from splat.transports.notes import Owed
    from splat.transports.repository import Repository

#: Seconds before each look at the listing.
_LOOKS = (0.0, 2.0, 4.0, 8.0)
#: Seconds for which another maker is left to follow up its own issue.
_MAKERS_TURN = 20.0
_EVERY = 30.0


class FollowUp:
    """What this process, and those of this host before it, still owe to issues that they created."""

    def __init__(self, repository: Repository, trigger: str) -> None:
        self._repository = repository
        self._trigger = trigger
        self._looked = float("-inf")
        self._owing: Dict[int, str] = {}

    def after(self, made: Sequence[Owed]) -> None:
        """Read back until the index shows what was made, and settle it. What it never shows stays owed."""
        pending: Dict[int, str] = dict(made)
        self._owing.update(pending)
        for pause in _LOOKS:
            if pause:
                self._repository.client.wait(pause, "the index does not show the new issue yet")
            self._repository.refresh(set(pending.values()))
            for number in [each for each in pending if each in self._repository.index.shown]:
                self._settle_own(number, pending.pop(number))
            if not pending:
                return

    def owed(self) -> None:
        """What is owed since longer, also by processes that are gone. Looks at the folder every 30 s at most."""
        if time.monotonic() - self._looked < _EVERY and not self._repository.client.hurried:
            return
        self._looked = time.monotonic()
        owed = {each.number: each.signature for each in self._repository.notes.owed(_MAKERS_TURN)}
        owed.update(self._owing)
        if owed:
            self._repository.refresh(set(owed.values()))
            for number, signature in owed.items():
                # An index that does not show it yet may not show a lower one either.
                if number in self._repository.index.shown or self._is_ours(number, None):
                    self._settle_own(number, signature)

    def _settle_own(self, number: int, signature: str) -> None:
        if self.settle(signature, number):
            self._owing.pop(number, None)
            self._repository.notes.settled(number, signature)

    def settle(self, signature: str, own: Optional[int] = None) -> bool:
        """Do what D8 asks for this signature over the index as it is; `own` is the issue that we made.

        False when the issue that stays has no trigger label yet, because its maker is to have its turn.
        """
        todo = self._todo(signature, own)
        turn = todo.label is None or self._is_ours(todo.label, own)
        try:
            if turn and todo.label is not None:
                self._trigger_at(todo.label)
            keeper = self._keeper(signature, todo)
            for number in todo.close:
                if keeper is not None and self._is_ours(number, own):
                    self._close(number, keeper)
        except Gone:
            return False  # deleted meanwhile: the next look decides again
        return turn

    def _todo(self, signature: str, own: Optional[int]) -> Aftermath:
        # GitHub tells labels apart without regard to case.
        lower = [each._replace(labels=tuple(map(str.lower, each.labels))) for each in self._repository.index.issues()]
        todo = after_create(
            signature, own or 0, lower, reporters=self._repository.reporters, trigger=self._trigger.lower()
        )
        alone = own is None and not todo.close
        # Without a creation of ours only doubles are put right: whoever took a label off meant it.
        return todo._replace(label=None) if alone or not self._trigger or not signature.strip("0") else todo

    def _keeper(self, signature: str, todo: Aftermath) -> Optional[int]:
        issues = self._repository.index.issues()
        numbers = [
            each.number
            for each in issues
            if each.open and each.signature == signature and each.author in self._repository.reporters
        ]
        return min(numbers) if todo.close and numbers else None

    def _is_ours(self, number: int, own: Optional[int]) -> bool:
        """Each maker follows up its own; what a maker leaves lying is anyone's."""
        created = self._repository.index.created_at(number)
        return number == own or self._repository.client.now() - created / 1000 > _MAKERS_TURN

    def _trigger_at(self, number: int) -> None:
        self._repository.change(number, labels=[*self._repository.known(number).labels, self._trigger])

    def _close(self, number: int, keeper: int) -> None:
        fields = {"state": "closed", "state_reason": "duplicate"}
        _, body = self._repository.body(number)
        text = as_duplicate(body, keeper)
        if text is not None:
            fields["body"] = text
        self._repository.change(number, **fields)

    def doubles(self, signatures: Sequence[str]) -> List[str]:
        """Those of the signatures that more than one open issue of ours is marked with."""
        counts: Dict[str, int] = {}
        for each in self._repository.index.issues():
            if each.open and each.signature in signatures and each.author in self._repository.reporters:
                counts[each.signature or ""] = counts.get(each.signature or "", 0) + 1
        return [signature for signature, count in counts.items() if count > 1]
