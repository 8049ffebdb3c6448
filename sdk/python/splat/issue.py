"""I: the title and the body of an issue, for a person and for the engine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Optional, Sequence, Tuple

from splat.block import MAX_COUNT, block, encoded, marker
from splat.canonical import canonical
from splat.cut import cut
from splat.shrink import each_frame, shrink, steps_in, without
from splat.signature import type_name
from splat.text import clean, fence, one_line, span

if TYPE_CHECKING:
    from splat.values import Report

#: Bytes of UTF-8; GitHub takes 65,536, and the block grows.
MAX_BYTES = 60_000
_MAX_TITLE = 120
_MAX_PATH = 200
_MOST_RECORDS = 50

Part = Dict[str, Any]

_RELATIONS = {"cause": "Caused by: ", "context": "While handling: ", "member": "In the group: "}
_ISSUE_NUMBER = re.compile("#+([0-9])")
_GH_NUMBER = re.compile("([Gg][Hh])-([0-9])")


def title(report: Report) -> str:
    """I2: type and place, at most 120 code points, without anything that GitHub links."""
    kind = cut(one_line(type_name(report["exceptions"][0]["type"]), 1_000), 80) or "Error"
    _, frame = _place(report["exceptions"])
    path = one_line(frame["path"], _MAX_PATH) if frame else ""
    if not path:
        return cut(_unlinked(f"[Splat] {kind}"), _MAX_TITLE)
    made = _unlinked(f"[Splat] {kind} in {_located(path, frame)}")
    while len(made) > _MAX_TITLE and "/" in path:
        path = path.partition("/")[2]
        made = _unlinked(f"[Splat] {kind} in .../{_located(path, frame)}")
    return cut(made, _MAX_TITLE)


def _unlinked(text: str) -> str:
    text = _ISSUE_NUMBER.sub(r"\1", text.replace("@", "").replace("`", "'"))
    return _GH_NUMBER.sub(r"\1 \2", text)


def body(report: Report, *, public: bool = False) -> str:
    """I3 to I9: the text of an issue, at most 60,000 bytes. `public` leaves out what only the team may see."""
    if public:
        report = _for_everyone(report)
    made = ""

    def size_of(report: Report) -> int:
        nonlocal made
        document = canonical(report)
        # What is too large without the rest need not be rendered.
        made = _rendered(report, document) if len(document) <= MAX_BYTES else ""
        return len(made.encode("utf-8")) or len(document)

    smallest = shrink(report, size_of, MAX_BYTES)
    return made or _rendered(smallest, canonical(smallest))


def _for_everyone(report: Report) -> Report:
    report = without(report, ("logs", "breadcrumbs", "request"))
    return each_frame(report, lambda frame: without(frame, ("locals",)))


# --- the place -------------------------------------------------------------------------------------------------------


def _place(exceptions: Sequence[Part]) -> Tuple[int, Part]:
    """I1: the frame where it went wrong, behind the index of its exception; an empty frame where there is none."""
    inwards = _chain(exceptions)[::-1]
    others = sorted(set(range(len(exceptions))) - set(inwards))
    for index in (*inwards, *others):
        for frame in reversed(exceptions[index].get("frames") or ()):
            if frame.get("in_app"):
                return index, frame
    return next(
        ((index, exceptions[index]["frames"][-1]) for index in inwards if exceptions[index].get("frames")), (0, {})
    )


def _chain(exceptions: Sequence[Part]) -> List[int]:
    """S7: the exception that surfaced, its cause, the cause of that, and so on, as indices."""
    causes: Dict[int, int] = {}
    for index, each in enumerate(exceptions[:200]):
        parent = each.get("parent")
        if each.get("relation") in {"cause", "context"} and isinstance(parent, int) and 0 <= parent < index:
            causes.setdefault(parent, index)
    chain = [0]
    while chain[-1] in causes:
        chain.append(causes[chain[-1]])
    return chain


def _located(path: str, frame: Part) -> str:
    return f"{path}:{frame['line']}" if frame.get("line") else path


def _where(frame: Part) -> str:
    return _located(one_line(frame["path"], _MAX_PATH), frame) or "?"


# --- the body --------------------------------------------------------------------------------------------------------


def _rendered(report: Report, document: str) -> str:
    parts = [f"{marker(report['signature'])}\n{_block(report)}", *_what_happened(report)]
    parts += ["### Trace", fence(_trace(report["exceptions"]), "text", 50_000)]
    rows = [f"| {name} | {span(value, 200, table=True)} |" for name, value in _facts(report) if one_line(value, 200)]
    if rows:
        parts += ["### Where it ran", "\n".join(["| | |", "| --- | --- |", *rows])]
    request = _request(report.get("request") or {})
    if request:
        parts.append(_fold("Request", fence(request, "text", 10_000)))
    for name in ("logs", "breadcrumbs"):
        entries = report.get(name)
        if entries:
            records = "\n".join(map(_record, entries[-_MOST_RECORDS:]))
            parts.append(_fold(f"{name.capitalize()} ({len(entries)})", fence(records, "text", 16_000)))
    left_out = steps_in(report)
    if left_out:
        parts.append(f"Left out to fit: {', '.join(left_out)}.")
    parts.append(_fold("Report for Splat", f"```json\n{document}\n```"))
    return "\n\n".join(parts)


def _block(report: Report) -> str:
    seen = report.get("occurrences") or {}
    first, last = (seen.get(name) or report["time"] for name in ("first_seen", "last_seen"))
    release = encoded(report.get("release") or "")
    return block(min(seen.get("count", 1), MAX_COUNT), first, last, [release] if release else [])


def _what_happened(report: Report) -> Iterator[str]:
    exceptions = report["exceptions"]
    index, frame = _place(exceptions)
    lines = [_named(exceptions[0], clean(exceptions[0].get("message") or "").strip("\n"))]
    if index:
        lines.append(_first_line(exceptions[index]))
    yield "### What happened"
    yield fence("\n".join(lines), "text", 5_000)
    if frame:
        function = frame.get("function") or ""
        inside = f" in {span(function, 200)}" if one_line(function, 200) else ""
        yield f"At {span(_where(frame))}{inside}."
        before, after = frame.get("pre_context") or [], frame.get("post_context") or []
        if before or after:
            code = [
                *(("  ", line) for line in before),
                ("> ", frame.get("source") or ""),
                *(("  ", line) for line in after),
            ]
            yield fence("\n".join(_code_line(*each) for each in code), "text", 5_000)


def _code_line(mark: str, line: str) -> str:
    """A line of code with its indentation."""
    return (mark + cut(clean(line).replace("\n", " "), 200)).rstrip("\t ")


def _named(exception: Part, message: str) -> str:
    kind = one_line(exception["type"], 200) or "Error"
    return f"{kind}: {message}" if message else kind


def _first_line(exception: Part) -> str:
    relation = _RELATIONS.get(exception.get("relation") or "", "")
    return relation + _named(exception, one_line(exception.get("message") or "", 200))


def _trace(exceptions: Sequence[Part]) -> str:
    traces: List[str] = []
    for each in exceptions:
        first = _first_line(each if traces else {**each, "relation": ""})
        traces.append(
            "\n".join([first, *(line for frame in reversed(each.get("frames") or ()) for line in _lines(frame))])
        )
    return "\n\n".join(traces)


def _lines(frame: Part) -> Iterator[str]:
    function = one_line(frame.get("function") or "", 200)
    mark = "> " if frame.get("in_app") else "  "
    yield f"{mark}{_where(frame)} in {function}" if function else f"{mark}{_where(frame)}"
    source = one_line(frame.get("source") or "", 200)
    if source:
        yield f"      {source}"


def _facts(report: Report) -> Iterator[Tuple[str, str]]:
    sdk, request, deploy, tags = (report.get(name) or {} for name in ("sdk", "request", "deploy", "tags"))
    route, path = request.get("route"), request.get("path")
    yield "Service", _joined(report.get("service"))
    yield "Environment", _joined(report.get("environment"))
    yield "Release", _joined(report.get("release"))
    yield "Runtime", _joined(report["runtime"], report.get("runtime_version"))
    yield "Platform", _joined(report.get("platform"))
    yield "SDK", _joined(sdk.get("name"), sdk.get("version"))
    yield "Request", _joined(request.get("method"), route or path)
    yield "Path", _joined(path if route else None)
    yield "Trace id", _joined(report.get("trace_id"))
    yield "Deploy", _joined(deploy.get("id"), deploy.get("time"))
    yield "Tags", ", ".join(f"{key}={tags[key] or ''}" for key in sorted(tags))


def _joined(*parts: Optional[str]) -> str:
    return " ".join(part for part in parts if part)


def _request(request: Part) -> str:
    query, headers = request.get("query") or {}, request.get("headers") or {}
    lines = [f"?{one_line(key, 200)}={one_line(query[key] or '', 300)}" for key in sorted(query)]
    lines += [f"{one_line(key, 200)}: {one_line(headers[key] or '', 300)}" for key in sorted(headers)]
    if request.get("body"):
        lines += [""] if lines else []
        lines.append(clean(request["body"]).strip("\n"))
    return "\n".join(lines)


def _record(entry: Part) -> str:
    """One log entry or breadcrumb on a line."""
    time = (entry.get("time") or "")[11:23].rstrip("Z")
    who = (time, entry.get("level"), entry.get("logger") or entry.get("category"))
    head = " ".join(one_line(each, 100) for each in who if each)
    message = one_line(entry.get("message") or "", 300)
    return f"{head}: {message}" if head and message else head + message


def _fold(name: str, content: str) -> str:
    return f"<details><summary>{name}</summary>\n\n{content}\n\n</details>"
