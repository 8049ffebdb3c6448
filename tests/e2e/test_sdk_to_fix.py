"""An app crashes behind a real server; its issue appears on a GitHub; the engine heals it from that issue alone."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from healer.testing import Answer, ScriptedClaude
from tests.heal.kit import ENVIRON, SPLAT
from tests.ports import free_port
from tests.sdks.kit import github_kit

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
SDK = ROOT / "sdk" / "python"
BIN = SDK / ".venv-new" / "bin"
SERVERS = {
    "flask": ("gunicorn", "--workers", "2", "--no-control-socket", "--bind", "127.0.0.1:{port}", "flask_shop:app"),
    "django": ("gunicorn", "--workers", "2", "--no-control-socket", "--bind", "127.0.0.1:{port}", "django_shop:app"),
    "fastapi": ("uvicorn", "--port", "{port}", "fastapi_shop:app"),
}

kit = github_kit("server")


@pytest.fixture(scope="module")
def github() -> Iterator[Any]:
    with kit.Emulator(free_port()) as emulator:
        yield emulator


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """The demo's shop, with a web server's file beside it, under git."""
    repo = tmp_path / "shop"
    shutil.copytree(ROOT / "examples" / "shop", repo, ignore=shutil.ignore_patterns("__pycache__"))
    for app in (Path(__file__).parent / "apps").glob("*.py"):
        shutil.copy(app, repo)
    for arguments in (
        ("init", "-q", "--template="),
        ("add", "-A"),
        ("-c", "user.name=T", "-c", "user.email=t@example.com", "commit", "-qm", "shop"),
    ):
        subprocess.run(["git", *arguments], cwd=repo, check=True)
    return repo


def _until(work: Any, seconds: float = 180) -> Any:
    """What `work` gives once it gives something."""
    end = time.monotonic() + seconds
    while True:
        if found := work():
            return found
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.2)


def _order(url: str, code: str) -> int:
    """The status that the shop answers with; 0 while it does not."""
    body = json.dumps({"lines": [{"sku": "cup-04", "quantity": 1}], "code": code}).encode()
    headers = {"Content-Type": "application/json", "Authorization": "Bearer hunter2hunter2"}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


@pytest.mark.parametrize("framework", SERVERS)
def test_from_a_crash_behind_a_server_to_a_fix(framework: str, github: Any, shop: Path, tmp_path: Path) -> None:
    repository = github.repository()
    port = free_port()
    environ = ENVIRON | {
        "SPLAT_REPO": repository,
        "SPLAT_TOKEN": kit.BOT,
        "SPLAT_API_URL": f"http://localhost:{github.port}",
        "SPLAT_SPOOL_DIR": str(tmp_path / "spool"),
        "PYTHONPATH": str(shop),
    }
    command = [str(BIN / SERVERS[framework][0]), *(word.format(port=port) for word in SERVERS[framework][1:])]
    with (tmp_path / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=shop, env=environ, stdout=log, stderr=log, start_new_session=True)
    try:
        url = f"http://127.0.0.1:{port}/orders/anna"
        _until(lambda: _order(url, "") == 200)
        assert [_order(url, "SPRING24") for _ in range(5)] == [500] * 5
        (issue,) = _until(lambda: [each for each in github.issues(repository) if "auto-fix" in _labels(each)])
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(120)
    assert issue["title"] == "[Splat] AttributeError in shop/cart.py:39"
    assert "hunter2" not in issue["body"]
    assert "/orders/" in issue["body"]
    assert len(github.issues(repository)) == 1
    _heal(shop, issue["body"])


def _labels(issue: dict[str, Any]) -> list[str]:
    return [label["name"] for label in issue["labels"]]


def _heal(shop: Path, body: str) -> None:
    """As the action does it: the issue's text is all that the engine is given."""
    text = shop.parent / "issue.md"
    text.write_text(body)
    signature = subprocess.run(
        [SPLAT, "signature", "--trace", text, "--repo", shop], capture_output=True, text=True, check=True, env=ENVIRON
    ).stdout.strip()
    assert f"signature={signature} " in body
    answer = Answer(json.loads((ROOT / "examples/recorded/shop.json").read_text()))
    with ScriptedClaude([answer]) as claude:
        environ = ENVIRON | {"ANTHROPIC_API_KEY": "test", "ANTHROPIC_BASE_URL": claude.url}
        done = subprocess.run(
            [SPLAT, "heal", "--trace", text, "--repo", shop, "--json"],
            capture_output=True,
            text=True,
            check=False,
            env=environ,
        )
        told = json.loads(done.stdout)
        assert told["outcome"] == "fixed", (told, done.stderr)
        assert told["branch"] == f"splat/{signature}"
        assert "discount.minimum_cents" in json.dumps(claude.requests)
