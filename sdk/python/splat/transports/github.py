"""T1, D: the transport that makes each bug one issue of a GitHub repository."""

from __future__ import annotations

import os
import random
import time
from typing import TYPE_CHECKING, Callable, Dict, List, Optional, Sequence, Tuple

from splat import files
from splat.decide import Do
from splat.http import Later, Unreachable
from splat.outcome import Outcome
from splat.transports import summary
from splat.transports.api import Never
from splat.transports.claim import Claim
from splat.transports.filing import SHARED, Filing, can_make
from splat.transports.followup import FollowUp
from splat.transports.group import Group, groups
from splat.transports.repository import Repository
from splat.values import Count, Item
from splat.warn import why

if TYPE_CHECKING:
    from splat.options import Options

#: Seconds, at most, that a process waits before it does what others may do as well (D7).
JITTER = 2.0
_CLAIM_WAIT = 5.0
_CLAIM_POLL = 0.1
#: Seconds for which a refusal stands before it is tried whether someone put it right.
_REFUSED_FOR = 600.0
#: Seconds for which silence about an issue, and a count without one, need no new look.
_STILL = 60.0


class GitHub:
    """The transport `github`. `spool_dir` is this repository's folder of the spool, None where there is none.

    ValueError when the address or the token cannot be used. `warn` is told what a person can put right.
    """

    def __init__(
        self, options: Options, spool_dir: Optional[str], warn: Callable[[str], None], *, jitter: float = JITTER
    ) -> None:
        self._jitter_most = jitter
        self._warn = warn
        self._repository = Repository(options, spool_dir, warn)
        self._client = self._repository.client
        self._index = self._repository.index
        self._filing = Filing(self._repository, options, warn)
        self._summary = self._filing.summary
        self._follow = FollowUp(self._repository, options.trigger_label)
        self._folder = self._repository.notes.folder
        self._claim = Claim(self._folder)
        self._refused_until = 0.0
        self._unreachable = False
        self._jittered = False

    # --- the interface -----------------------------------------------------------------------------------------------

    def send(self, batch: Sequence[Item]) -> List[Outcome]:
        """T1: what became of each item."""
        outcomes = [Outcome.LATER] * len(batch)
        for group, outcome in self._told(groups(batch)):
            for place in group.places:
                outcomes[place] = outcome
        return outcomes

    def tick(self) -> None:
        """Follow up what was left undone, and tell what was held back once its hour is over."""
        if self._refused():
            return
        try:
            self._follow.owed()
        except Later:
            return
        except Never as never:
            self._refuse(never)
            return
        if self._summary.owes and self._summary.due:
            self._told([])

    def hurry(self, deadline: float) -> None:
        """No wait goes past `deadline`, a reading of `time.monotonic()`. Safe from any thread."""
        self._client.hurry(deadline)

    def close(self, deadline: float) -> None:
        """What is owed goes now; what was held back and may not go yet is left in the spool for the next process."""
        self.hurry(deadline)
        self.tick()
        held = self._summary.take()
        if held is not None and self._folder:
            self._leave(self._folder, Item(os.urandom(16).hex(), held.last, Count(summary.SIGNATURE, *held)))
        self._client.drop()

    def _leave(self, folder: str, item: Item) -> None:
        from splat.wire import text_of

        try:
            files.write(folder, files.name_of(item), text_of(item), sync=False)
        except OSError as error:
            self._warn(f"how many errors were held back could not be kept below {folder}: {error.strerror}")

    # --- a batch -----------------------------------------------------------------------------------------------------

    def _told(self, found: List[Group]) -> List[Tuple[Group, Outcome]]:
        """Each group with what became of it."""
        told: Dict[str, Outcome] = {}
        overflow = next((group for group in found if group.signature == summary.SIGNATURE), None)
        self._batch([group for group in found if group is not overflow], told)
        about = self._summary.group(overflow) if self._summary.due else None
        if about is not None:
            self._batch([about], told)
            if told.get(about.signature) is Outcome.DELIVERED:
                self._summary.told()
        return [(group, told.get(group.signature, Outcome.LATER)) for group in found]

    def _batch(self, work: List[Group], told: Dict[str, Outcome]) -> None:
        """Fills `told` by signature. What stays out of it is for later. Does not raise."""
        self._jittered = False
        try:
            work = [group for group in work if not self._must_wait(group)]
            if self._refused():
                told.update((group.signature, Outcome.NEVER) for group in work)
                return
            if any(map(self._needs_look, work)):
                self._look(work)
            making: List[Group] = []
            for group in work:
                self._try(group, told, making)
            if making:
                self._make(making, told)
            self._follow_up()
            self._put_doubles_right(work)
        except Later as later:
            self._tell(later)
        except Never as never:
            self._refuse(never)
            for group in work:
                told.setdefault(group.signature, Outcome.NEVER)

    def _must_wait(self, group: Group) -> bool:
        return self._index.listed and self._filing.decide(group).do is Do.WAIT

    def _needs_look(self, group: Group) -> bool:
        if not self._index.listed:
            return True
        decision = self._filing.decide(group)
        if decision.do is Do.COUNT and decision.number is not None:
            return self._repository.at_hand(decision.number) is None
        if decision.do is Do.SILENT or not can_make(group):
            return self._index.age() > _STILL
        return True

    def _look(self, work: List[Group]) -> None:
        """Read the index: at a random moment where it may lead to a write that others come to as well (D7)."""
        if not self._index.listed or any(self._filing.decide(group).do in SHARED for group in work):
            self._jitter()
        self._repository.refresh({group.signature for group in work})

    def _jitter(self) -> None:
        self._jittered = True
        self._client.pause(random.uniform(0, self._jitter_most))  # noqa: S311 - no secret

    def _try(self, group: Group, told: Dict[str, Outcome], making: Optional[List[Group]] = None) -> None:
        """Do what is decided for a group; with `making`, put there instead what needs the claim."""
        try:
            if self._refused():
                told[group.signature] = Outcome.NEVER
                return
            decision = self._filing.decide(group)
            if making is not None and decision.do in SHARED and can_make(group):
                making.append(group)
            else:
                told[group.signature] = self._filing.do(group, decision)
        except Later as later:
            self._tell(later)
            told[group.signature] = Outcome.LATER
        except Never as never:
            self._refuse(never)
            told[group.signature] = Outcome.NEVER
        except Exception as error:  # it must not keep the others from going, now or at any later try
            self._warn(f"an error could not be made an issue: {why(error)}")
            told[group.signature] = Outcome.NEVER

    def _make(self, making: List[Group], told: Dict[str, Outcome]) -> None:
        """D7: one process a host at a time."""
        waited = not self._claim.take()
        if waited and not self._claimed():
            return
        try:
            if waited or not self._jittered:
                self._jitter()
                self._repository.refresh({group.signature for group in making})
            for group in making:
                self._claim.keep()
                self._try(group, told)
            self._claim.keep()
            self._follow_up()
        finally:
            self._claim.release()

    def _claimed(self) -> bool:
        until = time.monotonic() + _CLAIM_WAIT
        while self._client.left(until - time.monotonic()) > _CLAIM_POLL:
            time.sleep(_CLAIM_POLL)
            if self._claim.take():
                return True
        return False

    def _follow_up(self) -> None:
        made, self._filing.made = self._filing.made, []
        if made:
            self._follow.after(made)

    def _put_doubles_right(self, work: List[Group]) -> None:
        doubles = self._follow.doubles([group.signature for group in work])
        if doubles and self._claim.take():
            try:
                for signature in doubles:
                    self._follow.settle(signature)
            finally:
                self._claim.release()

    def _tell(self, later: Later) -> None:
        """Once, that GitHub cannot be reached; at the end of a process it is only slow."""
        if isinstance(later, Unreachable) and not self._client.hurried and not self._unreachable:
            self._unreachable = True
            self._warn(
                f"GitHub cannot be reached ({later}). Errors are kept, and sent when it can. Check the option "
                "`api_url`, and the network: the environment's HTTPS_PROXY and SSL_CERT_FILE are used."
            )

    # --- refusals ----------------------------------------------------------------------------------------------------

    def _refused(self) -> bool:
        return time.monotonic() < self._refused_until

    def _refuse(self, never: Never) -> None:
        """What GitHub refused to one error it refuses to all, but for a text it does not take."""
        if never.status != 422:
            self._refused_until = time.monotonic() + _REFUSED_FOR
