"""The projects of tests/apps/init that are run after `splat init --yes`, and crash: their issue is seen."""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.heal.kit import ENVIRON
from tests.ports import free_port
from tests.sdks.kit import github_kit
from tests.setup.init.kit import git, told
from tests.setup.trees import NAMES, expected, project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parents[3]
SDK = ROOT / "sdk" / "python"
PAGES = Path(__file__).with_name("page_server.cjs")

kit = github_kit("server")


def _runtime(name: str) -> str:
    told_of = expected(name)
    return str(told_of["crash"].get("runtime") or told_of["services"][0]["runtime"])


def _prepared(root: Path, crash: dict[str, Any], name: str) -> dict[str, str]:
    """What is done instead of an installation, by the runtime's own module; the environment that the app runs in."""
    module = importlib.import_module(f"tests.setup.init.run_{_runtime(name)}")
    environ: dict[str, str] = module.prepare(root, crash)
    return environ


def crashing(*runtimes: str) -> list[str]:
    """The projects of these runtimes that say how they are started and what breaks them."""
    return [name for name in NAMES if "crash" in expected(name) and _runtime(name) in runtimes]


def see_its_issue(name: str, github: Any, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Sets a project up, runs it, crashes it, and looks for the issue."""
    repository = github.repository()
    root = project(name, tmp_path / name)
    git(root, "remote", "set-url", "origin", f"https://github.com/{repository}.git")
    told(root, "--yes")
    crash = expected(name)["crash"]
    environ = _environ(github, tmp_path) | _prepared(root, crash, name)
    browser = request.getfixturevalue("browser") if "browser" in crash else None
    if browser:  # the server of its pages is ours: no init told it where issues go
        environ |= {"SPLAT_REPO": repository}
    with (tmp_path / "log").open("wb") as log:
        try:
            with _crashed(root / crash.get("workdir", ""), crash, environ, log, browser) as again:
                issue = _until(lambda: github.issues(repository) or again())[0]
        except BaseException:
            print((tmp_path / "log").read_text())
            raise
    assert issue["title"].startswith(f"[Splat] {crash['error']} in ")
    assert "splat" in {label["name"] for label in issue["labels"]}


def _environ(github: Any, folder: Path) -> dict[str, str]:
    return ENVIRON | {
        "SPLAT_TOKEN": kit.BOT,
        "SPLAT_API_URL": f"http://localhost:{github.port}",
        "SPLAT_SPOOL_DIR": str(folder / "spool"),
    }


@contextmanager
def _crashed(
    root: Path, crash: dict[str, Any], environ: dict[str, str], log: Any, browser: Browser | None
) -> Iterator[Callable[[], None]]:
    """The app has failed once; a server goes on meanwhile, and a page stays open. What is handed out starts a program
    anew, as a supervisor would: at its end it has 2 s for delivery, which a busy machine may need more of.
    """
    if "run" in crash:

        def run() -> None:
            subprocess.run(crash["run"], cwd=root, env=environ, stdout=log, stderr=log, timeout=180, check=False)

        run()
        yield run
        return
    port = str(free_port())
    start = ["node", str(PAGES), crash["browser"]["pages"]] if browser else crash["start"]
    command = [word.replace("{port}", port) for word in start]
    server = subprocess.Popen(
        command, cwd=root, env=environ | {"PORT": port}, stdout=log, stderr=log, start_new_session=True
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _until(lambda: _status(f"{url}{crash.get('healthy', '/')}") == 200)
        if browser:
            page = browser.new_page()
            page.set_default_timeout(180_000)
            page.goto(url)
            page.click(crash["browser"]["click"])
        else:
            assert _status(f"{url}{crash['request']}") == crash.get("status", 500)
        yield lambda: None
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(120)


def _until(work: Any, seconds: float = 180) -> Any:
    end = time.monotonic() + seconds
    while True:
        if found := work():
            return found
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.2)


def _status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0
