"""From job to job: what crosses, and how little of it is believed.

request.py   what the job that decides wrote for those after it
record.py    what the job that thinks hands to the one that writes: pack and read
keep.py      the forge of the job that thinks: it writes nothing
rebuild.py   report, patch and confidence made again from it, on the writing side
"""

from healer.handover.keep import Keeping
from healer.handover.rebuild import Rebuilt, mark_of, rebuild
from healer.handover.record import Handover, pack, read_handover
from healer.handover.request import HINT, REQUEST, Request, issue_text, read_request

__all__ = [
    "HINT",
    "REQUEST",
    "Handover",
    "Keeping",
    "Rebuilt",
    "Request",
    "issue_text",
    "mark_of",
    "pack",
    "read_handover",
    "read_request",
    "rebuild",
]
