"""Why the sandbox cannot start here, and what to do about it."""

from __future__ import annotations

import sys
from pathlib import Path

from healer.outcome import SandboxError

APPARMOR_PROFILE = """\
abi <abi/4.0>,
include <tunables/global>
profile bwrap /usr/bin/bwrap flags=(unconfined) {
  userns,
}
"""
_INSTALL = (
    "Install it: `sudo apt-get install bubblewrap` (Debian, Ubuntu), `sudo dnf install bubblewrap` (Fedora), "
    "`sudo apk add bubblewrap util-linux` (Alpine)."
)
_APPARMOR = (
    "Ubuntu 24.04 and later forbid it by AppArmor. Allow it to bubblewrap alone: write to /etc/apparmor.d/bwrap "
    f"these lines, then run `sudo apparmor_parser -r /etc/apparmor.d/bwrap`:\n{APPARMOR_PROFILE}"
)
_OR_NONE = "Or set `sandbox: none` knowingly: the project's and the model's code then run as you, with your files."


def missing() -> SandboxError:
    """There is no bubblewrap."""
    if sys.platform != "linux":
        return SandboxError(
            "The sandbox needs Linux with bubblewrap",
            where=sys.platform,
            next_step=f"Run Splat in a Linux virtual machine, or in GitHub Actions. {_OR_NONE}",
        )
    return SandboxError("bubblewrap (`bwrap`) is not installed", next_step=f"{_INSTALL} {_OR_NONE}")


def cannot_start(said: str) -> SandboxError:
    """Bubblewrap is there and fails; `said` is its own message."""
    where = said.strip().splitlines()[-1][:300] if said.strip() else "no message"
    return SandboxError("bubblewrap cannot start", where=where, next_step=f"{_reason(said)} {_OR_NONE}")


def no_other_user(user: int) -> SandboxError:
    """We are a root that cannot become anyone else, as in some containers: nothing would be taken from the commands."""
    return SandboxError(
        f"The sandbox gives up root by becoming user {user}, and this root may not",
        where="/proc/self/uid_map",
        next_step=f"Run Splat as an ordinary user, or map {user} into the container's user namespace. {_OR_NONE}",
    )


def _reason(said: str) -> str:
    if "not found" in said and ("setpriv" in said or "mount" in said):
        return "Install util-linux: it brings `setpriv` and `mount`."
    if _says("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1"):
        return _APPARMOR
    if _says("/proc/sys/kernel/unprivileged_userns_clone", "0"):
        return "The kernel forbids user namespaces: `sudo sysctl kernel.unprivileged_userns_clone=1`."
    if _says("/proc/sys/user/max_user_namespaces", "0"):
        return "The kernel forbids user namespaces: `sudo sysctl user.max_user_namespaces=15000`."
    if Path("/.dockerenv").exists() or Path("/run/.containerenv").exists():
        return (
            "Containers forbid namespaces by default: start this one with `--security-opt seccomp=unconfined "
            "--security-opt apparmor=unconfined --security-opt systempaths=unconfined`, or run outside a container."
        )
    return "Check that `bwrap --unshare-all --ro-bind / / true` works for this user."


def _says(path: str, value: str) -> bool:
    try:
        return Path(path).read_text().strip() == value
    except OSError:
        return False
