"""Splat's last word on an issue. Words of others go through `healer.markdown`; what is said here is always true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from healer import markdown as md
from healer.pull_request import diagnosis_body
from healer.redact import redact

if TYPE_CHECKING:
    from collections.abc import Iterable

    from healer.confidence import Confidence
    from healer.context import Context
    from healer.outcome import SplatError
    from healer.pull_request import Offer, PullRequest, Tally

#: GitHub takes 65,536 characters; the ledger before the words may have 20,000.
LIMIT = 40_000


@dataclass(frozen=True, slots=True)
class Voice:
    """What every ending needs: how Splat is spoken to, where the run's log is ("" for nowhere), what it all cost.
    `by_push` is True where no command starts it again, but a commit on the branch does. `unknown` are the dollars that
    count where nobody can say what was spent, 0 where somebody can.
    """

    mention: str
    log: str
    tally: Tally
    by_push: bool = False
    unknown: float = 0.0

    def command(self, name: str) -> str:
        """A command, as a person would type it."""
        return md.code(f"{self.mention} {name}", 100)

    @property
    def retry(self) -> str:
        """How to ask once more."""
        if self.by_push:
            return "Splat looks again when the checks of a newer commit on the branch have failed."
        return f"Comment {self.command('retry')} and, behind it, what the right behaviour is: Claude is told so."

    def foot(self) -> str:
        """Cost, time and the way to the log."""
        tally = self.tally
        calls = f" for {tally.calls} call{'s' if tally.calls != 1 else ''} to Claude" if tally.calls else ""
        log = f" [The run's log]({self.log})" if self.log else ""
        if self.unknown:
            return f"<sub>What it spent is not known: all that it might, ${self.unknown:.2f}, is counted.{log}</sub>"
        return f"<sub>${tally.dollars:.4f}{calls}, {tally.seconds:.0f} s.{log}</sub>"


def fixed(pull: PullRequest, voice: Voice, more: Iterable[str] = (), *, repaired: bool = False) -> str:
    """There is a pull request. `more` are sentences of our own, about what else happened; `repaired` says that it was
    there before, and its checks failed.
    """
    head = f"**{_headed(pull, repaired=repaired)}**"
    verdict = pull.confidence.verdict
    proof = "a test that fails without the fix and passes with it" if verdict.proven else "none"
    suite = {"green": "still pass", "broken": "fail"}.get(verdict.suite, "could not be run")
    parts = [
        f"{head}{', as a draft' if pull.draft else ''}.",
        "| Confidence | Proof | The project's own tests |\n| --- | --- | --- |\n"
        f"| {pull.confidence.score} of 100 | {proof} | {suite} |",
        _drafts(pull.confidence),
        *more,
        f"**Next:** {_next(pull, voice)}",
        voice.foot(),
    ]
    return "\n\n".join(filter(None, parts))


def _headed(pull: PullRequest, *, repaired: bool) -> str:
    rest = f"ull request {pull.number}]({pull.url})"
    if repaired:
        return f"A new commit, {md.code(pull.head[:7])}, repairs what failed in [p{rest}"
    return f"{'A new commit in [p' if pull.updated else '[P'}{rest} fixes this"


def _next(pull: PullRequest, voice: Voice) -> str:
    if voice.by_push:
        return f"review that commit; revert it if it is not what you want. {voice.retry}"
    look = "see why it is a draft, then review it" if pull.draft else "review it"
    again = f"{voice.command('retry')} and what should be different, here or on the pull request, tries again"
    return f"{look}. {again}; {voice.command('help')} lists all commands."


def _drafts(confidence: Confidence) -> str:
    if not confidence.draft:
        return ""
    return "**A draft, because:**\n" + "\n".join(f"- {md.line(reason, 400)}" for reason in confidence.draft)


def unfixed(context: Context, reason: str, voice: Voice, left: str = "") -> str:
    """No fix, but a diagnosis. `left` says where what was tried can be looked at."""
    foot = "\n\n".join(filter(None, [left, voice.foot()]))
    body = diagnosis_body(context, voice.tally, reason, voice.retry, LIMIT - len(foot) - 2)
    return f"{body.strip()}\n\n{foot}"


def declined(reason: str, next_step: str, voice: Voice) -> str:
    """Splat leaves it alone, and says why."""
    then = [f"**Next:** {md.prose(redact(next_step))}"] if next_step.strip() else []
    return "\n\n".join([f"**No fix.** {md.prose(redact(_sentence(reason)))}", *then, voice.foot()])


def _sentence(words: str) -> str:
    """Reasons come from many places; people read sentences."""
    words = words.strip()
    return words[:1].upper() + words[1:] + ("" if words.endswith((".", "!", "?", ":", "`")) or not words else ".")


def broken(what: str, where: str, next_step: str, voice: Voice) -> str:
    """Something is broken: what, where, and what to do."""
    place = f" ({md.code(redact(where), 200)})" if where.strip() else ""
    then = md.prose(redact(next_step)) or "The run's log says more."
    head = f"**Splat could not finish.** {md.prose(redact(what)).rstrip('.')}{place}."
    again = voice.retry if voice.by_push else f"Then comment {voice.command('retry')}."
    return "\n\n".join([head, f"**Next:** {then} {again}", voice.foot()])


def of_error(error: SplatError, voice: Voice) -> str:
    """The same for one of our own errors."""
    return broken(error.what, error.where, error.next_step, voice)


def rehearsed(offer: Offer, diff: str, confidence: Confidence, voice: Voice) -> str:
    """What would have been written."""
    standing = offer.standing
    verb = f"update pull request {standing.pull}" if standing.pull else "open a pull request"
    parts = [
        "**A dry run: nothing was written but this comment.**",
        f"Splat would {verb}{', as a draft,' if offer.draft else ''} from the branch {md.code(standing.branch)}: "
        f"{md.code(offer.title)}, with a confidence of {confidence.score} of 100.",
        _drafts(confidence),
        f"<details><summary>The change</summary>\n\n{md.fence(redact(diff), 'diff', 20_000)}\n\n</details>",
        voice.foot(),
    ]
    return "\n\n".join(filter(None, parts))


def withheld(confidence: Confidence, diff: str, voice: Voice) -> str:
    """A change for a person's branch that a person has to look at first."""
    parts = [
        "**Splat has a change for this branch, and did not write it**, because a person has to look at it first:\n"
        + "\n".join(f"- {md.line(reason, 400)}" for reason in confidence.draft),
        f"<details><summary>The change</summary>\n\n{md.fence(redact(diff), 'diff', 20_000)}\n\n</details>",
        f"**Next:** apply it by hand if you like it. {voice.retry}",
        voice.foot(),
    ]
    return "\n\n".join(parts)


def talking(voice: Voice) -> str:
    """For the pull request: how to go on from here."""
    return (
        f"## How to go on\n\nReview it like any other change. {voice.command('retry')} in a comment, and behind it "
        "what should be different, makes Splat go on from what is on this branch, your own commits too, and from the "
        f"review comments left here. {voice.command('help')} lists all commands. After a commit of your own Splat "
        "writes here only when it is asked to."
    )
