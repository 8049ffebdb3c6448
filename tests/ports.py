"""Ports for programs that must be told one before they take it."""

from __future__ import annotations

import errno
import fcntl
import os
import random
import socket
import tempfile
from pathlib import Path

#: Of every port that was given out; the system lets go of them at the end of the process.
_HELD: list[int] = []


def free_port() -> int:
    """A port of this machine that nobody listens on, and that nobody else is given while this process runs.

    It is none of those that the system hands to every connection and to every server that leaves the choice to it, so
    that it is still free when the program takes it, however late; and no other run of the tests gets it from here.
    """
    folder = Path(tempfile.gettempdir()) / f"splat-test-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    for port in random.SystemRandom().sample(_outside(), k=500):
        if _locked(folder / str(port)) and _free(port):
            return port
    raise OSError(errno.EADDRINUSE, "none of 500 ports is free")


def _outside() -> range:
    first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    return range(10_000, first) if first >= 15_000 else range(61_000, 65_000)


def _locked(file: Path) -> bool:
    handle = os.open(file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return False
    _HELD.append(handle)
    return True


def _free(port: int) -> bool:
    for family, anywhere in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
        try:
            with socket.socket(family) as probe:
                if family == socket.AF_INET6:
                    probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                probe.bind((anywhere, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
    return True
