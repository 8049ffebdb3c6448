"""The cheapest questions: whether every touched file can still be read, by its grammar and by the runtime itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from healer.runtimes import check_reader, source_reader
from healer.verdict.bench import Bench, counted, tail
from healer.verdict.value import Check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from healer.patch import Patch
    from healer.verdict.value import Ran


#: What a patch would name to forge what the judge reads.
_OURS = re.compile(rb"SPLAT_(RESULTS|TOOLS|TREE|OBSERVE|UNITTEST)|raised\.jsonl|splat_(observer|pytest|unittest|mocha)")


def reaches_for_results(patch: Patch) -> Iterator[Check]:
    """Refuses a patch that names the judge's own files; nothing is said of one that does not."""
    for change in patch.changes:
        if _OURS.search(change.after) and not _OURS.search(change.before or b""):
            detail = f"{change.path} names files or variables of the sandbox, which no fix and no test needs."
            yield Check("tampering", "failed", detail)
            return


def new_faults(patch: Patch) -> Iterator[Check]:
    """The grammar's view: faults of a touched file that the base does not have."""
    reader = source_reader(patch.proposal.context.report.runtime)
    touched = [change for change in patch.changes if change.path.endswith(tuple(reader.SUFFIXES))]
    for change in touched:
        before = reader.parse(change.before, change.path).faults if change.before is not None else ()
        after = reader.parse(change.after, change.path).faults
        if len(after) > len(before):
            known = {fault.message for fault in before}
            fault = next((fault for fault in after if fault.message not in known), after[0])
            lines = change.after.decode("utf-8", "replace").splitlines()
            line = lines[fault.line - 1] if fault.line <= len(lines) else ""
            detail = f"{change.path}:{fault.line} is not valid: {fault.message}"
            yield Check("syntax", "failed", detail, tail(line, 500))
            return
    yield Check("syntax", "passed", f"{counted(len(touched), 'changed file')} can be parsed.")


def compiles(patch: Patch, bench: Bench) -> Iterator[Check]:
    """The runtime's own view, in the sandbox, of all touched files; the patch is in the tree."""
    reader = check_reader(patch.proposal.context.report.runtime)
    inside = [path for change in patch.changes if (path := bench.plan.inside(change.path)) is not None]
    seconds = 0.0
    commands = reader.syntax(bench.plan, inside)
    if commands:
        bench.checks.put(patch.changes, side="after")
    for command in commands:
        ran = bench.run(command)
        seconds += ran.seconds
        if ran.timed_out or ran.exit_code:
            yield _refused(patch, bench, command, ran)
            return
    if commands:
        yield Check(
            "compile", "passed", f"`{_named(commands[0])}` accepts {counted(len(inside), 'changed file')}.", "", seconds
        )


def _refused(patch: Patch, bench: Bench, command: tuple[str, ...], ran: Ran) -> Check:
    """A file that the runtime could not read before either (JSX, a missing runtime) is no fault of the patch."""
    existing = {bench.plan.inside(change.path) for change in patch.changes if change.before is not None}
    named = {bench.plan.inside(change.path) for change in patch.changes} & set(command)
    if existing & named or not named:
        bench.checks.put(patch.changes, side="before")
        base = bench.run([word for word in command if word in existing or word not in named])
        bench.checks.put(patch.changes, side="after")
        if base.exit_code or ran.exit_code in (126, 127):
            detail = f"`{_named(command)}` cannot read these files on the base either."
            return Check("compile", "unavailable", detail, tail(base.output, 1000), ran.seconds)
    return Check("compile", "failed", f"`{_named(command)}` refuses the patch.", tail(ran.output), ran.seconds)


def _named(command: tuple[str, ...]) -> str:
    return " ".join(word for word in command[:2] if word != "-I")
