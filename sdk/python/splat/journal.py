"""What a process has in its hands, in one file that it adds to: each batch is one write (rule P7).

A file of its own for each report costs five calls of the system. Beside a thread that computes, Python lets the worker
wait 5 ms for each of them, which in a burst would be seconds. A journal is on the disk after the first one. What is not
delivered from it becomes files of their own (P2), by this process or by one that finds the journal without its owner.
"""

from __future__ import annotations

import contextlib
import os
import threading
from typing import Dict, Iterator, List, Sequence, Set, Tuple

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

ENDING = ".journal"
MOST_BYTES = 8_000_000
#: A smaller one is left as it is, however much of it is settled.
_WORTH_SHRINKING = 500_000

#: Journals of this process. Opening and closing one again would drop its lock.
_ours: Set[str] = set()


class Journal:
    """Open until `close`. Its owner holds a lock that the system takes back when the process ends, however it ends."""

    def __init__(self, folder: str) -> None:
        """OSError where a file or its lock cannot be had."""
        if fcntl is None:
            raise OSError("no locks on files here")
        self.path = os.path.join(folder, f"{os.getpid()}-{os.urandom(4).hex()}{ENDING}")
        self._lock = threading.RLock()
        #: What is not settled, and how many bytes each takes.
        self._open: Dict[str, int] = {}
        self._size = 0
        _ours.add(self.path)
        try:
            self._descriptor = self._made(b"")
        except OSError:
            _ours.discard(self.path)
            raise

    def append(self, texts: Dict[str, str]) -> None:
        """Texts of one line each, by id; one that is there by that id is replaced.

        OSError when they are not all there: then none of them is.
        """
        lines = {ident: f"+{ident} {text}\n".encode() for ident, text in texts.items()}
        data = b"".join(lines.values())
        with self._lock:
            if self._size > _WORTH_SHRINKING and sum(self._open.values()) < self._size // 2:
                self._shrink()
            if self._size + len(data) > MOST_BYTES:
                raise OSError(f"{self.path} holds enough")
            self._write(data)
            self._open.update((ident, len(line)) for ident, line in lines.items())

    def is_there(self) -> bool:
        """Whether its file still has a name."""
        try:
            return os.fstat(self._descriptor).st_nlink > 0
        except OSError:
            return False

    def settle(self, idents: Sequence[str]) -> None:
        """These are taken care of: nobody is to read them here."""
        with self._lock:
            done = [ident for ident in idents if self._open.pop(ident, None) is not None]
            with contextlib.suppress(OSError):  # at worst something is sent twice
                if done and self._open:
                    self._write("".join(f"-{ident}\n" for ident in done).encode("ascii"))
                elif done:
                    os.ftruncate(self._descriptor, 0)
                    self._size = 0

    def close(self) -> None:
        """Lets go of it, and deletes it when all is settled."""
        with self._lock:
            if not self._open:
                with contextlib.suppress(OSError):
                    os.unlink(self.path)
            self.forget()

    def forget(self) -> None:
        """Only lets go of it: in the child of a fork it is the parent's."""
        _ours.discard(self.path)
        with contextlib.suppress(OSError):
            os.close(self._descriptor)

    def _made(self, data: bytes) -> int:
        """Open, a file of this name that holds `data`, in the place of any other. Locked before others can find it."""
        temporary = f"{self.path}.tmp"
        descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.write(descriptor, data) != len(data):
                raise OSError(f"{self.path}: the disk is full")
            os.rename(temporary, self.path)
        except OSError:
            os.close(descriptor)
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
        return descriptor

    def _shrink(self) -> None:
        """Leaves out what is settled or replaced."""
        with contextlib.suppress(OSError):
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            left = _open_in(_all_of(self._descriptor))
            data = b"".join(b"+%s %s\n" % each for each in left.items())
            before, self._descriptor = self._descriptor, self._made(data)
            self._size = len(data)
            os.close(before)

    def _write(self, data: bytes) -> None:
        try:
            if os.write(self._descriptor, data) != len(data):
                raise OSError(f"{self.path}: the disk is full")
        except OSError:
            os.ftruncate(self._descriptor, self._size)
            raise
        self._size += len(data)


def forget_ours() -> None:
    """In the child of a fork: what the parent has open is found like any other's."""
    _ours.clear()


def left(folder: str) -> Iterator[Tuple[str, List[str]]]:
    """Each journal whose process is gone: its path and the texts that were not settled.

    It is held while the caller has it, and deleted when the caller asks for the next one.
    """
    if fcntl is None:
        return
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if not name.endswith(ENDING) or path in _ours:
            continue
        try:
            descriptor = os.open(path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | os.O_NONBLOCK)
        except OSError:
            continue
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(descriptor), os.lstat(path)):  # else its owner has put another in its place
                yield path, [text.decode("utf-8", "replace") for text in _open_in(_all_of(descriptor)).values()]
                os.unlink(path)
        except OSError:
            continue
        finally:
            os.close(descriptor)


def _all_of(descriptor: int) -> bytes:
    parts: List[bytes] = []
    while sum(map(len, parts)) <= MOST_BYTES:
        part = os.read(descriptor, 1_000_000)
        if not part:
            break
        parts.append(part)
    return b"".join(parts)


def _open_in(data: bytes) -> Dict[bytes, bytes]:
    """What is not settled, by id."""
    texts: Dict[bytes, bytes] = {}
    for line in data.split(b"\n")[:-1]:  # what no LF ends was never written to its end
        ident, _, text = line[1:].partition(b" ")
        if line[:1] == b"+":
            texts[ident] = text
        elif line[:1] == b"-":
            texts.pop(ident, None)
    return texts
