"""The small programs of tests/apps, as repositories, crashed for real and judged with recorded answers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from healer.context import Context, Suspect
from healer.edge.sandbox import Sandbox, open_sandbox
from healer.event import Event
from healer.patch import FileChange, Patch
from healer.proposal import Edit, Proposal, RegressionTest, Spend
from healer.report import Report, read_report
from healer.runtimes import check_reader
from healer.settings import CheckSettings, Settings
from healer.verdict import Baseline, Checks, Verdict, judge, prepare

if TYPE_CHECKING:
    from healer.frames import Frame

APPS = Path(__file__).parents[1] / "apps"
NAMES = sorted(path.parent.name for path in APPS.glob("*/app.json"))
GIT = ("git", "-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main")


@dataclass(frozen=True)
class App:
    """One program: its recorded answers, its repository, and what it wrote when it crashed."""

    name: str
    data: dict[str, Any]
    repo: Path
    trace: str

    @property
    def commit(self) -> str:
        return subprocess.run(
            (*GIT, "rev-parse", "HEAD"), cwd=self.repo, capture_output=True, text=True, check=True
        ).stdout.strip()

    @property
    def files(self) -> frozenset[str]:
        listed = subprocess.run(
            (*GIT, "ls-files", "-z"), cwd=self.repo, capture_output=True, text=True, check=True
        ).stdout
        return frozenset(listed.strip("\0").split("\0"))

    def read(self, path: str) -> bytes | None:
        return (self.repo / path).read_bytes() if path in self.files else None

    def open(self) -> Sandbox:
        return open_sandbox(self.repo, self.commit, Settings(), os.environ)

    def report(self) -> Report:
        report = read_report(Event("trace", self.trace))
        assert isinstance(report, Report), report
        return report

    def patch(self, answer: dict[str, Any]) -> Patch:
        """An answer of app.json; what it leaves out is as in the right one."""
        right = self.data["answer"]
        edits = _edits(answer.get("edits", right["edits"]))
        test = answer.get("test", right["test"])
        tests = _edits(test["edits"]) if test else ()
        report = self.report()
        context = Context(report, self.commit, tuple(_suspects(self, report.exceptions)), (), "")
        recorded = RegressionTest(tests, test["name"]) if test else None
        proposal = Proposal(context, 1, "Fix", "Cause", "Fix", edits, recorded, (), 90, Spend("recorded"))
        changes = (*_changes(self, edits, is_test=False), *_changes(self, tests, is_test=True))
        return Patch(proposal, changes, "", sum(_size(edit) for edit in edits))


def crash(name: str, folder: Path) -> App:
    """Copy a program into a repository of its own, and crash it."""
    repo = folder / "repo"
    shutil.copytree(APPS / name / "repo", repo)
    data = json.loads((APPS / name / "app.json").read_text())
    for command in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "the app")):
        subprocess.run((*GIT, *command), cwd=repo, check=True)
    environ = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **data.get("env", {})}
    done = subprocess.run(
        data["crash"], cwd=repo, capture_output=True, text=True, timeout=120, env=environ, check=False
    )
    assert done.returncode != 0, done.stdout + done.stderr
    return App(name, data, repo, done.stdout + done.stderr)


def inline(folder: Path, files: dict[str, str], data: dict[str, Any], trace: str) -> App:
    """A program written down in a test, with a trace from elsewhere."""
    repo = folder / "repo"
    for path, text in files.items():
        (repo / path).parent.mkdir(parents=True, exist_ok=True)
        (repo / path).write_text(text)
    for command in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "the app")):
        subprocess.run((*GIT, *command), cwd=repo, check=True)
    return App("inline", data, repo, trace)


def settings_of(app: App, seconds: float = 120) -> CheckSettings:
    """What the app's repository would have in `.github/splat.yml`. An answer that hangs tells how long it may."""
    return CheckSettings(timeout=seconds, env=app.data.get("check_env", {}))


def prepared(app: App, sandbox: Checks, settings: CheckSettings | None = None) -> Baseline:
    path = app.data["expect"]["path"]
    plan = check_reader(app.data["runtime"]).plan(app.files, app.read, path)
    return prepare(sandbox, plan, settings or settings_of(app))


def judged(
    app: App, sandbox: Checks, baseline: Baseline, answer: dict[str, Any], settings: CheckSettings | None = None
) -> Verdict:
    return judge(app.patch(answer), sandbox, baseline, settings or settings_of(app, answer.get("timeout", 120)))


def shown(verdict: Verdict) -> str:
    """For a failing assertion."""
    return "\n".join(
        f"{check.name}: {check.status}: {check.detail}\n{check.output[-1500:]}" for check in verdict.checks
    )


def _suspects(app: App, exceptions: Any) -> list[Suspect]:
    found = []
    for exception in reversed(exceptions):
        for frame in exception.frames:
            path = next((path for path in app.files if _ends(frame, path, app.repo)), None)
            if path and frame.in_app:
                found.append(Suspect(frame, path, frame.line or 1, frame.function))
    return found


def _ends(frame: Frame, path: str, repo: Path) -> bool:
    return frame.path.replace("file://", "") in (path, f"{repo}/{path}", f"./{path}", f"/app/{path}")


def _edits(rows: list[dict[str, str]]) -> tuple[Edit, ...]:
    return tuple(Edit(row["path"], row["find"], row["replace"]) for row in rows)


def _size(edit: Edit) -> int:
    return edit.find.count("\n") + edit.replace.count("\n")


def _changes(app: App, edits: tuple[Edit, ...], *, is_test: bool) -> tuple[FileChange, ...]:
    changes: dict[str, FileChange] = {}
    for edit in edits:
        before = app.read(edit.path)
        change = changes.get(edit.path) or FileChange(edit.path, before, before or b"", is_test)
        text = change.after.decode()
        if edit.find:
            assert text.count(edit.find) == 1, (edit.path, edit.find)
            text = text.replace(edit.find, edit.replace)
        else:
            text = edit.replace
        changes[edit.path] = replace(change, after=text.encode())
    return tuple(changes.values())
