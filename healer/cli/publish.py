"""`splat publish`: the job that writes. It runs nothing of the project's, and believes nothing it can derive itself."""

from __future__ import annotations

import os
import re
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from healer.cli.console import one_line, say, say_json
from healer.cli.runner import add_summary, broken, write_outputs
from healer.outcome import EXIT_BROKEN, Skipped, SplatError, UsageError

if TYPE_CHECKING:
    from healer.delivery import Delivered, Delivery
    from healer.edge.git import GitTree
    from healer.edge.github import GitHub
    from healer.edge.github_attempts import GitHubAttempts
    from healer.edge.github_forge import GitHubForge, Target
    from healer.gate import Here
    from healer.gate.case import Case
    from healer.handover import Handover, Request
    from healer.settings import Actions, Settings

_BRANCH = re.compile(r"[0-9A-Za-z_][0-9A-Za-z_./-]{0,200}")
_LOGIN = re.compile(r"[0-9A-Za-z-]{1,100}")
_LABELS = ("splat",)
#: What was paid for is waited for longer; the step has eight minutes.
_PATIENCE = 300.0
#: How the job that thinks ended, in GitHub's words, and in ours.
_ENDED = {
    "success": "The job that heals ended well, and left no result that can be read",
    "failure": "The job that heals failed before it could say why",
    "cancelled": "The run was cancelled, or ran out of time",
    "skipped": "The job that heals did not run",
}


@click.command()
@click.option("--request", metavar="DIR", required=True, help="What `splat gate` wrote there.")
@click.option("--handover", metavar="FILE", help="What `splat heal` wrote there; it may be missing.")
@click.option("--repo", default=".", show_default=True, metavar="DIR", help="A checkout of the default branch.")
@click.option("--healed", type=click.Choice(list(_ENDED)), default="success", help="How the job that heals ended.")
@click.option("--dry-run", is_flag=True, help="Say in the comment what would be done, and write nothing else.")
@click.option("--event-name", default="", metavar="NAME", help="GitHub's name of the event.")
@click.option("--event-path", default="", metavar="FILE", help="The event's payload.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def publish(
    request: str, handover: str | None, repo: str, healed: str, event_name: str, event_path: str, **how: bool
) -> int:
    """Publish what `splat heal` handed over: a pull request, the last word in Splat's comment, its ledger.

    Needs a token that may write contents, issues and pull requests, in GITHUB_TOKEN, and a checkout of the commit that
    was healed; runs no code of the repository and never talks to Claude. Ends with 0 however the healing ended; with 1
    or 2 where something is broken, or the handover is not what it should be.
    """
    from healer.settings import Actions

    actions = Actions.read(os.environ)
    try:
        asked = _read_request(Path(request))
        errand = _Errand(actions, asked, Path(repo), dry=how["dry_run"])
        payload = _payload(event_path or actions.event_path)
        delivered = errand.run(event_name or actions.event_name, payload, _Handed.read(handover, healed))
    except SplatError as error:
        write_outputs(actions.output, {"outcome": "error", "pull-request": "", "confidence": "", "cost-usd": ""})
        add_summary(actions.summary, broken(error, "Splat cannot publish"))
        raise
    return _tell(delivered, actions, errand, as_json=how["as_json"])


class _Handed:
    """What came from the job that thinks: a handover, or a sentence that says why there is none."""

    def __init__(self, handover: Handover | None, missing: str) -> None:
        self.handover, self.missing = handover, missing

    @classmethod
    def read(cls, file: str | None, healed: str) -> _Handed:
        from healer.handover import read_handover
        from healer.handover.record import MAX_BYTES

        try:
            with Path(file or os.devnull).open("rb") as source:
                data = source.read(MAX_BYTES + 1)
        except OSError:
            data = b""
        if not data:
            return cls(None, _ENDED[healed])
        try:
            return cls(read_handover(data), "")
        except UsageError as error:
            return cls(None, f"{_ENDED[healed]}: {error.what}")


class _Errand:
    """One run of the job. Whatever goes wrong once it is known which issue it is about, the issue says so."""

    def __init__(self, actions: Actions, request: Request, repo: Path, *, dry: bool) -> None:
        from healer.edge.github import GitHub
        from healer.edge.github_checks import GitHubChecks
        from healer.edge.github_desk import GitHubDesk

        self._actions, self._request, self._repo, self._dry = actions, request, repo, dry
        self._hub: GitHub = GitHub(actions, os.environ, _PATIENCE)
        self._desk = GitHubDesk(self._hub.api)
        self._ci = GitHubChecks(self._hub)
        self._dollars: float | None = None

    @property
    def requests(self) -> int:
        """How many requests it took."""
        return self._hub.requests

    @property
    def dollars(self) -> str:
        """What the healing cost, as far as it was handed over."""
        return f"{self._dollars:.4f}" if self._dollars is not None else ""

    def run(self, name: str, payload: Any, handed: _Handed) -> Delivered:
        self._dollars = handed.handover.tally.dollars if handed.handover else None
        with ExitStack() as stack:
            try:
                delivery, tree, trouble = self._begin(name, payload, handed, stack)
            except SplatError as error:
                self._could_not_begin(error)
                raise
            try:
                if trouble is not None:
                    raise trouble
                return delivery.deliver(tree, self._forge(delivery, tree))
            except SplatError as error:
                delivery.broken(error)
                raise
            except Exception as error:
                delivery.broken(SplatError(f"Splat itself is broken: {type(error).__name__}"))
                raise

    def _begin(
        self, name: str, payload: Any, handed: _Handed, stack: ExitStack
    ) -> tuple[Delivery, GitTree | None, SplatError | None]:
        from healer.delivery import Delivery
        from healer.event import try_base

        tried = try_base(name, payload)
        branch = tried or _default_branch(payload)
        head = self._desk.head(branch)
        tree, trouble = self._tree(handed.handover, stack)
        case = self._case(name, payload, self._settings(tree, "" if tried else head))
        delivery = Delivery(
            case,
            self._hub,
            self._desk,
            self._ci,
            handed.handover,
            handed.missing,
            branch,
            head,
            lambda: datetime.now(UTC),
            approved=self._request.approved,
            dry=self._dry,
            attempts=self._attempts(case, branch, tree),
        )
        return delivery, tree, trouble

    def _attempts(self, case: Case, branch: str, tree: GitTree | None) -> GitHubAttempts | None:
        """Where the user wants to see what failed."""
        if tree is None or not case.settings.pull_request.attempted_branch:
            return None
        from healer.edge.github_attempts import GitHubAttempts

        return GitHubAttempts(self._target(case, branch, tree))

    def _target(self, case: Case, branch: str, tree: GitTree) -> Target:
        from healer.edge.github_desk import base_of
        from healer.edge.github_forge import Target

        hub, base = self._hub, partial(base_of, self._repo, tree.base)
        return Target(hub.api, case.number, hub.own, branch, base, self._actions.run)

    def _could_not_begin(self, error: SplatError) -> None:
        from healer.delivery import Delivery

        with suppress(SplatError):  # what broke first is what is told
            Delivery.could_not_begin(error, self._hub, self._here(), self._request.issue, datetime.now(UTC))

    def _here(self) -> Here:
        from healer.gate import Here

        actions = self._actions
        return Here(self._hub.whoami(), actions.run, actions.attempt, actions.run_url, actions.workflow)

    def _tree(self, handover: Handover | None, stack: ExitStack) -> tuple[GitTree | None, SplatError | None]:
        """The checkout at the handover's base; or why there is none."""
        from healer.edge.git import GitTree

        if handover is None or handover.outcome == "error":
            return None, None
        try:
            return stack.enter_context(GitTree(self._repo, handover.base)), None
        except SplatError as error:
            return None, error

    def _settings(self, tree: GitTree | None, head: str) -> Settings:
        """From the default branch as it is now, and nothing else: of the checkout where that is the same commit."""
        from healer.settings import CONFIG_PATH, load_settings

        same = tree is not None and tree.base == head
        text = tree.read(CONFIG_PATH) if same and tree is not None else self._hub.content(CONFIG_PATH)
        return load_settings(text, environ=os.environ)

    def _case(self, name: str, payload: Any, settings: Settings) -> Case:
        """The delivery as its own payload tells it, not as it was handed on, and GitHub's state as of now."""
        from healer.delivery import look_again, resumed
        from healer.event import read_event
        from healer.gate.case import Case

        trigger = read_event(name, payload, settings)
        if isinstance(trigger, Skipped):
            raise UsageError(f"The event asks for nothing: {trigger.reason}", next_step="Use the event of this run.")
        state = look_again(trigger, self._hub, settings, self._here(), datetime.now(UTC))
        state = resumed(state, trigger, self._desk, state.here)
        case = Case(trigger, state, settings)
        if (trigger.ask, case.number) != (self._request.ask, self._request.issue):
            raise UsageError(
                f"The request is to {self._request.ask} issue {self._request.issue}, and the event is to {trigger.ask} "
                f"issue {case.number}",
                next_step="Give the folder that `splat gate` wrote for this very event.",
            )
        return case

    def _forge(self, delivery: Delivery, tree: GitTree | None) -> GitHubForge | None:
        from healer.delivery import meant, signature_of
        from healer.edge.github_forge import Extras, GitHubForge
        from healer.edge.github_pull import PullForge

        if tree is None:
            return None
        case = delivery.case
        target = self._target(case, delivery.branch, tree)
        if case.trigger.ask == "retry" and case.fix is not None:
            from healer.edge.github_branch import BranchForge

            return BranchForge(target, case.fix)
        if (pull := meant(case)) is None:
            return GitHubForge(target, Extras(_reviewers(case), _LABELS, delivery.labels))
        own = signature_of(pull) if case.fix is not None else ""
        return PullForge(target, pull.number, own)


def _reviewers(case: Case) -> tuple[str, ...]:
    """Who asked, where that is a person."""
    actor, gate = case.trigger.actor, case.settings.gate
    machine = actor.id in (case.state.here.own, *gate.reporters, *gate.trusted)
    return () if machine or not _LOGIN.fullmatch(actor.login) else (actor.login,)


def _read_request(folder: Path) -> Request:
    from healer.cli.request_files import read_files

    request = read_files(folder)
    if request.ask not in ("heal", "retry", "ci-finished"):
        raise UsageError(
            f"The request is to {request.ask}, which publishes nothing",
            where=str(folder),
            next_step="Run this step where the gate's output `ask` is `heal` or `retry`, and behind a repair.",
        )
    return request


def _payload(path: str) -> Any:
    from healer.cli.request_files import read_payload

    return read_payload(path)


def _default_branch(payload: Any) -> str:
    found = payload.get("repository", {}).get("default_branch") if isinstance(payload, dict) else None
    if not isinstance(found, str) or not _BRANCH.fullmatch(found) or ".." in found:
        raise UsageError("The event does not name the default branch", where="repository.default_branch")
    return found


def _tell(delivered: Delivered, actions: Actions, errand: _Errand, *, as_json: bool) -> int:
    from healer import markdown as md

    number = str(delivered.pull or "")
    score = "" if delivered.confidence is None else str(delivered.confidence)
    outputs = {"outcome": delivered.outcome, "pull-request": number, "confidence": score, "cost-usd": errand.dollars}
    write_outputs(actions.output, outputs)
    link = f"[Pull request {number}]({delivered.url})" if delivered.url else ""
    add_summary(actions.summary, f"### Splat: {delivered.outcome}\n\n{link}{md.prose(delivered.reason)}\n")
    if as_json:
        say_json(outputs | {"requests": errand.requests, "url": delivered.url, "reason": delivered.reason})
    else:
        about = f" {delivered.url}" if delivered.url else ""
        why = f": {one_line(delivered.reason)}" if delivered.reason else ""
        say(f"splat: {delivered.outcome}{about}{why}")
    return EXIT_BROKEN if delivered.refused else 0
