"""I8: what a report gives up, least useful first, until it fits (also L5)."""

from __future__ import annotations

from typing import Any, Callable, Collection, Dict, List, Tuple

from splat.cut import cut
from splat.values import Report

Part = Dict[str, Any]
Step = Callable[[Report], Report]

#: How many names `truncated` may hold.
MAX_NAMES = 100

# fmt: off
_CRASH_KEYS = frozenset((
    "schema", "id", "time", "runtime", "exceptions", "sdk", "service", "environment", "release", "root", "signature",
    "runtime_version", "platform", "trace_id", "deploy", "occurrences", "truncated",
))
# fmt: on
_KNOWN_KEYS = _CRASH_KEYS | {"dependencies", "request", "logs", "breadcrumbs", "contexts", "tags"}
_CRASH_EXCEPTION = frozenset(("type", "message", "relation", "parent"))
_CRASH_FRAME = frozenset(("path", "line", "column", "function", "in_app", "source"))
_CRASH_INNER = frozenset(("name", "version", "id", "time", "count", "first_seen", "last_seen"))


def shrink(report: Report, size_of: Callable[[Report], int], limit: int) -> Report:
    """`report` where `size_of` says at most `limit`; else what is left of it after as few steps as that takes.

    `truncated` of the result names the steps. The last step is taken even when its result is still too large.
    """
    if size_of(report) <= limit:
        return report
    for name, step in _STEPS.items():
        smaller = step(report)
        if smaller == report:
            continue
        held = [each for each in smaller.get("truncated") or () if each != name]
        report = {**smaller, "truncated": [*held, name][-MAX_NAMES:]}
        if size_of(report) <= limit:
            break
    return report


def steps_in(report: Report) -> List[str]:
    """The steps that `report` names as taken, in the order in which it names them."""
    return [name for name in report.get("truncated") or () if name in _STEPS]


def without(part: Part, names: Collection[str]) -> Part:
    """`part` without the keys `names`; `part` itself when it has none of them."""
    if part.keys().isdisjoint(names):
        return part
    return {key: value for key, value in part.items() if key not in names}


def each_frame(report: Report, change: Callable[[Part], Part]) -> Report:
    """`report` with `change` done to each frame."""
    return _each_trace(report, lambda frames: [change(frame) for frame in frames])


def _each_trace(report: Report, change: Callable[[List[Part]], List[Part]]) -> Report:
    exceptions = [
        {**each, "frames": change(each["frames"])} if each.get("frames") else each for each in report["exceptions"]
    ]
    return {**report, "exceptions": exceptions}


def _drop(*names: str) -> Step:
    return lambda report: without(report, names)


def _last(name: str, most: int) -> Step:
    def step(report: Report) -> Report:
        entries = report.get(name) or []
        return {**report, name: entries[-most:]} if len(entries) > most else report

    return step


def _drop_of_frames(*names: str) -> Step:
    return lambda report: each_frame(report, lambda frame: without(frame, names))


def _drop_unknown(report: Report) -> Report:
    return {key: value for key, value in report.items() if key in _KNOWN_KEYS}


def _shorten_logs(report: Report) -> Report:
    logs = report.get("logs")
    if not logs:
        return report
    return {**report, "logs": [{**entry, "message": cut(entry["message"], 200)} for entry in logs[-20:]]}


def _drop_request_data(report: Report) -> Report:
    request = report.get("request")
    return {**report, "request": without(request, ("query", "headers", "body"))} if request else report


def _shorten_frames(report: Report) -> Report:
    return _each_trace(
        report,
        lambda frames: [
            {key: cut(value, 200) if isinstance(value, str) else value for key, value in frame.items()}
            for frame in (frames if len(frames) <= 25 else frames[:5] + frames[-20:])
        ],
    )


def _first_exceptions(report: Report) -> Report:
    return {**report, "exceptions": report["exceptions"][:10]}


def _shorten_messages(report: Report) -> Report:
    def shorter(exception: Part) -> Part:
        made = {**exception, "type": cut(exception["type"], 200)}
        if exception.get("message"):
            made["message"] = cut(exception["message"], 1_000)
        return made

    return {**report, "exceptions": [shorter(each) for each in report["exceptions"]]}


def _keep_the_crash(report: Report) -> Report:
    crash = {key: _tiny(value) for key, value in report.items() if key in _CRASH_KEYS}
    crash["exceptions"] = [_crash_of(each) for each in report["exceptions"][:3]]
    if "truncated" in report:
        crash["truncated"] = steps_in(report)
    return crash


def _crash_of(exception: Part) -> Part:
    made = {key: _tiny(value) for key, value in exception.items() if key in _CRASH_EXCEPTION}
    if exception.get("frames"):
        made["frames"] = [
            {key: _tiny(value) for key, value in frame.items() if key in _CRASH_FRAME}
            for frame in exception["frames"][-4:]
        ]
    return made


def _tiny(value: Any) -> Any:
    if isinstance(value, str):
        return cut(value, 60)
    if isinstance(value, dict):
        return {key: _tiny(each) for key, each in value.items() if key in _CRASH_INNER}
    return value


_STEPS: Dict[str, Step] = {
    "breadcrumbs": _last("breadcrumbs", 20),
    "logs": _last("logs", 50),
    "unknown keys": _drop_unknown,
    "dependencies": _drop("dependencies"),
    "context lines": _drop_of_frames("pre_context", "post_context"),
    "all breadcrumbs": _drop("breadcrumbs"),
    "log messages": _shorten_logs,
    "contexts": _drop("contexts"),
    "locals": _drop_of_frames("locals"),
    "request data": _drop_request_data,
    "frames": _shorten_frames,
    "exceptions": _first_exceptions,
    "all logs": _drop("logs"),
    "messages": _shorten_messages,
    "tags": _drop("tags"),
    "all but the crash": _keep_the_crash,
}

#: The names of all steps, in the order in which they are taken.
STEPS: Tuple[str, ...] = tuple(_STEPS)
