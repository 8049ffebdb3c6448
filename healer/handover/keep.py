"""A forge that writes nothing: what it is given is kept, for another job to publish."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from healer.pull_request.value import Offer, Standing
    from healer.report import Report


class Keeping:
    """Implements `Forge`. `look` asks the real one how a signature stands, once; `offer` is the pull request that
    would have been written, None before there is one.
    """

    def __init__(self, look: Callable[[Report, str, str], Standing]) -> None:
        self._look = look
        self._standing: Standing | None = None
        self.offer: Offer | None = None

    @property
    def head(self) -> str:
        """Our branch's commit as it was when it was looked at, "" for a new branch."""
        return self._standing.head if self._standing else ""

    def standing(self, report: Report, signature: str, base: str) -> Standing:
        """As the real forge has it; what changes later is for the job that writes to see."""
        if self._standing is None:
            self._standing = self._look(report, signature, base)
        return self._standing

    def publish(self, offer: Offer) -> tuple[int, str, str]:
        """Nothing is written: the number of the pull request that stands already, 0 for none, and no addresses."""
        self.offer = offer
        return offer.standing.pull, "", ""

    def comment(self, issue: int, body: str) -> str:
        """Nothing is said."""
        return ""
