"""Finds the interpreters on PATH, so that exactly their folders, and no home, are mounted."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
"""Folders of the operating system: mounted whole, read-only."""
_SYSTEM_PATH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
# Asked of the interpreter itself, since what is on PATH may be a script that picks one (pyenv, rbenv, asdf, nvm, mise).
# Each answers JSON: its program, and the folder that holds all of it.
_PYTHON = "import sys,json;print(json.dumps([getattr(sys,'_base_executable',sys.executable),sys.base_prefix]))"
_NODE = "p=require('path');JSON.stringify([process.execPath,p.dirname(p.dirname(process.execPath))])"
_RUBY = "puts [RbConfig.ruby, RbConfig::CONFIG['prefix']].to_json"
_PHP = "echo json_encode([PHP_BINARY, dirname(PHP_BINDIR)]);"
_QUESTIONS: Mapping[str, tuple[str, ...]] = {
    "python3": ("-I", "-S", "-c", _PYTHON),
    "node": ("-p", _NODE),
    "ruby": ("--disable=gems,rubyopt", "-rrbconfig", "-rjson", "-e", _RUBY),
    "php": ("-n", "-r", _PHP),
    "go": ("env", "-json", "GOROOT"),
}
_ASK_SECONDS = 10.0
_RUNNER_MARKS = (".runner", ".credentials", "bin/Runner.Listener")


@dataclass(frozen=True, slots=True)
class Toolchains:
    """`path`: folders for the sandbox's PATH, in the host's order. `prefixes`: folders to mount beside `SYSTEM`."""

    path: tuple[str, ...]
    prefixes: tuple[str, ...]


NO_TOOLCHAINS = Toolchains(_SYSTEM_PATH, ())


def private_places(environ: Mapping[str, str]) -> frozenset[str]:
    """Real paths that are never seen inside: homes, the runner's folders, the healer's own venv, sockets."""
    named = [environ.get(name, "") for name in ("HOME", "GITHUB_WORKSPACE", "RUNNER_TEMP", "RUNNER_WORKSPACE")]
    named += [
        str(Path(environ[name]).parent)
        for name in ("GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY", "GITHUB_EVENT_PATH")
        if environ.get(name)
    ]
    named += ["/root", "/home", "/run", "/var/run", pwd.getpwuid(os.geteuid()).pw_dir if _has_account() else ""]
    if sys.prefix != sys.base_prefix:
        named.append(sys.prefix)
    return frozenset(str(Path(place).resolve()) for place in named if place and place != "/")


def _has_account() -> bool:
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        return False
    return True


def find_toolchains(environ: Mapping[str, str]) -> Toolchains:
    """Resolve the interpreters on `environ`'s PATH. Takes about a tenth of a second when they live outside /usr."""
    private = private_places(environ)
    shared = shared_folders(private)
    own = str(Path(sys.prefix).resolve()) if sys.prefix != sys.base_prefix else ""
    folders = [folder for folder in environ.get("PATH", "").split(os.pathsep) if folder.startswith("/")]
    folders = [folder for folder in folders if not (own and within(str(Path(folder).resolve()), [own]))]
    mounted = (*SYSTEM, *shared)
    answers = _ask_all(folders, mounted, environ)
    path: list[str] = []
    prefixes = list(shared)
    for folder in folders:
        if within(str(Path(folder).resolve()), mounted) and not within(str(Path(folder).resolve()), private):
            path.append(folder)
        for program, prefix in answers.get(folder, ()):
            if _safe_prefix(prefix, private) and within(program, [prefix]):
                path.append(str(Path(program).parent))
                prefixes.append(prefix)
    if not shutil.which("python3", path=os.pathsep.join((*path, *_SYSTEM_PATH))):
        # Started by a Python that is on nobody's PATH (uv keeps its own): that one is as good as any.
        path.append(str(Path(sys.base_prefix, "bin").resolve()))
        prefixes.append(str(Path(sys.base_prefix).resolve()))
    path += _SYSTEM_PATH
    return Toolchains(tuple(dict.fromkeys(path)), tuple(dict.fromkeys(prefixes)))


def within(path: str, folders: Iterable[str]) -> bool:
    """Whether `path` is one of the folders or lies in one."""
    return any(path == folder or path.startswith(folder.rstrip("/") + "/") for folder in folders)


def shared_folders(private: frozenset[str]) -> list[str]:
    """What lies in /opt and may be seen: not what only its owner may read, and no runner's own folder, where a
    self-hosted one keeps its credentials.
    """
    found = []
    for entry in sorted(Path("/opt").iterdir()) if Path("/opt").is_dir() else ():
        open_to_all = not entry.is_symlink() and entry.is_dir() and entry.stat().st_mode & 0o005 == 0o005
        if (
            open_to_all
            and not any((entry / mark).exists() for mark in _RUNNER_MARKS)
            and not within(str(entry), private)
        ):
            found.append(str(entry))
    return found


def _ask_all(
    folders: list[str], mounted: Iterable[str], environ: Mapping[str, str]
) -> dict[str, list[tuple[str, str]]]:
    """For each PATH folder the interpreters that are first on PATH there and live outside the mounted folders."""
    first: list[tuple[str, str, str]] = []
    for name in _QUESTIONS:
        program = shutil.which(name, path=os.pathsep.join(folders))
        if program and not within(str(Path(program).resolve()), mounted):
            first.append((str(Path(program).parent), name, program))
    if not first:
        return {}
    clean = {"PATH": os.pathsep.join(folders), "LC_ALL": "C"}
    clean |= {
        name: value for name, value in environ.items() if name in {"HOME", "PYENV_ROOT", "RBENV_ROOT", "ASDF_DIR"}
    }
    with ThreadPoolExecutor(len(first)) as pool:
        told = list(pool.map(lambda one: _ask(one[1], one[2], clean), first))
    answers: dict[str, list[tuple[str, str]]] = {}
    for (folder, _, _), answer in zip(first, told, strict=True):
        if answer:
            answers.setdefault(folder, []).append(answer)
    return answers


def _ask(name: str, program: str, environ: Mapping[str, str]) -> tuple[str, str] | None:
    """The interpreter's real program and prefix. Asked in `/`, where no repository's `.python-version` counts."""
    try:
        done = subprocess.run(
            [program, *_QUESTIONS[name]],
            cwd="/",
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_ASK_SECONDS,
            check=True,
        )
        said = json.loads(done.stdout)
        real, prefix = (said["GOROOT"] + "/bin/go", said["GOROOT"]) if isinstance(said, dict) else said
        return str(Path(real).resolve()), str(Path(prefix).resolve())
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError):
        return None


def _safe_prefix(prefix: str, private: frozenset[str]) -> bool:
    """A prefix is mounted when it is an installation of its own: nothing private lies in it, nor is it `~/.local`."""
    holds_private = any(within(place, [prefix]) for place in private)
    return prefix.count("/") >= 2 and not holds_private and not prefix.endswith("/.local")
