"""What the checks of `splat doctor` look at: each found once, when it is first asked for, for all threads."""

from __future__ import annotations

import os
import threading
from contextlib import ExitStack, suppress
from functools import cached_property
from typing import TYPE_CHECKING

from healer.doctor import workflow as flows
from healer.outcome import SplatError
from healer.settings import CONFIG_PATH, load_settings

if TYPE_CHECKING:
    from pathlib import Path

    from healer.ci import Workflow
    from healer.doctor.workflow import Writer
    from healer.edge.git import GitTree
    from healer.edge.github_probe import GitHubProbe
    from healer.edge.github_setup import Standing
    from healer.edge.github_token import Token
    from healer.settings import Settings
    from healer.setup.github import Place
    from healer.setup.value import Checkout

_LABELS = ("splat:stop", "splat:ignore")


class Ground:
    """One repository. `splats` says that the token is the one that Splat writes with; it always is in Actions."""

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

    def _template(self, caller: flows.Caller) -> str:
        """What this version would write for the same labels and CI."""
        from healer.setup.choices import Choices
        from healer.setup.workflow import workflow_text

        gate = self.settings.gate
        rule = caller.triggers.get("workflow_run")
        ci = rule.get("workflows") if isinstance(rule, dict) else None
        told = [ci] if isinstance(ci, str) else [str(each) for each in ci] if isinstance(ci, list) else []
        return workflow_text(Choices("owner/name", labels=gate.labels, mention=gate.mention), told)

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

    @property
    def wanted_labels(self) -> tuple[str, ...]:
        """What people put on issues."""
        return tuple(dict.fromkeys((*self.settings.gate.labels, *_LABELS)))

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
