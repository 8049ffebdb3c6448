"""`splat init --try` from end to end: a program crashes with the SDK in it, the real workflow heals the branch."""

from __future__ import annotations

import base64
import json
import subprocess
from datetime import datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from healer.cli.init_try import try_out
from healer.setup.github import Place
from healer.testing import ScriptedClaude
from tests.github.jobs import mirrored
from tests.github.kit import MONA
from tests.recorded_events import delivery
from tests.setup.github.trying import Desk, branches, issues, merged
from tests.verdict.apps import crash
from tests.workflows.runner import Runner

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.github.kit import Shop
    from tests.workflows.guard import Guard

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def answer(folder: str) -> dict[str, Any]:
    """What Claude would say about the till."""
    return {
        "title": "a receipt for nothing bought is no crash",
        "root_cause": "The mean of no prices divides by zero.",
        "fix": "Where nothing was bought the mean is 0.",
        "edits": [
            {
                "path": f"{folder}/till.py",
                "find": "    return sum(prices) // len(prices)\n",
                "replace": "    return sum(prices) // len(prices) if prices else 0\n",
            }
        ],
        "regression_test": {
            "name": "test_nothing_bought",
            "edits": [
                {
                    "path": f"{folder}/test_till.py",
                    "find": '        self.assertEqual(receipt([250, 350]), "2 items, 300 cents each")\n',
                    "replace": '        self.assertEqual(receipt([250, 350]), "2 items, 300 cents each")\n\n'
                    "    def test_nothing_bought(self):\n"
                    '        self.assertEqual(receipt([]), "0 items, 0 cents each")\n',
                }
            ],
        },
        "unverified": [],
        "confidence": 95,
        "cannot_fix": None,
    }


def fetched(shop: Shop, branch: str, repo: Path) -> None:
    """The emulated branch's objects in the local repository, under the same ids; the emulator serves no git."""

    def git(*arguments: str, told: str = "") -> str:
        done = subprocess.run(["git", *arguments], cwd=repo, input=told, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    head = shop.call("GET", f"{shop.path}/git/ref/heads/{branch}")["object"]["sha"]
    made = shop.call("GET", f"{shop.path}/git/commits/{head}")
    git("read-tree", "--empty")
    for entry in shop.call("GET", f"{shop.path}/git/trees/{made['tree']['sha']}?recursive=1")["tree"]:
        if entry["type"] == "blob":
            blob = shop.call("GET", f"{shop.path}/git/blobs/{entry['sha']}")
            content = base64.b64decode(blob["content"])
            done = subprocess.run(
                ["git", "hash-object", "-w", "--stdin"], cwd=repo, input=content, capture_output=True, check=True
            )
            git(
                "update-index",
                "--add",
                "--cacheinfo",
                f"{entry['mode']},{done.stdout.decode().strip()},{entry['path']}",
            )
    assert git("write-tree") == made["tree"]["sha"]
    people = []
    for role in ("author", "committer"):
        told = made[role]
        seconds = int(datetime.fromisoformat(told["date"].replace("Z", "+00:00")).timestamp())
        people.append(f"{role} {told['name']} <{told['email']}> {seconds} +0000\n")
    parents = "".join(f"parent {parent['sha']}\n" for parent in made["parents"])
    message = made["message"].rstrip("\n")
    text = f"tree {made['tree']['sha']}\n{parents}{''.join(people)}\n{message}\n"
    assert git("hash-object", "-w", "-t", "commit", "--stdin", told=text) == head
    git("update-ref", f"refs/heads/{branch}", head)
    git("reset", "-q", "--hard")


def test_from_a_crash_on_this_machine_to_a_pull_request(
    shop: Shop, guard: Guard, github: int, tmp_path: Path, packages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = crash("node", tmp_path / "app")  # the repository itself is of another kind
    mirrored(SimpleNamespace(shop=shop), app)
    merged(shop)
    fetched(shop, "main", app.repo)
    ran: list[Any] = []

    def work(number: int, inputs: Mapping[str, str]) -> tuple[str, dict[str, str]]:
        fetched(shop, inputs["base"], app.repo)
        mona = shop.user(MONA)
        payload = delivery("workflow_dispatch", inputs=dict(inputs), sender=mona, repository=shop.repository())
        folder = f"splat-try-{inputs['base'].rpartition('-')[2]}"
        with ScriptedClaude([answer(folder)], repeat=True) as claude:
            runner = Runner(shop, guard, tmp_path, app.repo, packages, claude, number=number)
            ran.append(runner.deliver("workflow_dispatch", payload))
        return ("success" if set(ran[0].jobs.values()) == {"success"} else "failure"), ran[0].jobs

    with Desk(github, permissions={MONA: "write"}, work=work).serving() as desk:
        monkeypatch.setenv("GITHUB_TOKEN", f"{MONA}-token")
        monkeypatch.setenv("GITHUB_API_URL", desk.url)
        said: list[str] = []
        tried = try_out(
            Place.at("github.com", *shop.full_name.split("/"), {"GITHUB_API_URL": desk.url}), said.append, pause=0.2
        )
    assert desk.errors == []
    assert tried.fixed, f"{tried.reason}\n{ran[0].log}"
    assert ran[0].outputs("publish")["outcome"] == "fixed"
    assert guard.refused == []
    [pull] = shop.call("GET", f"{shop.path}/pulls?state=all")
    assert pull["base"]["ref"].startswith("splat-try/mona-")
    assert pull["state"] == "closed"
    assert "a receipt for nothing bought is no crash" in pull["title"]
    assert (branches(shop), issues(shop, "open")) == ([], [])
    assert json.dumps(said).count("success") == 3
