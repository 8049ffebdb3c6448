"""What of the host is shown inside: the system, the toolchains, a few files of /etc; and where things stand there."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from healer.edge.sandbox.toolchains import SYSTEM, within

if TYPE_CHECKING:
    from collections.abc import Iterable

PLACE = "/splat"
"""The folder with the prepared `tree` and `home`. The same in every run: virtual environments hold absolute paths."""
TREE, HOME = f"{PLACE}/tree", f"{PLACE}/home"
RUN = "/splat-run"
"""This run's own folder, read-only but for its results."""
RESULTS, TOOLS, CHANGES = f"{RUN}/results", f"{RUN}/tools", f"{RUN}/changes.tar"
BASE = "/splat-base"
"""The prepared state, read-only, where a run works on a copy of it."""
INSIDE = 1000
"""User and group as the commands see themselves."""
_ETC_FOLDERS = (
    *("/etc/alternatives", "/etc/ssl/certs", "/etc/pki/tls/certs", "/etc/pki/ca-trust/extracted"),
    *("/etc/crypto-policies", "/etc/fonts", "/etc/php"),
)
_ETC_FILES = (
    *("ssl/cert.pem", "ssl/openssl.cnf", "ld.so.cache", "ld.so.conf", "localtime", "timezone", "mime.types"),
    *("os-release", "protocols", "services", "locale.alias", "magic", "host.conf"),
)
_VAR = ("/var/lib/gems", "/var/lib/php/modules")


@dataclass(frozen=True, slots=True)
class Mount:
    """One line of the layout. `bind` and `ro` show `source` at `dest`, `link` makes a link to it, `hide` covers it."""

    kind: Literal["ro", "bind", "link", "hide"]
    source: str
    dest: str


def system_mounts(
    prefixes: Iterable[str], private: Iterable[str], certificates: Iterable[str], etc: Path
) -> list[Mount]:
    """The read-only part of every run, from the outside in. Whatever of `private` lies inside it is covered."""
    mounts = [Mount("ro", str(etc), "/etc")]
    for folder in SYSTEM:
        if Path(folder).is_symlink():
            mounts.append(Mount("link", os.readlink(folder), folder))
        elif Path(folder).is_dir():
            mounts.append(Mount("ro", folder, folder))
    for path in (*_shown_of_etc(certificates), *_VAR, *prefixes, *certificates):
        real = os.path.realpath(path)
        if os.path.exists(real) and not within(path, [mount.dest for mount in mounts if mount.dest != "/etc"]):
            mounts.append(Mount("ro", real, path))
    shown = [mount.source for mount in mounts if mount.kind == "ro"]
    hidden = [place for place in private if within(place, shown) and place not in shown]
    return mounts + [Mount("hide", place, place) for place in hidden]


def _shown_of_etc(certificates: Iterable[str]) -> list[str]:
    """Folders of the host's /etc to mount, and certificate files that lie in none of them."""
    folders = [folder for folder in _ETC_FOLDERS if os.path.isdir(folder)]
    files = [path for path in certificates if within(path, ["/etc"]) and not within(path, folders)]
    return folders + [path for path in files if os.path.isfile(path)]


def synthetic_etc(folder: Path, certificates: Iterable[str]) -> None:
    """Make an /etc in `folder`: the host's files that programs need, and our own for accounts and names, so that
    neither who uses this machine nor how its system is configured is seen. What `system_mounts` puts into it has its
    place there.
    """
    folder.mkdir(mode=0o755)
    for path in map(Path, _shown_of_etc(certificates)):
        place = folder / path.relative_to("/etc")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.mkdir() if path.is_dir() else place.touch()
    for name in _ETC_FILES:
        _copy(Path("/etc", name), folder / name)
    for name, text in _own_files().items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o644)


def _copy(file: Path, target: Path) -> None:
    """A link as a link, into /usr as a rule; a file only when all may read it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if file.is_symlink():
        target.symlink_to(os.readlink(file))
    elif file.is_file() and file.stat().st_mode & 0o004:
        target.write_bytes(file.read_bytes())
        target.chmod(0o644)


def _own_files() -> dict[str, str]:
    account = f"splat:x:{INSIDE}:{INSIDE}:splat:{HOME}:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n"
    return {
        "passwd": f"root:x:0:0:root:/root:/bin/false\n{account}",
        "group": f"root:x:0:\nsplat:x:{INSIDE}:\nnogroup:x:65534:\n",
        "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\n",
        "hostname": "splat\n",
        "hosts": "127.0.0.1 localhost splat\n::1 localhost ip6-localhost ip6-loopback\n" + _read("/etc/hosts"),
        "resolv.conf": _read("/etc/resolv.conf"),
    }


def _read(path: str) -> str:
    try:
        return Path(path).read_text(errors="replace")
    except OSError:
        return ""
