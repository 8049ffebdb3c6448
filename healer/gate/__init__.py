"""Before the walk, on GitHub: may this delivery start a run.

state.py     what GitHub says now; Hub, who is asked
ledger.py    what earlier runs did, in a hidden line of Splat's own comment
case.py      what follows from delivery, state and settings together
people.py    who may ask
standing.py  asked before, taken over, under way
caps.py      attempts, days, dollars, pull requests, pauses
decide.py    the decision: Go or Skipped
admit.py     look, decide, claim, answer
finish.py    after a run: is it still wanted, what it came to
words.py     the gate's comments
"""

from healer.gate.admit import Admission, admit, look
from healer.gate.case import digest
from healer.gate.decide import Go, decide
from healer.gate.finish import End, finish, recheck
from healer.gate.ledger import Fate, Ledger, Run, read_ledger, stamp, write_ledger
from healer.gate.state import Here, Hub, IssueNow, Merged, Permission, PullNow, Said, State

__all__ = [
    "Admission",
    "End",
    "Fate",
    "Go",
    "Here",
    "Hub",
    "IssueNow",
    "Ledger",
    "Merged",
    "Permission",
    "PullNow",
    "Run",
    "Said",
    "State",
    "admit",
    "decide",
    "digest",
    "finish",
    "look",
    "read_ledger",
    "recheck",
    "stamp",
    "write_ledger",
]
