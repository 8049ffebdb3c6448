"""A working tree as git tracks it: nothing is written, no link is followed, no program of the repository is run."""

from __future__ import annotations

import os
import shlex
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from healer.edge.plumbing import git, without_filters
from healer.outcome import SplatError
from healer.setup.remotes import first, remote
from healer.setup.value import Checkout, Note

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from healer.setup.value import Remote

MAX_BYTES = 2 * 1024 * 1024
_SECONDS = 20.0
_OPEN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_USUAL = ("main", "master", "trunk", "develop")
_FORMAT = "%(refname)%00%(symref)"


class WorkingTree:
    """Implements `Repository` for the working tree that holds `folder`. Raises SplatError when git is broken there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._notes: list[Note] = []
        self._top = self._find_top()
        self._paths: frozenset[str] | None = None
        self._real = os.path.realpath(self._top) if self._top else ""
        self._safe_folders: dict[str, bool] = {}
        self.reads = 0
        """How many files were read."""

    def checkout(self) -> Checkout:
        """Its state. What is amiss is among its notes."""
        if self._top is None:
            return Checkout(self._folder.absolute(), None, "", dirty=False, notes=tuple(self._notes))
        self.paths()
        branch = self._run("symbolic-ref", "-q", "HEAD").strip().removeprefix("refs/heads/") or None
        hints = self._hints()
        hints["branch"] = hints.get(f"branch.{branch}.remote", "") if branch else ""
        remotes = first(list(self._remotes()), hints)
        return Checkout(
            self._top,
            branch,
            self._default_branch(remotes[0].name if remotes else "", branch, hints),
            dirty=self._dirty(),
            remotes=remotes,
            notes=(*self._notes, *self._standing()),
        )

    def _dirty(self) -> bool:
        """By content, without the repository's filters; where those cannot be left out, it is taken for dirty."""
        assert self._top is not None
        try:
            off = without_filters(self._top)
        except SplatError:
            off = None
        how = ("status", "--porcelain", "-uno", "--ignore-submodules=all", "--no-renames")
        return off is None or bool(self._run(*off, *how))

    def paths(self) -> frozenset[str]:
        """Every tracked regular file; no symlink, no submodule. Names that cannot be spoken of safely are left out."""
        if self._paths is None:
            self._paths = frozenset(self._listed()) if self._top else frozenset()
        return self._paths

    def read(self, path: str) -> bytes | None:
        """The file as it is in the working tree; None when it vanished, is no regular file, or is larger than 2 MiB."""
        if path not in self.paths() or not self._within(path.rpartition("/")[0]):
            return None
        self.reads += 1
        try:
            opened = os.open(os.path.join(self._real, path), _OPEN)
        except OSError:
            return None
        with os.fdopen(opened, "rb") as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode) or about.st_size > MAX_BYTES:
                return None
            try:
                content = file.read(MAX_BYTES + 1)
            except OSError:
                return None
        return content if len(content) <= MAX_BYTES else None

    def _within(self, folder: str) -> bool:
        """False where a link now stands for a folder that git tracks: it may lead anywhere."""
        if folder not in self._safe_folders:
            whole = os.path.join(self._real, folder) if folder else self._real
            self._safe_folders[folder] = os.path.realpath(whole) == os.path.normpath(whole)
        return self._safe_folders[folder]

    def _listed(self) -> Iterator[str]:
        odd, inner = 0, 0
        for entry in self._index().split(b"\0"):
            mode, _, raw = entry.partition(b"\t")
            inner += mode[:6] == b"160000"
            if mode[:3] != b"100":
                continue
            try:
                path = raw.decode("utf-8")
            except UnicodeDecodeError:
                odd += 1
                continue
            if path.isprintable():
                yield path
            else:
                odd += 1
        if odd:
            self._notes.append(
                Note("odd-names", f"{odd} tracked files have names that are no printable UTF-8; passed over")
            )
        if inner:
            self._notes.append(
                Note("submodules", _not_looked_into(inner), "", "Set up each that is an app in a clone of its own.")
            )

    def _index(self) -> bytes:
        assert self._top is not None
        try:
            return git(self._top, "ls-files", "-s", "-z", seconds=_SECONDS)
        except SplatError as error:
            self._notes.append(Note("no-files", error.what, error.where, error.next_step, stops=True))
            return b""

    def _find_top(self) -> Path | None:
        """The top of the working tree; None, and a note, where there is none."""
        where = str(self._folder)
        if not self._folder.is_dir():
            self._notes.append(
                Note("no-git", "There is no such folder", where, "Name a clone of your code.", stops=True)
            )
            return None
        try:
            said = git(self._folder, "rev-parse", "--is-bare-repository", "--is-inside-work-tree", seconds=_SECONDS)
            if said.split() != [b"false", b"true"]:
                what = "This is a bare repository" if said.startswith(b"true") else "This is inside of .git"
                self._notes.append(
                    Note("bare", f"{what}: it has no files to edit", where, "Run this in a clone.", stops=True)
                )
                return None
            top = git(self._folder, "rev-parse", "--show-toplevel", seconds=_SECONDS)
        except SplatError as error:
            self._notes.append(_refusal(error, where))
            return None
        return Path(os.fsdecode(top.rstrip(b"\r\n")))

    def _standing(self) -> Iterator[Note]:
        if self._run("rev-parse", "--show-superproject-working-tree").strip():
            then = "What is committed here is the submodule's; the repository around it then needs its new commit."
            yield Note("submodule", "This is a submodule of another repository", str(self._top), then)
        elif os.path.isfile(os.path.join(self._real, ".git")):
            yield Note("worktree", "This is a linked worktree", str(self._top))
        if not os.access(self._real, os.W_OK):
            yield Note("read-only", "This checkout cannot be written to", str(self._top), "Use a clone of your own.")

    def _remotes(self) -> Iterator[Remote]:
        """Each once, by the address that git fetches from."""
        real_host = _ssh_hosts()
        for line in self._run("remote", "-v").splitlines()[:200]:
            name, _, rest = line.partition("\t")
            # A partial clone has its filter behind that.
            address, fetched, _ = rest.partition(" (fetch)")
            if fetched:
                yield remote(name, address.strip(), real_host)

    def _hints(self) -> dict[str, str]:
        names = r"^(branch\..*\.remote|remote\..*\.gh-resolved|init\.defaultbranch)$"
        pairs = self._run("config", "-z", "--get-regexp", names).split("\0")
        return {name: value for name, _, value in (pair.partition("\n") for pair in pairs) if name}

    def _default_branch(self, remote: str, branch: str | None, hints: dict[str, str]) -> str:
        """What the remote's HEAD was when it was cloned; else the usual names among its branches, then among ours."""
        asked = [f"refs/remotes/{remote}/{name}" for name in ("HEAD", *_USUAL)] if remote else []
        ours = (hints.get("init.defaultbranch", ""), *_USUAL)
        asked += [f"refs/heads/{name}" for name in ours if name]
        lines = self._run("for-each-ref", f"--format={_FORMAT}", *asked).splitlines()
        known = dict(line.partition("\0")[::2] for line in lines)
        start = f"refs/remotes/{remote}/"
        head = known.get(f"{start}HEAD", "")
        if remote and head.startswith(start):
            return head.removeprefix(start)
        for place in (start, "refs/heads/"):
            if found := next((name for name in ours if name and f"{place}{name}" in known), ""):
                return found
        # A repository without a commit has no branch but the one it is on.
        return branch or "" if not known and not remote else ""

    def _run(self, *arguments: str) -> str:
        return self._run_raw(*arguments).decode("utf-8", "replace")

    def _run_raw(self, *arguments: str) -> bytes:
        """What git said, b"" when it failed: each of these questions may have no answer."""
        assert self._top is not None
        try:
            return git(self._top, *arguments, seconds=_SECONDS)
        except SplatError:
            return b""


def _not_looked_into(submodules: int) -> str:
    return "1 submodule is not looked into" if submodules == 1 else f"{submodules} submodules are not looked into"


def _refusal(error: SplatError, where: str) -> Note:
    """Why git knows no working tree there."""
    if "not a git repository" in error.what:
        return Note("no-git", "This is not a git repository", where, "`git init`, or run this in a clone.", stops=True)
    if "dubious ownership" in error.what:
        folder = shlex.quote(os.path.abspath(where))
        then = f"If you trust it: git config --global --add safe.directory {folder}"
        return Note("no-git", "git does not trust this repository: another user owns it", where, then, stops=True)
    return Note("no-git", error.what, where, error.next_step, stops=True)


def _ssh_hosts() -> Callable[[str], str]:
    """What the names of ~/.ssh/config stand for, by plain `Host` blocks: patterns and `Match` are ssh's own affair."""
    known: dict[str, str] = {}
    try:
        with open(Path.home() / ".ssh" / "config", encoding="utf-8", errors="replace") as file:
            lines = file.read(200_000).splitlines()
    except (OSError, RuntimeError):
        lines = []
    names: list[str] = []
    for line in lines:
        words = line.replace("=", " ", 1).split()
        if len(words) > 1 and words[0].lower() in ("host", "match"):
            names = words[1:] if words[0].lower() == "host" else []
        elif len(words) == 2 and words[0].lower() == "hostname":
            known |= {name: words[1] for name in names if name not in known}
    return lambda host: known.get(host, host)
