"""Stage 6: exact edits, every rule checked, one canonical diff."""

from healer.patch.value import FileChange, Patch

__all__ = ["FileChange", "Patch"]
