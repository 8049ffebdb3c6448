"""The folder forge: real git repositories, a user's work never touched, two runs at once, a crash in between."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from healer.edge.branches import commit_on, contains, head_of, point
from healer.edge.folder import FolderForge
from healer.event import Event
from healer.frames import ExceptionInfo, Frame
from healer.outcome import SplatError
from healer.patch import FileChange
from healer.pull_request import Offer
from healer.report import Report

SIGNATURE = "00112233445566aa"
REPORT = Report(
    Event("trace", ""),
    "python",
    (ExceptionInfo("TypeError", "@octocat `x` fixes #1", (Frame("/app/shop/cart.py", 3),)),),
)


def git(repo: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=T", "-c", "user.email=t@example.com", "-C", str(repo), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "run.sh").write_text("echo hi\n")
    (tmp_path / "run.sh").chmod(0o755)
    (tmp_path / "ü x.py").write_text("a = 1\n")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "first")
    return tmp_path


def offer(forge: FolderForge, repo: Path, body: str = "body", after: bytes = b"a = 2\n") -> Offer:
    base = git(repo, "rev-parse", "main")
    return Offer(
        signature=SIGNATURE,
        standing=forge.standing(REPORT, SIGNATURE, base),
        base=base,
        title="fix: a",
        body=body,
        draft=False,
        changes=(FileChange("ü x.py", b"a = 1\n", after, is_test=False),),
        commit_message=f"fix: a\n\nwords\n\nSplat-Signature: {SIGNATURE}\n",
        state="{}",
    )


def test_the_fix_is_a_real_branch_and_nothing_else_moves(repo: Path) -> None:
    (repo / "run.sh").write_text("dirty\n")
    (repo / "staged.txt").write_text("staged\n")
    git(repo, "add", "staged.txt")
    before = (git(repo, "status", "--porcelain"), git(repo, "rev-parse", "HEAD"), git(repo, "write-tree"))
    number, head, page = FolderForge(repo).publish(offer(FolderForge(repo), repo))
    assert (number, git(repo, "rev-parse", f"splat/{SIGNATURE}")) == (1, head)
    assert git(repo, "-c", "core.quotepath=off", "diff", "--name-status", "main", head) == "M\tü x.py"
    assert git(repo, "show", f"{head}:ü x.py") == "a = 2"
    after = (git(repo, "status", "--porcelain"), git(repo, "rev-parse", "HEAD"), git(repo, "write-tree"))
    assert after == before
    assert "body" in Path(page).read_text()


def test_an_executable_stays_executable(repo: Path) -> None:
    change = FileChange("run.sh", b"echo hi\n", b"echo ho\n", is_test=False)
    head = commit_on(repo, git(repo, "rev-parse", "main"), [change], "m")
    assert git(repo, "ls-tree", head, "run.sh").startswith("100755")


def test_a_second_run_updates_and_does_not_duplicate(repo: Path) -> None:
    forge = FolderForge(repo)
    forge.publish(offer(forge, repo))
    second = offer(forge, repo, body="better", after=b"a = 3\n")
    number, head, page = forge.publish(second)
    assert (number, second.standing.pull, second.standing.issue) == (1, 1, 1)
    assert git(repo, "show", f"{head}:ü x.py") == "a = 3"
    assert "better" in Path(page).read_text()
    assert len(list((repo / ".splat/pulls").glob("*.md"))) == 1


def test_after_a_merge_the_next_fix_gets_a_branch_of_its_own(repo: Path) -> None:
    forge = FolderForge(repo)
    forge.publish(offer(forge, repo))
    git(repo, "merge", "-q", f"splat/{SIGNATURE}")
    number, _, _ = forge.publish(
        replace(offer(forge, repo), changes=(FileChange("b.py", None, b"b\n", is_test=False),))
    )
    assert number == 2
    assert head_of(repo, f"splat/{SIGNATURE}-2")


def test_a_persons_commit_on_the_branch_is_never_overwritten(repo: Path) -> None:
    forge = FolderForge(repo)
    forge.publish(offer(forge, repo))
    git(repo, "checkout", "-q", f"splat/{SIGNATURE}")
    git(repo, "commit", "-q", "--allow-empty", "-m", "mine")
    assert "not Splat's" in forge.standing(REPORT, SIGNATURE, git(repo, "rev-parse", "main")).taken_over


def test_a_crash_between_branch_and_page_does_not_block_the_next_run(repo: Path) -> None:
    forge = FolderForge(repo)
    first = offer(forge, repo)
    point(repo, first.standing.branch, commit_on(repo, first.base, first.changes, first.commit_message), "")
    number, _, _ = forge.publish(offer(forge, repo))
    assert number == 1


def test_a_branch_moved_meanwhile_is_refused_with_words(repo: Path) -> None:
    forge = FolderForge(repo)
    stale = offer(forge, repo)
    git(repo, "branch", stale.standing.branch, "main")
    with pytest.raises(SplatError, match="moved by someone else"):
        forge.publish(stale)


def test_two_runs_at_once_never_share_a_number(repo: Path) -> None:
    def file(number: int) -> int:
        return FolderForge(repo).standing(REPORT, f"{number:016x}", git(repo, "rev-parse", "main")).issue

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(file, range(16)))
    assert sorted(numbers) == list(range(1, 17))


def test_a_damaged_record_is_passed_over(repo: Path) -> None:
    forge = FolderForge(repo)
    forge.prepare()
    (repo / ".splat/pulls/7.json").write_text("{half")
    (repo / ".splat/pulls/8.json").write_text(json.dumps([1]))
    assert forge.publish(offer(forge, repo))[0] == 1


def test_the_issue_page_is_inert(repo: Path) -> None:
    forge = FolderForge(repo)
    forge.standing(REPORT, SIGNATURE, git(repo, "rev-parse", "main"))
    page = (repo / ".splat/issues/1.md").read_text()
    assert "# \\[Splat\\] TypeError in cart.py:3" in page
    outside_fence = page.split("```")[0]
    assert "`@octocat`" in outside_fence
    assert " fixes `#1`" in outside_fence


def test_git_never_lists_the_folder(repo: Path) -> None:
    FolderForge(repo).prepare()
    assert git(repo, "status", "--porcelain") == ""


def test_a_link_in_place_of_the_folder_is_refused(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    (repo / ".splat").symlink_to(tmp_path_factory.mktemp("elsewhere"))
    with pytest.raises(SplatError, match="is a link"):
        FolderForge(repo).prepare()


@pytest.mark.parametrize("part", ["issues", "pulls", "runs"])
def test_a_link_inside_the_folder_is_refused(repo: Path, part: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (repo / ".splat").mkdir()
    (repo / ".splat" / part).symlink_to(elsewhere)
    with pytest.raises(SplatError, match="is a link"):
        FolderForge(repo).prepare()
    assert not list(elsewhere.iterdir())


def test_a_file_in_place_of_the_folder_says_what_to_do(repo: Path) -> None:
    (repo / ".splat").write_text("mine\n")
    with pytest.raises(SplatError, match="Move it away"):
        FolderForge(repo).prepare()
    assert (repo / ".splat").read_text() == "mine\n"


def test_a_linked_ignore_file_is_replaced_and_its_target_left_alone(repo: Path) -> None:
    (repo / "mine").write_text("keep\n")
    git(repo, "add", "mine")
    git(repo, "commit", "-qm", "mine")
    (repo / ".splat").mkdir()
    (repo / ".splat/.gitignore").symlink_to(repo / "mine")
    FolderForge(repo).prepare()
    assert git(repo, "status", "--porcelain") == ""
    assert (repo / "mine").read_text() == "keep\n"


def test_what_is_no_record_is_passed_over(repo: Path) -> None:
    """A pipe would be waited for, a device read for ever, a deep text ends Python's patience."""
    forge = FolderForge(repo)
    forge.prepare()
    os.mkfifo(repo / ".splat/pulls/1.json")
    (repo / ".splat/pulls/2.json").symlink_to("/dev/zero")
    (repo / ".splat/pulls/3.json").mkdir()
    (repo / ".splat/pulls/4.json").write_text("[" * 100_000)
    (repo / ".splat/pulls/5.json").write_text(" " * 2_000_000)
    assert forge.publish(offer(forge, repo))[0] == 6


@pytest.mark.parametrize(
    "fields",
    [
        *({"branch": name} for name in ("main", "splat/../main", "--all", "splat/x\ny", None, ["x"])),
        *({"number": number} for number in (True, -1, 10**30, "1", None)),
        *({"head": head} for head in ("--all", "--output=leak", "HEAD", None, {})),
    ],
)
def test_a_forged_record_decides_nothing_beyond_its_own_signature(repo: Path, fields: dict[str, object]) -> None:
    forge = FolderForge(repo)
    forge.prepare()
    branch = f"splat/{SIGNATURE}"
    record = {"number": 1, "state": "open", "signature": SIGNATURE, "branch": branch, "head": "0" * 40} | fields
    (repo / ".splat/pulls/1.json").write_text(json.dumps(record))
    main = git(repo, "rev-parse", "main")
    assert forge.standing(REPORT, SIGNATURE, main).branch == branch
    forge.publish(offer(forge, repo))
    assert git(repo, "for-each-ref", "--format=%(refname:short)").split() == ["main", branch]
    assert git(repo, "rev-parse", "main") == main
    assert not (repo / "leak").exists()


def test_a_branch_in_the_way_is_told_before_the_work(repo: Path) -> None:
    git(repo, "branch", "splat", "main")
    with pytest.raises(SplatError, match="git branch -m splat"):
        FolderForge(repo).standing(REPORT, SIGNATURE, git(repo, "rev-parse", "main"))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root, to become someone else")
def test_objects_that_cannot_be_written_are_told_before_the_work(repo: Path) -> None:
    """As an ordinary user: root writes where it likes."""
    base = git(repo, "rev-parse", "main")
    for path in (repo, *repo.rglob("*")):
        os.chown(path, 64_990, 64_990)
    (repo / ".git/objects").chmod(0o555)
    program = "import sys; from pathlib import Path; from healer.edge.branches import try_to_point; "
    program += "import os; os.setgroups([]); os.setgid(64990); os.setuid(64990); "
    program += f"try_to_point(Path('.'), 'splat/x', {base!r}, '')"
    for folder in repo.parents:
        if folder.is_relative_to("/tmp") and folder != Path("/tmp"):
            folder.chmod(0o755)
    done = subprocess.run([sys.executable, "-c", program], cwd=repo, capture_output=True, text=True, check=False)
    assert "objects are read-only" in done.stderr
    assert "Make .git writable" in done.stderr


def test_a_lock_that_a_killed_run_left_is_named(repo: Path) -> None:
    lock = repo / f".git/refs/heads/splat/{SIGNATURE}.lock"
    lock.parent.mkdir()
    lock.touch()
    with pytest.raises(SplatError, match=r"remove it") as caught:
        FolderForge(repo).standing(REPORT, SIGNATURE, git(repo, "rev-parse", "main"))
    assert lock.name in caught.value.what


def test_asking_for_the_standing_moves_no_branch(repo: Path) -> None:
    forge, main = FolderForge(repo), git(repo, "rev-parse", "main")
    forge.standing(REPORT, SIGNATURE, main)
    assert head_of(repo, f"splat/{SIGNATURE}") == ""
    forge.publish(offer(forge, repo))
    head = head_of(repo, f"splat/{SIGNATURE}")
    assert forge.standing(REPORT, SIGNATURE, main).head == head == head_of(repo, f"splat/{SIGNATURE}")


def test_a_repository_of_longer_ids_works_too(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main", "--object-format=sha256")
    (tmp_path / "ü x.py").write_text("a = 1\n")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "first")
    forge = FolderForge(tmp_path)
    forge.publish(offer(forge, tmp_path))
    forge.publish(offer(forge, tmp_path, after=b"a = 3\n"))
    assert git(tmp_path, "show", f"splat/{SIGNATURE}:ü x.py") == "a = 3"


def test_two_runs_at_once_file_one_issue(repo: Path) -> None:
    base = git(repo, "rev-parse", "main")
    with ThreadPoolExecutor(8) as pool:
        issues = {
            one.issue for one in pool.map(lambda _: FolderForge(repo).standing(REPORT, SIGNATURE, base), range(16))
        }
    assert issues == {1}
    assert len(list((repo / ".splat/issues").glob("*.json"))) == 1


def test_hooks_of_the_repository_never_run(repo: Path) -> None:
    hook = repo / ".git/hooks/reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\ntouch hook-ran\nexit 1\n")
    hook.chmod(0o755)
    forge = FolderForge(repo)
    forge.publish(offer(forge, repo))
    assert not (repo / "hook-ran").exists()


@pytest.mark.parametrize("path", ["link", "link/below.py"])
def test_nothing_is_written_in_the_place_of_a_link(repo: Path, path: str) -> None:
    (repo / "link").symlink_to("run.sh")
    git(repo, "add", "link")
    git(repo, "commit", "-qm", "a link")
    with pytest.raises(SplatError, match="link"):
        commit_on(repo, git(repo, "rev-parse", "main"), [FileChange(path, None, b"/etc/passwd", is_test=False)], "m")


def test_ancestry(repo: Path) -> None:
    first = git(repo, "rev-parse", "main")
    git(repo, "commit", "-q", "--allow-empty", "-m", "second")
    second = git(repo, "rev-parse", "main")
    assert contains(repo, second, first)
    assert not contains(repo, first, second)
    assert not contains(repo, second, "0" * 40)


def left_behind(root: Path) -> list[Path]:
    """What a run that is killed at the worst moments leaves, made by one."""
    script = """
import os, sys, tempfile
from pathlib import Path
from healer.edge.folder import FolderForge
forge = FolderForge(Path(sys.argv[1]))
forge.prepare()
(forge.root / "runs/20260101T000000-aaaa/attempt-1").mkdir(parents=True)
for folder in (".", "issues", "pulls", "runs/20260101T000000-aaaa", "runs/20260101T000000-aaaa/attempt-1"):
    tempfile.mkstemp(dir=forge.root / folder, prefix=".tmp-")
for kind in ("issues", "pulls"):
    number = forge._claim(kind)
    (forge.root / kind / f"{number}.md").write_text("# half a page")
os.kill(os.getpid(), 9)
"""
    done = subprocess.run([sys.executable, "-c", script, root.parent], capture_output=True, check=False)
    assert done.returncode == -9, done.stderr
    return [*root.rglob(".tmp-*"), *root.glob("*/1.*")]


def test_what_a_killed_run_left_goes_with_the_next_start(repo: Path) -> None:
    forge = FolderForge(repo)
    forge.publish(offer(forge, repo))
    kept = {path for path in forge.root.rglob("*") if path.is_file()}
    (forge.root / "issues" / ".tmp-folder").mkdir()
    (forge.root / "pulls" / "mine.json").touch()
    del forge
    left = left_behind(repo / ".splat")
    assert len([path for path in left if path.name.startswith(".tmp-")]) == 6
    FolderForge(repo).prepare()
    now = {path for path in (repo / ".splat").rglob("*") if path.is_file()}
    assert now == {*kept, repo / ".splat/pulls/mine.json"}


def test_nothing_is_tidied_while_another_run_is_at_work(repo: Path) -> None:
    working = FolderForge(repo)
    working.prepare()
    left = left_behind(repo / ".splat")
    FolderForge(repo).prepare()
    assert all(path.exists() for path in left)
    assert len(left) == 9
    del working
    FolderForge(repo).prepare()
    assert not any(path.exists() for path in left)


def test_nothing_is_written_while_another_run_tidies(repo: Path) -> None:
    """It would take it for what a dead run has left half-written."""
    forge = FolderForge(repo)
    forge.root.mkdir()
    with ThreadPoolExecutor(1) as pool, (forge.root / "alive").open("wb") as tidying:
        fcntl.flock(tidying, fcntl.LOCK_EX)
        prepared = pool.submit(forge.prepare)
        until = time.monotonic() + 120
        while not waited_for(forge.root / "alive"):
            assert not prepared.done(), "it did not wait"
            assert time.monotonic() < until
            time.sleep(0.01)
        assert [path.name for path in forge.root.iterdir() if path.is_file()] == ["alive"]
        fcntl.flock(tidying, fcntl.LOCK_UN)
        prepared.result(120)
    assert (forge.root / ".gitignore").read_text() == "*\n"


def waited_for(locked: Path) -> bool:
    """As the kernel lists those who wait for a lock: `1: -> FLOCK  ADVISORY  READ 71 fe:00:4711 0 EOF`."""
    lines = [line.split() for line in Path("/proc/locks").read_text().splitlines()]
    return any(line[1] == "->" and line[6].endswith(f":{locked.stat().st_ino}") for line in lines)
