"""`splat status` of a forge in a folder: what `splat heal` left, and what others put there."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.test_console import EVIL, splat

if TYPE_CHECKING:
    from pathlib import Path

GIT = ("git", "-c", "user.name=t", "-c", "user.email=t@e", "-c", "init.defaultBranch=main")


def git(repo: Path, *arguments: str) -> str:
    done = subprocess.run([*GIT, *arguments], cwd=repo, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "x")
    for part in ("issues", "pulls", "runs"):
        (tmp_path / ".splat" / part).mkdir(parents=True)
    return tmp_path


def write(repo: Path, kind: str, number: int, **facts: Any) -> None:
    (repo / ".splat" / kind / f"{number}.json").write_text(json.dumps({"number": number, "state": "open", **facts}))


def ran(repo: Path, ago: timedelta, mark: str, **files: Any) -> None:
    folder = repo / ".splat/runs" / f"{datetime.now(UTC) - ago:%Y%m%dT%H%M%S}-{mark}"
    folder.mkdir()
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_text(json.dumps(content))


def told(repo: Path, *options: str) -> Any:
    ended = splat("status", "--json", *options, cwd=repo)
    assert ended.returncode == 0, ended
    return json.loads(ended.stdout)


def test_fixes_are_open_merged_or_gone(repo: Path) -> None:
    marker = json.dumps({"confidence": 90, "dollars": 0.5})
    for number, issue in ((1, 1), (2, 2), (3, 3)):
        branch = f"splat/{number:016x}"
        git(repo, "checkout", "-q", "-b", branch)
        git(repo, "commit", "-q", "--allow-empty", "-m", branch)
        facts = {"branch": branch, "head": git(repo, "rev-parse", "HEAD"), "issue": issue, "marker": marker}
        write(repo, "issues", issue, title="It fails")
        write(repo, "pulls", number, title="fix: it", draft=number == 2, **facts)
        git(repo, "checkout", "-q", "main")
    git(repo, "merge", "-q", "--ff-only", f"splat/{1:016x}")
    git(repo, "branch", "-q", "-D", f"splat/{3:016x}")
    found = told(repo)
    assert found["fixes"] | {"merged_modified": 0} == {
        "merged_unmodified": 1, "merged_modified": 0, "merged_unknown": 0, "closed": 1, "open": 1
    }  # fmt: skip
    assert found["open_fixes"][0]["draft"]
    assert (found["median_confidence"], found["incidents"]["open"], found["acceptance_rate"]) == (90, 2, 0.5)


def test_runs_are_counted_by_what_they_left(repo: Path) -> None:
    hour = timedelta(hours=1)
    ran(repo, 0 * hour, "0001", summary_md="x", cost_json=[{"dollars": 0.25}, {"dollars": 0.5}], confidence_json={})
    ran(repo, 9 * hour, "0002", summary_md="x", cost_json=[{"dollars": 1}])
    ran(repo, 9 * hour, "0003", summary_md="x")
    ran(repo, 0 * hour, "0004")
    ran(repo, timedelta(days=300), "0005", summary_md="x", cost_json=[{"dollars": 64}])
    found = told(repo)
    assert found["runs"] == {"declined": 1, "unfixed": 1, "fixed": 1, "running": 1}
    assert found["spent_usd"]["since"] == 1.75
    assert told(repo, "--days", "400")["spent_usd"]["since"] == 65.75


def test_what_others_put_there_is_passed_over(repo: Path) -> None:
    pulls = repo / ".splat/pulls"
    os.mkfifo(pulls / "1.json")
    (pulls / "2.json").symlink_to("/etc/passwd")
    (pulls / "3.json").write_text("[" * 100_000)
    (pulls / "4.json").write_text(json.dumps({"number": 5}))
    write(repo, "pulls", 6, title=EVIL, branch="--upload-pack=x", head="--all", marker=EVIL, issue="1")
    ran(repo, timedelta(), "0001", summary_md="x", cost_json=[{"dollars": "many"}, {"dollars": float("inf")}, 3])
    (repo / ".splat/runs/20261399T999999-0002").mkdir()
    (repo / ".splat/issues").rmdir()
    (repo / ".splat/issues").symlink_to("/")
    found = told(repo)
    assert [fix["number"] for fix in found["open_fixes"]] == [6]
    assert found["spent_usd"]["since"] == 0
    printed = splat("status", "--html", "page.html", cwd=repo)
    assert b"\x1b]0" not in printed.stdout
    assert "\x1b" not in (repo / "page.html").read_text()


def test_nothing_to_tell_of_is_said_with_the_next_step(repo: Path, tmp_path: Path) -> None:
    subprocess.run(["rm", "-r", repo / ".splat"], check=True)
    ended = splat("status", cwd=repo)
    assert (ended.returncode, b"splat heal --trace" in ended.stderr) == (2, True)
    ended = splat("status", "--forge", "folder", cwd=repo)
    assert b"no folder .splat/" in ended.stderr
    assert b"remote on a GitHub" not in ended.stderr
    ended = splat("status", "--forge", "github", cwd=repo)
    assert (ended.returncode, b"no remote" in ended.stderr) == (2, True)
    outside = tmp_path / ".git"
    outside.rename(tmp_path / "gone")
    ended = splat("status", cwd=repo)
    assert (ended.returncode, b"not a git repository" in ended.stderr) == (2, True)


def test_a_page_that_cannot_be_written_is_a_reason(repo: Path) -> None:
    ended = splat("status", "--html", "none/there.html", cwd=repo)
    assert (ended.returncode, b"cannot be written" in ended.stderr) == (2, True)


def test_an_id_that_is_none_is_a_usage_error(repo: Path) -> None:
    ended = splat("status", cwd=repo, SPLAT_ACTOR_ID="me")
    assert (ended.returncode, b"--actor-id" in ended.stderr) == (2, True)
    assert splat("status", cwd=repo, SPLAT_ACTOR_ID="").returncode == 0
