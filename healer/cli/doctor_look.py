"""What the checks of `splat doctor` look at, found once; each check is a method that gives rows."""

from __future__ import annotations

import os
import threading
from contextlib import ExitStack, suppress
from functools import cached_property
from typing import TYPE_CHECKING

from healer.doctor import Check, hub, local, project, roads
from healer.doctor import workflow as flows
from healer.outcome import ConfigError, SplatError
from healer.settings import CONFIG_PATH, load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from healer.ci import Workflow
    from healer.doctor import State
    from healer.doctor.workflow import Writer
    from healer.edge.git import GitTree
    from healer.edge.github_probe import GitHubProbe
    from healer.edge.github_setup import Standing
    from healer.edge.github_token import Token
    from healer.settings import Settings
    from healer.setup.github import Place
    from healer.setup.value import Checkout

_LABELS = ("splat:stop", "splat:ignore")


class Look:
    """One repository. `splats` says that the token is the one that Splat writes with. Safe to share among threads."""

    def __init__(self, repo: Path, base: str, trace: str | None, *, splats: bool, offline: bool = False) -> None:
        from healer.edge.checkout import WorkingTree

        self._tree, self._repo, self._base, self._trace = WorkingTree(repo), repo, base, trace
        self._lock = threading.RLock()
        self._offline = offline
        self.in_actions = os.environ.get("GITHUB_ACTIONS") == "true"
        self.splats = splats or self.in_actions
        self.leaving = threading.Event()
        self._stack = ExitStack()

    def close(self) -> None:
        """Ends what was begun."""
        self.leaving.set()
        self._stack.close()

    # --- what all of them look at -------------------------------------------------------------------------------------

    @cached_property
    def checkout(self) -> Checkout:
        """The working tree's state."""
        with self._lock:
            return self._tree.checkout()

    @cached_property
    def commit(self) -> GitTree:
        """The commit that is looked at. Raises UsageError where there is none."""
        from healer.edge.git import GitTree

        with self._lock:
            return self._stack.enter_context(GitTree(self._repo, self._base))

    @cached_property
    def settings(self) -> Settings:
        """As they lie here; the defaults where they have mistakes, which `configuration` names."""
        try:
            return load_settings(self._text(CONFIG_PATH), environ=os.environ)
        except SplatError:
            return load_settings(environ={})

    @cached_property
    def files(self) -> dict[str, bytes]:
        """The workflows, tracked or not."""
        from healer.edge.worktree import listed, read_file

        found = {}
        for path in listed(self.checkout.root, flows.FOLDER, (".yml", ".yaml"))[:200]:
            try:
                found[path] = read_file(self.checkout.root, path) or b""
            except SplatError:
                continue  # what is no file, GitHub does not read either
        return found

    @cached_property
    def callers(self) -> tuple[flows.Caller, ...]:
        """The workflows that call Splat."""
        return flows.callers(self.files)[0]

    @cached_property
    def others(self) -> tuple[Workflow, ...]:
        """The workflows that do not."""
        from healer.ci import read_workflow

        ours = {caller.path for caller in self.callers}
        return tuple(read_workflow(path, content) for path, content in self.files.items() if path not in ours)

    @property
    def here(self) -> bool:
        """True where healing is meant to happen on this very machine."""
        return self.in_actions or not self.callers

    @cached_property
    def alone(self) -> bool:
        """True where neither a remote nor a workflow says that GitHub has anything to do with it."""
        try:
            return not self.callers and not self.place
        except SplatError:
            return not self.callers

    def _text(self, path: str) -> bytes | None:
        from healer.edge.worktree import read_file

        return read_file(self.checkout.root, path)

    # --- on this machine ----------------------------------------------------------------------------------------------

    def repository(self) -> Iterator[Check]:
        """Is there a repository, with a commit."""
        yield from local.repository(self.checkout)
        if not any(note.stops for note in self.checkout.notes):
            self.commit.paths()

    def configuration(self) -> Iterator[Check]:
        """The settings' mistakes."""
        yield from local.configuration(self._text(CONFIG_PATH), self.commit.read(CONFIG_PATH), os.environ)
        if self.settings.paths:
            from healer.context.paths import stray

            for each in stray(self.settings.paths, self.commit.paths()):
                yield Check(
                    "configuration", "warn", each[0].upper() + each[1:], "Correct `paths` in .github/splat.yml."
                )

    def price(self) -> Iterator[Check]:
        """Is a price known for each model."""
        yield from local.prices(self.settings)

    def workflow(self) -> Iterator[Check]:
        """The workflow's file."""
        found, broken = flows.callers(self.files)
        yield from broken
        if not found:
            then = "`splat init` writes .github/workflows/splat.yml. For this machine alone none is needed."
            yield Check("workflow", "warn" if not broken else "fail", "No workflow here calls Splat", then)
        names = {name for path, content in self.files.items() for name in (path, *_names(path, content))}
        for caller in found:
            yield from flows.check_caller(caller, self.settings, names)
            yield from flows.drifted(caller, self._template(caller))
        if len(found) > 1:
            paths = ", ".join(caller.path for caller in found)
            yield Check(
                "workflow", "warn", f"{paths} all call Splat: each delivery starts more than one run", "Keep one."
            )

    def _template(self, caller: flows.Caller) -> str:
        """What this version would write for the same labels and CI."""
        from healer.setup.choices import Choices
        from healer.setup.workflow import workflow_text

        gate = self.settings.gate
        rule = caller.triggers.get("workflow_run")
        ci = rule.get("workflows") if isinstance(rule, dict) else None
        told = [ci] if isinstance(ci, str) else [str(each) for each in ci] if isinstance(ci, list) else []
        return workflow_text(Choices("owner/name", labels=gate.labels, mention=gate.mention), told)

    def sandbox(self) -> Iterator[Check]:
        """Does it start."""
        from healer.edge.sandbox import probe

        trouble = probe(self.settings)
        if trouble is None:
            kind = "without isolation (`sandbox: none`)" if self.settings.sandbox == "none" else "bubblewrap"
            yield Check("sandbox", "warn" if self.settings.sandbox == "none" else "ok", f"It starts: {kind}")
        else:
            yield Check.of_error("sandbox", trouble, "fail" if self.here else "warn")

    def tests(self) -> Iterator[Check]:
        """Set-up and tests, on the base."""
        from healer.edge.sandbox import open_sandbox, probe

        if probe(self.settings) is not None:
            yield Check("tests", "unknown", "The sandbox does not start, and nothing runs without it", "See `sandbox`.")
            return
        plans, more = project.plans(self.commit, self.settings.checks)
        for plan in plans:
            with open_sandbox(self._repo, self.commit.base, self.settings, os.environ, self.leaving) as checks:
                yield from project.check_tests(checks, plan, self.settings.checks)
        if more:
            yield Check("tests", "skipped", f"{more} more projects of this repository were not tried")

    def trace(self) -> Iterator[Check]:
        """Where the given trace leads."""
        if self._trace is None:
            yield Check("trace", "skipped", "No trace was given", "`--trace FILE` shows where one leads.")
        else:
            yield from project.check_trace(self._trace, self.commit, self.settings)

    # --- over the network ---------------------------------------------------------------------------------------------

    def claude(self) -> Iterator[Check]:
        """Is it reachable, does it know each model."""
        from healer.edge import claude_probe, sign_in
        from healer.edge.early import winner

        backend = self.settings.backend
        bad: State = "fail" if self.here else "unknown"
        try:
            sign_in.check(os.environ, backend)
        except ConfigError as error:
            yield Check.of_error("claude", error, bad)
            return
        if backend != "api":
            there = claude_probe.command() if backend == "cli" else winner(os.environ, backend)
            what = f"`backend: {backend}`: {there or 'nothing to ask with'}. It was not asked: that would cost money"
            yield Check("claude", "unknown" if there else bad, what, "`splat heal` asks it.")
            return
        for model in dict.fromkeys(self.settings.models[: self.settings.limits.attempts]):
            yield Check("claude", "ok", claude_probe.ask(os.environ, model))

    @cached_property
    def place(self) -> Place:
        """Which repository on which GitHub. Raises UsageError for none."""
        from healer.edge.where import place_of

        return place_of(self.checkout, os.environ)

    @cached_property
    def token(self) -> Token:
        """The user's, or the job's. Raises ConfigError for none."""
        from healer.edge.github_token import find_token

        with self._lock:
            return find_token(self.place, os.environ)

    @cached_property
    def standing(self) -> Standing:
        """The repository as the token sees it; asked once for all checks. Raises what keeps it from being seen."""
        from healer.edge.github_probe import reachable

        with self._lock:
            token = self.token
            reachable(self.place)
            return self._probe(token).setup.standing()

    def _probe(self, token: Token) -> GitHubProbe:
        from healer.edge.github_probe import GitHubProbe

        return GitHubProbe(self.place, token)

    def probe(self) -> GitHubProbe:
        """For one check. Raises ConfigError that points at `access` where GitHub cannot be asked."""
        try:
            assert self.standing
        except SplatError:
            raise SplatError("GitHub could not be asked", next_step="See `access`.") from None
        return self._probe(self.token)

    def access(self) -> Iterator[Check]:
        """Is the repository there for this token."""
        if self.alone:
            what = "No remote is on a GitHub: `splat heal --trace FILE` works here, and nothing else of Splat"
            yield Check("access", "warn", what, "`git remote add origin https://github.com/OWNER/NAME.git`")
            return
        try:
            place, standing = self.place, self.standing
        except ConfigError as error:
            # What a job on GitHub may, the token of this machine does not decide.
            yield Check.of_error("access", error, "fail" if self.splats else "unknown")
            return
        who = "gh" if self.token.source == "gh" else self.token.source
        if standing.archived:
            yield Check("access", "fail", f"{place.full_name} is archived", "Unarchive it in its settings.")
        role = "an administrator" if standing.admin else "may write" if standing.writer else "may only read"
        kind = "" if standing.kind == "unknown" else f" ({standing.kind})"
        yield Check("access", "ok", f"{place.host}/{place.full_name}, with the token of {who}{kind}: {role}")
        branch, caller = standing.default_branch, next(iter(self.callers), None)
        if caller is not None:
            there = self.probe().content(caller.path, branch)
            yield from flows.on_default_branch(caller.path, self.files[caller.path], there, branch)

    def rights(self) -> Iterator[Check]:
        """Each permission, by a request that changes nothing."""
        if self.alone:
            yield _not_on_github("rights")
            return
        probe = self.probe()
        held = probe.rights(admin=self.standing.admin)
        reads = probe.providers(self.standing.default_branch).reads
        who = "the job's token" if self.in_actions else "your own token"
        yield from hub.rights(held, reads, splats=self.splats, who=who)

    def secrets(self) -> Iterator[Check]:
        """The secrets' names."""
        if not self.callers:
            yield Check("secrets", "skipped", "No workflow here calls Splat, so it needs none")
            return
        yield from hub.secrets(self.probe().setup.secrets(), self.callers, self.place)

    def labels(self) -> Iterator[Check]:
        """The labels that start and stop."""
        if self.alone:
            yield _not_on_github("labels")
            return
        yield from hub.labels(self.probe().setup.labels(), self.wanted_labels)

    @property
    def wanted_labels(self) -> tuple[str, ...]:
        """What people put on issues."""
        return tuple(dict.fromkeys((*self.settings.gate.labels, *_LABELS)))

    def pull_requests(self) -> Iterator[Check]:
        """May Actions open pull requests."""
        from healer.setup.github_rights import Held

        if self.alone:
            yield _not_on_github("pull-requests")
            return
        policy = self.probe().setup.pull_policy()
        allowed, mend = (None, policy.mend) if isinstance(policy, Held) else (policy.allowed, "")
        yield from hub.pull_requests(allowed, self.writer, self.place, mend)

    @cached_property
    def writer(self) -> Writer | None:
        """Whose token Splat writes with; None where it depends on secrets that nobody names."""
        if not self.callers:
            return "plain"
        there: set[str] | None = None
        if not self._offline:
            with suppress(SplatError):
                setup = self.probe().setup
                secrets, variables = setup.secrets(), setup.variables()
                if isinstance(secrets, frozenset) and isinstance(variables, dict):
                    there = {*secrets, *variables}
        return self.callers[0].writer(there)

    def ci(self) -> Iterator[Check]:
        """Which road the checks of a fix take. Without the network the files alone say."""
        if self.alone:
            yield _not_on_github("ci")
            return
        others: tuple[str, ...] = ()
        if not self._offline:
            with suppress(SplatError):  # which `access` tells of
                others = self.probe().providers(self.standing.default_branch).others
        host = self.place.host
        server = host != "github.com" and not host.endswith(".ghe.com")
        yield from roads.check_road(self.writer, self.others, others, server=server)


def _not_on_github(name: str) -> Check:
    return Check(name, "skipped", "The repository is on no GitHub")


def _names(path: str, content: bytes) -> Iterator[str]:
    """A workflow's own name."""
    from healer.settings.document import read_yaml

    try:
        document = read_yaml(content, path)
    except SplatError:
        return
    if isinstance(document, dict) and isinstance(document.get("name"), str):
        yield document["name"]
