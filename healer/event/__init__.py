"""Before the stages: who asked, for what, and with what text.

value.py     Event (what the walk starts from), Trigger (what a delivery of GitHub asks)
read.py      read_event: a webhook's payload becomes a Trigger, or nothing of ours
commands.py  commands in comments
visible.py   what a reader of Markdown sees
payload.py   the payload's fields
"""

from healer.event.commands import MARK, Command, read_command
from healer.event.read import BRANCH, TRY_BRANCH, asking, claimed_signature, read_event, try_base
from healer.event.value import Actor, Ask, Event, Trigger
from healer.event.visible import visible

__all__ = [
    "BRANCH",
    "MARK",
    "TRY_BRANCH",
    "Actor",
    "Ask",
    "Command",
    "Event",
    "Trigger",
    "asking",
    "claimed_signature",
    "read_command",
    "read_event",
    "try_base",
    "visible",
]
