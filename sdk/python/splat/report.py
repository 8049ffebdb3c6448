"""From an event to the report that goes out (rules R1 to R8).

Worker only, but for `durable`: it reads files and loads `json`.
"""

from __future__ import annotations

import os
import sys
import time
from itertools import islice
from types import CodeType
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterable, Optional, Tuple

from splat import clock
from splat._version import __version__
from splat.canonical import SCHEMA, canonical, read_back
from splat.conform import conform
from splat.frames import Frames
from splat.limits import limit_report
from splat.packages import Packages
from splat.redact import redact_report
from splat.scope import readable
from splat.source import Sources
from splat.theirs import is_theirs
from splat.values import Event, Item, Raised, RawFrame, Report

if TYPE_CHECKING:
    from splat.options import Options

_MOST_REMEMBERED = 1_024
#: Seconds that `before_send` may be at work when the time of the process is over.
_LONG = 0.5
#: What a scope may give to a report.
_OF_SCOPE = ("request", "trace_id", "tags", "contexts", "breadcrumbs", "logs", "level")

_Key = Tuple[CodeType, int, int, bool]


class Reporter:
    """Makes reports for one set of options; remembers what frames look like, bounded."""

    def __init__(self, options: Options, warn: Callable[[str], None]) -> None:
        self._options = options
        self._warn = warn
        self._frames = Frames(options.root, options.include)
        self._sources = Sources()
        self._packages = Packages()
        self._known: Dict[_Key, Report] = {}
        self._always = _facts(options)
        self._asked_at: Optional[float] = None  #: when `before_send` was called that has not returned
        self._endless = False

    def give_up_asking(self) -> None:
        """Time is over: a `before_send` that is at work for longer than it may is asked no more. R6 holds."""
        asked_at = self._asked_at
        if asked_at is not None and time.monotonic() - asked_at > _LONG:
            self._endless = True
            self._warn("before_send did not return: reports are sent as they were before it")

    def item(self, event: Event) -> Optional[Item]:
        """The item to deliver (rule R6); None when `before_send` drops it. Raises where redaction fails (X11)."""
        report = self._safe(self.build(event))
        text = canonical(report)
        if self._options.before_send is not None:
            changed = self._asked(text)
            if changed is None:
                return None
            if changed != report:
                report, text = self._checked(changed, report, text)
        return Item(event.id, event.time, report, text)

    def build(self, event: Event) -> Report:
        """The report as the schema has it: not redacted, not within limits."""
        when = clock.iso(event.time)
        report: Report = {
            "id": event.id,
            "time": when,
            "signature": event.signature,
            "exceptions": [self._exception(each) for each in event.exceptions],
            "occurrences": {"count": 1, "first_seen": when, "last_seen": when},
            "mechanism": {"type": event.mechanism, "handled": event.handled},
            **self._always,
        }
        dependencies = self._dependencies(event.exceptions)
        if dependencies:
            report["dependencies"] = dependencies
        scope = readable(event.scope)
        for name in _OF_SCOPE:
            if scope.get(name):
                report[name] = scope[name]
        return report

    # --- frames ------------------------------------------------------------------------------------------------------

    def _exception(self, raised: Raised) -> Report:
        return {
            "type": raised.type,
            "message": raised.message,
            "relation": raised.relation or "surfaced",
            "parent": raised.parent if raised.parent >= 0 else None,
            "frames": [self._frame(each) for each in raised.frames],
        }

    def _frame(self, raw: RawFrame) -> Report:
        key = (raw.code, raw.line, raw.instruction, raw.in_app)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            known = self._known[key] = self._seen_first(raw)
        return {**known, "locals": raw.locals} if raw.locals is not None else known

    def _seen_first(self, raw: RawFrame) -> Report:
        file = raw.code.co_filename
        frame: Report = {
            "path": self._frames.path(file),
            "line": raw.line if raw.line and raw.line > 0 else None,
            "function": raw.code.co_name,
            "in_app": raw.in_app,
        }
        if self._options.include_source:
            source, before, behind = self._sources.around(file, raw.line or 0)
            if source is not None:
                frame["source"] = source
                frame["column"] = _column(raw.code, raw.instruction, raw.line, source)
                if raw.in_app:
                    frame["pre_context"], frame["post_context"] = list(before), list(behind)
        return frame

    def _dependencies(self, exceptions: Iterable[Raised]) -> Dict[str, str]:
        files = {frame.code.co_filename for raised in exceptions for frame in raised.frames if not frame.in_app}
        found = filter(None, (self._packages.of(file) for file in files))
        return {each.name: each.version for each in found}

    # --- what leaves -------------------------------------------------------------------------------------------------

    def _safe(self, report: Report) -> Report:
        shapes = self._options.locals == "shape"
        return limit_report(redact_report(report, self._options.redact, locals_are_shapes=shapes))

    def _asked(self, text: str) -> Any:
        """What `before_send` makes of the report in a text; its input when it fails (R6)."""
        before_send = self._options.before_send
        assert before_send is not None
        if self._endless:
            return read_back(text)
        self._asked_at = time.monotonic()
        try:
            return before_send(read_back(text))
        except BaseException as error:
            if not is_theirs(error):
                raise
            self._warn(f"before_send failed with {type(error).__name__}: reports are sent as they were before it")
            return read_back(text)
        finally:
            self._asked_at = None

    def _checked(self, changed: Any, report: Report, text: str) -> Tuple[Report, str]:
        """What `before_send` changed, made safe again; what it was given when that is no report any more."""
        try:
            if not isinstance(changed, dict):
                raise ValueError("it is no dict")
            own = {name: report[name] for name in ("schema", "runtime", "id", "time", "signature")}
            safe = self._safe(conform({**changed, **own}))
            again = canonical(safe)
            read_back(again)
            return safe, again
        except ValueError as error:
            self._warn(f"before_send returned what is no report ({error}): it was sent as it was before")
            return report, text


def _facts(options: Options) -> Report:
    """What all reports of a process share."""
    facts: Report = {
        "schema": SCHEMA,
        "runtime": "python",
        "runtime_version": sys.version.split(maxsplit=1)[0],
        "platform": _platform(),
        "sdk": {"name": "splat-sdk", "version": __version__},
        "root": options.root.replace("\\", "/"),
        "service": options.service,
        "environment": options.environment,
        "release": options.release,
        "deploy": {name: value for name, value in (("id", options.deploy), ("time", options.deploy_time)) if value},
    }
    return {name: value for name, value in facts.items() if value}


def _platform() -> str:
    """Operating system and processor: `Linux x86_64`."""
    if hasattr(os, "uname"):
        told = os.uname()
        return f"{told.sysname} {told.machine}"
    import platform

    return f"{platform.system()} {platform.machine()}"


def _column(code: CodeType, instruction: int, line: int, source: str) -> Optional[int]:
    """Where in the line the call stands, from 1; None before Python 3.11 and where the line is not the one."""
    positions = getattr(code, "co_positions", None)
    if positions is None or instruction < 0:
        return None
    found = next(islice(positions(), instruction // 2, None), None)
    if found is None or found[0] != line or found[2] is None:
        return None
    offset: int = found[2]  # bytes of UTF-8
    return len(source.encode("utf-8", "replace")[:offset].decode("utf-8", "replace")) + 1
