"""What the sandbox's tests share: small repositories, ways to open a sandbox on them, and looking at the host."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from healer.edge.sandbox import Sandbox, open_sandbox, probe
from healer.patch.value import FileChange
from healer.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

IS_ROOT = os.geteuid() == 0
SYSTEM = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": os.environ.get("HOME", "/")}
needs_bubblewrap = pytest.mark.skipif(probe(Settings()) is not None, reason="bubblewrap cannot start here")
needs_root = pytest.mark.skipif(not IS_ROOT, reason="puts files where only root may")


def git(repo: Path, *arguments: str, stdin: bytes | None = None) -> str:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.invalid")
    command = ["git", "-C", str(repo), *identity, *arguments]
    return subprocess.run(command, input=stdin, check=True, capture_output=True).stdout.decode().strip()


def make_repo(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", "-b", "main")
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", "base")
    return folder


@contextmanager
def opened(
    repo: Path, environ: Mapping[str, str] | None = None, *, kind: str = "bubblewrap", rev: str = "HEAD"
) -> Iterator[Sandbox]:
    """Unless given, `environ` has no interpreter that must first be asked where it lives (pyenv's): that takes time."""
    settings = Settings(sandbox="none" if kind == "none" else "bubblewrap")
    with open_sandbox(repo, rev, settings, SYSTEM if environ is None else environ) as sandbox:
        yield sandbox


def change(path: str, after: str, before: str | None = None) -> FileChange:
    return FileChange(path, None if before is None else before.encode(), after.encode(), is_test=False)


def host_sees(mark: str) -> list[int]:
    """Ids of the host's processes that have `mark` among their arguments."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                words = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            # Those that only talk about it, bubblewrap and the shells, hold it inside a longer argument.
            if mark.encode() in words.split(b"\0"):
                found.append(int(entry.name))
    return found
