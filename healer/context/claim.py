"""An app that ran as an installed package: its frames lie in `site-packages` or `node_modules`, and are its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from healer.context.value import Context
    from healer.frames import ExceptionInfo, Frame


def claimed(context: Context) -> Context:
    """The context with `in_app` set on the frames that were found in the tree, in its report and in its suspects.

    An exception that has frames of the app in the tree already stays as it is: there, the app's own folder ran.
    """
    found = {id(suspect.frame) for suspect in context.suspects}
    owned: dict[int, Frame] = {}
    for exception in context.report.exceptions:
        ours = [frame for frame in exception.frames if id(frame) in found]
        if not any(frame.in_app for frame in ours):
            owned |= {id(frame): replace(frame, in_app=True) for frame in ours}
    if not owned:
        return context
    report = replace(context.report, exceptions=tuple(_owned(each, owned) for each in context.report.exceptions))
    suspects = tuple(
        replace(suspect, frame=owned.get(id(suspect.frame), suspect.frame)) for suspect in context.suspects
    )
    return replace(context, report=report, suspects=suspects)


def _owned(exception: ExceptionInfo, owned: dict[int, Frame]) -> ExceptionInfo:
    return replace(exception, frames=tuple(owned.get(id(frame), frame) for frame in exception.frames))
