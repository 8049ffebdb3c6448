"""The checks of a fix, by any provider: what they say, whose failure it is, what to do about it.

value.py     what GitHub says of a commit; its five states; CiSite, who is asked
workflow.py  may a workflow be started by hand
evidence.py  a failed job's log and annotations, capped and redacted, and the trace in them
blame.py     a failure held against the base branch's own checks
decide.py    what to do next
failing.py   the same for each kind of branch: Splat's fix, a labelled pull request, the red default branch
handed.py    to the job that repairs
look.py      as few requests as it takes to see all that
words.py     the section in Splat's comment
"""

from healer.ci.blame import Blame, blame
from healer.ci.decide import Next, Seen, decide_next
from healer.ci.evidence import Evidence, facts_of, read_evidence, repair_event
from healer.ci.failing import next_of, next_of_branch
from healer.ci.handed import REPAIR, Repair, pack_repair, read_repair, under
from healer.ci.look import blames_of_run, checks_of, look_at, stranger_in
from healer.ci.value import (
    RED,
    Check,
    CiSite,
    Commit,
    Compared,
    Job,
    Note,
    Pull,
    WorkflowRun,
    on_commit,
    state_of,
)
from healer.ci.words import beside, section, trouble, with_section
from healer.ci.workflow import Workflow, read_workflow

__all__ = [
    "RED",
    "REPAIR",
    "Blame",
    "Check",
    "CiSite",
    "Commit",
    "Compared",
    "Evidence",
    "Job",
    "Next",
    "Note",
    "Pull",
    "Repair",
    "Seen",
    "Workflow",
    "WorkflowRun",
    "beside",
    "blame",
    "blames_of_run",
    "checks_of",
    "decide_next",
    "facts_of",
    "look_at",
    "next_of",
    "next_of_branch",
    "on_commit",
    "pack_repair",
    "read_evidence",
    "read_repair",
    "read_workflow",
    "repair_event",
    "section",
    "state_of",
    "stranger_in",
    "trouble",
    "under",
    "with_section",
]
