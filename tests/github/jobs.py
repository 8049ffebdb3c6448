"""The three jobs of a run, each as its step runs it, about one crashing program whose repository is on both sides.

The emulated repository gets the very objects of the local one: same tree, same commit id.
"""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from click.testing import CliRunner

from healer.cli.publish import publish as publish_command
from healer.event import visible
from healer.gate import Ledger, read_ledger
from healer.testing import ScriptedClaude
from tests.github.kit import BOT, environment
from tests.github.runs import Ended, Gate, outputs_in
from tests.heal.kit import answer, git
from tests.recorded_events import name_of

if TYPE_CHECKING:
    from tests.verdict.apps import App

SPLAT = Path(sys.executable).parent / "splat"
WHEN = "2026-11-21T10:00:00Z"


@dataclass
class Jobs:
    """A repository, an issue about its crash, and what the jobs hand to each other in `folder`."""

    gate: Gate
    app: App
    folder: Path
    base: str = ""
    payloads: dict[int, tuple[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.base = mirrored(self.gate, self.app)

    # --- the issue

    def issue(self, trace: str = "", **more: Any) -> int:
        return self.gate.issue(f"The cart fails.\n\n```\n{trace or self.app.trace}\n```\n", **more)

    def comment_body(self, issue: int) -> str:
        """Splat's one comment."""
        [body] = [each["body"] for each in self.gate.shop.comments(issue) if read_ledger(each["body"])]
        return str(body)

    def ledger(self, issue: int) -> Ledger:
        found = read_ledger(self.comment_body(issue))
        assert found
        return found

    def pulls(self, state: str = "all") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.gate.shop.call("GET", f"{self.gate.shop.path}/pulls?state={state}")
        return found

    def branches(self) -> dict[str, str]:
        found = self.gate.shop.call("GET", f"{self.gate.shop.path}/git/matching-refs/heads/splat/")
        return {ref["ref"].removeprefix("refs/heads/"): ref["object"]["sha"] for ref in found}

    def file(self, branch: str, path: str) -> str:
        found = self.gate.shop.call("GET", f"{self.gate.shop.path}/contents/{path}?ref={branch}")
        return base64.b64decode(found["content"]).decode()

    # --- the jobs

    def admit(self, case: str, payload: Any) -> Ended:
        """Job `gate`; what it saw is what the next two see."""
        ended = self.gate.run(case, payload)
        self.payloads[self.gate.number - 1] = (case, payload)
        return ended

    def labeled(self, issue: int, **more: Any) -> Ended:
        return self.admit("issues_labeled", self.gate.payload("issues_labeled", issue, label={"name": "splat"}, **more))

    @property
    def run(self) -> int:
        """The workflow run that the gate last decided about."""
        return self.gate.number - 1

    def environ(self, name: str, **more: str) -> dict[str, str]:
        case, payload = self.payloads[self.run]
        event = self.folder / f"{name}-event.json"
        event.write_text(json.dumps(payload))
        told = environment(self.gate.shop, self.gate.proxy, self.folder, GITHUB_RUN_ID=str(self.run), **more)
        told |= {"GITHUB_EVENT_NAME": name_of(case), "GITHUB_EVENT_PATH": str(event)}
        told |= {"SPLAT_ACTOR_ID": str(self.gate.shop.user(BOT)["id"])}
        for file in ("output", "summary"):
            (self.folder / file).write_text("")
        return told | more

    def heal(self, script: list[Any] | None = None, *options: str, cancel_after: int = 0, **environ: str) -> Ended:
        """Job `heal`, as a process of its own beside a scripted Claude; cancelled once Claude got so many requests."""
        self.handover.unlink(missing_ok=True)
        with ScriptedClaude([answer(self.app)] if script is None else script) as claude:
            env = (
                self.environ("heal")
                | {"ANTHROPIC_API_KEY": "sk-ant-test", "ANTHROPIC_BASE_URL": claude.url}
                | {"ANTHROPIC_BEDROCK_BASE_URL": claude.url, "ANTHROPIC_VERTEX_BASE_URL": f"{claude.url}/v1"}
                | environ
            )
            command = [SPLAT, "heal", "--request", self.request, "--handover", self.handover, "--repo", self.app.repo]
            pipe = subprocess.PIPE
            process = subprocess.Popen(
                [*command, *options], cwd=self.folder, env=env, stdout=pipe, stderr=pipe, text=True
            )
            while cancel_after and len(claude.requests) < cancel_after:
                assert process.poll() is None
                time.sleep(0.05)
            if cancel_after:
                process.send_signal(signal.SIGINT)  # as a runner does
            printed = "".join(process.communicate(timeout=300))
            self.asked = claude.requests
        return self._ended(process.returncode, printed, None)

    def publish(self, *options: str, **environ: str) -> Ended:
        """Job `publish`."""
        command = ["--request", str(self.request), "--handover", str(self.handover), "--repo", str(self.app.repo)]
        env: dict[str, str | None] = {**self.environ("publish"), **environ}
        done = CliRunner().invoke(publish_command, [*command, *options], env=env, standalone_mode=False)
        return self._ended(done.return_value or 0, done.output, done.exception)

    def publishing(self, *options: str, **environ: str) -> subprocess.Popen[str]:
        """Job `publish` as a process of its own, which can be killed."""
        env = self.environ("publish") | {"GITHUB_OUTPUT": "", "GITHUB_STEP_SUMMARY": ""} | environ
        command = [SPLAT, "publish", "--request", self.request, "--handover", self.handover, "--repo", self.app.repo]
        pipe = subprocess.PIPE
        return subprocess.Popen([*command, *options], cwd=self.folder, env=env, stdout=pipe, stderr=pipe, text=True)

    def _ended(self, code: int, printed: str, error: BaseException | None) -> Ended:
        outputs = outputs_in((self.folder / "output").read_text())
        return Ended(code, outputs, (self.folder / "summary").read_text(), printed, error)

    @property
    def request(self) -> Path:
        return self.folder / "splat-request"

    @property
    def handover(self) -> Path:
        return self.folder / "handover.json"

    def forge(self, **changes: Any) -> None:
        """What somebody who ran in the job `heal` could have written."""
        told = json.loads(self.handover.read_text())
        for path, value in changes.items():
            *way, last = path.split("__")
            place = told
            for step in way:
                place = place[step]
            place[last] = value
        self.handover.write_text(json.dumps(told))


def mirrored(gate: Gate, app: App) -> str:
    """Bring the program to the emulated repository as its default branch; the commit that both have."""
    shop = gate.shop
    message = "the app\n"
    person = {"name": "t", "email": "t@example.com", "date": WHEN}
    entries = [
        {
            "path": path,
            "mode": git(app, "ls-files", "-s", "--", path).split()[0],
            "type": "blob",
            "content": os.readlink(app.repo / path)
            if (app.repo / path).is_symlink()
            else (app.repo / path).read_text(),
        }
        for path in sorted(app.files)
    ]
    tree = shop.call("POST", f"{shop.path}/git/trees", {"tree": entries})["sha"]
    told = {"message": message, "tree": tree, "parents": [], "author": person, "committer": person}
    commit = str(shop.call("POST", f"{shop.path}/git/commits", told)["sha"])
    shop.call("PATCH", f"{shop.path}/git/refs/heads/main", {"sha": commit, "force": True})
    dates = {"GIT_AUTHOR_DATE": WHEN, "GIT_COMMITTER_DATE": WHEN}
    made = subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", "commit-tree", f"{tree}", "-F", "-"],
        cwd=app.repo, input=message, env={"PATH": "/usr/bin:/bin", **dates}, capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    assert made == commit, "the emulator names objects as git does"
    git(app, "update-ref", "HEAD", commit)
    return commit


def moved_in(gate: Gate, path: str = "README.md", content: str = "b246IHB1c2gK") -> str:
    """Somebody pushes to the default branch; its newest commit."""
    told = {"message": "more", "content": content, "branch": "main"}
    return str(gate.shop.call("PUT", f"{gate.shop.path}/contents/{path}", told)["commit"]["sha"])


def shown(body: str) -> str:
    """What a reader of a comment sees, without Markdown's escapes."""
    return visible(body).replace("\\", "")
