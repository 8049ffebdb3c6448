"""What was tried and not proven, on a branch for people to look at; where the user asked for that."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from healer import markdown as md
from healer.outcome import Rejected, SplatError
from healer.redact import redact

if TYPE_CHECKING:
    from healer.patch import Patch

_TITLE = 200


class Attempts(Protocol):
    """The branches of attempts: one a signature, never one that a fix could have."""

    def leave(self, signature: str, patch: Patch, message: str) -> str:
        """Put the patch on the signature's branch, as its newest commit; the branch's name."""

    def forget(self, signature: str) -> None:
        """Delete the signature's branch, where there is one and it is Splat's alone."""


def left(attempts: Attempts, signature: str, patch: Patch | Rejected | None, home: str, *, trusted: bool) -> str:
    """Write or delete the branch; what the comment says of it. `home` is the repository's address, "" for none.

    Nothing is written that a rule refuses, that can newly do something, or that goes back to a stranger's words: a
    branch may be run by the user's CI, with their secrets, before a person has seen it.
    """
    why = _why_not(patch, trusted=trusted)
    try:
        if why or patch is None or isinstance(patch, Rejected):
            attempts.forget(signature)
            return f"What was tried last is on no branch: {why}" if why else ""
        branch = attempts.leave(signature, patch, _message(patch, signature))
    except SplatError as error:
        return f"What was tried last is on no branch: {md.prose(redact(error.what)).rstrip('.')}."
    shown = f"[`{branch}`]({home}/tree/{branch})" if home else f"`{branch}`"
    return f"What was tried last, **and was not proven**, is on the branch {shown}: to look at, not to merge."


def forgotten(attempts: Attempts, signature: str) -> None:
    """There is a fix: nobody needs what failed. No reason to fail for."""
    with suppress(SplatError):
        attempts.forget(signature)


def _why_not(patch: Patch | Rejected | None, *, trusted: bool) -> str:
    """Why it may not stand on a branch, as a sentence; "" where it may, or where there is nothing."""
    if patch is None:
        return ""
    if isinstance(patch, Rejected):
        return f"a rule refuses it ({md.code(patch.rule, 60)})."
    if patch.capabilities:
        return f"it adds a capability ({md.line(', '.join(patch.capabilities), 100)})."
    return "" if trusted else "nobody with write permission filed or approved the text that it was made from."


def _message(patch: Patch, signature: str) -> str:
    """What keeps most CIs from running it, and what Splat knows its own branch again by."""
    title = md.title(redact(patch.proposal.title), _TITLE)
    words = "This change was tried and not proven. It is here to be looked at."
    return f"attempt: {title} [skip ci]\n\n{words}\n\nSplat-Attempt: {signature}\n"
