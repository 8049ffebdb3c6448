"""The checks of `splat doctor`: each is a method that gives rows."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from healer.cli.doctor_ground import Ground
from healer.doctor import Check, hub, local, project, roads
from healer.doctor import workflow as flows
from healer.outcome import ConfigError, SplatError
from healer.settings import CONFIG_PATH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from healer.doctor import State

#: By the backend: what is missing, and where it comes from.
_NOTHING_TO_ASK_WITH = {
    "cli": (
        "`backend: cli`: there is no `claude` command on PATH",
        "`npm install -g @anthropic-ai/claude-code`, and sign in with it.",
    ),
    "bedrock": (
        "`backend: bedrock`: no credential is in the environment; whether boto3 finds one was not tried",
        "Set AWS_BEARER_TOKEN_BEDROCK, or AWS keys, or AWS_PROFILE.",
    ),
    "vertex": (
        "`backend: vertex`: no credential is in the environment; whether Google's default ones are there was not tried",
        "Set GOOGLE_OAUTH_ACCESS_TOKEN (`gcloud auth print-access-token`), or GOOGLE_APPLICATION_CREDENTIALS.",
    ),
}


class Look(Ground):
    """One check a method, by the check's name."""

    # --- on this machine ----------------------------------------------------------------------------------------------

    def repository(self) -> Iterator[Check]:
        """Is there a repository, with a commit."""
        yield from local.repository(self.checkout)
        if not any(note.stops for note in self.checkout.notes):
            self.commit.paths()
            yield local.readable(self.checkout)

    def configuration(self) -> Iterator[Check]:
        """The settings' mistakes."""
        text = self._text(CONFIG_PATH)
        try:
            committed = self.commit.read(CONFIG_PATH)
        except SplatError:  # which `repository` tells of
            yield from local.configuration(text, text, os.environ)
            return
        if any(note.code == "bare" for note in self.checkout.notes):
            text = committed
        yield from local.configuration(text, committed, os.environ)
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
        if not found and not any(check.state == "fail" for check in broken):
            then = "`splat init` writes .github/workflows/splat.yml. For this machine alone none is needed."
            yield Check("workflow", "warn", "No workflow here calls Splat", then)
        names = {name for path, content in self.files.items() for name in (path, *_names(path, content))}
        for caller in found:
            yield from flows.check_caller(caller, self.settings, names)
            yield from flows.drifted(caller, self._template(caller))
            yield from self._committed(caller)
        if len(found) > 1:
            paths = ", ".join(caller.path for caller in found)
            yield Check(
                "workflow", "warn", f"{paths} all call Splat: each delivery starts more than one run", "Keep one."
            )

    def _committed(self, caller: flows.Caller) -> Iterator[Check]:
        try:
            committed = self.commit.read(caller.path) or b""
        except SplatError:  # which `repository` tells of
            return
        if committed.replace(b"\r\n", b"\n") != self.files[caller.path].replace(b"\r\n", b"\n"):
            what = f"{caller.path} is not committed as it lies here; GitHub runs the one on the default branch"
            yield Check("workflow", "warn", what, "Commit it, and push it to the default branch.")

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
            if there:
                what = f"`backend: {backend}`: {there}. It was not asked: that would cost money"
                yield Check("claude", "unknown", what, "`splat heal` asks it.")
            else:
                yield Check("claude", bad, *_NOTHING_TO_ASK_WITH[backend])
            return
        for model in dict.fromkeys(self.settings.models[: self.settings.limits.attempts]):
            yield Check("claude", "ok", claude_probe.ask(os.environ, model))

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

    def pull_requests(self) -> Iterator[Check]:
        """May Actions open pull requests."""
        from healer.setup.github_rights import Held

        if self.alone:
            yield _not_on_github("pull-requests")
            return
        policy = self.probe().setup.pull_policy()
        allowed, mend = (None, policy.mend) if isinstance(policy, Held) else (policy.allowed, "")
        yield from hub.pull_requests(allowed, self.writer, self.place, mend)

    def ci(self) -> Iterator[Check]:
        """Which road the checks of a fix take. Without the network the files alone say."""
        if self.alone:
            yield _not_on_github("ci")
            return
        others: tuple[str, ...] = ()
        if not self._offline:
            with suppress(SplatError):  # which `access` tells of
                others = self.probe().providers(self.standing.default_branch).others
        host = "github.com"
        with suppress(SplatError):
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
