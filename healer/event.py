"""Before the stages: who asked, and with what text. On one machine that is the person at the command line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Event:
    """What started the walk.

    `kind` says how to read `text`: a trace (alone or inside a log, an issue, JSON) or a report in the SDKs'
    format. `actor` is who asked; `hint` is that person's words for Claude, "" where there are none.
    """

    kind: Literal["trace", "report"]
    text: str
    actor: str = "local"
    hint: str = ""
