"""The sandbox's parts, each alone: output caps, the export from git objects, the environment, the folder, the probe."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healer.edge.sandbox import advice, export, layout
from healer.edge.sandbox.artefacts import read_artefacts
from healer.edge.sandbox.environment import allowed
from healer.edge.sandbox.folder import PREFIX, PrivateFolder, remove_tree, sweep
from healer.edge.sandbox.output import CappedOutput
from healer.edge.sandbox.process import Launch, execute
from healer.edge.sandbox.toolchains import find_toolchains, private_places
from healer.outcome import SandboxError
from tests.edge.sandbox_kit import git, make_repo, needs_bubblewrap, needs_root, opened

if TYPE_CHECKING:
    from collections.abc import Callable


class TestCappedOutput:
    @settings(max_examples=200, deadline=None)
    @given(st.lists(st.binary(max_size=40), max_size=30), st.integers(1, 32))
    def test_keeps_both_ends_and_counts_the_rest(self, chunks: list[bytes], keep: int) -> None:
        output = CappedOutput(keep)
        for chunk in chunks:
            output.add(chunk)
        whole = b"".join(chunks)
        if len(whole) <= 2 * keep:
            assert output.text() == whole.decode("utf-8", "replace")
        else:
            head, tail = (part.decode("utf-8", "replace") for part in (whole[:keep], whole[-keep:]))
            assert output.text() == f"{head}\n[... {len(whole) - 2 * keep:,} bytes left out ...]\n{tail}"


class TestExecute:
    def test_output_before_the_mark_is_not_the_commands(self) -> None:
        done = execute(_launch("echo early; echo MARK; echo late"), 120)
        assert (done.output, done.started, done.exit_code) == ("late\n", True, 0)

    def test_what_never_starts_tells_what_it_said(self) -> None:
        done = execute(_launch("echo trouble; exit 3"), 120)
        assert (done.output, done.started, done.exit_code) == ("trouble\n", False, 3)

    def test_a_mark_in_pieces_is_found(self) -> None:
        assert execute(_launch("printf 'xMA'; sleep 0.2; printf 'RK\\ny'"), 120).output == "y"

    def test_a_watch_that_objects_ends_it(self) -> None:
        began = time.monotonic()
        reasons = iter(["", "", "enough"])
        done = execute(_launch("echo MARK; sleep 300", watch=lambda: next(reasons, "enough")), 300)
        assert (done.stopped, done.exit_code, done.timed_out) == ("enough", 137, False)
        assert time.monotonic() - began < 200

    def test_a_daemon_that_holds_the_pipe_does_not_hold_us(self) -> None:
        began = time.monotonic()
        done = execute(_launch("echo MARK; setsid sleep 200 & exit 0"), 300)
        assert done.exit_code == 0
        assert time.monotonic() - began < 150

    def test_output_is_read_also_when_we_come_late(self) -> None:
        """As on a machine that gives us no time while the command runs and ends."""
        done = execute(_launch("echo MARK; echo out; sleep 0.2; echo late; exit 3", watch=_hold_once(2.0)), 60)
        assert (done.output, done.exit_code, done.timed_out) == ("out\nlate\n", 3, False)

    def test_what_ended_in_time_did_not_time_out(self) -> None:
        done = execute(_launch("echo MARK; echo out; exit 3", watch=_hold_until_it_ended(1.2)), 1)
        assert (done.output, done.exit_code, done.timed_out) == ("out\n", 3, False)

    def test_no_descriptor_is_left_open(self) -> None:
        before = set(os.listdir("/proc/self/fd"))
        for _ in range(3):
            execute(_launch("echo MARK"), 120)
        assert set(os.listdir("/proc/self/fd")) == before

    def test_a_command_line_that_is_too_long_is_our_error(self) -> None:
        with pytest.raises(SandboxError, match="cannot be started"):
            execute(Launch(["/bin/true", "x" * 10_000_000], {}, b"MARK\n"), 10)


def _hold_once(seconds: float) -> Callable[[], str]:
    pauses = iter([seconds])

    def watch() -> str:
        time.sleep(next(pauses, 0))
        return ""

    return watch


def _hold_until_it_ended(seconds: float) -> Callable[[], str]:
    """And at least so long."""
    until = time.monotonic() + seconds

    def watch() -> str:
        with suppress(ChildProcessError):
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
        time.sleep(max(0, until - time.monotonic()))
        return ""

    return watch


def _launch(script: str, **options: object) -> Launch:
    return Launch(["/bin/sh", "-c", script], {"PATH": os.defpath}, b"MARK\n", **options)  # type: ignore[arg-type]


class TestExport:
    def test_no_filter_no_hook_no_attribute_runs(self, tmp_path: Path) -> None:
        """`git checkout` would run the smudge filter, `git archive` would too, and leave out what attributes name."""
        repo = make_repo(tmp_path / "repo", {"a.txt": "stored\n", "secret.txt": "kept\n", "eol.txt": "a\r\n"})
        ran = tmp_path / "ran"
        git(repo, "config", "filter.evil.smudge", f"sh -c 'touch {ran}; cat'")
        git(repo, "config", "core.fsmonitor", f"touch {ran}")
        (repo / ".gitattributes").write_text(
            "a.txt filter=evil export-subst\nsecret.txt export-ignore\neol.txt eol=crlf\n"
        )
        git(repo, "add", ".gitattributes")
        git(repo, "commit", "-q", "-m", "attributes")
        ran.unlink(missing_ok=True)
        subprocess.run(["git", "-C", str(repo), "archive", "-o", "/dev/null", "HEAD"], check=True)
        assert ran.exists(), "the control"
        ran.unlink()
        with opened(repo, kind="none") as sandbox:
            said = sandbox.run(["cat", "a.txt", "secret.txt", "eol.txt"], seconds=10).output
        assert said == "stored\nkept\na\r\n"
        assert not ran.exists()

    def test_variables_of_git_do_not_lead_elsewhere(self, tmp_path: Path) -> None:
        repo, other = make_repo(tmp_path / "a", {"f": "right"}), make_repo(tmp_path / "b", {"f": "wrong"})
        environ = dict(os.environ) | {
            "GIT_DIR": str(other / ".git"),
            "GIT_OBJECT_DIRECTORY": str(other / ".git/objects"),
        }
        with opened(repo, environ, kind="none") as sandbox:
            assert sandbox.run(["cat", "f"], seconds=10).output == "right"

    def test_links_are_links_and_submodules_are_left_out(self, tmp_path: Path) -> None:
        repo = make_repo(tmp_path / "repo", {"a.txt": "x"})
        (repo / "out").symlink_to("/etc/passwd")
        git(repo, "add", "-A")
        git(repo, "update-index", "--add", "--cacheinfo", f"160000,{git(repo, 'rev-parse', 'HEAD')},sub")
        git(repo, "commit", "-q", "-m", "links")
        with opened(repo, kind="none") as sandbox:
            assert sandbox.run(["readlink", "out"], seconds=10).output == "/etc/passwd\n"
            assert sandbox.run(["test", "-e", "sub"], seconds=10).exit_code == 1

    def test_a_crafted_tree_cannot_write_through_its_own_link(self, tmp_path: Path) -> None:
        """The name twice: once as a link that leads out, once as a folder with a file."""
        target = tmp_path / "target"
        target.mkdir()
        repo = make_repo(tmp_path / "repo", {})
        link = git(repo, "hash-object", "-w", "--stdin", stdin=str(target).encode())
        blob = git(repo, "hash-object", "-w", "--stdin", stdin=b"evil")
        inner = git(repo, "mktree", stdin=f"100644 blob {blob}\tfile\n".encode())
        raw = b"".join(mode + b" a\0" + bytes.fromhex(name) for mode, name in ((b"120000", link), (b"40000", inner)))
        tree = git(repo, "hash-object", "-w", "-t", "tree", "--literally", "--stdin", stdin=raw)
        commit = git(repo, "commit-tree", "-m", "x", tree)
        for kind in ("none", "bubblewrap"):
            try:
                with opened(repo, kind=kind, rev=commit):
                    pass
            except SandboxError:
                pass
            assert list(target.iterdir()) == []

    @pytest.mark.parametrize("name", [b"..", b".git", b".", b""])
    def test_names_that_lead_out_are_refused(self, tmp_path: Path, name: bytes) -> None:
        repo = make_repo(tmp_path / "repo", {})
        blob = git(repo, "hash-object", "-w", "--stdin", stdin=b"evil")
        inner = git(repo, "hash-object", "-w", "-t", "tree", "--literally", "--stdin",
                    stdin=b"100644 config\0" + bytes.fromhex(blob))  # fmt: skip
        raw = b"40000 " + name + b"\0" + bytes.fromhex(inner)
        tree = git(repo, "hash-object", "-w", "-t", "tree", "--literally", "--stdin", stdin=raw)
        commit = git(repo, "commit-tree", "-m", "x", tree)
        with pytest.raises(SandboxError):
            export.listing(repo, commit, os.environ)

    def test_a_missing_file_is_said(self, tmp_path: Path) -> None:
        repo = make_repo(tmp_path, {"a.py": b"a = 1\n"})
        blob = git(repo, "rev-parse", "HEAD:a.py").strip()
        (repo / ".git/objects" / blob[:2] / blob[2:]).unlink()
        with pytest.raises(SandboxError, match="missing"):
            export.listing(repo, "HEAD", os.environ)

    def test_a_partial_clone_is_said_not_fetched(self, tmp_path: Path) -> None:
        origin = make_repo(tmp_path / "origin", {"a.txt": "x"})
        git(origin, "config", "uploadpack.allowFilter", "true")
        clone = [
            "git",
            "clone",
            "-q",
            "--no-checkout",
            "--filter=blob:none",
            f"file://{origin}",
            str(tmp_path / "clone"),
        ]
        subprocess.run(clone, check=True)
        with pytest.raises(SandboxError, match=r"not all files|cannot read"), opened(tmp_path / "clone", kind="none"):
            pass

    def test_names_of_any_bytes_survive(self, tmp_path: Path) -> None:
        repo = make_repo(tmp_path / "repo", {})
        for name in (b"latin-\xe9", b"new\nline", b"-rf", b"long/" + b"/".join([b"d" * 100] * 4)):
            path = os.path.join(os.fsencode(repo), name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(b"x")
        git(repo, "add", "-A")
        git(repo, "commit", "-q", "-m", "names")
        with opened(repo, kind="none") as sandbox:
            done = sandbox.run(["sh", "-c", "find . -type f | wc -l; ls -b"], seconds=10)
        assert done.output.split("\n") == ["5", "-rf", "latin-\\351", "long", "new\\nline", ""]


class TestEnvironment:
    def test_is_an_allowlist(self) -> None:
        given = {"TZ": "UTC", "LC_ALL": "C", "HOME": "/h", "EDITOR": "vi", "LD_PRELOAD": "x", "DJANGO_SETTINGS": "x"}
        assert allowed(given, network=True) == {"TZ": "UTC", "LC_ALL": "C"}

    @settings(max_examples=300, deadline=None)
    @given(
        st.sampled_from(["PIP_", "UV_INDEX_", "BUNDLE_", "COMPOSER_", "npm_config_", "HTTP_", "GO", "LC_", "", "X"]),
        st.sampled_from(["TOKEN", "API_KEY", "SECRET", "PASSWORD", "AUTH", "Credential", "token", "PASSWD"]),
        st.sampled_from(["", "_A", "S"]),
    )
    def test_no_name_of_a_credential_passes(self, before: str, core: str, after: str) -> None:
        assert allowed({before + core + after: "x"}, network=True) == {}

    @pytest.mark.parametrize("prefix", ["ANTHROPIC_", "GITHUB_", "ACTIONS_", "RUNNER_", "AWS_", "CLAUDE_CODE_"])
    def test_nor_any_of_these_families(self, prefix: str) -> None:
        assert allowed({f"{prefix}INDEX_URL": "x", f"{prefix}PROXY": "x"}, network=True) == {}


class TestToolchains:
    def test_a_shim_is_resolved_to_the_interpreter_behind_it(self, tmp_path: Path) -> None:
        real = Path(sys.base_prefix).resolve()
        shims = tmp_path / "shims"
        shims.mkdir()
        (shims / "python3").write_text(f'#!/bin/sh\nexec {real}/bin/python3 "$@"\n')
        (shims / "python3").chmod(0o755)
        found = find_toolchains({"PATH": f"{shims}:/usr/bin:/bin"})
        assert str(shims) not in found.path
        assert str(real / "bin") in found.path or str(real).startswith("/usr")

    def test_the_repositorys_own_version_files_do_not_count(self, tmp_path: Path) -> None:
        shims = tmp_path / "shims"
        shims.mkdir()
        (shims / "node").write_text('#!/bin/sh\npwd >"$HOME/asked-in"\n')
        (shims / "node").chmod(0o755)
        find_toolchains({"PATH": f"{shims}:/usr/bin:/bin", "HOME": str(tmp_path), "ANTHROPIC_API_KEY": "x"})
        assert (tmp_path / "asked-in").read_text() == "/\n"

    def test_a_prefix_that_holds_a_home_is_not_mounted(self, tmp_path: Path) -> None:
        home = tmp_path / "home"
        (tmp_path / "bin").mkdir()
        home.mkdir()
        node = tmp_path / "bin/node"
        node.write_text(f'#!/bin/sh\necho \'["{node}", "{tmp_path}"]\'\n')
        node.chmod(0o755)
        environ = {"PATH": f"{tmp_path / 'bin'}:/usr/bin", "HOME": "/nonexistent"}
        assert str(tmp_path) in find_toolchains(environ).prefixes
        assert str(tmp_path) not in find_toolchains(environ | {"HOME": str(home)}).prefixes
        assert str(tmp_path) not in find_toolchains(environ | {"HOME": str(tmp_path)}).prefixes

    @pytest.mark.parametrize("answer", ["", "null", "[]", "[1, 2]", '{"GOROOT": 1}', "x" * 100_000, '["/", "/"]'])
    def test_a_strange_answer_is_passed_over(self, tmp_path: Path, answer: str) -> None:
        (tmp_path / "go").write_text(f"#!/bin/sh\ncat <<'E'\n{answer}\nE\n")
        (tmp_path / "go").chmod(0o755)
        found = find_toolchains({"PATH": f"{tmp_path}:/usr/bin:/bin"})
        assert "/" not in found.prefixes
        assert str(tmp_path) not in found.path

    def test_private_places(self, tmp_path: Path) -> None:
        environ = {
            "HOME": "/opt/me",
            "GITHUB_ENV": "/x/y/set_env",
            "RUNNER_TEMP": "/z/_temp",
            "GITHUB_WORKSPACE": "/z/w",
        }
        assert {"/opt/me", "/x/y", "/z/_temp", "/z/w", "/root", "/home", "/run"} <= private_places(environ)


class TestLayout:
    def test_what_is_private_inside_a_mounted_folder_is_covered(self, tmp_path: Path) -> None:
        mounts = layout.system_mounts([], ["/usr/share/doc", "/nowhere"], [], tmp_path)
        assert [mount.dest for mount in mounts if mount.kind == "hide"] == ["/usr/share/doc"]

    def test_etc_holds_no_accounts_of_the_host(self, tmp_path: Path) -> None:
        layout.synthetic_etc(tmp_path / "etc", [])
        names = {str(path.relative_to(tmp_path / "etc")) for path in (tmp_path / "etc").rglob("*")}
        assert {"passwd", "hosts", "resolv.conf", "ssl/certs"} <= names
        assert names.isdisjoint({"shadow", "gshadow", "ssl/private", "machine-id", "ssh", "gitconfig", "pip.conf"})


class TestFolder:
    def test_sweeps_only_its_own_old_unlocked_folders(self, tmp_path: Path) -> None:
        held = PrivateFolder(tmp_path)
        old, young, other = (tmp_path / name for name in (f"{PREFIX}old", f"{PREFIX}young", "other"))
        for path in (old, young, other):
            path.mkdir()
        (tmp_path / f"{PREFIX}link").symlink_to(other)
        for path in (old, other, held.path):
            os.utime(path, (0, 0))
        os.utime(young, (time.time() - 50, time.time() - 50))
        sweep(tmp_path)
        assert {path.name for path in tmp_path.iterdir()} == {held.path.name, young.name, "other", f"{PREFIX}link"}
        held.close()
        held.close()
        assert not held.path.exists()

    def test_a_killed_run_s_folder_goes_with_the_next_run(self, tmp_path: Path) -> None:
        script = (
            "import os, sys\nfrom pathlib import Path\nfrom healer.edge.sandbox.folder import PrivateFolder\n"
            "folder = PrivateFolder(Path(sys.argv[1]))\nprint(folder.path, flush=True)\nos.kill(os.getpid(), 9)\n"
        )
        done = subprocess.run([sys.executable, "-c", script, tmp_path], capture_output=True, text=True, check=False)
        left = Path(done.stdout.strip())
        assert left.exists()
        sweep(tmp_path)
        assert left.exists(), "it might just be getting its lock"
        sweep(tmp_path, now=time.time() + 61)
        assert not left.exists()

    def test_removal_follows_no_link_and_minds_no_mode(self, tmp_path: Path) -> None:
        (tmp_path / "precious").mkdir()
        (tmp_path / "precious/file").write_text("x")
        tree = tmp_path / "tree"
        (tree / "a/b").mkdir(parents=True)
        (tree / "a/link").symlink_to(tmp_path / "precious")
        (tree / "a/b/file").write_text("x")
        for path in (tree / "a/b", tree / "a"):
            path.chmod(0o500)
        remove_tree(tree)
        assert not tree.exists()
        assert (tmp_path / "precious/file").exists()

    def test_a_tree_deeper_than_any_path_is_removed(self, tmp_path: Path) -> None:
        script = "import os\nfor _ in range(3000): os.mkdir('d'); os.chdir('d')"
        (tmp_path / "tree").mkdir()
        subprocess.run([sys.executable, "-c", script], cwd=tmp_path / "tree", check=True)
        remove_tree(tmp_path / "tree")
        assert not (tmp_path / "tree").exists()

    def test_a_place_that_cannot_be_written_is_said(self, tmp_path: Path) -> None:
        with pytest.raises(SandboxError, match="cannot be made"):
            PrivateFolder(tmp_path / "missing")


class TestArtefacts:
    def test_a_results_folder_that_became_a_link_is_not_followed(self, tmp_path: Path) -> None:
        (tmp_path / "real").mkdir()
        (tmp_path / "real/x").write_text("x")
        (tmp_path / "link").symlink_to(tmp_path / "real")
        assert read_artefacts(tmp_path / "real", ["x"]) == {"x": b"x"}
        assert read_artefacts(tmp_path / "link", ["x"]) == {}


class TestAdvice:
    def test_says_what_to_do(self) -> None:
        assert "apt-get install bubblewrap" in str(advice.missing())
        assert "bubblewrap cannot start (bwrap: no)" in str(advice.cannot_start("x\nbwrap: no\n"))
        assert "util-linux" in str(advice.cannot_start("sh: setpriv: not found"))
        assert "sandbox: none" in str(advice.cannot_start(""))

    @pytest.mark.slow
    @needs_bubblewrap
    @needs_root
    def test_a_root_that_cannot_become_another_user_is_refused(self) -> None:
        said = _probed(["bwrap", "--unshare-user", "--dev-bind", "/", "/", "--", sys.executable])
        assert said.startswith("SandboxError 2 The sandbox gives up root")
        assert "ordinary user" in said


def _probed(python: list[str]) -> str:
    script = (
        "from healer.edge.sandbox import probe\nfrom healer.settings import Settings\n"
        "error = probe(Settings())\nprint(type(error).__name__, error.exit_code, error)"
    )
    return subprocess.run([*python, "-c", script], capture_output=True, check=True, text=True).stdout
