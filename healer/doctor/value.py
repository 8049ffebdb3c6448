"""A check, and what all of them come to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from healer.outcome import EXIT_DECLINED, EXIT_FIXED, EXIT_UNFIXED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from healer.outcome import SplatError

State = Literal["ok", "warn", "fail", "unknown", "skipped"]
"""`warn`: healing works, and something is less than it could be; `fail`: healing will not work; `unknown`: it could not
be found out; `skipped`: it was not asked for, or there is nothing to ask.
"""


@dataclass(frozen=True, slots=True)
class Check:
    """One row. `name` is stable for machines, and several rows may share it; `found` and `mend` are sentences, in which
    words of others may stand. `fix` names what `--fix` can do about it, "" for nothing.
    """

    name: str
    state: State
    found: str
    mend: str = ""
    fix: str = ""

    @classmethod
    def of_error(cls, name: str, error: SplatError, state: State = "fail") -> Check:
        """What an error says, as a row."""
        where = f" ({error.where})" if error.where else ""
        return cls(name, state, f"{error.what}{where}", error.next_step)


def exit_code(checks: Iterable[Check]) -> int:
    """0: healing will work. 20: something keeps it from working. 10: nothing known does, and not all is known."""
    states = {check.state for check in checks}
    return EXIT_UNFIXED if "fail" in states else EXIT_DECLINED if "unknown" in states else EXIT_FIXED
