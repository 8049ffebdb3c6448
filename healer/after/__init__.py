"""After the pull request: its checks, its merge, its deploy, and what people ask of it.

conditions.py  every condition of a merge, by name, with its reason
merging.py     looking at the conditions on GitHub, and merging: natively, or directly
watch.py       look at the checks, do what comes next, say so
deploy.py      whether the error came back: `verified`, `failed`, and what is reopened
fate.py        merged fixes looked after: labels, the issue, its comment, one more run
revert.py      the pull request that takes a fix back
sweep.py       open fixes whose checks ended unheard
commands.py    stop, ignore, explain, merge
explain.py     what is known of an issue, from what Splat left on GitHub
"""

from healer.after.commands import CommandSite, Obeyed, obey
from healer.after.conditions import Condition, MergeCase, Review, conditions
from healer.after.deploy import Block, Deployed, Merge, after_deploy, read_block
from healer.after.fate import Aftermath, FateSite, Looked
from healer.after.merging import Merged, MergeSite, merge_case, merge_now
from healer.after.revert import Reverted, RevertSite
from healer.after.sweep import Sweep, Unheeded
from healer.after.watch import Watch, Watched

__all__ = [
    "Aftermath",
    "Block",
    "CommandSite",
    "Condition",
    "Deployed",
    "FateSite",
    "Looked",
    "Merge",
    "MergeCase",
    "MergeSite",
    "Merged",
    "Obeyed",
    "RevertSite",
    "Reverted",
    "Review",
    "Sweep",
    "Unheeded",
    "Watch",
    "Watched",
    "after_deploy",
    "conditions",
    "merge_case",
    "merge_now",
    "obey",
    "read_block",
]
