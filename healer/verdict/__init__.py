"""Stage 6: what the sandbox saw."""

from healer.verdict.judge import judge
from healer.verdict.prepare import prepare
from healer.verdict.value import Baseline, Check, Checks, Complaints, Ran, Verdict

__all__ = ["Baseline", "Check", "Checks", "Complaints", "Ran", "Verdict", "judge", "prepare"]
