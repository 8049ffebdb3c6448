"""Runs jobs in bubblewrap."""

from __future__ import annotations

import os
import resource
from functools import lru_cache
from typing import TYPE_CHECKING

from healer.edge.sandbox import advice, bubblewrap, layout, seccomp, setup_env
from healer.edge.sandbox.bubblewrap import Box, Machine, Overlay
from healer.edge.sandbox.environment import CA_BUNDLES, allowed
from healer.edge.sandbox.layout import BASE, CHANGES, HOME, PLACE, RESULTS, RUN, TOOLS, TREE, Mount
from healer.edge.sandbox.process import Finished, Launch, execute
from healer.edge.sandbox.toolchains import NO_TOOLCHAINS, Toolchains, private_places

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from healer.edge.sandbox.job import Job, Request

PROCESSES = 2_048
FILE_BYTES = 4 * 1024**3
OPEN_FILES = 8_192
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
        private = private_places(environ)
        certificates = [path for path in map(environ.get, CA_BUNDLES) if path and path.startswith("/")]
        layout.synthetic_etc(folder / "etc", certificates)
        self._system = layout.system_mounts(tools.prefixes, private, certificates, folder / "etc")

    def root(self, prepared: Path) -> str:
        """The tree's folder as commands see it."""
        return TREE

    def own(self, *folders: Path) -> None:
        """As root, give the folders to the unprivileged user. Raises SandboxError where root has no other user."""
        if os.geteuid() != 0:
            return
        for folder in folders:
            try:
                os.chown(folder, bubblewrap.UNPRIVILEGED, bubblewrap.UNPRIVILEGED)
            except OSError:
                raise advice.no_other_user(bubblewrap.UNPRIVILEGED) from None

    def run(self, job: Job) -> Finished:
        """Run a job to its end or its limit."""
        copied = not (job.request.keep or self._machine.overlay)
        status_read, status_write = os.pipe()
        filter_fd = _memory_file(seccomp.program())
        before, hidden = bubblewrap.arguments(self._machine, self._box(job, filter_fd), status_write)
        argument_fd = _memory_file(b"".join(os.fsencode(word) + b"\0" for word in hidden))
        words = [str(argument_fd) if word == "{args}" else word for word in before]
        prepare = job.words(PLACE, copy_of=BASE if copied else "", changes=CHANGES, limits=_limits())
        launch = Launch(
            argv=[*words, *prepare],
            env={"PATH": _HOST_PATH, "LC_ALL": "C.UTF-8"},
            start_mark=f"{job.mark}\n".encode(),
            pass_fds=(status_write, argument_fd, filter_fd),
            status_fd=status_read,
            stdin=job.stdin,
            watch=job.watch,
        )
        return execute(launch, job.request.seconds)

    def _box(self, job: Job, filter_fd: int) -> Box:
        mounts = [*self._system, Mount("ro", str(job.shown), RUN), Mount("bind", str(job.results), RESULTS)]
        overlay = None
        if job.request.keep:
            mounts.append(Mount("bind", str(job.prepared), PLACE))
        elif self._machine.overlay:
            overlay = Overlay(str(job.prepared), str(job.folder / "top"))
            self._make(job.folder / "top", job.folder / "top/upper", job.folder / "top/work")
        else:
            self._make(job.folder / "copy")
            mounts += [Mount("bind", str(job.folder / "copy"), PLACE), Mount("ro", str(job.prepared), BASE)]
        filtered = filter_fd if seccomp.program() else -1
        return Box(mounts, overlay, job.request.network, self._env(job.request), _tmpfs_bytes(), filtered)

    def _make(self, *folders: Path) -> None:
        for folder in folders:
            folder.mkdir(mode=0o755)
        self.own(*folders)

    def _env(self, request: Request) -> dict[str, str]:
        own = {"HOME": HOME, "SPLAT_TREE": TREE, "SPLAT_RESULTS": RESULTS, "SPLAT_TOOLS": TOOLS}
        given = allowed(self._environ, network=request.network)
        if request.network:
            given |= setup_env.given(self._environ)
        given |= {"PATH": ":".join(self._tools.path), "TMPDIR": "/tmp", "USER": "splat", "LOGNAME": "splat"}  # noqa: S108 - inside
        given.setdefault("LANG", "C.UTF-8")
        return given | dict(request.env) | own


def _memory_file(content: bytes) -> int:
    handle = os.memfd_create("splat")
    os.write(handle, content)
    os.lseek(handle, 0, os.SEEK_SET)
    return handle


def _limits() -> str:
    """The command's limits as shell, set innermost, where they bind the command alone. Memory is limited as data of
    one process, not as addresses, which Node and Go reserve by the gigabyte; and when memory runs out, the kernel's
    choice falls on us first.
    """
    lines = ["echo 1000 > /proc/self/oom_score_adj"]
    for letter, kind, value, unit in (
        ("c", resource.RLIMIT_CORE, 0, 512),
        ("n", resource.RLIMIT_NOFILE, OPEN_FILES, 1),
        ("f", resource.RLIMIT_FSIZE, FILE_BYTES, 512),
        ("d", resource.RLIMIT_DATA, _memory() * 3 // 4, 1024),
    ):
        hard = resource.getrlimit(kind)[1]
        lines.append(f"ulimit -{letter} {(value if hard == resource.RLIM_INFINITY else min(value, hard)) // unit}")
    # The letter for processes is `u` in bash and `p` in dash and busybox, where `-u` is unknown.
    lines.append(f"ulimit -u {PROCESSES} 2>/dev/null || ulimit -p {PROCESSES}")
    return "set -e\n" + "\n".join(lines)


@lru_cache(maxsize=1)
def _memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _tmpfs_bytes() -> int:
    return max(512 << 20, min(4 << 30, _memory() // 4))
