"""P: what could not be delivered yet, in a folder that only this user can read; the next process sends it."""

from __future__ import annotations

import contextlib
import os
import re
import stat
import time
from typing import List, NamedTuple, Optional, Set

from splat import files, journal
from splat.folder import gone
from splat.values import Count, Item

MOST_FILES = 200
MOST_BYTES = 20_000_000
_LARGEST = 4_000_000
_TAKEN_FOR = 600.0  #: seconds, after which whoever took it is not believed to be alive
_UNFINISHED_FOR = 3_600.0
_BAD_FOR = 7 * 86_400.0
_TAKEN = re.compile(r"(.+\.json)\.([0-9]{1,10})\.taken\Z")

#: Paths of what this process took and still holds. A pid alone does not tell: in a container it is always the same.
_held: Set[str] = set()


class Taken(NamedTuple):
    """An item whose file no other process will take."""

    item: Item
    path: str

    @property
    def name(self) -> str:
        """Under which it stood there for all to take."""
        match = _TAKEN.match(os.path.basename(self.path))
        return match[1] if match else ""


class Spool:
    """The files of one folder. Every method may raise OSError. Used by one thread at a time."""

    def __init__(self, folder: str) -> None:
        """Makes the folder. `NotPrivate` when it is a link or another's."""
        files.private(folder)
        self.folder = folder
        self.dropped = 0  #: how many were deleted because there were too many, since this was last set to 0
        self.unreadable = 0  #: how many were set aside by P5, since then

    def put(self, item: Item, text: str, sync: bool = True) -> str:
        """Leaves the item for any process to deliver. Its path."""
        name = files.unused(self.folder, files.name_of(item))
        files.write(self.folder, name, text, sync=sync)
        self._trim()
        return os.path.join(self.folder, name)

    def withdraw(self, path: str) -> None:
        """What was put or given back needs no delivery any more."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)

    def put_taken(self, item: Item, text: str) -> Taken:
        """Leaves the item, for this process to deliver as long as it lives."""
        name = f"{files.unused(self.folder, files.name_of(item))}.{os.getpid()}.taken"
        path = os.path.join(self.folder, name)
        _held.add(path)
        try:
            files.write(self.folder, name, text)
        except OSError:
            _held.discard(path)
            raise
        return Taken(item, path)

    def take(self, most: int, after: str = "") -> List[Taken]:
        """Up to `most` items, the oldest first, that are now for this process alone to deliver.

        Only those count whose file's name comes after `after`.
        """
        taken: List[Taken] = []
        for name in self._names():
            if name <= after:
                continue
            if len(taken) == most:
                break
            each = self._take(name)
            if each is not None:
                taken.append(each)
        return taken

    def done(self, taken: Taken) -> None:
        """It is delivered, or never will be."""
        _held.discard(taken.path)
        with contextlib.suppress(FileNotFoundError):  # taken for dead, and given back
            os.unlink(taken.path)

    def back(self, taken: Taken) -> str:
        """Another try, by this process or another one. Its path."""
        _held.discard(taken.path)
        match = _TAKEN.match(taken.path)
        path = match[1] if match else taken.path
        with contextlib.suppress(FileNotFoundError):
            os.replace(taken.path, path)
        return path

    def tidy(self) -> None:
        """P3 to P5: gives back what the dead had taken or kept in a journal, deletes what is too old or too much."""
        now = time.time()
        for name in os.listdir(self.folder):
            with contextlib.suppress(OSError):  # each of these another process may do first
                self._tidy(os.path.join(self.folder, name), now)
        for path, texts in journal.left(self.folder):
            bad = [text for text in texts if not self._restore(text)]
            if bad:
                self.unreadable += len(bad)
                files.write(self.folder, f"{os.path.basename(path)}.bad", "\n".join(bad), sync=False)
        self._trim()

    def _tidy(self, path: str, now: float) -> None:
        if path.endswith((".tmp", ".bad")):
            if now - os.lstat(path).st_mtime > (_UNFINISHED_FOR if path.endswith(".tmp") else _BAD_FOR):
                os.unlink(path)
            return
        match = _TAKEN.match(path)
        if match is None or path in _held:
            return
        if gone(int(match[2])) or now - os.lstat(path).st_mtime > _TAKEN_FOR:
            os.replace(path, match[1])

    def _restore(self, text: str) -> bool:
        """Makes a file of what stood in a journal. False when it is nothing that R9 reads."""
        from splat.wire import item_of

        try:
            item = item_of(text)
        except ValueError:
            return False
        name = files.name_of(item)
        # A report has its id in the name, so that what was restored twice is there once.
        free = files.unused(self.folder, name) if isinstance(item.body, Count) else name
        files.write(self.folder, free, text, sync=False)
        return True

    def _names(self) -> List[str]:
        return sorted(name for name in os.listdir(self.folder) if name.endswith(".json"))

    def _take(self, name: str) -> Optional[Taken]:
        from splat.wire import item_of

        free = os.path.join(self.folder, name)
        path = f"{free}.{os.getpid()}.taken"
        _held.add(path)
        try:
            os.utime(free)  # its age as taken is counted from now
            os.rename(free, path)
            return Taken(item_of(_text(path)), path)
        except ValueError:
            with contextlib.suppress(OSError):
                os.replace(path, f"{free}.bad")
            self.unreadable += 1
        except OSError:  # another process was faster
            pass
        _held.discard(path)
        return None

    def _trim(self) -> None:
        names = self._names()
        sizes = [self._size(name) for name in names]
        files_left, bytes_left = len(names), sum(sizes)
        for name, size in zip(names, sizes):
            if files_left <= MOST_FILES and bytes_left <= MOST_BYTES:
                return
            with contextlib.suppress(FileNotFoundError):
                os.unlink(os.path.join(self.folder, name))
                self.dropped += 1
            files_left, bytes_left = files_left - 1, bytes_left - size

    def _size(self, name: str) -> int:
        try:
            return os.lstat(os.path.join(self.folder, name)).st_size
        except OSError:
            return 0


def forget() -> None:
    """In the child of a fork: what the parent holds is not the child's."""
    _held.clear()
    journal.forget_ours()


def _text(path: str) -> str:
    """What stands in a file. ValueError for what is no plain file, too large or no UTF-8."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error}") from None
    try:
        state = os.fstat(descriptor)
        if not stat.S_ISREG(state.st_mode) or state.st_size > _LARGEST:
            raise ValueError(f"{path} is no file of at most {_LARGEST} bytes")
        return os.read(descriptor, _LARGEST).decode("utf-8")
    finally:
        os.close(descriptor)
