"""How much a patch changes, and where."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from healer.outcome import Rejected
from healer.policy import matches

if TYPE_CHECKING:
    from healer.patch.candidate import Candidate
    from healer.settings import PolicySettings

#: Folders that runners look into; a repository's first test may make one.
_TEST_FOLDERS = frozenset({"test", "tests", "spec", "specs", "__tests__", "Tests", "unit", "regression"})


def too_many_files(candidate: Candidate, settings: PolicySettings) -> Rejected | None:
    """More files than `max_files`, in the fix or in its tests."""
    for what, changes in (("outside tests", candidate.fix), ("in tests", candidate.tests)):
        if len(changes) > settings.max_files:
            return Rejected(
                "too-many-files",
                f"The patch changes {len(changes)} files {what}; at most {settings.max_files} are allowed. Make the "
                "smallest change that fixes this crash.",
                "\n".join(change.path for change in changes[:30]),
            )
    return None


def too_many_lines(candidate: Candidate, settings: PolicySettings) -> Rejected | None:
    """More lines than `max_lines` outside tests."""
    if candidate.lines <= settings.max_lines:
        return None
    counts = [f"{change.path}: +{len(change.added)} -{len(change.removed)}" for change in candidate.fix]
    return Rejected(
        "too-many-lines",
        f"The fix changes {candidate.lines} lines; at most {settings.max_lines} are allowed. Make the smallest change "
        "that fixes this crash.",
        "\n".join(counts),
    )


def not_in_trace(candidate: Candidate, settings: PolicySettings) -> Rejected | None:
    """A file that neither the trace nor what it imports leads to."""
    if candidate.admitted is None:
        return None
    for change in candidate.fix:
        if change.path in candidate.admitted or any(matches(change.path, glob) for glob in settings.extra_paths):
            continue
        close = get_close_matches(change.path, sorted(candidate.admitted)[:2000], n=3, cutoff=0.5)
        return Rejected(
            "not-in-trace",
            f"`{change.path}` is neither in the stack trace nor imported by a file that is. Fix the crash in one of "
            "those.",
            "\n".join(close or sorted(candidate.admitted)[:20]),
        )
    return None


def new_folder(candidate: Candidate, settings: PolicySettings) -> Rejected | None:
    """A new file in a folder that the repository does not have: a link or a submodule may stand there instead."""
    for change in candidate.changes:
        folder = change.path.rpartition("/")[0]
        if change.before is not None or not folder:
            continue
        known = any(path.startswith(folder + "/") for path in candidate.tracked)
        if not known and not (change.is_test and folder.rpartition("/")[2] in _TEST_FOLDERS):
            return Rejected(
                "new-folder",
                f"`{change.path}` is new, and the repository has no files in `{folder}`. Put it into a folder that "
                "exists.",
            )
    return None


def file_emptied(candidate: Candidate, settings: PolicySettings) -> Rejected | None:
    """A file of which nothing is left, or a new one with nothing in it."""
    for change in candidate.changes:
        if not change.after.strip() and (change.before or b"").strip():
            return Rejected(
                "file-emptied", f"Nothing would be left of `{change.path}`. Change only what fixes the crash."
            )
    return None
