"""Folders that only this user can read, and files that are there whole or not at all (rules T3, P1, P2)."""

from __future__ import annotations

import contextlib
import os
import stat

from splat import clock
from splat.values import Count, Item


class NotPrivate(OSError):
    """The folder is a link, or belongs to somebody else."""


def private(folder: str) -> None:
    """Makes the folder, readable for this user alone. OSError when that cannot be."""
    os.makedirs(folder, mode=0o700, exist_ok=True)
    state = os.lstat(folder)
    if not stat.S_ISDIR(state.st_mode):
        raise NotPrivate(f"{folder} is a link")
    if hasattr(os, "geteuid"):
        if state.st_uid != os.geteuid():
            raise NotPrivate(f"{folder} belongs to another user")
        if state.st_mode & 0o077:
            os.chmod(folder, 0o700)


def write(folder: str, name: str, text: str, *, sync: bool = True) -> None:
    """Writes `name` so that no reader ever finds a part of it. OSError leaves nothing behind."""
    temporary = os.path.join(folder, f"{name}.{os.getpid()}.tmp")
    try:
        _fill(temporary, text.encode("utf-8"), sync)
        os.replace(temporary, os.path.join(folder, name))
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _fill(path: str, data: bytes, sync: bool) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(descriptor, left) :]
        if sync:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def name_of(item: Item) -> str:
    """The name of an item's file: orders by time (rules T3, P2)."""
    if isinstance(item.body, Count):
        return f"{clock.digits(item.time)}-{item.signature}.count.json"
    return f"{clock.digits(item.time)}-{item.id}.json"


def unused(folder: str, name: str) -> str:
    """The name, or where it is in use (two counts in one millisecond) one right behind it."""
    when, _, rest = name.partition("-")
    for number in range(1_000):
        free = f"{int(when) + number:017d}-{rest}"
        if not os.path.lexists(os.path.join(folder, free)):
            return free
    return name
