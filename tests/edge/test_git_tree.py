"""GitTree over real repositories: what it reads, what it refuses, and that nothing of a repository ever runs."""

from __future__ import annotations

import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from healer.context.value import Archive
from healer.edge.git import GitTree
from healer.outcome import SplatError, UsageError

if TYPE_CHECKING:
    from pathlib import Path


def git(repo: Path, *arguments: str, **environ: str) -> str:
    command = ["git", "-c", "user.name=T", "-c", "user.email=t@example.com", "-C", str(repo), *arguments]
    command[1:1] = ["-c", "protocol.file.allow=always"]
    ended = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, **environ})
    return ended.stdout.strip()


def commit(repo: Path, message: str, day: int = 1) -> str:
    git(repo, "add", "-A")
    when = f"2026-01-{day:02}T10:00:00Z"
    git(repo, "commit", "-q", "-m", message, GIT_COMMITTER_DATE=when, GIT_AUTHOR_DATE=when)
    return git(repo, "rev-parse", "HEAD")


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    place = tmp_path / "repo"
    place.mkdir()
    git(place, "init", "-q", "-b", "main")
    (place / "app").mkdir()
    (place / "app" / "cart.py").write_text("".join(f"line {number}\n" for number in range(1, 31)))
    (place / "ü x.py").write_bytes(b"\xef\xbb\xbfa = 1\r\n")
    commit(place, "first")
    return place


def test_reads_files_from_objects_whatever_the_working_tree_says(repo: Path) -> None:
    (repo / "app" / "cart.py").write_text("changed\n")
    (repo / "untracked.py").write_text("x\n")
    with GitTree(repo) as tree:
        assert tree.base == git(repo, "rev-parse", "HEAD")
        assert tree.paths() == {"app/cart.py", "ü x.py"}
        assert (tree.read("app/cart.py") or b"").startswith(b"line 1\n")
        assert tree.read("ü x.py") == b"\xef\xbb\xbfa = 1\r\n"
        assert tree.read("untracked.py") is None
        assert isinstance(tree, Archive)


@pytest.mark.parametrize(
    "path",
    ["../repo/app/cart.py", "/etc/passwd", "app", "", "app/cart.py\n", "app/../app/cart.py", "\x00", "x" * 1_000_000],
)
def test_a_path_that_is_not_tracked_is_none(repo: Path, path: str) -> None:
    with GitTree(repo) as tree:
        assert tree.read(path) is None
        assert list(tree.history(path, 1, 1)) == []
        assert tree.read_at("HEAD", path) is None
        assert tree.read("ü x.py") is not None


def test_a_bare_repository_and_a_folder_inside_a_checkout_give_the_same(repo: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--bare", str(repo), "bare.git")
    with GitTree(repo) as whole, GitTree(tmp_path / "bare.git") as bare, GitTree(repo / "app") as inside:
        assert whole.paths() == bare.paths() == inside.paths()
        assert whole.history("app/cart.py", 3, 3) == bare.history("app/cart.py", 3, 3)
        assert inside.read("app/cart.py") == whole.read("app/cart.py")
        assert inside.history("app/cart.py", 3, 3) == whole.history("app/cart.py", 3, 3)


def test_links_submodules_and_names_no_one_can_speak_of_are_left_out(repo: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "-q")
    (other / "a.py").write_text("1\n")
    commit(other, "sub")
    git(repo, "submodule", "add", "-q", str(other), "sub")
    (repo / "link.py").symlink_to("/etc/passwd")
    (repo / "bad\nname.py").write_text("1\n")
    (repo / os.fsdecode(b"bad\xff.py")).write_text("1\n")
    (repo / "run.sh").write_text("#!/bin/sh\n")
    (repo / "run.sh").chmod(0o755)
    commit(repo, "odd ones")
    with GitTree(repo) as tree:
        assert tree.paths() == {".gitmodules", "app/cart.py", "ü x.py", "run.sh"}
        assert tree.read("link.py") is None
        assert tree.read("sub") is None


def test_a_large_file_is_none_and_reading_goes_on(repo: Path) -> None:
    (repo / "large.bin").write_bytes(b"x" * (2 * 1024 * 1024 + 1))
    (repo / "edge.bin").write_bytes(b"y" * (2 * 1024 * 1024))
    (repo / "empty").write_bytes(b"")
    commit(repo, "large")
    with GitTree(repo) as tree:
        assert tree.read("large.bin") is None
        assert len(tree.read("edge.bin") or b"") == 2 * 1024 * 1024
        assert tree.read("empty") == b""
        assert tree.read("large.bin") is None
        assert tree.read("ü x.py") is not None


def test_history_names_the_commits_of_the_lines_newest_first(repo: Path) -> None:
    path = repo / "app" / "cart.py"
    path.write_text(path.read_text().replace("line 3\n", "line three\n"))
    second = commit(repo, "say three\x1b[31m", day=2)
    path.write_text(path.read_text().replace("line 20\n", "line twenty\n"))
    commit(repo, "elsewhere", day=3)
    with GitTree(repo) as tree:
        told = list(tree.history("app/cart.py", 2, 4))
        assert told[0] == f"{second[:10]} 2026-01-02 say three [31m"
        assert [line.split(" ", 2)[1:] for line in told[1:]] == [["2026-01-01", "first"]]
        assert list(tree.history("app/cart.py", 900, 901)) == []


def test_a_shallow_clone_tells_no_history_rather_than_a_wrong_one(repo: Path, tmp_path: Path) -> None:
    (repo / "ü x.py").write_text("b = 2\n")
    commit(repo, "second", day=2)
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{repo}", "shallow")
    with GitTree(tmp_path / "shallow") as tree:
        assert list(tree.history("app/cart.py", 1, 3)) == []


def test_a_release_is_a_commit_or_a_tag(repo: Path) -> None:
    first = git(repo, "rev-parse", "HEAD")
    git(repo, "tag", "v1.0")
    (repo / "ü x.py").write_text("b = 2\n")
    commit(repo, "second", day=2)
    with GitTree(repo) as tree:
        for release in ("1.0", "v1.0", first, first[:9]):
            assert tree.read_at(release, "ü x.py") == b"\xef\xbb\xbfa = 1\r\n"
        for release in ("", "2.0", "--help", "HEAD@{1}", "main~1", "../main", "x\ny", f"{first}^{{tree}}", "v1..v2"):
            assert tree.read_at(release, "ü x.py") is None


def test_nothing_of_the_repository_runs(repo: Path, tmp_path: Path) -> None:
    trap = tmp_path / "ran"
    script = tmp_path / "trap.sh"
    script.write_text(f"#!/bin/sh\necho ran >> {trap}\ncat\n")
    script.chmod(0o755)
    (repo / ".gitattributes").write_text("*.py diff=evil filter=evil\n")
    commit(repo, "attributes", day=2)
    for key in ("core.fsmonitor", "diff.evil.textconv", "diff.external", "core.pager", "filter.evil.smudge"):
        git(repo, "config", key, str(script))
    (repo / ".ignored").write_text("")
    git(repo, "config", "blame.ignoreRevsFile", ".ignored")
    for hook in ("post-index-change", "reference-transaction", "post-checkout"):
        (repo / ".git" / "hooks").mkdir(exist_ok=True)
        (repo / ".git" / "hooks" / hook).symlink_to(script)
    with GitTree(repo) as tree:
        tree.read("app/cart.py")
        assert tree.history("app/cart.py", 1, 5)
    assert not trap.exists()


def test_replaced_objects_are_not_followed(repo: Path) -> None:
    honest = git(repo, "rev-parse", "HEAD:app/cart.py")
    (repo / "evil").write_text("evil\n")
    evil = git(repo, "hash-object", "-w", "evil")
    git(repo, "replace", honest, evil)
    with GitTree(repo) as tree:
        assert (tree.read("app/cart.py") or b"").startswith(b"line 1\n")


def test_git_in_the_environment_does_not_lead_elsewhere(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", "/bin/false")
    with GitTree(repo) as tree:
        assert "app/cart.py" in tree.paths()


def test_threads_share_one_tree(repo: Path) -> None:
    for number in range(40):
        (repo / f"f{number}.py").write_text(f"{number}\n" * (number + 1) * 50)
    commit(repo, "many")
    with GitTree(repo) as tree, ThreadPoolExecutor(8) as pool:
        names = [f"f{number}.py" for number in range(40)] * 5
        for name, content in zip(names, pool.map(tree.read, names), strict=True):
            number = name[1:-3]
            assert content is not None
            assert set(content.decode().split()) == {number}


def test_closing_ends_the_process(repo: Path) -> None:
    tree = GitTree(repo)
    process = tree._objects._process
    assert process is not None
    tree.close()
    assert process.poll() is not None
    assert tree.read("ü x.py") is not None
    tree.close()
    tree.close()


@pytest.mark.parametrize(
    ("place", "rev", "says", "then"),
    [
        ("missing", "HEAD", "no such folder", "--repo"),
        ("plain", "HEAD", "not a git repository", "--repo"),
        ("empty", "HEAD", "no commits yet", "Commit"),
        ("repo", "nope", "names no commit", "tag"),
        ("repo", "--help", "names no commit", "tag"),
        ("repo", "HEAD:app", "names no commit", "tag"),
        ("repo", "a\nb", "no revision", "Name"),
        ("repo", "", "no revision", "Name"),
        ("re\x00po", "HEAD", "no folder", "Name"),
    ],
)
def test_what_cannot_be_read_is_a_usage_error_with_a_next_step(
    repo: Path, tmp_path: Path, place: str, rev: str, says: str, then: str
) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "empty").mkdir()
    git(tmp_path / "empty", "init", "-q")
    with pytest.raises(UsageError) as caught:
        GitTree(tmp_path / place, rev)
    assert says in str(caught.value)
    assert then in caught.value.next_step


def test_without_git_it_says_so(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(UsageError, match="git was not found"):
        GitTree(repo)


@pytest.mark.skipif(os.geteuid() != 0, reason="giving a folder to another user needs root")
def test_a_repository_of_another_user_is_named_as_such(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for path in (repo, repo / ".git"):
        os.chown(path, 12345, 12345)
    with pytest.raises(UsageError, match="another user owns it") as caught:
        GitTree(repo)
    assert "safe.directory" in caught.value.next_step


def test_a_git_that_waits_for_ever_is_not_waited_for(repo: Path) -> None:
    os.mkfifo(repo / "pipe")
    with (repo / ".git/config").open("a") as config:
        config.write("[include]\n\tpath = ../pipe\n")
    began = time.monotonic()
    with pytest.raises(SplatError, match=r"did not answer within 0\.5 s") as caught:
        GitTree(repo, patience=0.5)
    assert time.monotonic() - began < 60
    assert "include.path" in caught.value.next_step


def test_a_file_that_the_clone_lacks_is_named(repo: Path, tmp_path: Path) -> None:
    git(repo, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{repo}", "partial")
    with GitTree(tmp_path / "partial") as tree:
        assert "app/cart.py" in tree.paths()
        assert tree.read("untracked.py") is None
        with pytest.raises(UsageError, match="has not all files") as caught:
            tree.read("app/cart.py")
    assert "refetch" in caught.value.next_step


@pytest.mark.parametrize(("limit", "whole"), [("3m", True), ("2m", False), ("1k", False)])
def test_a_clone_without_large_files_reads_them_as_too_large(
    repo: Path, tmp_path: Path, limit: str, whole: bool
) -> None:
    """As long as it has all that would be read."""
    (repo / "film.bin").write_bytes(b"x" * (3 * 1024 * 1024))
    commit(repo, "a film")
    git(repo, "config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    options = ("-q", "--depth=1", f"--filter=blob:limit={limit}", "--no-checkout")
    git(tmp_path, "clone", *options, f"file://{repo}", "clone")
    with GitTree(clone) as tree:
        if whole:
            assert tree.read("film.bin") is None
        else:
            with pytest.raises(UsageError, match="not all files"):
                tree.read("film.bin")
        assert tree.read("app/cart.py")


def test_a_file_that_was_lost_is_named(repo: Path) -> None:
    blob = git(repo, "rev-parse", "HEAD:app/cart.py")
    (repo / ".git/objects" / blob[:2] / blob[2:]).unlink()
    with GitTree(repo) as tree:
        with pytest.raises(UsageError, match="has not all files") as caught:
            tree.read("app/cart.py")
        assert caught.value.where == "app/cart.py"
        assert tree.read("ü x.py") is not None


def test_an_object_of_any_size_comes_whole(repo: Path) -> None:
    sizes = [0, 1, 65_535, 65_536, 65_537, 200_001]
    for size in sizes:
        (repo / f"{size}.txt").write_bytes(b"\n" * size)
    commit(repo, "sizes")
    with GitTree(repo) as tree:
        for size in sizes * 2:
            assert tree.read(f"{size}.txt") == b"\n" * size
