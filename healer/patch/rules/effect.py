"""Whether a patch does anything, and more than hide the crash."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from healer.outcome import Rejected
from healer.patch.rules.swallow import only_swallows

if TYPE_CHECKING:
    from healer.patch.candidate import Candidate, Change
    from healer.settings import PolicySettings

_HASH = (".py", ".pyi", ".rb", ".rake", ".yml", ".yaml", ".toml", ".ini", ".cfg", ".conf", ".php")
_SLASHES = (".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".go", ".php", ".vue", ".svelte")
_TRAILING_HASH = re.compile(r"\s#[^\"'`]*\Z")
_TRAILING_SLASHES = re.compile(r"\s//[^\"'`]*\Z")


def no_fix(candidate: Candidate, settings: PolicySettings) -> Rejected | None:
    """No change outside tests."""
    if candidate.fix:
        return None
    return Rejected("no-fix", "The patch changes nothing outside tests, so the crash stays. Propose edits that fix it.")


def no_op(candidate: Candidate, settings: PolicySettings) -> Rejected | None:
    """Nothing but white space and comments outside tests."""
    if any(_effective(change) for change in candidate.fix):
        return None
    return Rejected("no-op", "The fix changes only white space or comments, so the crash stays.")


def _effective(change: Change) -> bool:
    """Compares what was added and removed, since a statement that moved is a change too, order and all."""
    return _code(change.path, [line for _, line in change.added]) != _code(
        change.path, [line for _, line in change.removed]
    ) or _moves(change)


def _moves(change: Change) -> bool:
    """True when the same statements stand in another order."""
    kept = [_code(change.path, [line]) for line in change.text_before.split("\n")]
    now = [_code(change.path, [line]) for line in change.text_after.split("\n")]
    return [line for line in kept if line] != [line for line in now if line]


def _code(path: str, lines: list[str]) -> list[str]:
    """The lines that do something, in the one spelling that white space does not change."""
    found: list[str] = []
    for line in lines:
        bare = line.strip()
        if path.endswith(_HASH):
            bare = "" if bare.startswith("#") and not bare.startswith("#[") else _TRAILING_HASH.sub("", bare)
        if path.endswith(_SLASHES):
            comment = bare.startswith("//") or (bare.startswith(("/*", "*")) and not bare.rstrip("*/").count("*/"))
            bare = "" if comment else _TRAILING_SLASHES.sub("", bare)
        if bare:
            indent = line[: len(line) - len(line.lstrip())] if path.endswith((".py", ".pyi", ".yml", ".yaml")) else ""
            found.append(indent + " ".join(bare.split()))
    return found


def swallows_everything(candidate: Candidate, settings: PolicySettings) -> Rejected | None:
    """A handler for every error, and nothing else."""
    added = [line for change in candidate.fix for _, line in change.added]
    removed = Counter(" ".join(line.split()) for change in candidate.fix for _, line in change.removed)
    handler = only_swallows(candidate.runtime, added, removed)
    if not handler:
        return None
    return Rejected(
        "swallows-everything",
        "The whole fix is a handler that drops every error, which hides this crash and all others. Fix its cause, or "
        "handle the one error that is expected here.",
        handler[:300],
    )
