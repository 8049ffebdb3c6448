"""What Splat says of its merged fixes: a section in its one comment, before that of the checks. It pings nobody, and
words of others stand in code.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from healer import markdown as md
from healer.after.revert_words import merged
from healer.ci.words import MARK as CHECKS
from healer.event.visible import blocks
from healer.gate.words import AFTER as MARK
from healer.redact import redact

if TYPE_CHECKING:
    from healer.after.revert import Reverted
    from healer.gate import Merged
    from healer.outcome import Skipped, SplatError

_DID_NOT_HOLD = "**The fix did not hold.**"
#: Paragraphs that are replaced by one of their kind.
_KINDS = ("**The revert:**", "**Next:**")


def live(fix: Merged, reason: str) -> str:
    """It runs, and nobody knows yet."""
    return f"**The fix is live.** {merged(fix)}, is being watched. {reason}"


def verified(fix: Merged, reason: str) -> str:
    """It held."""
    return f"**Verified.** {merged(fix)}, fixed this. {reason}"


def failed(fix: Merged, reason: str, *, again: bool, instead: str = "") -> str:
    """It did not hold. `instead` is the paragraph that stands where no run was asked for."""
    parts = [f"{_DID_NOT_HOLD} {merged(fix)}, did not fix this.", reason]
    then = "**Next:** a run was asked for, which is told so." if again else instead
    return "\n\n".join(filter(None, [*parts, then]))


def capped(why: Skipped) -> str:
    """It is not healed once more."""
    return f"**Next:** no run by itself. {why.reason} {why.next_step}".rstrip()


def too_old(fix: Merged, release: str) -> str:
    """Reopened by a release that came without it."""
    seen = f"The error was seen in {md.code(release, 60)}, which does not hold the fix."
    return f"**Seen again, without the fix.** {seen}\n\n**Next:** deploy {merged(fix)}."


def unknown(fix: Merged, release: str, instead: str = "") -> str:
    """Reopened, and whether it was there cannot be told. `instead` as above."""
    named = f", in {md.code(release, 60)}, which names no release that Splat can place" if release else ""
    seen = f"The error was seen again after {merged(fix)}{named}: whether the fix was there, nobody knows."
    return f"**Seen again.** {seen}\n\n{instead or '**Next:** a run was asked for.'}"


def not_started(mention: str) -> str:
    """The dispatch went wrong."""
    retry = md.code(f"{mention} retry", 100)
    return f"**Next:** comment {retry}. Splat's token, or the workflow, lets it start no run (`workflow_dispatch`)."


def reverted(done: Reverted) -> str:
    """A pull request takes it back, or nothing does."""
    if done.number:
        link = f"[Pull request {done.number}]({done.url})"
        return f"**The revert:** {link} takes the fix back. Splat does not merge it."
    return f"**The revert:** none was opened. {done.reason}"


def revert_broke(error: SplatError) -> str:
    """Trying went wrong."""
    return f"**The revert:** it could not be opened: {md.prose(redact(error.what), 500)}. It is tried again."


def evidence(section: str) -> str:
    """The reason that a section gives for a failure, as it was said there."""
    parts = section.split("\n\n")
    told = (behind for part, behind in pairwise(parts) if part.startswith(_DID_NOT_HOLD))
    return next(told, "") or "The error was seen again after the merge."


def section_in(body: str) -> str:
    """The section of a comment, "" for none."""
    head, _ = _parted(body, CHECKS)
    return (_parted(head, MARK)[1] or "").strip()


def with_section(body: str, new: str, *, beside: bool) -> str:
    """A comment's text with the section behind what it says itself. `beside` keeps the section that is there, but for a
    paragraph of the same kind.
    """
    head, checks = _parted(body, CHECKS)
    if beside:
        kind = next((each for each in _KINDS if new.startswith(each)), new)
        kept = [part for part in section_in(body).split("\n\n") if part and not part.startswith(kind)]
        new = "\n\n".join(sorted([*kept, new], key=lambda part: part.startswith("**Next:**")))
    parts = [_parted(head, MARK)[0].strip(), f"{MARK}\n\n{new}"]
    return "\n\n".join(filter(None, [*parts, "" if checks is None else f"{CHECKS}\n{checks}".rstrip()]))


def _parted(text: str, mark: str) -> tuple[str, str | None]:
    """Before and behind a mark, None where it is not there. What stands in a fence are words of others, not a mark."""
    lines = text.split("\n")
    found = [each.first for each in blocks(text) if each.kind == "html" and not each.quoted]
    at = max((line for line in found if lines[line].strip() == mark), default=-1)
    return (text, None) if at < 0 else ("\n".join(lines[:at]), "\n".join(lines[at + 1 :]))
