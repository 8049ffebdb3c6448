"""Stage 5: exact edits, every rule checked, one canonical diff."""

from healer.patch.allowed import check_allowed
from healer.patch.make import check_branch, check_diff, make_patch, remake_patch
from healer.patch.rules import NAMES as RULE_NAMES
from healer.patch.value import FileChange, Patch

__all__ = [
    "RULE_NAMES",
    "FileChange",
    "Patch",
    "check_allowed",
    "check_branch",
    "check_diff",
    "make_patch",
    "remake_patch",
]
