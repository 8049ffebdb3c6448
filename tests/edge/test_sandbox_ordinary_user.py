"""The sandbox as an ordinary user starts it: the tests proper run as whoever runs them, often root in a container."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.edge.sandbox_kit import git, host_sees, make_repo, needs_bubblewrap, needs_root

pytestmark = [pytest.mark.slow, needs_bubblewrap, needs_root]
USER = 64_990
# The system's own Python: the one that runs the tests may live in root's home. It has none of our dependencies, which
# also shows that the sandbox needs none.
PYTHON = "/usr/bin/python3"
SCRIPT = """
import json, os, sys
from pathlib import Path
from healer.edge.sandbox import open_sandbox, probe
from healer.edge.sandbox.probe import machine
from healer.patch.value import FileChange
from healer.settings import Settings

error = probe(Settings())
if error:
    print(json.dumps({"error": str(error)}))
    sys.exit()
with open_sandbox(Path(sys.argv[1]), "HEAD", Settings(), dict(os.environ)) as sandbox:
    def say(script, **conditions):
        return sandbox.run(["sh", "-c", script], seconds=120, **conditions).output.strip()
    answers = {"overlay": machine().overlay, "folder": str(sandbox._folder.path)}
    answers["kept"] = say("echo 1 >kept; id -u; cat /proc/self/uid_map | wc -l", keep=True)
    answers["poison"] = say("echo 2 >kept; rm a.txt; echo done")
    answers["clean"] = say("cat kept a.txt")
    answers["secret"] = say(f"cat {sys.argv[2]}; cat /proc/*/environ | tr '\\\\0' '\\\\n' | grep -c PLANTED")
    answers["rights"] = say("grep -h ^Cap /proc/self/status | cut -f2 | sort -u; unshare -U true && echo more")
    answers["sandbox network"] = say("ls /sys/class/net 2>/dev/null; cat /proc/net/dev | wc -l")
    sandbox.put([FileChange("a.txt", b"x", b"patched", False)], side="after")
    answers["patched"] = say("cat a.txt")
    answers["timed out"] = sandbox.run(["sh", "-c", "setsid sleep MARK & sleep 600"], seconds=1).timed_out
answers["left"] = os.path.exists(answers["folder"])
print(json.dumps(answers))
"""


@pytest.fixture
def home() -> Path:
    with tempfile.TemporaryDirectory(prefix="ordinary-") as folder:
        path = Path(folder)
        repo = make_repo(path / "repo", {"a.txt": "base\n"})
        git(repo, "config", "core.sharedRepository", "0644")
        (path / "secret").write_text("PLANTED")
        (path / "tmp").mkdir()
        for entry in (path, *path.rglob("*")):
            os.lchown(entry, USER, USER)
        yield path


def as_user(home: Path, *command: str) -> str:
    become = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"]
    environ = {"PATH": "/usr/bin:/bin", "HOME": str(home), "TMPDIR": str(home / "tmp"), "MY_SECRET": "PLANTED"}
    environ |= {"PYTHONPATH": os.getcwd(), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([*become, *command], env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_everything_holds_for_an_ordinary_user(home: Path) -> None:
    import json

    mark = f"97.{os.getpid()}"
    answers = json.loads(
        as_user(home, PYTHON, "-c", SCRIPT.replace("MARK", mark), str(home / "repo"), str(home / "secret"))
    )
    assert answers.pop("folder").startswith(str(home / "tmp"))
    assert isinstance(answers.pop("overlay"), bool)
    assert "No such file" in answers["secret"]
    assert answers.pop("secret").endswith("\n0")
    assert answers.pop("rights").splitlines()[0] == "0000000000000000"
    assert answers == {
        "kept": "1000\n1",
        "poison": "done",
        "clean": "1\nbase",
        "sandbox network": "3",
        "patched": "patched",
        "timed out": True,
        "left": False,
    }
    assert host_sees(mark) == []


def test_the_copying_fallback_keeps_the_same_promises(home: Path) -> None:
    """Where overlays cannot be mounted, or no second stage: each run then works on a copy."""
    script = """
import os, sys
from pathlib import Path
from healer.edge.sandbox.bubblewrap import Machine
from healer.edge.sandbox.export import listing
from healer.edge.sandbox.folder import PrivateFolder
from healer.edge.sandbox.isolated import Isolated
from healer.edge.sandbox.sandbox import Sandbox
from healer.patch.value import FileChange
for machine in (Machine("/usr/bin/bwrap", overlay=False), Machine("/usr/bin/bwrap", overlay=False, staged=False)):
    folder = PrivateFolder()
    with Sandbox(folder, Isolated(folder.path, {}, machine)) as sandbox:
        sandbox.fill(Path(sys.argv[1]), listing(Path(sys.argv[1]), "HEAD", os.environ), os.environ)
        def say(script, **conditions):
            return sandbox.run(["sh", "-c", script], seconds=120, **conditions).output.strip()
        say("echo 1 >kept; echo 2 >~/cache; mkdir ro; touch ro/f; chmod 500 ro", keep=True)
        say("chmod 700 ro; echo 2 >kept; rm a.txt")
        sandbox.put([FileChange("a.txt", b"x", b"patched", False)], side="after")
        print(say("cat kept ~/cache a.txt; stat -c %a ro").split())
        print(say("echo x >/splat-base/tree/kept || cat /splat-base/tree/kept")[-1])
    assert not folder.path.exists()
"""
    said = as_user(home, PYTHON, "-c", script, str(home / "repo"))
    assert said == "['1', '2', 'patched500']\n1\n" * 2


def test_where_namespaces_are_forbidden_the_probe_says_what_to_do(home: Path) -> None:
    forbid = ["bwrap", "--unshare-user", "--disable-userns", "--dev-bind", "/", "/", "--"]
    script = (
        "from healer.edge.sandbox import probe\nfrom healer.settings import Settings\n"
        "error = probe(Settings())\nprint(type(error).__name__, error.exit_code, error)"
    )
    said = as_user(home, *forbid, PYTHON, "-c", script)
    assert said.startswith("SandboxError 2 bubblewrap cannot start (bwrap: ")
    assert "sandbox: none" in said
