"""What git says of a checkout: remotes in every form, branches, and places where nothing can be set up."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from healer.edge.checkout import WorkingTree, _refusal
from healer.edge.plumbing import _then
from healer.outcome import SplatError
from healer.setup.remotes import remote
from tests.setup.trees import codes, git, looked, tree

if TYPE_CHECKING:
    from pathlib import Path

APP = {"app.py": "from flask import Flask\n\napp = Flask(__name__)\n", "requirements.txt": "flask\n"}


@pytest.mark.parametrize(
    ("address", "host", "name", "forge"),
    [
        ("git@github.com:octo/shop.git", "github.com", "octo/shop", "github"),
        ("github.com:octo/shop", "github.com", "octo/shop", "github"),
        ("git@github.com:/octo/shop.git", "github.com", "octo/shop", "github"),
        ("org-1234@github.com:octo/shop.git", "github.com", "octo/shop", "github"),
        ("ssh://git@ssh.github.com:443/octo/shop.git", "github.com", "octo/shop", "github"),
        ("git+ssh://git@github.com/octo/shop.git", "github.com", "octo/shop", "github"),
        ("https://www.github.com/octo/shop/", "github.com", "octo/shop", "github"),
        ("https://octo:ghp_secret@GitHub.com/octo/shop.git", "github.com", "octo/shop", "github"),
        ("git://github.com/octo/shop", "github.com", "octo/shop", "github"),
        ("https://acme.ghe.com/octo/shop", "acme.ghe.com", "octo/shop", "enterprise"),
        ("git@github.acme.io:octo/shop.git", "github.acme.io", "octo/shop", "enterprise"),
        ("https://git.acme.io:8443/octo/shop.git", "git.acme.io:8443", "octo/shop", "enterprise"),
        ("http://localhost:4001/octo/shop", "localhost:4001", "octo/shop", "enterprise"),
        ("git@gitlab.com:octo/shop.git", "gitlab.com", "octo/shop", "other"),
        ("https://gitlab.acme.io/group/inner/shop.git", "gitlab.acme.io", "", "other"),
        ("https://dev.azure.com/octo/shop", "dev.azure.com", "octo/shop", "other"),
        ("git@work:octo/shop.git", "work", "octo/shop", "other"),
        ("https://github.com/octo", "github.com", "", "other"),
        ("https://github.com/octo/..", "github.com", "", "other"),
        ("https://github.com/-octo/shop", "github.com", "", "other"),
        ("/srv/git/shop.git", "", "", "other"),
        ("../shop", "", "", "other"),
        ("C:\\code\\shop", "", "", "other"),
        ("c:/code/shop", "", "", "other"),
        ("file:///srv/shop.git", "", "", "other"),
        ("ext::sh -c whoami", "", "", "other"),
        ("", "", "", "other"),
        ("https://github.com/octo/shop\u2028evil", "github.com", "", "other"),
        ("a" * 100_000, "", "", "other"),
        ("https://" + "a@" * 10_000 + "/x/y", "", "", "other"),
    ],
)
def test_an_address_is_read(address: str, host: str, name: str, forge: str) -> None:
    found = remote("origin", address)
    assert (found.host, found.full_name, found.forge) == (host, name, forge)
    assert "secret" not in repr(found)


def test_git_applies_what_the_user_told_it_of_addresses(tmp_path: Path) -> None:
    root = tree(tmp_path / "shop", APP)
    git(root, "remote", "set-url", "origin", "gh:octo/shop")
    git(root, "config", "url.https://github.acme.io/.insteadOf", "gh:")
    found = looked(root).remote
    assert found is not None
    assert (found.host, found.full_name, found.enterprise) == ("github.acme.io", "octo/shop", True)


def test_a_name_of_the_ssh_configuration_is_looked_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    (home / ".ssh").mkdir(parents=True)
    config = "Host other\n  HostName x.org\nHost gh-play gh-work\n  User git\n  HostName = github.com\nMatch all\n"
    (home / ".ssh" / "config").write_text(config + "  HostName no.org\n")
    monkeypatch.setenv("HOME", str(home))
    root = tree(tmp_path / "shop", APP)
    git(root, "remote", "set-url", "origin", "git@gh-work:octo/shop.git")
    found = looked(root).remote
    assert found is not None
    assert (found.host, found.forge) == ("github.com", "github")

    git(root, "remote", "set-url", "origin", "git@unknown:octo/shop.git")
    assert "ssh-alias" in codes(looked(root))


def test_of_several_remotes_the_one_that_counts_comes_first(tmp_path: Path) -> None:
    root = tree(tmp_path / "shop", APP)
    git(root, "remote", "add", "backup", "git@gitlab.com:octo/shop.git")
    git(root, "remote", "add", "upstream", "git@github.com:acme/shop.git")
    found = looked(root)
    assert [item.name for item in found.remotes] == ["origin", "upstream", "backup"]
    assert "several-remotes" in codes(found)

    git(root, "config", "branch.main.remote", "upstream")
    assert looked(root).remotes[0].name == "upstream"
    git(root, "config", "remote.origin.gh-resolved", "base")
    assert looked(root).remotes[0].name == "origin"


def test_one_repository_under_two_addresses_is_not_several(tmp_path: Path) -> None:
    root = tree(tmp_path / "shop", APP)
    git(root, "remote", "add", "push", "git@github.com:Octo/Shop.git")
    assert "several-remotes" not in codes(looked(root))


def test_no_remote_and_a_remote_elsewhere_are_named(tmp_path: Path) -> None:
    root = tree(tmp_path / "shop", APP)
    git(root, "remote", "set-url", "origin", "git@gitlab.com:octo/shop.git")
    assert codes(looked(root)) == {"not-github"}
    git(root, "remote", "remove", "origin")
    found = looked(root)
    assert codes(found) == {"no-remote"}
    assert found.remote is None
    assert found.services


def test_the_default_branch_is_what_the_remote_said(tmp_path: Path) -> None:
    root = tree(tmp_path / "shop", APP)
    git(root, "checkout", "-q", "-b", "feature/x")
    assert (looked(root).branch, looked(root).default_branch) == ("feature/x", "main")
    git(root, "update-ref", "refs/remotes/origin/master", "HEAD")
    assert looked(root).default_branch == "master"
    git(root, "update-ref", "refs/remotes/origin/release/1", "HEAD")
    git(root, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/release/1")
    assert looked(root).default_branch == "release/1"


def test_nothing_says_the_default_branch(tmp_path: Path) -> None:
    root = tree(tmp_path / "shop", APP)
    git(root, "branch", "-m", "main", "work")
    found = looked(root)
    assert found.default_branch == ""
    assert codes(found) == {"no-default-branch"}


def test_a_detached_head_and_changes_are_told_and_stop_nothing(tmp_path: Path) -> None:
    root = tree(tmp_path / "shop", APP)
    (root / "new.txt").write_text("not tracked")
    assert not looked(root).dirty
    git(root, "checkout", "-q", "--detach")
    (root / "app.py").write_text("from flask import Flask\n\n\nshop = Flask(__name__)\n")
    found = looked(root)
    assert (found.branch, found.dirty, found.stopped) == (None, True, None)
    assert codes(found) == {"detached", "dirty"}
    # What is in the working tree counts, since that is what gets edited.
    assert (found.services[0].entries[0].name, found.services[0].entries[0].line) == ("shop", 4)


def test_before_the_first_commit(tmp_path: Path) -> None:
    root = tmp_path / "new"
    root.mkdir()
    git(root, "init", "-q", "-b", "trunk")
    found = looked(root)
    assert (found.branch, found.default_branch) == ("trunk", "trunk")
    assert found.stopped is not None
    assert found.stopped.code == "no-files"
    (root / "app.py").write_text(APP["app.py"])
    git(root, "add", "app.py")
    found = looked(root)
    assert found.stopped is None
    assert found.services[0].frameworks == ("flask",)


def test_places_without_a_working_tree_stop(tmp_path: Path) -> None:
    root = tree(tmp_path / "shop", APP)
    git(tmp_path, "clone", "-q", "--bare", str(root), "bare.git")
    (tmp_path / "plain").mkdir()
    (tmp_path / "file").write_text("x")
    for place, code in (
        (tmp_path / "plain", "no-git"),
        (tmp_path / "none", "no-git"),
        (tmp_path / "file", "no-git"),
        (tmp_path / "bare.git", "bare"),
        (root / ".git", "bare"),
    ):
        found = looked(place)
        assert found.stopped is not None
        assert (found.stopped.code, found.services, found.branch) == (code, (), None), place
        assert found.stopped.next_step


def test_from_a_folder_inside_the_whole_repository_is_seen(tmp_path: Path) -> None:
    root = tree(tmp_path / "shop", {**APP, "deep/er/notes.txt": "x"})
    found = looked(root / "deep" / "er")
    assert found.root == root
    assert found.services


def test_a_linked_worktree_and_a_submodule_are_seen(tmp_path: Path) -> None:
    inner = tree(tmp_path / "inner", APP)
    outer = tree(tmp_path / "outer", {"README.md": "x"})
    git(outer, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner), "lib/inner")
    git(outer, "commit", "-q", "-m", "second")
    assert {"submodules", "no-service"} <= codes(looked(outer))
    assert "submodule" in codes(looked(outer / "lib" / "inner"))

    git(inner, "worktree", "add", "-q", "-b", "other", str(tmp_path / "linked"))
    found = looked(tmp_path / "linked")
    assert (found.branch, found.default_branch) == ("other", "main")
    assert "worktree" in codes(found)


def test_git_that_cannot_answer_is_a_note(tmp_path: Path) -> None:
    root = tree(tmp_path / "shop", APP)
    (root / ".git" / "index").write_bytes(b"DIRC" + os.urandom(200))
    found = looked(root)
    assert found.stopped is not None
    assert found.stopped.code == "no-files"
    (root / ".git" / "config").write_text("[core\n")
    found = looked(root)
    assert found.stopped is not None
    assert found.stopped.code == "no-git"


def test_nothing_of_the_repository_is_run(tmp_path: Path) -> None:
    spring = f"open({str(tmp_path / 'sprung')!r}, 'w')\n"
    root = tree(tmp_path / "shop", {**APP, "conftest.py": spring, "setup.py": spring, "app.py": spring + APP["app.py"]})
    trap = tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n")
    trap.chmod(0o755)
    for key in ("core.fsmonitor", "core.pager", "diff.external", "core.sshCommand", "core.editor"):
        git(root, "config", key, str(trap))
    (root / ".git" / "hooks").mkdir(exist_ok=True)
    for hook in ("post-index-change", "post-checkout", "pre-commit"):
        (root / ".git" / "hooks" / hook).write_text(trap.read_text())
        (root / ".git" / "hooks" / hook).chmod(0o755)
    (root / ".git" / "info").mkdir(exist_ok=True)
    (root / ".git" / "info" / "attributes").write_text("* filter=evil\n*.txt filter=other\n")
    for key in ("filter.evil.clean", "filter.evil.process", "filter.other.clean", "filter.other.required"):
        git(root, "config", key, "true" if key.endswith("required") else str(trap))
    for name in ("app.py", "requirements.txt"):  # as many bytes as before: only the content tells
        os.utime(root / name, (1, 1))
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    assert looked(root).services[0].frameworks == ("flask",)
    assert not (tmp_path / "sprung").exists()
    git(root, "config", "filter.e=vil.clean", str(trap))
    (root / ".git" / "info" / "attributes").write_text("* filter=e=vil\n")
    before |= {root / ".git" / "config": (root / ".git" / "config").stat().st_mtime_ns}
    before |= {path: path.stat().st_mtime_ns for path in (root / ".git", root / ".git" / "info" / "attributes")}
    assert looked(root).dirty
    assert not (tmp_path / "sprung").exists()
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == before


def test_reading_follows_no_link(tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "app.py").write_text("token")
    root = tree(tmp_path / "shop", {"app.py": "x", "pkg/app.py": "y", "pkg2/app.py": "z"})
    reader = WorkingTree(root)
    assert reader.read("app.py") == b"x"
    (root / "app.py").unlink()
    (root / "app.py").symlink_to(tmp_path / "secret" / "app.py")
    (root / "pkg" / "app.py").unlink()
    (root / "pkg").rmdir()
    (root / "pkg").symlink_to(tmp_path / "secret")
    (root / "pkg2" / "app.py").unlink()
    os.mkfifo(root / "pkg2" / "app.py")
    reader = WorkingTree(root)
    for path in ("app.py", "pkg/app.py", "pkg2/app.py", "../secret/app.py", "/etc/passwd", "", "pkg"):
        assert reader.read(path) is None, path


def test_another_users_repository_is_told_with_the_command_that_trusts_it(tmp_path: Path) -> None:
    error = SplatError("git rev-parse failed: fatal: detected dubious ownership in repository at '/x'")
    note = _refusal(error, str(tmp_path / "a shop"))
    assert note.next_step.endswith(f"git config --global --add safe.directory '{tmp_path}/a shop'")


def test_what_git_may_not_write_is_a_matter_of_rights() -> None:
    assert "permissions" in _then(
        "error: insufficient permission for adding an object to repository database .git/objects"
    )
    assert "disk" in _then("fatal: write error: No space left on device")
    assert "git fsck" in _then("error: object file is empty")


@pytest.mark.parametrize(
    ("on", "is_ci"),
    [
        ("push: {tags: ['v*']}", False),
        ("push: {tags: ['v*']}\n  pull_request:", True),
        ("push: {tags: ['v*'], branches: [main]}", True),
        ("push: {paths: [src]}", True),
    ],
)
def test_what_only_tags_start_looks_at_no_fix(tmp_path: Path, on: str, is_ci: bool) -> None:
    flow = f"name: Build\non:\n  {on}\njobs:\n  a:\n    steps:\n      - run: pytest\n"
    (found,) = looked(tree(tmp_path / "shop", APP | {".github/workflows/build.yml": flow})).workflows
    assert found.ci is is_ci
