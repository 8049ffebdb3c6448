"""From evidence to a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healer import markdown as md
from healer.outcome import Skipped
from healer.pull_request.body import pull_request_body, pull_request_title, repaired_body, state_marker
from healer.pull_request.value import Offer, PullRequest
from healer.redact import redact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from healer.confidence import Confidence
    from healer.pull_request.value import Forge, Standing, Tally


def publish(
    confidence: Confidence,
    forge: Forge,
    standing: Standing,
    tally: Tally,
    signature: str,
    notes: Sequence[str] = (),
    onto: str | None = None,
) -> PullRequest | Skipped:
    """Write the fix to the forge. Skipped when a person has taken over since the healing began. `notes` are sections
    for the body, ready to be shown. `onto` is the body of the pull request that the fix repairs, and that goes on.
    """
    proposal = confidence.verdict.patch.proposal
    now = forge.standing(proposal.context.report, signature, proposal.context.base)
    if now.taken_over or now.head != standing.head:
        reason = now.taken_over or f"branch {now.branch} was moved while the fix was made"
        return Skipped("taken-over", f"{reason}; nothing was written", "Delete the branch to let Splat try again.")
    state = state_marker(
        signature=signature,
        base=proposal.context.base,
        attempt=proposal.attempt,
        dollars=round(tally.dollars, 6),
        confidence=confidence.score,
    )
    title = pull_request_title(confidence)
    if onto is None:
        body = pull_request_body(confidence, tally, now.issue, state, notes)
    else:
        body = repaired_body(onto, confidence, tally, now.issue, state)
    draft = bool(confidence.draft)
    number, head, url = forge.publish(
        Offer(
            signature=signature,
            standing=now,
            base=proposal.context.base,
            title=title,
            body=body,
            draft=draft,
            changes=confidence.verdict.patch.changes,
            commit_message=_commit_message(confidence, title, signature),
            state=state,
        )
    )
    return PullRequest(
        confidence=confidence,
        tally=tally,
        number=number,
        branch=now.branch,
        base=proposal.context.base,
        head=head,
        title=title,
        body=body,
        draft=draft,
        url=url,
        updated=now.pull != 0,
    )


def _commit_message(confidence: Confidence, title: str, signature: str) -> str:
    """Title, the fix in words, trailers. Nothing in it can close or mention: a merge would act on it."""
    words = md.title(redact(confidence.verdict.patch.proposal.fix), 1_000)
    return f"{title}\n\n{words}\n\nSplat-Signature: {signature}\nSplat-Confidence: {confidence.score}\n"
