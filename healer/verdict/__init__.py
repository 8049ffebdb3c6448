"""Stage 7: what the sandbox saw."""

from healer.verdict.value import Check, Checks, Ran, Verdict

__all__ = ["Check", "Checks", "Ran", "Verdict"]
