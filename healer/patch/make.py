"""From edits to a patch, and from a diff that somebody else made to the same checks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from healer.outcome import Rejected, SplatError
from healer.patch.candidate import Candidate, Change
from healer.patch.capabilities import new_capabilities
from healer.patch.diff import NotCanonicalError, parse, unified
from healer.patch.edits import apply_edits
from healer.patch.ops import minimal, perform
from healer.patch.rules import check
from healer.patch.text import put_together, take_apart
from healer.patch.value import FileChange, Patch
from healer.policy import collision, misspelt, path_rule, role
from healer.proposal import RegressionTest

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from healer.context import Context, Tree
    from healer.frames import RuntimeName
    from healer.patch.diff import FileDiff
    from healer.proposal import Edit, Proposal
    from healer.settings import PolicySettings

MAX_EDITS = 60
MAX_DIFF = 1_000_000


def make_patch(
    proposal: Proposal, tree: Tree, settings: PolicySettings, there: Mapping[str, bytes] | None = None
) -> Patch | Rejected:
    """Lay the proposal's edits over the tree and hold the result against every rule.

    `there` are files as an open pull request has them already: the edits are laid over these, and the patch is all of
    it, from the tree on. The first rule that refuses it is the answer. Raises SplatError only when the diff does not
    lead back to the same bytes, which would be Splat's own fault.
    """
    edits = proposal.edits + (proposal.test.edits if proposal.test else ())
    if len(edits) > MAX_EDITS:
        what = (
            f"The proposal holds {len(edits)} edits; at most {MAX_EDITS} are allowed. Quote whole blocks that change."
        )
        return Rejected("too-large", what)
    if not edits:
        return Rejected("no-edits", "The proposal holds no edits. Propose the smallest change that fixes the crash.")
    if any(not _is_text(edit.find + edit.replace) for edit in edits):
        return Rejected(
            "not-utf8", "An edit holds half a character (a lone surrogate). Write its text as valid Unicode."
        )
    candidate = _laid(edits, proposal.context, tree, settings, there or {})
    if isinstance(candidate, Rejected):
        return candidate
    diff = _diff(candidate)
    if isinstance(diff, Rejected):
        return diff
    if refusal := check(candidate, settings):
        return refusal
    _prove(diff, candidate)
    if proposal.test is None and there and candidate.tests:
        # The pull request's own test shows the bug; which one it is, the runs tell.
        proposal = replace(proposal, test=RegressionTest((), ""))
    return _patch(proposal, candidate, diff)


def check_branch(there: Mapping[str, bytes], context: Context, tree: Tree, settings: PolicySettings) -> Rejected | None:
    """Which rule refuses what a pull request has made of the tree's files, None where Splat could have written it."""
    candidate = _laid((), context, tree, settings, there)
    if isinstance(candidate, Rejected):
        return candidate
    diff = _diff(candidate)
    return diff if isinstance(diff, Rejected) else check(candidate, settings)


def _laid(
    edits: tuple[Edit, ...], context: Context, tree: Tree, settings: PolicySettings, there: Mapping[str, bytes]
) -> Candidate | Rejected:
    changes = _changes(edits, tree, context.report.runtime, settings, there)
    if isinstance(changes, Rejected):
        return changes
    reported = tuple(exception.type for exception in context.report.exceptions)
    return Candidate(changes, context.report.runtime, context.admitted, tree.paths(), reported)


def check_diff(
    diff: str,
    read: Callable[[str], bytes | None],
    settings: PolicySettings,
    *,
    runtime: RuntimeName,
    tracked: Collection[str],
    admitted: frozenset[str] | None = None,
    reported: tuple[str, ...] = (),
) -> tuple[FileChange, ...] | Rejected:
    """Hold a finished diff, from wherever it came, against the same rules, and give back what it changes.

    `read` gives a file of the base commit, None when it is not one of `tracked`. The diff must fit that commit exactly
    and be written as `make_patch` writes it, so nothing in it can mean one thing here and another to git.
    """
    candidate = _candidate_of(diff, read, settings, runtime, frozenset(tracked), admitted, reported)
    return candidate if isinstance(candidate, Rejected) else tuple(change.value for change in candidate.changes)


def remake_patch(proposal: Proposal, diff: str, tree: Tree, settings: PolicySettings) -> Patch | Rejected:
    """The patch that a finished diff makes of a proposal whose edits were not kept; every rule is asked again."""
    context = proposal.context
    reported = tuple(exception.type for exception in context.report.exceptions)
    runtime, tracked = context.report.runtime, tree.paths()
    candidate = _candidate_of(diff, tree.read, settings, runtime, tracked, context.admitted, reported)
    return candidate if isinstance(candidate, Rejected) else _patch(proposal, candidate, diff)


def _patch(proposal: Proposal, candidate: Candidate, diff: str) -> Patch:
    return Patch(
        proposal=proposal,
        changes=tuple(change.value for change in candidate.changes),
        diff=diff,
        lines=candidate.lines,
        capabilities=new_capabilities(candidate.changes, candidate.runtime),
    )


def _candidate_of(
    diff: str,
    read: Callable[[str], bytes | None],
    settings: PolicySettings,
    runtime: RuntimeName,
    known: frozenset[str],
    admitted: frozenset[str] | None,
    reported: tuple[str, ...],
) -> Candidate | Rejected:
    if len(diff) > MAX_DIFF:
        return Rejected("not-canonical", f"The diff has {len(diff)} characters; at most {MAX_DIFF} are allowed.")
    if not _is_text(diff):
        return Rejected("not-canonical", "The diff is refused: it is not valid Unicode.")
    try:
        files = parse(diff)
    except NotCanonicalError as error:
        return Rejected("not-canonical", f"The diff is refused: {error}.")
    changes: list[Change] = []
    for file in files:
        change = _fitted(file, read, runtime, settings, known)
        if isinstance(change, Rejected):
            return change
        changes.append(change)
    candidate = Candidate(tuple(changes), runtime, admitted, known, reported)
    if _diff(candidate) != diff:
        return Rejected("not-canonical", "The diff is refused: it is not written as Splat writes it.")
    return check(candidate, settings) or candidate


def _is_text(text: str) -> bool:
    """False for what UTF-8 cannot write, and so for bytes that were no UTF-8 when they were read."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _changes(
    edits: tuple[Edit, ...], tree: Tree, runtime: RuntimeName, settings: PolicySettings, there: Mapping[str, bytes]
) -> tuple[Change, ...] | Rejected:
    tracked = tree.paths()
    by_path: dict[str, list[Edit]] = {path: [] for path in there}
    for edit in edits:
        by_path.setdefault(edit.path, []).append(edit)
    changes: list[Change] = []
    for path in sorted(by_path):
        if refusal := _place(path, runtime, settings, tracked):
            return refusal
        change = _edited(path, by_path[path], tree, runtime, there.get(path))
        if isinstance(change, Rejected):
            return change
        if change.ops:
            changes.append(change)
    return tuple(changes)


def _place(path: str, runtime: RuntimeName, settings: PolicySettings, tracked: frozenset[str]) -> Rejected | None:
    """The rules over a path alone; what it is to the tests is asked only when it is spelt right."""
    kind = "code" if misspelt(path) else role(path, runtime)
    if refusal := path_rule(path, settings, kind):
        return refusal
    if other := collision(path, tracked):
        return Rejected(
            "path-collision",
            f"`{path}` is not tracked, and `{other}` is, which some file systems take for it. Use that name.",
        )
    return None


def _edited(path: str, edits: list[Edit], tree: Tree, runtime: RuntimeName, there: bytes | None) -> Change | Rejected:
    before = tree.read(path) if path in tree.paths() else None
    if before is None and path in tree.paths():
        return Rejected(
            "too-large", f"`{path}` is larger than 2 MiB, or in Git LFS: it cannot be patched. Fix the crash elsewhere."
        )
    if b"\0" in (before or b"") + (there or b""):
        return Rejected("binary", f"`{path}` is a binary file. Only text files may be changed.")
    lines = take_apart(before).lines if before else ()
    if there is not None and not edits:
        return Change(path, role(path, runtime), before, there, lines, minimal(lines, take_apart(there).lines))
    applied = apply_edits(path, before if there is None else there, edits)
    if isinstance(applied, Rejected):
        return applied
    ops = applied.ops if there is None else minimal(lines, take_apart(applied.after).lines)
    return Change(path, role(path, runtime), before, applied.after, lines, ops)


def _fitted(
    file: FileDiff,
    read: Callable[[str], bytes | None],
    runtime: RuntimeName,
    settings: PolicySettings,
    tracked: frozenset[str],
) -> Change | Rejected:
    """One file's part of a foreign diff, laid over the file on the base commit."""
    if refusal := _place(file.path, runtime, settings, tracked):
        return refusal
    before = read(file.path) if file.path in tracked else None
    if before is None and file.path in tracked:
        return Rejected("too-large", f"`{file.path}` is larger than 2 MiB, or in Git LFS: it cannot be patched.")
    if file.is_new != (before is None):
        return Rejected(
            "not-canonical", f"The diff does not fit: `{file.path}` is {'there' if file.is_new else 'not there'}."
        )
    text = take_apart(before or b"")
    if any(not 0 <= number < len(text.lines) or text.lines[number] != line for number, line in file.expected.items()):
        return Rejected("not-canonical", f"The diff does not fit `{file.path}` as it is on the base commit.")
    after = put_together(perform(file.ops, text.lines))
    return Change(file.path, role(file.path, runtime), before, after, text.lines, file.ops)


def _diff(candidate: Candidate) -> str | Rejected:
    ordered = sorted(candidate.changes, key=lambda change: change.path)
    diff = "".join(
        unified(change.path, None if change.before is None else change.lines, change.ops) for change in ordered
    )
    try:
        diff.encode()
    except UnicodeEncodeError as error:
        line = diff.count("\n", 0, error.start)
        return Rejected(
            "not-utf8",
            "The lines around an edit are not UTF-8, so the patch could not be shown. Edit another place.",
            ascii(diff.split("\n")[line])[:300],
        )
    return diff


def _prove(diff: str, candidate: Candidate) -> None:
    """Parse the diff back: it must lead to the very bytes that will be judged."""
    by_path = {change.path: change for change in candidate.changes}
    for file in parse(diff):
        change = by_path.pop(file.path)
        text = take_apart(change.before or b"")
        if put_together(perform(file.ops, text.lines)) != change.after:
            raise SplatError(
                "The diff does not lead to the patched file", where=file.path, next_step="Please report this."
            )
    if by_path:
        raise SplatError("The diff leaves out a file", where=next(iter(by_path)), next_step="Please report this.")
