"""The sandbox as `Checks`: what persists, what is thrown away, what is refused. Both ways of running."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from healer.edge.sandbox import open_sandbox, probe
from healer.edge.sandbox.folder import PREFIX
from healer.outcome import ConfigError, SandboxError
from healer.settings import Settings
from tests.edge.sandbox_kit import change, git, host_sees, make_repo, needs_bubblewrap, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from healer.edge.sandbox import Sandbox

pytestmark = pytest.mark.slow
FILES = {"app/cart.py": "TOTAL = 1\n", "run.sh": "#!/bin/sh\necho ran\n", "café/naïve file.txt": "é\n"}


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    repo = make_repo(tmp_path / "repo", FILES)
    (repo / "run.sh").chmod(0o755)
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "executable")
    return repo


@pytest.fixture(params=[pytest.param("bubblewrap", marks=needs_bubblewrap), "none"])
def sandbox(request: pytest.FixtureRequest, repo: Path) -> Iterator[Sandbox]:
    with opened(repo, kind=request.param) as sandbox:
        yield sandbox


def output(sandbox: Sandbox, script: str, **conditions: object) -> str:
    ran = sandbox.run(["sh", "-c", script], seconds=120, **conditions)  # type: ignore[arg-type]
    assert ran.exit_code == 0, ran.output
    return ran.output


class TestTheTree:
    def test_is_the_commit_with_its_modes_and_names(self, sandbox: Sandbox) -> None:
        assert output(sandbox, "./run.sh && cat 'café/naïve file.txt' && ls -A") == "ran\né\napp\ncafé\nrun.sh\n"

    def test_stands_where_root_says(self, sandbox: Sandbox) -> None:
        assert output(sandbox, 'pwd; echo "$SPLAT_TREE"').split() == [sandbox.root, sandbox.root]

    def test_uncommitted_files_are_not_in_it(self, repo: Path) -> None:
        (repo / "app/cart.py").write_text("TOTAL = 'dirty'\n")
        (repo / ".env").write_text("KEY=1\n")
        with opened(repo, kind="none") as sandbox:
            assert output(sandbox, "cat app/cart.py; ls -A") == "TOTAL = 1\napp\ncafé\nrun.sh\n"

    def test_no_git_folder(self, sandbox: Sandbox) -> None:
        assert sandbox.run(["git", "rev-parse", "--git-dir"], seconds=120).exit_code != 0


class TestRuns:
    def test_exit_code_output_and_time(self, sandbox: Sandbox) -> None:
        ran = sandbox.run(["sh", "-c", "echo out; echo err >&2; sleep 0.3; exit 7"], seconds=120)
        assert (ran.exit_code, ran.output, ran.timed_out) == (7, "out\nerr\n", False)
        # Time counts from when we read that the command began, which a busy machine may do late.
        assert 0.05 <= ran.seconds < 120

    def test_death_by_signal_is_an_exit_code(self, sandbox: Sandbox) -> None:
        assert sandbox.run(["sh", "-c", "kill -SEGV $$"], seconds=120).exit_code == 128 + 11

    def test_a_command_that_does_not_exist_ends_with_127(self, sandbox: Sandbox) -> None:
        ran = sandbox.run(["no-such-program"], seconds=120)
        assert ran.exit_code == 127
        assert "no-such-program" in ran.output

    def test_arguments_reach_the_command_untouched(self, sandbox: Sandbox) -> None:
        words = ["a b", "$HOME", "`id`", "--", "-n", "", "*", "'\"\n", "é"]
        ran = sandbox.run(["python3", "-c", "import sys; print(sys.argv[1:])", *words], seconds=120)
        assert ran.output == f"{words}\n"

    def test_workdir_env_files_and_artefacts(self, sandbox: Sandbox) -> None:
        ran = sandbox.run(
            ["sh", "-c", 'pwd; echo "$COLOUR"; cat "$SPLAT_TOOLS/note"; mkdir "$SPLAT_RESULTS/a"; '
             'echo 1 >"$SPLAT_RESULTS/a/r.xml"'],
            seconds=120, workdir="app", env={"COLOUR": "x=y z"}, files={"note": b"hello\n"},
            artefacts=["a/r.xml", "missing.xml"],
        )  # fmt: skip
        assert ran.output == f"{sandbox.root}/app\nx=y z\nhello\n"
        assert dict(ran.artefacts) == {"a/r.xml": b"1\n"}

    def test_results_are_empty_at_the_start(self, sandbox: Sandbox) -> None:
        output(sandbox, 'echo 1 >"$SPLAT_RESULTS/old"', keep=True)
        assert output(sandbox, 'ls -A "$SPLAT_RESULTS"') == ""

    def test_the_limit_counts_from_the_command_and_ends_it(self, sandbox: Sandbox) -> None:
        ran = sandbox.run(["sh", "-c", "echo before; trap '' TERM INT HUP; sleep 600"], seconds=1)
        assert (ran.timed_out, ran.exit_code, ran.output) == (True, 137, "before\n")
        assert 1 <= ran.seconds < 300

    def test_standard_input_is_empty(self, sandbox: Sandbox) -> None:
        assert sandbox.run(["cat"], seconds=120).exit_code == 0

    @pytest.mark.parametrize("workdir", ["/etc", "..", "app/../../x"])
    def test_a_workdir_outside_is_refused(self, sandbox: Sandbox, workdir: str) -> None:
        with pytest.raises(SandboxError, match="cannot run"):
            sandbox.run(["true"], seconds=120, workdir=workdir)

    @pytest.mark.parametrize("seconds", [0, -1, float("nan")])
    def test_a_limit_that_is_none_is_refused(self, sandbox: Sandbox, seconds: float) -> None:
        with pytest.raises(SandboxError, match="cannot run"):
            sandbox.run(["true"], seconds=seconds)

    def test_a_zero_byte_smuggles_in_no_argument(self, sandbox: Sandbox) -> None:
        evil = "x\0--bind\0/\0/host"
        for conditions in ({"env": {"A": evil}}, {"env": {evil: "x"}}, {"workdir": evil}, {"files": {evil: b""}}):
            with pytest.raises(SandboxError, match="zero byte"):
                sandbox.run(["ls", "/host"], seconds=120, **conditions)  # type: ignore[arg-type]
        with pytest.raises(SandboxError, match="zero byte"):
            sandbox.run(["ls", evil], seconds=120)

    @pytest.mark.parametrize("name", ["../x", "a/b", "..", ""])
    def test_tools_have_plain_names(self, sandbox: Sandbox, name: str) -> None:
        with pytest.raises(SandboxError, match="cannot run"):
            sandbox.run(["true"], seconds=120, files={name: b""})

    def test_a_workdir_that_is_not_there_is_said(self, sandbox: Sandbox) -> None:
        with pytest.raises(SandboxError, match=r"did not get as far.*nowhere"):
            sandbox.run(["true"], seconds=120, workdir="nowhere")

    def test_the_command_cannot_play_the_start_mark(self, sandbox: Sandbox) -> None:
        assert output(sandbox, "cat /proc/$$/cmdline | tr '\\0' '\\n' | grep -c '^[0-9a-f]\\{32\\}$' || true") == "0\n"

    def test_runs_at_the_same_time_do_not_meet(self, sandbox: Sandbox) -> None:
        script = 'echo "$0" >>app/cart.py; sleep 0.3; tail -n +2 app/cart.py; echo "$0" >"$SPLAT_RESULTS/r"'
        with ThreadPoolExecutor(3) as pool:
            runs = [
                pool.submit(sandbox.run, ["sh", "-c", script, str(number)], seconds=120, artefacts=["r"])
                for number in range(3)
            ]
        for number, run in enumerate(runs):
            assert run.result().output == f"{number}\n"
            assert dict(run.result().artefacts) == {"r": f"{number}\n".encode()}


class TestThePreparedState:
    def test_what_set_up_leaves_is_there_in_every_later_run(self, sandbox: Sandbox) -> None:
        output(sandbox, "mkdir deps && echo 1 >deps/lib && echo 2 >~/cache && rm run.sh", keep=True)
        for _ in range(2):
            assert output(sandbox, "cat deps/lib ~/cache; ls -A") == "1\n2\napp\ncafé\ndeps\n"

    def test_what_any_other_run_does_is_gone(self, sandbox: Sandbox) -> None:
        output(sandbox, "mkdir deps; echo good >deps/lib; echo good >~/cache", keep=True)
        poison = (
            "echo bad >deps/lib; echo bad >~/cache; echo x >new; rm -r app run.sh; ln -s /etc deps/etc; chmod 0 deps"
        )
        for _ in range(2):
            output(sandbox, poison)
        seen = output(sandbox, "cat deps/lib ~/cache app/cart.py; ls -A . deps")
        assert " ".join(seen.split()) == "good good TOTAL = 1 .: app café deps run.sh deps: lib"

    def test_a_timed_out_run_leaves_nothing_either(self, sandbox: Sandbox) -> None:
        sandbox.run(["sh", "-c", "echo bad >app/cart.py; sleep 60"], seconds=0.5)
        assert output(sandbox, "cat app/cart.py") == "TOTAL = 1\n"

    def test_absolute_paths_made_in_set_up_stay_valid(self, sandbox: Sandbox) -> None:
        output(
            sandbox, 'mkdir bin; printf "#!/bin/sh\\ncat %s/app/cart.py\\n" "$PWD" >bin/x; chmod +x bin/x', keep=True
        )
        sandbox.put([change("app/cart.py", "TOTAL = 2\n")], side="after")
        assert output(sandbox, "bin/x") == "TOTAL = 2\n"


class TestPut:
    def test_after_and_before(self, sandbox: Sandbox) -> None:
        edits = [change("app/cart.py", "TOTAL = 2\n", "TOTAL = 1\n"), change("deep/new/test_x.py", "new\n")]
        sandbox.put(edits, side="after")
        assert output(sandbox, "cat app/cart.py deep/new/test_x.py") == "TOTAL = 2\nnew\n"
        sandbox.put(edits[:1], side="before")
        assert output(sandbox, "cat app/cart.py deep/new/test_x.py") == "TOTAL = 1\nnew\n"
        sandbox.put(edits, side="before")
        assert output(sandbox, "cat app/cart.py; ls -A") == "TOTAL = 1\napp\ncafé\nrun.sh\n"

    def test_modes_stay(self, sandbox: Sandbox) -> None:
        sandbox.put([change("run.sh", "#!/bin/sh\necho changed\n")], side="after")
        assert output(sandbox, "./run.sh") == "changed\n"

    def test_strange_names(self, sandbox: Sandbox) -> None:
        for name in ("café/naïve file.txt", "-rf", "a\nb", "x" * 200 + "/" + "y" * 200):
            sandbox.put([change(name, "there\n")], side="after")
            ran = sandbox.run(["cat", "--", name], seconds=120)
            assert (ran.exit_code, ran.output) == (0, "there\n")

    @pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x", ".git/hooks/pre-commit", "a//b", ""])
    def test_a_path_outside_is_refused(self, sandbox: Sandbox, name: str) -> None:
        with pytest.raises(SandboxError, match="out of the tree"):
            sandbox.put([change(name, "x")], side="after")

    @pytest.mark.parametrize("conditions", [{"network": True}, {"keep": True}])
    def test_no_network_and_no_set_up_once_model_written_code_was_there(
        self, sandbox: Sandbox, conditions: dict[str, bool]
    ) -> None:
        edit = change("app/cart.py", "TOTAL = 2\n", "TOTAL = 1\n")
        assert sandbox.run(["true"], seconds=120, **conditions).exit_code == 0  # type: ignore[arg-type]
        sandbox.put([edit], side="after")
        sandbox.put([edit], side="before")
        with pytest.raises(SandboxError, match="after model-written code"):
            sandbox.run(["true"], seconds=120, **conditions)  # type: ignore[arg-type]

    def test_stale_bytecode_is_never_taken_for_the_new_source(self, sandbox: Sandbox) -> None:
        """Same size, same second: Python would believe its cache."""
        ask = ["python3", "-c", "from app.cart import TOTAL; print(TOTAL)"]
        assert sandbox.run(ask, seconds=120, keep=True).output == "1\n"
        sandbox.put([change("app/cart.py", "TOTAL = 2\n")], side="after")
        assert sandbox.run(ask, seconds=120).output == "2\n"

    def test_a_folder_that_set_up_replaced_by_a_link_leads_nowhere(self, sandbox: Sandbox, tmp_path: Path) -> None:
        outside = tmp_path / "outside"
        outside.mkdir()
        output(sandbox, f"rm -r app; ln -s {outside} app", keep=True)
        sandbox.put([change("app/cart.py", "TOTAL = 2\n")], side="after")
        if sandbox.root.startswith("/splat"):
            with pytest.raises(SandboxError):
                sandbox.run(["true"], seconds=120)
            assert list(outside.iterdir()) == []


class TestEndings:
    @pytest.mark.parametrize("kind", [pytest.param("bubblewrap", marks=needs_bubblewrap), "none"])
    def test_closing_removes_everything_however_it_was_left(self, repo: Path, tmp_path: Path, kind: str) -> None:
        script = (
            "mkdir -p ro/deep && touch ro/deep/f && chmod 0 ro/deep/f && chmod 0500 ro/deep ro && mkfifo pipe;"
            "d=.; for i in $(seq 300); do mkdir x && cd x; done; chmod -R a-w ~/.. || true"
        )
        with opened(repo, kind=kind) as sandbox:
            folder = sandbox._folder.path
            output(sandbox, script, keep=True)
            output(sandbox, script + "; true")
            assert folder.exists()
        assert not folder.exists()

    @pytest.mark.parametrize("signal", ["INT", "KILL"])
    @needs_bubblewrap
    def test_a_killed_healer_leaves_no_process_and_ctrl_c_no_folder(
        self, repo: Path, tmp_path: Path, signal: str
    ) -> None:
        mark = f"31536{os.getpid()}"
        script = (
            "import os\nfrom pathlib import Path\nfrom tests.edge.sandbox_kit import opened\n"
            f"with opened(Path({str(repo)!r})) as s:\n    s.run(['sleep', '{mark}'], seconds=600)\n"
        )
        temporary = tmp_path / "tmp"
        temporary.mkdir(mode=0o755)
        environ = dict(os.environ, TMPDIR=str(temporary))
        with subprocess.Popen([sys.executable, "-c", script], env=environ, stderr=subprocess.DEVNULL) as healer:
            assert _wait(lambda: _sleeping(mark)), "the control: the host sees the command while it runs"
            subprocess.run(["kill", f"-{signal}", str(healer.pid)], check=True)
            healer.wait(120)
        assert _wait(lambda: not _sleeping(mark))
        left = [path.name for path in temporary.iterdir()]
        assert all(name.startswith(PREFIX) for name in left)
        assert bool(left) == (signal == "KILL")


def _sleeping(mark: str) -> bool:
    return bool(host_sees(mark))


def _wait(condition: object, seconds: float = 120) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.05)
    return False


class TestOpening:
    def test_sandbox_none_is_refused_in_actions(self, repo: Path) -> None:
        settings = Settings(sandbox="none", in_actions=True)
        with pytest.raises(ConfigError, match="refused in GitHub Actions"):
            open_sandbox(repo, "HEAD", settings, {})
        with pytest.raises(ConfigError, match="refused in GitHub Actions"):
            probe(settings)

    def test_an_unknown_commit_is_said_and_leaves_no_folder(self, repo: Path, tmp_path: Path) -> None:
        temporary = tmp_path / "tmp"
        temporary.mkdir()
        script = (
            "from pathlib import Path\nfrom tests.edge.sandbox_kit import opened\n"
            f"with opened(Path({str(repo)!r}), kind='none', rev='no-such'): pass\n"
        )
        environ = dict(os.environ, TMPDIR=str(temporary))
        done = subprocess.run([sys.executable, "-c", script], env=environ, capture_output=True, check=False)
        assert b"SandboxError: git cannot read the commit" in done.stderr
        assert list(temporary.iterdir()) == []
