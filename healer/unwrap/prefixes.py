"""Takes off what loggers, containers, journals and CI put before every line of a trace.

A prefix goes only where a run of neighbouring lines has it and one of them looks like a trace: a log's own time stamps
beside a trace stay, for they tell the reader where its message ends. Lines of several sources that were printed
interleaved (`web-1 | `, `db-1 | `) are put together again, source by source.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from healer.unwrap.lines import indent
from healer.unwrap.marks import is_mark

if TYPE_CHECKING:
    from collections.abc import Sequence

_ISO = r"\d{4}[-/.]\d\d[-/.]\d\d[T ]\d\d:\d\d:\d\d(?:[.,:]\d{1,9})?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?"
_PREFIX = re.compile(
    r"(?P<gh>[^\t\n]{1,120}\t[^\t\n]{1,120}\t\ufeff?(?=\d{4}-\d\d-\d\dT))"
    r"|(?P<cri>\d{4}-\d\d-\d\dT[\d:.]{8,20}(?:Z|[+-]\d\d:\d\d) std(?:out|err) [FP](?: |$))"
    rf"|(?P<time>[\[(]?(?:{_ISO}|\d\d:\d\d:\d\d(?:[.,]\d{{1,9}})?)[\])]?(?::? - |:? \| |:? |\t|$))"
    r"|(?P<rfc><\d{1,3}>1 \S{1,40} (?P<rfcsource>\S{1,100} \S{1,100} \S{1,60}) \S{1,60} (?:-|\[[^\]]{0,300}\]) ?)"
    r"|(?P<syslog>(?:<\d{1,3}>)?[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{1,9})? "
    r"(?P<source>[\w.-]{1,100} [^\s:\[\]]{1,100}(?:\[\d{1,10}\])?):(?: |$))"
    r"|(?P<level>\[?(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|CRITICAL|FATAL)\]?(?::| \|| {1,6}-)?(?: |$))"
    r"|(?P<tag>[\w.-]{1,60}(?: [\w.-]{1,60})?\[[\w.-]{1,60}\]:(?: |$))"
    r"|(?P<compose>[\w.-]{1,100} {0,80}\|(?: |$))"
    r"|(?P<pod>\[(?:pod|deployment|container)/[\w./-]{1,250}\](?: |$))"
    r"|(?P<actions>##\[\w{1,20}\])"
    r"|(?P<bracket>\[[\w .:/#@+-]{1,60}\] )"
    r"|(?P<quote>> ?(?!>> ))"
)
#: Layers that one line may have: job, time, container, time, level, process.
_MAX_LAYERS = 6
_SOURCES = {"compose", "pod", "tag", "gh"}


def drop_prefixes(lines: Sequence[str]) -> list[str]:
    """The lines without the prefixes that a trace's lines share; order changes only between interleaved sources."""
    current = list(lines)
    for _ in range(_MAX_LAYERS):
        current, changed = _drop_layer(current)
        if not changed:
            break
    return current


def _drop_layer(lines: list[str]) -> tuple[list[str], bool]:
    found: list[str] = []
    changed = False
    run: list[tuple[str, str]] = []
    raw: list[str] = []
    kind = ""
    for line in [*lines, ""]:
        match = _PREFIX.match(line) if line else None
        this = (match.lastgroup or "") if match else ""
        if run and (this != kind or (this == "level" and match and match[0] != raw[-1][: match.end()])):
            changed |= _close(found, run, raw, level=kind == "level")
            run, raw = [], []
        kind = this
        if match:
            run.append((_source(match, this), line[match.end() :]))
            raw.append(line)
        else:
            found.append(line)
    found.pop()
    return found, changed


def _source(match: re.Match[str], kind: str) -> str:
    if kind in _SOURCES:
        return match[0]
    return match["source"] or match["rfcsource"] or ""


def _close(found: list[str], run: list[tuple[str, str]], raw: list[str], *, level: bool) -> bool:
    """Adds one run of lines, without their prefix where they hold a trace. True when they lost it."""
    if len(run) < 2 or not any(is_mark(rest) for _, rest in run):
        found.extend(raw)
        return False
    # A level is padded to the longest of its kind.
    padding = min((indent(rest) for _, rest in run if rest.strip()), default=0) if level else 0
    sources: dict[str, list[str]] = {}
    for source, rest in run:
        # Taken out and put in again, so that the order is that of each source's last line.
        kept = sources.pop(source, [])
        kept.append(rest[padding:])
        sources[source] = kept
    for kept in sources.values():
        found.extend(kept)
        if len(sources) > 1:
            found.append("")
    return True
