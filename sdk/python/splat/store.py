"""Where items are until they are delivered: the journal, the spool, and memory where no disk will have them."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Callable, List, Optional, Sequence

from splat.journal import Journal
from splat.spool import Spool, Taken
from splat.wire import text_of

if TYPE_CHECKING:
    from splat.values import Item


class Kept:
    """An item, and what keeps it should the process end: the journal, a file of the spool, or nothing."""

    __slots__ = ("item", "journaled", "left", "taken")

    def __init__(self, item: Item, taken: Optional[Taken] = None, *, journaled: bool = False) -> None:
        self.item = item
        self.taken = taken
        self.journaled = journaled
        self.left = ""  #: its path in the spool, once it was left to a later try

    @property
    def name(self) -> str:
        """Of its file in the spool; "" without one."""
        return self.taken.name if self.taken is not None else ""


class Store:
    """Of one process and one destination. Safe from every thread; none waits here for more than a disk."""

    def __init__(self, folder: str, warn: Callable[..., None]) -> None:
        self.folder = folder
        self._warn = warn
        self._lock = threading.RLock()
        self._spool: Optional[Spool] = None
        self._journal: Optional[Journal] = None
        self._refused = False

    def keep(self, items: Sequence[Item]) -> List[Kept]:
        """Writes them to disk, as fast as can be: after this, nothing that ends the process loses them."""
        with self._lock:
            if not items:
                return []
            try:
                journal = self._opened_journal()
                journal.append({item.id: text_of(item) for item in items})
                return [Kept(item, journaled=True) for item in items]
            except OSError:
                return [self.keep_durably(item) for item in items]

    def keep_durably(self, item: Item) -> Kept:
        """Writes one so that it also outlives the machine (synced, a file of its own)."""
        with self._lock:
            if self._journal is not None:  # it may have been noted there: nothing is to be counted twice
                self._journal.settle([item.id])
            try:
                return Kept(item, self._opened().put_taken(item, text_of(item)))
            except OSError as error:
                self._no_disk(error)
                return Kept(item)

    def note(self, items: Sequence[Item]) -> bool:
        """Writes down what may yet change, in the place of what was noted by the same id. Whether that was possible."""
        with self._lock:
            try:
                self._opened_journal().append({item.id: text_of(item) for item in items})
            except OSError:
                return False
            return True

    def settled(self, kept: Sequence[Kept]) -> None:
        """These are delivered, or never will be: nothing keeps them any longer."""
        with self._lock, contextlib.suppress(OSError):
            self._unjournal(kept)
            for each in kept:
                if each.left:  # the time was over while it was being delivered
                    self._opened().withdraw(each.left)
                elif each.taken is not None:
                    self._opened().done(each.taken)

    def later(self, kept: Sequence[Kept], *, sync: bool = True) -> List[Kept]:
        """Leaves these to a later try, by this process or the next one. Answers those that no disk will have."""
        with self._lock:
            memory = [each for each in kept if not self._leave(each, sync)]
            self._unjournal([each for each in kept if each.left])
            return memory

    def _leave(self, each: Kept, sync: bool) -> bool:
        try:
            if not each.left:
                spool = self._opened()
                each.left = spool.back(each.taken) if each.taken else spool.put(each.item, text_of(each.item), sync)
        except OSError as error:
            self._no_disk(error)
        return bool(each.left)

    def take(self, most: int, after: str = "") -> List[Kept]:
        """Up to `most` that were left to a later try, the oldest first, of those whose names come after `after`."""
        with self._lock:
            try:
                return [Kept(taken.item, taken) for taken in self._opened().take(most, after)]
            except OSError:
                return []
            finally:
                self._tell_unreadable()

    def tidy(self) -> None:
        """Gives back what dead processes had, and keeps the spool within its bounds."""
        with self._lock, contextlib.suppress(OSError):
            self._opened().tidy()
            self._tell_unreadable()

    def take_dropped(self) -> int:
        """How many the spool had no room for since this was last asked."""
        with self._lock:
            if self._spool is None:
                return 0
            dropped, self._spool.dropped = self._spool.dropped, 0
            return dropped

    def _tell_unreadable(self) -> None:
        if self._spool is not None and self._spool.unreadable:
            found, self._spool.unreadable = self._spool.unreadable, 0
            self._warn(
                f"errors that were left in {self.folder} ({found}) cannot be read: another version of splat-sdk wrote "
                "them, or they are damaged. They are not sent; they stay there for 7 days, in files that end in .bad.",
                "unreadable",
            )

    def close(self) -> None:
        """Closes the journal; what is still in it the next process finds."""
        with self._lock:
            if self._journal is not None:
                self._journal.close()
                self._journal = None

    def forget(self) -> None:
        """In the child of a fork: lets go of the parent's journal without a word in it."""
        if self._journal is not None:
            self._journal.forget()
        self._journal = None
        self._lock = threading.RLock()

    def _opened(self) -> Spool:
        if self._spool is None:
            self._spool = Spool(self.folder)
        return self._spool

    def _opened_journal(self) -> Journal:
        if self._journal is not None and not self._journal.is_there():
            # Something cleans up here; the folder may be gone too.
            self._journal.forget()
            self._journal = self._spool = None
        if self._journal is None:
            self._journal = Journal(self._opened().folder)
        return self._journal

    def _unjournal(self, kept: Sequence[Kept]) -> None:
        if self._journal is not None:
            self._journal.settle([each.item.id for each in kept if each.journaled])

    def _no_disk(self, error: OSError) -> None:
        if self._refused:
            return
        self._refused = True
        why = error.strerror or str(error)
        self._warn(
            f"nothing can be written below {self.folder} ({why}): errors that cannot be delivered at once are kept in "
            "memory alone, the last 100. Give the option `spool_dir` a folder that belongs to this user, or make room."
        )
