"""`splat heal --request`: the job that thinks. It reads GitHub, runs the sandbox, and writes only to its runner."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from healer.cli.console import one_line, say, say_json
from healer.cli.progress import Progress
from healer.cli.runner import add_summary, annotate, broken, write_outputs
from healer.context import Context
from healer.outcome import Skipped, SplatError, UsageError
from healer.pull_request import Diagnosis, PullRequest, Tally

if TYPE_CHECKING:
    from healer.ci import Repair
    from healer.context import Branch
    from healer.edge.git import GitTree
    from healer.edge.github import GitHub
    from healer.edge.github_forge import Reading
    from healer.edge.journal import Journal
    from healer.edge.stopwatch import Stopwatch
    from healer.event import Event
    from healer.handover import Request
    from healer.settings import Actions, Settings

_HEALED = frozenset({"heal", "retry", "ci-finished"})
_NOWHERE, _NOTHING = "0" * 40, "0" * 16


class _Seen(Progress):
    """Progress that remembers what the job's end must tell, however it ends."""

    def __init__(self, journal: Journal, stopwatch: Stopwatch, *, quiet: bool, in_actions: bool) -> None:
        super().__init__(journal, stopwatch, quiet=quiet, in_actions=in_actions)
        self.context: Context | None = None
        self._spends: list[Any] = []
        self._heard: list[Any] = []

    def keep(self, name: str, value: object) -> None:
        """As ever; the context and what was spent are looked at on the way."""
        super().keep(name, value)
        if isinstance(value, Context):
            self.context = value
        elif name == "cost.json" and isinstance(value, list):
            self._spends, self._heard = value, []
        elif name.endswith("exchanges.json") and isinstance(value, list):
            self._heard = [exchange.reply.spend for exchange in value]

    def tally(self, seconds: float) -> Tally:
        """What was spent on the answers that came."""
        spends = [*self._spends, *self._heard]
        return Tally(
            dollars=sum(spend.dollars for spend in spends),
            seconds=seconds,
            waiting=sum(spend.seconds for spend in spends),
            calls=sum(spend.calls for spend in spends),
            input_tokens=sum(spend.prompt_tokens for spend in spends),
            output_tokens=sum(spend.output_tokens for spend in spends),
        )


@dataclass(slots=True)
class _Job:
    """One run of the job, and what is known of it when it ends."""

    actions: Actions
    request: Request
    journal: Journal
    stopwatch: Stopwatch
    watch: _Seen
    ended: PullRequest | Diagnosis | Skipped | SplatError | None = None
    signature: str = _NOTHING
    base: str = _NOWHERE
    head: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    repair: Repair | None = None
    branch: Branch | None = None

    @property
    def tally(self) -> Tally:
        if isinstance(self.ended, (PullRequest, Diagnosis)):
            return self.ended.tally
        return self.watch.tally(self.stopwatch.totals()["wall"])


def heal_request(
    folder: str, repo: str, base: str, options: dict[str, Any], handover: str | None, *, as_json: bool
) -> int:
    """Heal what `splat gate` let through; 0 however that ends, for it is handed over how. What is broken raises."""
    job = _begun(Path(folder), quiet=as_json)
    try:
        job.ended = _walk(job, repo, base, options)
    except SplatError as error:
        job.ended = error
        raise
    except BaseException as error:
        # Cancelled, or a bug: what is known is handed over all the same.
        job.ended = SplatError(_unforeseen(error), next_step="The run's log says more.")
        raise
    finally:
        _leave(job, handover)
    _tell(job, as_json=as_json)
    return 0


def _unforeseen(error: BaseException) -> str:
    if isinstance(error, KeyboardInterrupt):
        return "The run was cancelled, or ran out of time"
    return f"Splat itself is broken: {type(error).__name__}"


def _begun(folder: Path, *, quiet: bool) -> _Job:
    from healer.cli.console import in_actions
    from healer.cli.heal_repair import read_handed
    from healer.cli.request_files import read_files
    from healer.edge.journal import Journal
    from healer.edge.stopwatch import Stopwatch
    from healer.settings import Actions

    actions = Actions.read(os.environ)
    request = read_files(folder)
    if request.ask not in _HEALED or not request.issue:
        raise UsageError(
            f"The request is to {request.ask} issue {request.issue}, which is nothing to heal",
            where=str(folder),
            next_step="Run this step where the gate's output `ask` is `heal` or `retry`, and behind `splat watch`.",
        )
    stopwatch = Stopwatch()
    journal = Journal(Path(actions.folder or tempfile.gettempdir()) / "splat-runs")
    return _Job(
        actions,
        request,
        journal,
        stopwatch,
        _Seen(journal, stopwatch, quiet=quiet, in_actions=in_actions()),
        repair=read_handed(folder) if request.ask == "ci-finished" else None,
    )


def _walk(job: _Job, repo: str, base: str, options: dict[str, Any]) -> PullRequest | Diagnosis | Skipped:
    from healer.cli.inputs import settings_to_heal
    from healer.edge.assemble import assembled
    from healer.edge.git import GitTree
    from healer.edge.github import GitHub
    from healer.handover import Keeping, mark_of
    from healer.pipeline import heal

    repaired = job.repair.head if job.repair else ""
    with GitTree(Path(repo), repaired or base) as tree:
        job.base = tree.base
        hub = GitHub(job.actions, os.environ)
        # A branch's own file is nobody's word yet: what is configured stands on the default branch.
        settings = settings_to_heal(tree, options, hub.content if repaired or job.request.base else tree.read)
        event, forge = _asked(job, hub, tree, settings)
        if isinstance(event, Skipped):
            return event
        keeping = Keeping(forge.glance)
        with assembled(tree, keeping, settings, job.watch, job.stopwatch) as house:
            ended = heal(event, replace(house, branch=job.branch))
        job.head = keeping.head
        job.signature = mark_of(ended, event, tree, settings)
        return ended


def _asked(job: _Job, hub: GitHub, tree: GitTree, settings: Settings) -> tuple[Event | Skipped, Any]:
    """The event as the issue tells it now, and the forge as far as it can be read."""
    from healer.cli.heal_repair import to_repair
    from healer.edge.github_earlier import earlier_fix
    from healer.edge.github_forge import Reading
    from healer.event import Event
    from healer.handover import issue_text

    request = job.request
    with job.watch.stage("read"):
        if job.repair is not None:
            return to_repair(job.repair, request, hub)
        text = issue_text(hub.issue(request.issue), request, settings.gate.reporters)
        if isinstance(text, Skipped):
            return text, None
        forge = Reading(hub.api, request.issue, job.actions.actor_id)
        if request.ask == "retry" and request.fix:
            forge = _go_on(job, hub, tree)
        if request.earlier:
            job.facts = job.facts | earlier_fix(hub.api, request.earlier)
    return Event("trace", text, request.actor, request.hint, job.facts), forge


def _go_on(job: _Job, hub: GitHub, tree: GitTree) -> Reading:
    """What stands on the fix's branch, and what was said about it."""
    from healer.edge.github_branch import BranchReading, branch_of
    from healer.edge.github_forge import Reading
    from healer.edge.github_review import remarks_on
    from healer.gate import Permission

    request, own = job.request, job.actions.actor_id
    # The gate asked who the actor is, a moment ago.
    asker = Permission("write", request.writer) if request.writer else None
    compared = hub.api.ask("GET", f"/compare/{tree.base}...{request.fix}", but=(404,))
    job.facts = remarks_on(
        hub.api,
        request.pull,
        compared,
        lambda login: asker if asker and login == request.actor else hub.permission(login),
        request.let,
    )
    job.branch = branch_of(hub.api, compared, request.fix, tree, own)
    if compared is None or job.branch is None:
        return Reading(hub.api, request.issue, own)
    return BranchReading(hub.api, request.issue, own, request.pull, request.fix, compared["commits"][-1]["sha"])


# --- the end ----------------------------------------------------------------------------------------------------------


def _leave(job: _Job, handover: str | None) -> None:
    """Handover, outputs, summary and annotation: whatever happened."""
    from healer.edge.folder import write_atomically
    from healer.handover import pack

    ended = job.ended
    assert ended is not None
    if handover:
        write_atomically(Path(handover), pack(ended, job.signature, job.base, job.head, job.tally))
    with suppress(OSError):  # a full disk must not hide how the run ended
        write_outputs(job.actions.output, _outputs(job))
        add_summary(job.actions.summary, _summary(job))
        job.journal.keep("timings.json", {"totals": job.stopwatch.totals(), "stages": job.stopwatch.table()})
    if job.watch.context is not None and job.watch.context.suspects:
        suspect, raised = job.watch.context.suspects[-1], job.watch.context.report.surfaced
        annotate(suspect.path, suspect.line, "Splat", f"{raised.type} in {suspect.function or 'this file'}")


def _outcome(job: _Job) -> str:
    names = {PullRequest: "fixed", Diagnosis: "unfixed", Skipped: "declined"}
    return names.get(type(job.ended), "error")


def _outputs(job: _Job) -> dict[str, str]:
    """The step's outputs: numbers and words of our own."""
    score = str(job.ended.confidence.score) if isinstance(job.ended, PullRequest) else ""
    return {
        "outcome": _outcome(job),
        "confidence": score,
        "cost-usd": f"{job.tally.dollars:.4f}",
        "signature": "" if job.signature == _NOTHING else job.signature,
    }


def _summary(job: _Job) -> str:
    from healer.cli.summary import ending, stage_table
    from healer.cli.timeline import timeline

    about = broken(job.ended, "Splat cannot go on") if isinstance(job.ended, SplatError) else ending(job.ended)
    return "\n\n".join([about, stage_table(job.stopwatch), timeline(job.stopwatch)])


def _tell(job: _Job, *, as_json: bool) -> None:
    if as_json:
        say_json(_outputs(job) | {"run": str(job.journal.folder)})
        return
    ended = job.ended
    why = f": {one_line(ended.reason)}" if isinstance(ended, (Skipped, Diagnosis)) else ""
    say(f"splat: {_outcome(job)}{why}; ${job.tally.dollars:.4f}, {job.stopwatch.totals()['wall']:.1f} s")
