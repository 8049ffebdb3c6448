"""The ground floor: what a stack trace says, in any runtime.

A trace is a chain of exceptions. `exceptions[0]` is the one that surfaced; its causes and the members of a
group follow, each naming its parent. Frames run from the outermost call to the crash, whatever order the
runtime prints them in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

RuntimeName: TypeAlias = Literal["python", "javascript", "go", "ruby", "php"]
Relation: TypeAlias = Literal["surfaced", "cause", "context", "member"]


@dataclass(frozen=True, slots=True)
class Frame:
    """One call on the stack.

    `path` is as the runtime printed it; `line` and `column` count from 1, None where the trace names none;
    `function` is "" where the trace names none; `source` is the text of the crash line, "" where unknown;
    `in_app` is False for the runtime's own code and for installed dependencies. Only a report has the others:
    `locals` maps a name to its printed, redacted value or shape; `pre_context` and `post_context` are the lines
    around the crash line, in the order of the file.
    """

    path: str
    line: int | None = None
    column: int | None = None
    function: str = ""
    in_app: bool = True
    source: str = ""
    locals: Mapping[str, str] = field(default_factory=dict)
    pre_context: tuple[str, ...] = ()
    post_context: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExceptionInfo:
    """One exception of a chain: its type, its message, and its frames from the outermost call to the crash.

    `relation` says how it hangs on `parent` (an index in the same chain): the explicit `cause`, the `context`
    in whose handling the parent was raised, or a `member` of a group.
    """

    type: str
    message: str
    frames: tuple[Frame, ...] = ()
    relation: Relation = "surfaced"
    parent: int | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """One printed trace found in a text: lines `first` to `last`, counted from 0, both inclusive.

    `others` counts the stacks of other threads or goroutines that were printed along with it and are left out.
    """

    runtime: RuntimeName
    exceptions: tuple[ExceptionInfo, ...]
    first: int
    last: int
    others: int = 0
