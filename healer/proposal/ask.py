"""The first message: the error, the code around it, and what the answer must fit. Everything foreign is fenced."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from healer.outcome import Rejected
from healer.prompts import prompt
from healer.proposal.fence import fence, fresh_nonce, middle_out, shown, source
from healer.proposal.value import Proposal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from healer.context import Context
    from healer.frames import ExceptionInfo, Frame
    from healer.proposal.value import Attempt, Edit

_EXCEPTIONS = 6
_FRAMES_BEFORE, _FRAMES_AFTER = 4, 12
_MESSAGE = 2_000
_FACT = 4_000
_HINT = 4_000
_ADMITTED = 40
_EVIDENCE = 6_000
_EARLIER_EDITS = 6_000
_RELATIONS = {"surfaced": "", "cause": "caused by ", "context": "while handling ", "member": "group member: "}


class Question(NamedTuple):
    """A message's text, and the nonce that fences its data."""

    text: str
    nonce: str


def first_message(context: Context, hint: str, runner: str, preferred: str = "") -> Question:
    """All that Claude is shown at the start. `preferred` is the nonce of the attempt before: the same text, byte for
    byte, is what the prompt cache needs.
    """
    report = "\n\n".join(_exceptions(context))
    code = "\n\n".join(f"=== {source(excerpt.path)}\n{source(excerpt.text)}" for excerpt in context.excerpts)
    more = {
        "Facts": "\n\n".join(f"{shown(title, 200)}\n{shown(text, _FACT)}" for title, text in context.facts.items()),
        "Repository map": source(context.repository_map),
        "Files that edits may touch": _admitted(context),
    }
    wish = shown(hint, _HINT).strip()
    nonce = fresh_nonce((report, code, wish, *more.values()), preferred)
    sections = [f"{title}:\n{fence(nonce, text)}" for title, text in more.items() if text.strip()]
    if wish:
        sections.append(f"A hint from the person who asked for this fix:\n{fence(nonce, wish, 'hint')}")
    tests = prompt(f"test_{context.report.runtime}")
    text = prompt(
        "ask",
        nonce=nonce,
        runtime=context.report.runtime,
        report=fence(nonce, report),
        files=fence(nonce, code),
        more="\n\n".join(sections),
        tests=f"{tests} This project's tests run with {_name(runner)}." if runner else tests,
    )
    return Question(text, nonce)


def _name(runner: str) -> str:
    """A runner's name may come from a repository's configuration, and stands outside the marks: letters will do."""
    return "".join(letter for letter in runner if letter.isalnum() or letter in " ._-/")[:60]


def feedback(earlier: Iterable[Attempt]) -> Question | None:
    """What was tried before and why it was refused, None where nothing was."""
    told = [(attempt, why) for attempt in earlier if (why := _refusal(attempt)) is not None]
    if not told:
        return None
    texts = [_retold(attempt, why) for attempt, why in told]
    nonce = fresh_nonce(texts)
    return Question(prompt("feedback", nonce=nonce, attempts="\n\n".join(fence(nonce, text) for text in texts)), nonce)


def _refusal(attempt: Attempt) -> Rejected | None:
    if attempt.refusal is not None:
        return attempt.refusal
    return attempt.outcome if isinstance(attempt.outcome, Rejected) else None


def _retold(attempt: Attempt, why: Rejected) -> str:
    parts = [f"Attempt {attempt.number}"]
    said = attempt.outcome if isinstance(attempt.outcome, Proposal) else attempt.said
    if said is not None:
        edits = [*said.edits, *(said.test.edits if said.test else ())]
        parts += [
            f"root cause: {shown(said.root_cause, 1_500)}",
            f"edits:\n{middle_out(source(_as_json(edits)), _EARLIER_EDITS)}",
        ]
    parts.append(f"Refused ({why.rule}): {shown(why.reason, 2_000)}")
    if why.evidence:
        parts.append(f"evidence:\n{shown(why.evidence, _EVIDENCE)}")
    return "\n".join(parts)


def _as_json(edits: Iterable[Edit]) -> str:
    return "\n".join(
        json.dumps({"path": edit.path, "find": edit.find, "replace": edit.replace}, ensure_ascii=False)
        for edit in edits
    )


def _exceptions(context: Context) -> list[str]:
    report = context.report
    texts = [_exception(context, number, exception) for number, exception in enumerate(report.exceptions[:_EXCEPTIONS])]
    if len(report.exceptions) > _EXCEPTIONS:
        texts.append(f"... and {len(report.exceptions) - _EXCEPTIONS} more exceptions")
    about = {"service": report.service, "environment": report.environment, "release": report.release}
    if known := ", ".join(f"{key} {shown(value, 200)}" for key, value in about.items() if value):
        texts.append(known)
    return texts


def _exception(context: Context, number: int, exception: ExceptionInfo) -> str:
    of = "" if exception.parent in (None, 0) else f" (of exception {exception.parent})"
    head = (
        f"[{number}] {_RELATIONS[exception.relation]}{shown(exception.type, 200)}: {shown(exception.message, _MESSAGE)}"
    )
    return "\n".join([head + of, *_frames(context, exception.frames)])


def _frames(context: Context, frames: tuple[Frame, ...]) -> list[str]:
    """The app's frames and the last few of all: the start and the crash, where there are too many."""
    kept = [at for at, frame in enumerate(frames) if frame.in_app or at >= len(frames) - 3]
    if len(kept) > _FRAMES_BEFORE + _FRAMES_AFTER:
        kept = kept[:_FRAMES_BEFORE] + kept[-_FRAMES_AFTER:]
    lines: list[str] = []
    before = -1
    for at in kept:
        if at != before + 1:
            lines.append(f"  ... {at - before - 1} frames")
        lines.append(_frame(context, frames[at]))
        before = at
    return lines


def _frame(context: Context, frame: Frame) -> str:
    place = f"{shown(frame.path, 300)}:{frame.line or '?'}"
    now = next((suspect for suspect in context.suspects if suspect.frame == frame), None)
    if now is not None:
        moved = f" (line {frame.line} when it crashed)" if frame.line not in (None, now.line) else ""
        place = f"{source(now.path)}:{now.line}{moved}"
    return f"  {place} in {shown(frame.function, 200) or '(top level)'}"


def _admitted(context: Context) -> str:
    """Paths a patch may touch, the shown ones first; nothing where that says no more than the code above."""
    seen = [excerpt.path for excerpt in context.excerpts]
    others = sorted(context.admitted.difference(seen))
    if not others:
        return ""
    listed = [*dict.fromkeys(path for path in seen if path in context.admitted), *others]
    rest = [f"... and {len(listed) - _ADMITTED} more"] if len(listed) > _ADMITTED else []
    return source("\n".join([*listed[:_ADMITTED], *rest]))
