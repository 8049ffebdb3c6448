"""The arguments of bubblewrap: what is mounted, what is cut off, and the two stages in which it happens.

The *outer* stage only lays out files. It runs with the rights the inner one lacks: as root it reaches folders that the
unprivileged user may not enter, and in either case it may mount an overlay. The *inner* stage gives up all rights and
cuts off the namespaces. The command runs in there.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from healer.edge.sandbox.layout import INSIDE, PLACE, Mount
from healer.edge.sandbox.toolchains import SYSTEM, within

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

UNPRIVILEGED = 64_999
"""As root we become this user, whom no account has, before anything of the repository runs."""
_LAYER = "/splat-layer"


@dataclass(frozen=True, slots=True)
class Overlay:
    """A writable view of `lower` at PLACE; what is written goes to the folder `top`, which holds `upper` and `work`."""

    lower: str
    top: str


@dataclass(frozen=True, slots=True)
class Box:
    """All that differs between two runs. `memory` is bytes for /tmp and /dev/shm each; `filter_fd` is an open file
    with a seccomp program, -1 for none.
    """

    mounts: Sequence[Mount]
    overlay: Overlay | None = None
    network: bool = False
    env: Mapping[str, str] = field(default_factory=dict)
    memory: int = 1 << 30
    filter_fd: int = -1


@dataclass(frozen=True, slots=True)
class Machine:
    """Where bubblewrap is, and what it and the kernel can do here. See `probe.machine`."""

    bwrap: str
    staged: bool = True
    overlay: bool = True
    disable_userns: bool = True
    sized_tmpfs: bool = True


def program() -> str | None:
    """Where bubblewrap is, if anywhere."""
    return shutil.which("bwrap", path="/usr/bin:/bin:/usr/local/bin:/run/current-system/sw/bin")


def arguments(machine: Machine, box: Box, status_fd: int) -> tuple[list[str], list[str]]:
    """The command line up to the command itself, and the inner stage's arguments that are passed by file: they hold
    addresses of registries, and a command line is public. The caller puts the number of that file for `{args}`.
    """
    inner = [machine.bwrap, "--args", "{args}"]
    status = ["--json-status-fd", str(status_fd)]
    if not machine.staged:
        return [*inner, *status, "--"], _inner(machine, box, box.mounts)
    laid_out = list(_again(box.mounts))
    if box.overlay:
        laid_out.append(Mount("bind", PLACE, PLACE))
    return [*_outer(machine, box, status), *inner, "--"], _inner(machine, box, laid_out)


def _again(mounts: Iterable[Mount]) -> Iterator[Mount]:
    """The same mounts, as the inner stage finds them after the outer one. What lies inside a read-only one comes
    with it.
    """
    shown: list[str] = []
    for mount in mounts:
        if mount.kind == "link":
            yield mount
        elif mount.kind == "bind" or (mount.kind == "ro" and not within(mount.dest, shown)):
            yield Mount(mount.kind, mount.dest, mount.dest)
        if mount.kind == "ro":
            shown.append(mount.dest)


def _outer(machine: Machine, box: Box, status: Sequence[str]) -> list[str]:
    root = os.geteuid() == 0
    # With a PID namespace of its own: the signal of a parent's death does not reach a child that changed its user, but
    # the end of a namespace's first process is everybody's end.
    words = [machine.bwrap, "--die-with-parent", "--unshare-pid", *status]
    words += [] if root else ["--unshare-user", "--uid", "0", "--gid", "0", "--cap-add", "ALL"]
    words += _parents(mount.dest for mount in box.mounts)
    words += [word for mount in box.mounts for word in _words(mount)]
    # First to die when memory runs out. Said here, where root's word cannot be taken back from inside.
    then = 'echo 1000 >/proc/self/oom_score_adj && exec "$@"'
    if box.overlay:
        words += ["--ro-bind", box.overlay.lower, f"{_LAYER}/lower", "--bind", box.overlay.top, f"{_LAYER}/top"]
        words += ["--dir", PLACE]
        options = f"lowerdir={_LAYER}/lower,upperdir={_LAYER}/top/upper,workdir={_LAYER}/top/work"
        then = f"mount -t overlay overlay -o {options}{'' if root else ',userxattr'} {PLACE} && {then}"
    # The inner bubblewrap works in /tmp for a moment, and may mount a /proc of its own only while it sees a whole one.
    words += ["--bind", "/proc", "/proc", "--dev", "/dev", "--dir", "/tmp", "--"]  # noqa: S108 - inside
    return [*words, "/bin/sh", "-c", then, "sh", *(_become_unprivileged() if root else ())]


def _become_unprivileged() -> list[str]:
    user = str(UNPRIVILEGED)
    return ["setpriv", "--reuid", user, "--regid", user, "--clear-groups", "--inh-caps=-all", "--bounding-set=-all"]


def _parents(places: Iterable[str]) -> list[str]:
    """Make the folders above the mounts for all to enter: left to itself, bubblewrap makes them for their owner only,
    who in the outer stage is not the one to use them.
    """
    above = {str(parent) for place in places for parent in Path(place).parents} - {"/"}
    return [word for place in sorted(above) if not within(place, SYSTEM) for word in ("--dir", place)]


def _inner(machine: Machine, box: Box, mounts: Iterable[Mount]) -> list[str]:
    words = ["--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-uts", "--unshare-cgroup-try"]
    words += [] if box.network else ["--unshare-net"]
    words += ["--disable-userns"] if machine.disable_userns else []
    words += ["--seccomp", str(box.filter_fd)] if box.filter_fd >= 0 else []
    words += ["--die-with-parent", "--new-session", "--cap-drop", "ALL", "--hostname", "splat"]
    words += ["--uid", str(INSIDE), "--gid", str(INSIDE)]
    words += [word for mount in mounts for word in _words(mount)]
    size = ["--size", str(box.memory)] if machine.sized_tmpfs else []
    words += ["--proc", "/proc", "--dev", "/dev", *size, "--tmpfs", "/dev/shm", *size, "--tmpfs", "/tmp"]  # noqa: S108 - inside
    words += ["--dir", "/run", "--symlink", "/tmp", "/var/tmp"]  # noqa: S108 - inside
    # bubblewrap's root and /dev are tmpfs of their own, writable unless told.
    words += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", PLACE]
    return words + [word for name, value in box.env.items() for word in ("--setenv", name, value)]


def _words(mount: Mount) -> tuple[str, ...]:
    match mount.kind:
        case "ro":
            # "try": what somebody takes out of /opt between two runs is missed by those that need it, and by no others.
            return ("--ro-bind-try", mount.source, mount.dest)
        case "bind":
            return ("--bind", mount.source, mount.dest)
        case "link":
            return ("--symlink", mount.source, mount.dest)
        case "hide":
            return ("--tmpfs", mount.dest) if Path(mount.source).is_dir() else ("--ro-bind", "/dev/null", mount.dest)
