"""A webhook's payload becomes a Trigger, or nothing of ours: nobody is asked, the payload is all there is."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from healer.event.commands import MARK, Command, read_command
from healer.event.payload import Fields, MalformedPayload
from healer.event.value import Actor, Trigger
from healer.event.visible import visible
from healer.markdown import cut, plain
from healer.outcome import Skipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from healer.settings import Settings

#: The label that Splat's SDKs put on their issues, to find them again.
SDK_LABEL = "splat"
#: What a run on the default branch is started by where it tells of the branch itself: the runs of comments, issues and
#: of other runs stand there too, and their logs hold what anybody writes.
_OF_THE_BRANCH = frozenset({"push", "schedule", "workflow_dispatch"})
#: The event types of `repository_dispatch` that ask for something.
DISPATCHES = frozenset({"splat", "splat-heal"})
#: The one that tells of a deploy.
DEPLOYED = "splat-deployed"
BRANCH = re.compile(r"splat/[0-9a-f]{16}(?:-[1-9][0-9]{0,4})?")
"""The branches that Splat writes."""
TRY_BRANCH = re.compile(r"splat-try/[0-9a-z][0-9a-z-]{0,80}")
"""Throwaway branches of `splat init --try`: the only ones that are healed in place of the default branch."""

_PRODUCTION = frozenset({"production", "prod"})
_BEFORE_PRODUCTION = frozenset(
    {"non", "no", "not", "pre", "preview", "review", "staging", "stage", "test", "dev", "like"}
)
_SIGNATURE = re.compile(r"<!-- splat:1 signature=([0-9a-f]{16}) -->")
_NUMBER = re.compile(r"[1-9][0-9]{0,9}")
_MOST_WORDS = 4_000


def read_event(name: str, payload: object, settings: Settings) -> Trigger | Skipped:
    """What a delivery asks. `name` is GitHub's name of the event, `payload` the parsed JSON. Never raises."""
    reader = _READERS.get(name)
    if reader is None:
        return _nothing(f"Splat does not listen to the event {name[:40]!r}.")
    try:
        return reader(Fields(payload), settings)
    except MalformedPayload as error:
        return Skipped("payload", f"The payload of {name!r} is not GitHub's: {error}.")


def _nothing(reason: str, code: str = "not-ours") -> Skipped:
    return Skipped(code, reason)


# --- issues ----------------------------------------------------------------------------------------------------------


def _issues(payload: Fields, settings: Settings) -> Trigger | Skipped:
    action = payload.text("action")
    if action not in ("opened", "labeled", "reopened"):
        return _nothing(f"An issue was {action[:40]}.")
    issue = payload.inner("issue")
    wanted = asking([label.text("name") for label in issue.each("labels")], issue.text("body"), settings)
    if not wanted:
        return _nothing("The issue carries no label that starts a fix.", "no-label")
    if action == "labeled" and payload.inner("label").text("name").casefold() != wanted[0]:
        # An issue opened with three labels is four deliveries; of its trigger labels only the first one asks.
        return _nothing("The label that was added starts nothing here.", "other-label")
    time = issue.text("updated_at")
    number = issue.number("number")
    return Trigger(
        "heal",
        _actor(payload.inner("sender")),
        payload.inner("repository").number("id"),
        # Not the action: `opened` and `labeled` of one moment ask for one thing.
        f"issue:{number}:{_plain(time)}",
        time,
        issue=number,
        author=_actor(issue.inner("user")),
        text=visible(issue.text("body")),
        signature=claimed_signature(issue.text("body")),
        returned=action == "reopened" and payload.inner("sender").number("id") in settings.gate.reporters,
    )


def try_base(name: str, payload: object) -> str:
    """The throwaway branch that a delivery wants healed, from its payload alone; "" for the default branch."""
    inputs = payload.get("inputs") if name == "workflow_dispatch" and isinstance(payload, dict) else None
    base = inputs.get("base") if isinstance(inputs, dict) else None
    return base.strip() if isinstance(base, str) and TRY_BRANCH.fullmatch(base.strip()) else ""


def asking(labels: Iterable[str], body: str, settings: Settings) -> list[str]:
    """An issue's trigger labels in the settings' order, in lower case. An SDK's own label is none on its issues."""
    there = {label.casefold() for label in labels}
    from_sdk = bool(claimed_signature(body))
    wanted = [label.casefold() for label in settings.gate.labels]
    return [label for label in wanted if label in there and not (from_sdk and label == SDK_LABEL)]


def claimed_signature(body: str) -> str:
    """The signature that an SDK's marker in an issue's body names, "" for none or for two that differ."""
    found = set(_SIGNATURE.findall(body))
    return found.pop() if len(found) == 1 else ""


# --- comments --------------------------------------------------------------------------------------------------------


def _issue_comment(payload: Fields, settings: Settings) -> Trigger | Skipped:
    issue = payload.inner("issue")
    number = issue.number("number")
    if issue.has("pull_request"):
        return _comment(payload, settings, pull=number)
    return _comment(payload, settings, issue=issue)


def _review_comment(payload: Fields, settings: Settings) -> Trigger | Skipped:
    pull = payload.inner("pull_request")
    head = pull.inner("head").maybe("repo")
    if head is None or head.number("id") != payload.inner("repository").number("id"):
        return _nothing("The pull request comes from a fork.")
    return _comment(payload, settings, pull=pull.number("number"), place=_place(payload.inner("comment")))


def _place(comment: Fields) -> str:
    """Where in the diff a comment stands. A line that is there no more is named as it was."""
    path = cut(plain(comment.text("path")), 300)
    line = next((comment.number(name) for name in ("line", "original_line") if comment.has(name)), 0)
    return f"{path}:{line}" if line else path


def _comment(
    payload: Fields, settings: Settings, *, issue: Fields | None = None, pull: int = 0, place: str = ""
) -> Trigger | Skipped:
    comment = payload.inner("comment")
    command = _command_of(payload.text("action"), comment, settings)
    if isinstance(command, Skipped):
        return command
    actor, writer = _actor(payload.inner("sender")), _actor(comment.inner("user"))
    if actor.id != writer.id:
        return _nothing("The comment was sent by somebody else than it was written by.", "other-writer")
    app = comment.maybe("performed_via_github_app")
    body = issue.text("body") if issue else ""
    return Trigger(
        command.ask,
        actor,
        payload.inner("repository").number("id"),
        f"{'review' if place else 'comment'}:{comment.number('id')}",
        comment.text("created_at"),
        issue=issue.number("number") if issue else 0,
        pull=pull,
        author=_actor(issue.inner("user")) if issue else None,
        text=visible(body),
        signature=claimed_signature(body),
        words=command.words,
        comment=comment.number("id"),
        review=bool(place),
        place=place,
        through_app=app.number("id") if app else 0,
    )


def _command_of(action: str, comment: Fields, settings: Settings) -> Command | Skipped:
    if action != "created":
        return _nothing("A comment was edited or deleted; only what was written at once counts.", "edited")
    body = comment.text("body")
    if MARK in body:
        return _nothing("The comment carries Splat's own mark.", "own-words")
    command = read_command(body, settings.gate.mention)
    if command is None:
        return _nothing("The comment holds no command.", "no-command")
    if comment.text("updated_at") not in ("", comment.text("created_at")):
        return _nothing("The comment was edited before this run began; write a new one.", "edited")
    return command


# --- what machines send ----------------------------------------------------------------------------------------------


def _workflow_run(payload: Fields, settings: Settings) -> Trigger | Skipped:
    run = payload.inner("workflow_run")
    repository = payload.inner("repository")
    head = run.maybe("head_repository")
    if head is None or head.number("id") != repository.number("id"):
        return _nothing("The run is about a fork.", "fork")
    if payload.text("action") != "completed":
        return _nothing("The run has not ended.")
    branch = run.text("head_branch")
    if not branch:
        return _nothing("The run is about no branch.")
    main = branch == repository.text("default_branch") and run.text("event") in _OF_THE_BRANCH
    # Whose pull request it is, and whether it carries a label, no payload says.
    labelled = settings.ci_heal and run.text("event") == "pull_request" and branch != repository.text("default_branch")
    if not (main and settings.ci_heal) and not labelled and not BRANCH.fullmatch(branch):
        return _nothing("The run is about no branch of Splat's.")
    pulls = [pull.number("number") for pull in run.each("pull_requests")]
    return Trigger(
        "ci-finished",
        _actor(payload.inner("sender")),
        repository.number("id"),
        f"ci:{run.number('id')}:{run.number('run_attempt')}",
        run.text("updated_at"),
        pull=pulls[0] if len(pulls) == 1 else 0,
        run=run.number("id"),
        branch=branch,
        head=_commit(run.text("head_sha")),
        conclusion=run.text("conclusion"),
        workflow=run.text("path"),
        default_branch=main,
    )


def _check_suite(payload: Fields, settings: Settings) -> Trigger | Skipped:
    suite = payload.inner("check_suite")
    if payload.text("action") != "completed" or not BRANCH.fullmatch(suite.text("head_branch")):
        return _nothing("The checks are about no branch of Splat's, or have not ended.")
    repository = payload.inner("repository").number("id")
    for pull in suite.each("pull_requests"):
        if pull.inner("head").inner("repo").number("id") != repository:
            return _nothing("The checks are about a fork.", "fork")
    return Trigger(
        "ci-finished",
        _actor(payload.inner("sender")),
        repository,
        f"suite:{suite.number('id')}:{_plain(suite.text('updated_at'))}",
        suite.text("updated_at"),
        branch=suite.text("head_branch"),
        head=_commit(suite.text("head_sha")),
        conclusion=suite.text("conclusion"),
    )


def _status(payload: Fields, settings: Settings) -> Trigger | Skipped:
    branches = [each.text("name") for each in payload.each("branches") if BRANCH.fullmatch(each.text("name"))]
    if payload.text("state") == "pending" or len(branches) != 1:
        return _nothing("The status is about no branch of Splat's, or not final.")
    return Trigger(
        "ci-finished",
        _actor(payload.inner("sender")),
        payload.inner("repository").number("id"),
        f"status:{payload.number('id')}",
        payload.text("updated_at"),
        branch=branches[0],
        head=_commit(payload.text("sha")),
        conclusion="success" if payload.text("state") == "success" else "failure",
    )


def _repository_dispatch(payload: Fields, settings: Settings) -> Trigger | Skipped:
    if payload.text("action") == DEPLOYED:
        return _told_of_deploy(payload, settings)
    if payload.text("action") not in DISPATCHES:
        return _nothing("The dispatch is not for Splat.")
    return _asked_for(payload, payload.inner("client_payload"), settings)


def _workflow_dispatch(payload: Fields, settings: Settings) -> Trigger | Skipped:
    branch = payload.inner("repository").text("default_branch")
    if payload.text("ref") not in (branch, f"refs/heads/{branch}"):
        reason = "Splat was started on another branch than the default one, whose files nobody reviewed."
        return Skipped("other-branch", reason, f"Start it on `{branch}`.", told=True)
    inputs = payload.maybe("inputs") or Fields({})
    base = inputs.text("base").strip()
    if BRANCH.fullmatch(base):
        return _checks_to_look_at(payload, base)
    if base and not TRY_BRANCH.fullmatch(base):
        reason = "What is healed is the default branch, or a throwaway branch whose name begins with `splat-try/`."
        return Skipped("other-base", reason, "Leave out `base`.", told=True)
    found = _asked_for(payload, inputs, settings)
    return replace(found, base=base) if isinstance(found, Trigger) else found


def _checks_to_look_at(payload: Fields, branch: str) -> Trigger:
    """As if GitHub had told of checks that ended on a branch of Splat's; how, is looked up."""
    number = payload.inner("repository").number("id")
    return Trigger("ci-finished", _actor(payload.inner("sender")), number, "", branch=branch)


def _asked_for(payload: Fields, inputs: Fields, settings: Settings) -> Trigger | Skipped:
    """An issue by number, in either spelling; the words of a hint."""
    try:
        number = str(inputs.number("issue"))
    except MalformedPayload:
        number = inputs.text("issue").strip().removeprefix("#")
    if not _NUMBER.fullmatch(number):
        return Skipped("no-issue", "No issue was named.", "Give the number of an issue as `issue`.", told=True)
    words = visible(inputs.text("hint")).strip()[:_MOST_WORDS]
    return Trigger(
        "retry" if words else "heal",
        _actor(payload.inner("sender")),
        payload.inner("repository").number("id"),
        "",  # the run that it started is all that tells two of them apart
        issue=int(number),
        words=words,
    )


# --- what became of merged fixes -------------------------------------------------------------------------------------


def _told_of_deploy(payload: Fields, settings: Settings) -> Trigger | Skipped:
    """A commit that went live, told by whatever deploys; without one, to look now."""
    told = payload.maybe("client_payload") or Fields({})
    commit = _commit(told.text("commit"))
    if told.has("commit") and not commit:
        then = "Send the whole id of the commit that went live as `commit`."
        return Skipped("no-commit", "What was deployed is no commit's id.", then, told=True)
    return _after(payload, _actor(payload.inner("sender")), "", commit)


def _deployment_status(payload: Fields, settings: Settings) -> Trigger | Skipped:
    status, deployment = payload.inner("deployment_status"), payload.inner("deployment")
    if status.text("state") != "success":
        return _nothing("The deployment has not succeeded.")
    if not _is_production(deployment):
        return _nothing("The deployment is not one to production.")
    key = f"deployed:{status.number('id')}"
    return _after(payload, _actor(payload.inner("sender")), key, _commit(deployment.text("sha")), status)


def _is_production(deployment: Fields) -> bool:
    """By GitHub's flag, or by a word of the name: `non-prod`, `preprod` and `product-preview` are none."""
    words = set(re.findall(r"[a-z0-9]+", deployment.text("environment").casefold()[:300]))
    named = bool(_PRODUCTION & words) and not _BEFORE_PRODUCTION & words
    return not deployment.flag("transient_environment") and (deployment.flag("production_environment") or named)


def _schedule(payload: Fields, settings: Settings) -> Trigger | Skipped:
    """GitHub tells of no sender, and has not always told of the repository."""
    if not payload.text("schedule"):
        return _nothing("It is no schedule.")
    return _after(payload, Actor(0, "schedule"), "", "")


def _after(payload: Fields, actor: Actor, key: str, commit: str, at: Fields | None = None) -> Trigger:
    repository = payload.maybe("repository")
    number = repository.number("id") if repository else 0
    return Trigger("after", actor, number, key, at.text("updated_at") if at else "", head=commit)


def _actor(user: Fields) -> Actor:
    return Actor(user.number("id"), user.text("login"))


def _plain(time: str) -> str:
    return re.sub("[^0-9A-Z:.-]", "", time)[:40]


def _commit(sha: str) -> str:
    return sha if re.fullmatch("[0-9a-f]{40}|[0-9a-f]{64}", sha) else ""


_READERS: dict[str, Callable[[Fields, Settings], Trigger | Skipped]] = {
    "issues": _issues,
    "issue_comment": _issue_comment,
    "pull_request_review_comment": _review_comment,
    "workflow_run": _workflow_run,
    "check_suite": _check_suite,
    "status": _status,
    "repository_dispatch": _repository_dispatch,
    "deployment_status": _deployment_status,
    "schedule": _schedule,
    "workflow_dispatch": _workflow_dispatch,
}
