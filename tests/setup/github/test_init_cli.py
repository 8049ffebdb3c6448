"""`splat init` as a user gives the command, its half on GitHub against the stand-ins."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from healer.edge.sdk_crash import sdk_folder
from tests.github.kit import MONA, Shop, emulator
from tests.setup.github.standin import TOKEN
from tests.setup.github.trying import Desk, branches, fixed, merged

if TYPE_CHECKING:
    from tests.setup.github.standin import StandIn

pytestmark = pytest.mark.slow
SPLAT = Path(sys.executable).parent / "splat"


def clone(folder: Path, name: str) -> Path:
    folder.mkdir()
    git = ("git", "-C", str(folder), "-c", "user.name=t", "-c", "user.email=t@example.com")
    subprocess.run([*git, "init", "-q", "-b", "main"], check=True)
    subprocess.run([*git, "remote", "add", "origin", f"git@github.com:{name}.git"], check=True)
    (folder / "app.py").write_text("print(1)\n")
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "app"], check=True)
    return folder


def splat(folder: Path, *options: str, stdin: str = "", **environ: str) -> tuple[int, Any, str]:
    done = subprocess.run(
        [SPLAT, "init", "--json", *options], cwd=folder, env=os.environ | environ, input=stdin, capture_output=True,
        text=True, timeout=300, check=False,
    )  # fmt: skip
    return done.returncode, json.loads(done.stdout), done.stdout + done.stderr


def test_unattended_it_stores_the_key_that_was_named(hub: StandIn, tmp_path: Path) -> None:
    key = "sk-ant-api03-" + "k" * 80
    where = clone(tmp_path / "shop", "acme/shop")
    told = {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": f"{hub.url}/api/v3"}
    code, found, printed = splat(where, "--yes", "--claude-key", "-", stdin=f"{key}\n", **told)
    assert code == 0, printed
    assert [(step["step"], step["state"]) for step in found["github"]] == [
        ("labels", "done"), ("claude", "done"), ("road", "done"), ("pull-requests", "done"),
    ]  # fmt: skip
    assert hub.secrets == {"ANTHROPIC_API_KEY": key}
    assert key not in printed
    assert TOKEN not in printed
    code, found, printed = splat(where, "--yes", **told)
    assert {step["state"] for step in found["github"]} <= {"there", "done"}, printed


def test_ctrl_c_at_the_page_takes_the_plain_road(hub: StandIn, tmp_path: Path) -> None:
    where = clone(tmp_path / "shop", "acme/shop")
    environ = os.environ | {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": f"{hub.url}/api/v3"}
    command = [SPLAT, "init", "--json", "--yes", "--road", "app", "--no-browser"]
    process = subprocess.Popen(
        command,
        cwd=where,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    said = ""
    while "Ctrl-C cancels" not in said:
        line = process.stderr.readline()
        assert line, said
        said += line
    assert "Open this address in a browser on this machine: http://127.0.0.1:" in said
    process.send_signal(signal.SIGINT)
    printed, _ = process.communicate(timeout=300)
    found = json.loads(printed)
    states = {step["step"]: step["state"] for step in found["github"]}
    assert (states["road"], states["pull-requests"]) == ("skipped", "done")
    assert (hub.manifests, "SPLAT_APP_PRIVATE_KEY" in hub.secrets) == ([], False)


def test_a_try_as_a_command(tmp_path: Path) -> None:
    with emulator() as port:
        shop = Shop(port)
        merged(shop)
        where = clone(tmp_path / "shop", shop.full_name)

        def work(number: int, inputs: Any) -> tuple[str, dict[str, str]]:
            fixed(shop, inputs)
            return "success", {"Gate": "success"}

        with Desk(port, permissions={MONA: "write"}, work=work).serving() as desk:
            told = {"GITHUB_TOKEN": f"{MONA}-token", "GITHUB_API_URL": desk.url}
            code, found, printed = splat(where, "--try", **told)
            assert (code, found["fixed"], found["left"]) == (0, True, []), printed
            assert {"branch", "issue", "run", "job", "pull-request", "clean"} == {
                each["name"] for each in found["stages"]
            }
            assert branches(shop) == []
            desk.work = lambda number, inputs: ("failure", {"Gate": "failure"})
            code, found, printed = splat(where, "--try", **told)
            assert (code, found["fixed"]) == (20, False), printed
        code, found, _ = splat(where, "--try", "--offline")
        assert (code, found["outcome"]) == (2, "error")


def test_the_sdk_is_where_a_try_looks_for_it() -> None:
    assert (sdk_folder() / "splat" / "client.py").is_file()
