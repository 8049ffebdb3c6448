"""What the pull request that takes a fix back says. Words of others stand in code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from healer import markdown as md
from healer.redact import redact

if TYPE_CHECKING:
    from healer.gate import Merged


def merged(fix: Merged) -> str:
    """A fix by its number, with a link, and the day it was merged."""
    day = fix.at[:10] if re.fullmatch(r"\d{4}-\d\d-\d\d.*", fix.at) else "?"
    return f"[Pull request {fix.number}]({fix.url}), merged on {day}"


def title_of(fix: Merged) -> str:
    """Conventional, and inert."""
    return f"revert: {md.title(redact(fix.title), 100)}"


def body_of(fix: Merged, issue: int, reason: str, *, approval: bool) -> str:
    """Why, on what evidence, and what it is."""
    parts = [
        f"This takes back {merged(fix)}: the error that it was to fix came back (issue #{issue}).",
        f"**The evidence:** {reason}",
        "It is the inverse of that pull request's own change, applied to the newest commit of "
        f"{md.code(fix.base, 100)}; what came after it is kept. Nothing was run, and Claude was not asked.",
        "Merge it where the fix does harm, close it where a better one is on its way: Splat never merges it, and does "
        "not open it again.",
    ]
    if approval:
        parts.append("Its checks wait for a person's approval: press **Approve and run** below.")
    return "\n\n".join(parts) + f"\n\n<!-- splat:revert pull={fix.number} -->\n"


def message_of(fix: Merged, signature: str) -> str:
    """The commit's."""
    trailers = f"Splat-Reverts: {fix.number}\nSplat-Signature: {signature}\n"
    return f"{title_of(fix)}\n\nTakes back {fix.commit}.\n\n{trailers}"
