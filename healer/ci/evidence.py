"""What a failed check says: the end of its log, its annotations, the trace in them. Words of others, all of it.

A log is as long as whoever wrote it likes, and holds what they like: workflow commands, fences, forged errors. It is
capped, redacted and shown; no part of it decides more than whether one rerun is worth its time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from healer.event import Event
from healer.markdown import cut, plain
from healer.outcome import Skipped, SplatError
from healer.redact import redact
from healer.report import Report, read_report
from healer.report.choose import choose, find_traces
from healer.unwrap import unwrap
from healer.unwrap.lines import plain as without_colours

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from healer.ci.value import Check, Job, Note

MOST_LOG = 400_000
"""Characters of a log's end that are read."""
_TAIL_LINES, _TAIL_CHARS, _LINE_CHARS = 80, 6_000, 400
_MOST_NOTES, _NOTE_CHARS = 10, 400
_STAMP = re.compile(r"^\ufeff?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}Z ?", re.MULTILINE)
#: What a runner, a registry or the network says when it is they who failed, each with a sentence for people.
_OUTAGES = (
    (re.compile(r"No space left on device"), "the runner's disk is full"),
    (re.compile(r"[Tt]he runner has received a shutdown signal|lost communication with the server"), "the runner died"),
    (
        re.compile(r"Could not resolve host|Temporary failure in name resolution|getaddrinfo EAI_AGAIN"),
        "no name was resolved",
    ),
    (re.compile(r"ECONNRESET|ETIMEDOUT|Connection reset by peer|TLS handshake timeout"), "the network broke off"),
    (re.compile(r"toomanyrequests|429 Too Many Requests|API rate limit exceeded"), "a rate limit was reached"),
    (re.compile(r"50[234] (?:Bad Gateway|Service Unavailable|Gateway Time-?out)"), "a server elsewhere was down"),
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one failure. `paths` are those that its trace and its annotations name, as they are written
    there; `outage` is why it looks like no verdict on the code at all, "" for nothing of the kind; `text` is what a
    trace is read from.
    """

    check: Check
    step: str = ""
    tail: str = ""
    notes: tuple[Note, ...] = ()
    report: Report | None = None
    outage: str = ""
    text: str = ""

    @property
    def paths(self) -> frozenset[str]:
        """The paths that the trace and the annotations name."""
        frames = (frame.path for each in (self.report.exceptions if self.report else ()) for frame in each.frames)
        return frozenset(filter(None, (*frames, *(note.path for note in self.notes))))

    def touches(self, changed: Iterable[str]) -> str:
        """The first of these paths of the repository that the failure names; "" for none."""
        named = {path.replace("\\", "/").removeprefix("./") for path in self.paths}
        found = (path for path in changed if any(each == path or each.endswith(f"/{path}") for each in named))
        return next(found, "")


def read_evidence(check: Check, job: Job | None, notes: Iterable[Note], log: str) -> Evidence:
    """From a failed check's job (None outside of Actions), its annotations and its log. Never raises."""
    lines = _STAMP.sub("", without_colours(log[-MOST_LOG:].replace("\r\n", "\n")))
    kept = tuple(note for note in notes if note.level == "failure")[:_MOST_NOTES]
    # Secrets first: what is cut in half is no longer known for one.
    text = redact(lines or check.summary[:MOST_LOG])
    report = _report(text)
    return Evidence(
        check,
        job.step if job else "",
        _tail(text),
        tuple(map(_safe, kept)),
        report,
        "" if report else _outage(job, text),
        text if report else "",
    )


def _report(text: str) -> Report | None:
    try:
        found = read_report(Event("trace", text, "ci"))
    except SplatError:
        return None
    return None if isinstance(found, Skipped) else found


def _tail(text: str) -> str:
    """The last lines, each cut, without the runner's housekeeping behind the failure."""
    lines = text.rstrip("\n").split("\n")
    last = next((number for number in range(len(lines), 0, -1) if "##[error]" in lines[number - 1]), len(lines))
    shown = [cut(plain(line), _LINE_CHARS) for line in lines[max(0, last - _TAIL_LINES) : last]]
    while len(shown) > 1 and sum(map(len, shown)) + len(shown) > _TAIL_CHARS:
        del shown[: max(1, len(shown) // 8)]
    return "\n".join(shown)


def _safe(note: Note) -> Note:
    return replace(note, path=cut(plain(note.path), 200), message=redact(cut(plain(note.message), _NOTE_CHARS)))


def _outage(job: Job | None, text: str) -> str:
    if job is not None and job.first:
        return "it failed before its first own step"
    end = text[-20_000:]
    return next((words for mark, words in _OUTAGES if mark.search(end)), "")


def trace_of(evidence: Evidence) -> str:
    """The lines of the trace that the report was read from, without what stood around them; "" for none."""
    lines = unwrap(evidence.text)
    trace = choose(find_traces(lines))
    return "\n".join(lines[trace.first : trace.last + 1]) if trace else ""


def repair_event(found: Iterable[Evidence], changed: Iterable[str]) -> Event | Skipped:
    """What a repair starts from: the trace of the failure that is about the fix, and beside it what all failed checks
    say, as titled texts for the context.
    """
    every, paths = list(found), tuple(changed)
    with_trace = sorted((each for each in every if each.report), key=lambda each: not each.touches(paths))
    if not with_trace:
        reason = "The failed checks hold no stack trace that Splat can read."
        return Skipped("no-trace", reason, "Read their logs, and repair the fix by hand.")
    return Event("trace", with_trace[0].text, "ci", facts=dict(facts_of(every)))


def facts_of(found: Iterable[Evidence]) -> Iterator[tuple[str, str]]:
    """A titled text for each failed check; the first five."""
    for evidence in list(found)[:5]:
        step = f", in the step {cut(plain(evidence.step), 80)!r}" if evidence.step else ""
        notes = [f"{note.path}:{note.line}: {note.message}" for note in evidence.notes]
        told = "\n".join(filter(None, [*notes, evidence.tail]))
        yield (
            f"The check {cut(plain(evidence.check.name), 100)!r} failed on this branch{step}",
            told or "It says nothing.",
        )
