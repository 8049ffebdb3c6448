"""The values that walk through the SDK, one a stage.

The app's thread makes an `Event` and nothing else. The worker makes of it a report (a dict in the shape of
`sdk/report.schema.json`), of that an `Item`, and hands items to a `Transport`.
"""

from __future__ import annotations

TYPE_CHECKING = False  # `import splat` may not load typing
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple, Union

    from typing_extensions import Protocol

    from splat.outcome import Outcome as Outcome  # noqa: PLC0414 - the form that hands it on
else:
    from splat._named import NamedTuple

    Protocol = object
    Any = object
    Dict = dict

#: A report as it goes over the wire: what `json.loads` gives back.
Report = Dict[str, Any]


class RawFrame(NamedTuple):
    """One call of a traceback, as cheaply as the app's thread can take it."""

    code: CodeType
    line: int
    #: Offset of the instruction, from which the worker finds the column (Python 3.11+); -1 when unknown.
    instruction: int
    in_app: bool
    #: Name to what is shown of it (rule F6), already bounded, not yet redacted; None where locals are off.
    locals: Optional[Dict[str, str]]


class Raised(NamedTuple):
    """One exception of a chain; `parent` is an index into the list it stands in (rules R3, S7)."""

    type: str
    message: str
    relation: str  #: "" for the first, then cause, context or member
    parent: int  #: -1 for the first
    frames: Tuple[RawFrame, ...]  #: from the outermost call to the crash


class Event(NamedTuple):
    """One error as the app's thread saw it. Holds no frame object and none of the app's values."""

    id: str
    time: float  #: seconds since the epoch
    signature: str
    exceptions: Tuple[Raised, ...]
    mechanism: str  #: who caught it: excepthook, threading, asyncio, logging, flask, …
    handled: bool
    #: What was known of the request, the tags, contexts, breadcrumbs and logs: keys of the report, not yet redacted.
    scope: Dict[str, Any]


class Count(NamedTuple):
    """How often a signature was seen beyond what was sent (rules Q3, Q5). Times: seconds since the epoch."""

    signature: str  #: sixteen zeros for an overflow (rules Q5, D9)
    seen: int
    first: float
    last: float
    release: str


class Item(NamedTuple):
    """What a transport delivers: a finished report or a count. Everything in it is redacted and within limits."""

    id: str
    time: float
    body: Union[Report, Count]
    text: str = ""  #: as `wire.text_of` writes it, where that was done already

    @property
    def signature(self) -> str:
        """Of the bug, 16 hexadecimal digits."""
        return self.body.signature if isinstance(self.body, Count) else str(self.body["signature"])


class Transport(Protocol):
    """Where items go. Called by the worker's thread alone; may wait, may not raise."""

    def send(self, batch: Sequence[Item]) -> List[Outcome]:
        """One outcome for each item, in order."""

    def tick(self) -> None:
        """Called every few seconds while the process lives: what a transport owes and could not do at once."""

    def hurry(self, deadline: float) -> None:
        """Called from another thread when the process is about to end: from now on no wait of `send` goes past it.

        A reading of `time.monotonic()`. What is not delivered by then is *later*.
        """

    def close(self, deadline: float) -> None:
        """The process ends: what is owed goes now or never. `deadline` is a reading of `time.monotonic()`."""


def __getattr__(name: str) -> object:
    if name == "Outcome":  # enum is for those who deliver
        from splat.outcome import Outcome

        return Outcome
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
