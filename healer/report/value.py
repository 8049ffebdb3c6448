"""The error as every later stage sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from healer.event import Event
    from healer.frames import ExceptionInfo, Frame, RuntimeName


@dataclass(frozen=True, slots=True)
class Report:
    """The error as every later stage sees it; the wire shape is `sdk/report.schema.json`.

    `exceptions[0]` surfaced; causes and members follow. `root` is the folder the app ran in as the frames'
    paths see it ("/app"), "" when unknown. `details` holds what an SDK's report carries beyond this
    (request, logs, breadcrumbs, contexts, tags, occurrences), by its wire names; a trace's `other_traces` says how
    many more traces its text held, `other_stacks` how many stacks of other threads or goroutines stood with it.
    `signature` is the report's own where it has one, never recomputed.
    """

    event: Event
    runtime: RuntimeName
    exceptions: tuple[ExceptionInfo, ...]
    signature: str = ""
    root: str = ""
    service: str = ""
    environment: str = ""
    release: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def surfaced(self) -> ExceptionInfo:
        """The exception that reached the top."""
        return self.exceptions[0]

    @property
    def root_cause(self) -> ExceptionInfo:
        """The last of the chain of causes below the surfaced exception: where it all began."""
        index = 0
        # A cause stands behind what it caused, so one pass follows the whole chain.
        for number, exception in enumerate(self.exceptions):
            if number > index and exception.parent == index and exception.relation != "member":
                index = number
        return self.exceptions[index]

    @property
    def crash(self) -> Frame | None:
        """The innermost frame of the app in the root cause, else in the surfaced exception, else None."""
        for exception in (self.root_cause, self.surfaced):
            for frame in reversed(exception.frames):
                if frame.in_app:
                    return frame
        return None
