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
from typing import TYPE_CHECKING, Literal

from healer.edge.sandbox.toolchains import SYSTEM, within

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

TREE, HOME, RESULTS, TOOLS, BASE = "/splat/tree", "/splat/home", "/splat/results", "/splat/tools", "/splat/base"
UNPRIVILEGED = 64_999
"""As root we become this user, whom no account has, before anything of the repository runs."""
INSIDE = 1000
"""User and group as the commands see themselves."""
PROCESSES = 2_048
FILE_BYTES = 4 * 1024**3
OPEN_FILES = 8_192
_ETC = (
    *("alternatives", "ca-certificates", "crypto-policies", "pki", "fonts", "perl", "php", "python3", "terminfo"),
    *("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "timezone", "mime.types", "os-release"),
    *("protocols", "services", "ssl/certs", "ssl/cert.pem", "ssl/openssl.cnf", "locale.alias", "magic", "host.conf"),
)
_VAR = ("/var/lib/gems", "/var/lib/php/modules", "/var/cache/fontconfig")


@dataclass(frozen=True, slots=True)
class Mount:
    """One line of the layout. `bind` and `ro` show `source` at `dest`, `link` makes a link to it, `hide` covers it."""

    kind: Literal["ro", "bind", "link", "hide"]
    source: str
    dest: str


@dataclass(frozen=True, slots=True)
class Overlay:
    """A writable view of `lower` at `dest`; what is written goes to `upper`, and `work` belongs to the kernel."""

    lower: str
    upper: str
    work: str
    dest: str


@dataclass(frozen=True, slots=True)
class Box:
    """All that differs between two runs. `memory` is bytes for /tmp and /dev/shm each."""

    mounts: Sequence[Mount]
    overlays: Sequence[Overlay] = ()
    network: bool = False
    env: Mapping[str, str] = field(default_factory=dict)
    memory: int = 1 << 30


def system_mounts(
    prefixes: Iterable[str], private: Iterable[str], certificates: Iterable[str], etc: Path
) -> list[Mount]:
    """The read-only part of every run: the system, the toolchains, a few files of /etc, and `etc`, our own.

    Whatever of `private` lies inside one of them is covered.
    """
    mounts = []
    for folder in SYSTEM:
        if Path(folder).is_symlink():
            mounts.append(Mount("link", os.readlink(folder), folder))
        elif Path(folder).is_dir():
            mounts.append(Mount("ro", folder, folder))
    shown = [*_VAR, *(f"/etc/{name}" for name in _ETC), *certificates, *prefixes]
    mounts += [Mount("ro", os.path.realpath(path), path) for path in dict.fromkeys(shown) if os.path.exists(path)]
    mounts += [Mount("ro", str(file), f"/etc/{file.name}") for file in sorted(etc.iterdir())]
    bound = [mount.source for mount in mounts if mount.kind == "ro"]
    for place in private:
        if within(place, bound) and place not in bound:
            mounts.append(Mount("hide", place, place))
    return mounts


def synthetic_etc(folder: Path) -> None:
    """Write the files of /etc that the host's own must not show: accounts, names, how they are looked up."""
    folder.mkdir(mode=0o755)
    account = f"splat:x:{INSIDE}:{INSIDE}:splat:{HOME}:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n"
    files = {
        "passwd": f"root:x:0:0:root:/root:/bin/false\n{account}",
        "group": f"root:x:0:\nsplat:x:{INSIDE}:\nnogroup:x:65534:\n",
        "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\n",
        "hostname": "splat\n",
        "hosts": "127.0.0.1 localhost splat\n::1 localhost ip6-localhost ip6-loopback\n" + _read("/etc/hosts"),
        "resolv.conf": _read("/etc/resolv.conf"),
    }
    for name, text in files.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o644)


def _read(path: str) -> str:
    try:
        return Path(path).read_text(errors="replace")
    except OSError:
        return ""


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
    inner = [machine.bwrap, "--args", "{args}", "--json-status-fd", str(status_fd), "--"]
    if not machine.staged:
        return inner, _inner(box, machine, [_words(mount) for mount in box.mounts])
    again = [
        _words(Mount(m.kind, m.dest, m.dest) if m.kind in {"ro", "bind"} else m) for m in box.mounts if m.kind != "hide"
    ]
    again += [("--bind", overlay.dest, overlay.dest) for overlay in box.overlays]
    return [*_outer(machine.bwrap, box), *inner], _inner(box, machine, again)


def _outer(bwrap: str, box: Box) -> list[str]:
    words = [bwrap, "--die-with-parent"]
    if os.geteuid() != 0:
        words += ["--unshare-user", "--uid", "0", "--gid", "0", "--cap-add", "ALL"]
    words += _parents([mount.dest for mount in box.mounts])
    for mount in box.mounts:
        words += _words(mount)
    mounts = []
    for number, overlay in enumerate(box.overlays):
        place = f"/splat/layer{number}"
        words += [
            "--ro-bind",
            overlay.lower,
            f"{place}/lower",
            "--bind",
            str(Path(overlay.upper).parent),
            f"{place}/top",
        ]
        words += ["--dir", overlay.dest]
        upper, work = (f"{place}/top/{Path(path).name}" for path in (overlay.upper, overlay.work))
        options = f"lowerdir={place}/lower,upperdir={upper},workdir={work}"
        options += "" if os.geteuid() == 0 else ",userxattr"
        mounts.append(f"mount -t overlay overlay -o {options} {overlay.dest}")
    # The inner bubblewrap works in /tmp for a moment, and may mount a /proc of its own only while it sees a whole one.
    words += ["--bind", "/proc", "/proc", "--dev", "/dev", "--dir", "/tmp", "--"]  # noqa: S108
    words += ["/bin/sh", "-c", " && ".join([*mounts, 'exec "$@"']), "sh"]
    return [*words, *_become_unprivileged()]


def _parents(places: Iterable[str]) -> list[str]:
    """Make the folders above the mounts for all to enter: left to itself, bubblewrap makes them for their owner only,
    who in the outer stage is not the one to use them.
    """
    above = {str(parent) for place in places for parent in Path(place).parents} - {"/", *SYSTEM}
    above = {place for place in above if not within(place, SYSTEM)}
    return [word for place in sorted(above) for word in ("--dir", place)]


def _become_unprivileged() -> list[str]:
    if os.geteuid() != 0:
        return []
    user = str(UNPRIVILEGED)
    return ["setpriv", "--reuid", user, "--regid", user, "--clear-groups", "--inh-caps=-all", "--bounding-set=-all"]


def _inner(box: Box, machine: Machine, mounts: Iterable[Sequence[str]]) -> list[str]:
    words = ["--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-uts", "--unshare-cgroup-try"]
    words += [] if box.network else ["--unshare-net"]
    words += ["--disable-userns"] if machine.disable_userns else []
    words += ["--die-with-parent", "--new-session", "--hostname", "splat"]
    words += ["--uid", str(INSIDE), "--gid", str(INSIDE)]
    for mount in mounts:
        words += mount
    size = ["--size", str(box.memory)] if machine.sized_tmpfs else []
    words += ["--proc", "/proc", "--dev", "/dev", *size, "--tmpfs", "/dev/shm", *size, "--tmpfs", "/tmp"]  # noqa: S108
    words += ["--dir", "/run", "--symlink", "/tmp", "/var/tmp"]  # noqa: S108
    # bubblewrap's root is a tmpfs of its own, writable unless told.
    words += ["--remount-ro", "/", "--chdir", TREE]
    for name, value in box.env.items():
        words += ["--setenv", name, value]
    return words


def _words(mount: Mount) -> tuple[str, ...]:
    match mount.kind:
        case "ro":
            return ("--ro-bind", mount.source, mount.dest)
        case "bind":
            return ("--bind", mount.source, mount.dest)
        case "link":
            return ("--symlink", mount.source, mount.dest)
        case "hide":
            return ("--tmpfs", mount.dest) if Path(mount.source).is_dir() else ("--ro-bind", "/dev/null", mount.dest)
