"""A runner of GitHub Actions on this machine: `act` on the real files, the emulated GitHub behind a guard.

The caller is examples/workflows/splat.yml as it stands; heal.yml and action.yml are this checkout's. What comes from
elsewhere (checkout, uv, artifacts) has stand-ins in tests/workflows/actions; a newer key that act does not know is the
one thing left out of heal.yml.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.workflows.files import ACTION, CALLER, HEAL, OIDC, ROOT, program, steps
from tests.workflows.guard import as_actions

if TYPE_CHECKING:
    from pathlib import Path

    from healer.testing import ScriptedClaude
    from tests.github.kit import Shop
    from tests.workflows.guard import Guard

HERE = ROOT / "tests" / "workflows"
STANDINS = {path.name for path in (HERE / "actions").iterdir()} - {"other"}
#: Of the machine's environment: nothing that is a setting or a credential.
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "SSL_CERT_FILE", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "GOFLAGS")
_KEPT_TOO = re.compile(r"(?:PIP|UV)_(?:INDEX|DEFAULT_INDEX|CERT).*|.*_(?:proxy|PROXY)|.*CA_BUNDLE")
#: What the action is made of.
ACTION_FILES = (
    *("healer", "sdk/report.schema.json", "sdk/python/splat", "scripts", "examples"),
    *("action.yml", "pyproject.toml", "uv.lock", "README.md", "LICENSE"),
)
_UNKNOWN = "      queue: max\n"


@dataclass(frozen=True)
class Ran:
    """A run of the workflow: its exit code, what was logged, how each job ended ("success", "failure"), its seconds."""

    code: int
    log: str
    jobs: dict[str, str]
    seconds: float

    def outputs(self, phase: str) -> dict[str, str]:
        """What a job's steps put out; of a name that came twice, what was not empty."""
        found = re.findall(rf"^\[{phase}\] +⚙  ::set-output:: ([a-z-]+)=(.*)$", self.log, re.MULTILINE)
        return {name: "" for name, _ in found} | {name: value for name, value in found if value}


@dataclass
class Runner:
    """Runs the workflow for one delivery at a time; each run has a number, a token and artifacts of its own."""

    shop: Shop
    guard: Guard
    folder: Path
    repository: Path
    cache: Path
    claude: ScriptedClaude
    number: int = 7000
    caller: Path = CALLER
    secrets: dict[str, str] = field(default_factory=lambda: {"ANTHROPIC_API_KEY": "sk-ant-test"})
    runs: list[Ran] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.splat = self.folder / "splat"
        (self.splat / ".github/workflows").mkdir(parents=True)
        for path in (HEAL, OIDC):
            text = path.read_text()
            assert text.count(_UNKNOWN) == 1
            (self.splat / ".github/workflows" / path.name).write_text(text.replace(_UNKNOWN, ""))
        self.work = self.folder / "caller"
        (self.work / ".github/workflows").mkdir(parents=True)
        (self.work / ".github/workflows/splat.yml").write_text(self.caller.read_text())
        git = ("git", "-C", str(self.work), "-c", "user.name=t", "-c", "user.email=t@example.com")
        subprocess.run([*git, "init", "-q", "-b", "main"], check=True)
        subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "base"], check=True)

    def calls(self, workflow: str) -> None:
        """Another caller in place of the example's, which takes the action itself."""
        (self.work / ".github/workflows/splat.yml").write_text(workflow.replace(_UNKNOWN, ""))
        listed = ("git", "ls-files", "-coz", "--exclude-standard", "--", *ACTION_FILES)
        copy = ("xargs", "-0", "cp", "--parents", "--target-directory", str(self.splat))
        found = subprocess.run(listed, cwd=ROOT, capture_output=True, check=True).stdout
        subprocess.run(copy, cwd=ROOT, input=found, check=True)

    def deliver(self, name: str, payload: Any, *, attempt: int = 1) -> Ran:
        """One delivery of GitHub, from the webhook to the end of the run that it starts; or the last run once more."""
        with self._lock:
            self.number += attempt == 1
            number = self.number
        place = self.folder / f"run-{number}-{attempt}"
        (place / "artifacts").mkdir(parents=True)
        event = place / "event.json"
        event.write_text(json.dumps(as_actions(payload)))
        began = time.monotonic()
        done = subprocess.run(
            self._command(name, number, attempt, event, place), cwd=self.work, env=self._environ(place),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=800, check=False,
        )  # fmt: skip
        (place / "log").write_text(done.stdout)
        ran = Ran(done.returncode, done.stdout, _jobs(done.stdout), time.monotonic() - began)
        self.runs.append(ran)
        return ran

    def _command(self, name: str, number: int, attempt: int, event: Path, place: Path) -> list[str]:
        pinned = {
            step["uses"] for path in (HEAL, OIDC, ACTION) for _, step in steps(path) if "@" in step.get("uses", "")
        }
        local = [f"{uses}={HERE / 'actions' / _standin(uses)}" for uses in sorted(pinned)]
        told = {
            "GITHUB_API_URL": self.guard.url,
            "GITHUB_REPOSITORY": self.shop.full_name,
            "GITHUB_RUN_ID": str(number),
            "GITHUB_RUN_ATTEMPT": str(attempt),
            "GITHUB_WORKFLOW_REF": f"{self.shop.full_name}/.github/workflows/splat.yml@refs/heads/main",
            "STANDIN_SPLAT": str(ROOT),
            "STANDIN_REPOSITORY": str(self.repository),
            "STANDIN_ARTIFACTS": str(place / "artifacts"),
            "STANDIN_UV": shutil.which("uv") or str(ROOT / ".venv-uv/bin/uv"),
            "STANDIN_UV_CACHE": str(self.cache),
            "ANTHROPIC_BASE_URL": self.claude.url,
            "ANTHROPIC_BEDROCK_BASE_URL": self.claude.url,
        }
        secrets = {"GITHUB_TOKEN": self.guard.token(number), **self.secrets}
        return [
            *(program("act"), name, "--eventpath", str(event), "--platform", "ubuntu-24.04=-self-hosted"),
            *("--no-skip-checkout", "--no-cache-server", "--concurrent-jobs", "1", "--log-prefix-job-id"),
            *("--action-cache-path", str(place / "act"), "--actor", payload_actor(event)),
            *("--local-repository", f"splat-heal/splat@v1={self.splat}"),
            *(word for each in local for word in ("--local-repository", each)),
            *(word for key, value in told.items() for word in ("--env", f"{key}={value}")),
            *(word for key, value in secrets.items() for word in ("--secret", f"{key}={value}")),
        ]

    def _environ(self, place: Path) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name in _KEPT or _KEPT_TOO.fullmatch(name)}
        home = place / "home"
        home.mkdir()
        return kept | {"HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config"), "DO_NOT_TRACK": "1"}


def _standin(uses: str) -> str:
    name = uses.partition("@")[0].rpartition("/")[2]
    return name if name in STANDINS else "other"


def payload_actor(event: Path) -> str:
    return str(json.loads(event.read_text())["sender"]["login"])


def _jobs(log: str) -> dict[str, str]:
    """How the jobs ended that began."""
    found = re.findall(r"^\[[^\]]*?([a-z]+)\] .*Job (succeeded|failed)$", log, re.MULTILINE)
    return {job: {"succeeded": "success", "failed": "failure"}[end] for job, end in found}
