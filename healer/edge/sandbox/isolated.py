"""Runs jobs in bubblewrap."""

from __future__ import annotations

import os
import resource
from functools import lru_cache
from typing import TYPE_CHECKING

from healer.edge.sandbox import bubblewrap
from healer.edge.sandbox.bubblewrap import BASE, HOME, RESULTS, TOOLS, TREE, Box, Machine, Mount, Overlay
from healer.edge.sandbox.environment import CA_BUNDLES, allowed
from healer.edge.sandbox.process import Finished, Launch, execute
from healer.edge.sandbox.toolchains import NO_TOOLCHAINS, Toolchains, private_places

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from healer.edge.sandbox.job import Job, Request

_ARCHIVE = "/splat/changes.tar"
_HOST_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


class Isolated:
    """Each run has its own namespaces, no rights, and nothing to see but the system, the toolchains and its copy.

    A run that is not kept works on an overlay of the prepared tree, or, where overlays cannot be mounted, on a copy.
    """

    def __init__(
        self, folder: Path, environ: Mapping[str, str], machine: Machine, tools: Toolchains = NO_TOOLCHAINS
    ) -> None:
        self._environ = environ
        self._machine = machine
        self._tools = tools
        bubblewrap.synthetic_etc(folder / "etc")
        certificates = [path for path in map(environ.get, CA_BUNDLES) if path and path.startswith("/")]
        self._system = bubblewrap.system_mounts(tools.prefixes, private_places(environ), certificates, folder / "etc")

    def root(self, prepared: Path) -> str:
        """The tree's folder as commands see it."""
        return TREE

    def own(self, *folders: Path) -> None:
        """As root, give the folders to the unprivileged user."""
        if os.geteuid() == 0:
            for folder in folders:
                os.chown(folder, bubblewrap.UNPRIVILEGED, bubblewrap.UNPRIVILEGED)

    def run(self, job: Job) -> Finished:
        """Run a job to its end or its limit."""
        copied = not (job.request.keep or self._machine.overlay)
        box = self._box(job)
        status_read, status_write = os.pipe()
        before, hidden = bubblewrap.arguments(self._machine, box, status_write)
        argument_fd = os.memfd_create("arguments")
        os.write(argument_fd, b"\0".join(os.fsencode(word) for word in hidden) + b"\0")
        os.lseek(argument_fd, 0, os.SEEK_SET)
        words = [str(argument_fd) if word == "{args}" else word for word in before]
        prepare = job.words(TREE, copy_of=BASE if copied else "", changes=_ARCHIVE)
        launch = Launch(
            argv=[*words, *prepare, *_limits(), *job.request.command],
            env={"PATH": _HOST_PATH, "LC_ALL": "C.UTF-8"},
            start_mark=f"{job.mark}\n".encode(),
            pass_fds=(status_write, argument_fd),
            status_fd=status_read,
            stdin=job.stdin,
            watch=job.watch,
        )
        return execute(launch, job.request.seconds)

    def _box(self, job: Job) -> Box:
        mounts = [*self._system, Mount("bind", str(job.results), RESULTS), Mount("ro", str(job.tools), TOOLS)]
        if job.changed:
            mounts.append(Mount("ro", str(job.folder / "changes.tar"), _ARCHIVE))
        overlays: list[Overlay] = []
        for name, dest in (("tree", TREE), ("home", HOME)):
            below, own = job.prepared / name, job.folder / name
            if job.request.keep:
                mounts.append(Mount("bind", str(below), dest))
            elif self._machine.overlay:
                overlays.append(self._overlay(below, own, dest))
            else:
                own.mkdir(mode=0o755)
                self.own(own)
                mounts.append(Mount("bind", str(own), dest))
        if not (job.request.keep or self._machine.overlay):
            mounts.append(Mount("ro", str(job.prepared), BASE))
        return Box(mounts, overlays, job.request.network, self._env(job.request), _tmpfs_bytes())

    def _overlay(self, below: Path, own: Path, dest: str) -> Overlay:
        for folder in (own, own / "upper", own / "work"):
            folder.mkdir(mode=0o755)
            self.own(folder)
        return Overlay(str(below), str(own / "upper"), str(own / "work"), dest)

    def _env(self, request: Request) -> dict[str, str]:
        own = {"HOME": HOME, "SPLAT_TREE": TREE, "SPLAT_RESULTS": RESULTS, "SPLAT_TOOLS": TOOLS}
        given = allowed(self._environ, network=request.network)
        given |= {"PATH": ":".join(self._tools.path), "TMPDIR": "/tmp", "USER": "splat", "LOGNAME": "splat"}  # noqa: S108
        given.setdefault("LANG", "C.UTF-8")
        return given | dict(request.env) | own


def _limits() -> list[str]:
    """Set innermost, where they bind the command alone; no memory limit on addresses, which Node and Go reserve by
    the gigabyte, but on data, and the kernel's choice falls on us first when memory runs out.
    """
    wanted = {
        "core": (resource.RLIMIT_CORE, 0),
        "nproc": (resource.RLIMIT_NPROC, bubblewrap.PROCESSES),
        "nofile": (resource.RLIMIT_NOFILE, bubblewrap.OPEN_FILES),
        "fsize": (resource.RLIMIT_FSIZE, bubblewrap.FILE_BYTES),
        "data": (resource.RLIMIT_DATA, _memory() * 3 // 4),
    }
    words = ["prlimit"]
    for name, (kind, value) in wanted.items():
        hard = resource.getrlimit(kind)[1]
        words.append(f"--{name}={value if hard == resource.RLIM_INFINITY else min(value, hard)}")
    return [*words, "--", "choom", "-n", "1000", "--"]


@lru_cache(maxsize=1)
def _memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _tmpfs_bytes() -> int:
    return max(512 << 20, min(4 << 30, _memory() // 4))
