"""Will healing work here: checks as small values, each of which says what it found and how to mend it.

value.py     a check, and what all of them come to
run.py       all at once, each bounded in time; one that breaks says so
local.py     the checkout, the settings, the prices
workflow.py  the workflow that starts Splat
hub.py       GitHub: rights, secrets, labels, what Actions may
roads.py     how checks of Splat's pull requests come to run
project.py   set-up and tests on the base branch; where a trace leads
"""

from healer.doctor.run import Task, run_all
from healer.doctor.value import Check, State, exit_code

__all__ = ["Check", "State", "Task", "exit_code", "run_all"]
