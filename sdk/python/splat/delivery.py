"""What happens to an event or a count, from one end to the other: made into an item, kept, sent, deleted.

Worker only, but for `durable`: it loads all that the app's thread does without.
"""

from __future__ import annotations

import contextlib
import os
import threading
from typing import TYPE_CHECKING, Callable, Dict, List, Optional, Sequence, Tuple, Union

from splat import spool
from splat.cut import cut
from splat.redact import redact_text
from splat.report import Reporter
from splat.sender import Sender
from splat.store import Store
from splat.values import Count, Event, Item
from splat.wire import text_of

if TYPE_CHECKING:
    from splat.options import Options
    from splat.values import Transport

#: An event without a signature is called for: the answer has one, and is None when it is suppressed after all.
Thing = Union[Event, Count, Callable[[], Optional[Event]]]


class Delivery:
    """Of one process and one destination."""

    def __init__(
        self, options: Options, folder: str, make_transport: Callable[[], Transport], warn: Callable[..., None]
    ) -> None:
        self._options = options
        self._warn = warn
        self._reporter = Reporter(options, warn)
        self._store = Store(folder, warn)
        self._sender = Sender(make_transport, self._store, warn)
        self._releases: Dict[str, str] = {}
        #: By signature: the id and the count that were noted last. What is sent takes the id over.
        self._noted: Dict[str, Tuple[str, Count]] = {}
        self._counting = threading.RLock()
        self._keeping = threading.RLock()
        self._in_hands: List[Union[Thing, Item]] = []  #: of the thread that works on them; items once they are made
        self._closed = False

    def take(self, things: Sequence[Union[Thing, Item]], *, durably: bool = False) -> None:
        """Brings these to disk, safe to publish, and has them delivered. `durably`: synced, each for itself."""
        hands = list(things)
        if not durably:
            self._in_hands = hands
        with self._counting if any(isinstance(each, Count) for each in hands) else contextlib.nullcontext():
            items = [item for item in (self._item(hands, at) for at in range(len(hands))) if item is not None]
            with self._keeping:
                if not durably and self._in_hands is not hands:
                    return  # taken over meanwhile
                self._keep(items, durably)
                if not durably:
                    self._in_hands = []

    def take_over(self) -> List[Union[Thing, Item]]:
        """What a thread is at that does not come to an end with it, for the caller to take: that thread keeps nothing
        of it any more.
        """
        with self._keeping:
            hands, self._in_hands = self._in_hands, []
            self._counting = threading.RLock()  # it may hold the other one for ever
            self._reporter.give_up_asking()
            return list(hands)

    def _keep(self, items: Sequence[Item], durably: bool) -> None:
        kept = [self._store.keep_durably(each) for each in items] if durably else self._store.keep(items)
        if not kept:
            return
        if self._closed:
            self._store.later(kept)
        else:
            self._sender.add(kept)
            if durably:
                self._sender.start()

    def note(self, waiting: Callable[[], Sequence[Count]]) -> None:
        """Writes down the counts that are not due yet: the next process sends them when this one is killed (P9)."""
        with self._counting:
            new: Dict[str, Tuple[str, Count]] = {}
            for each in waiting():
                ident, known = self._noted.get(each.signature) or (os.urandom(16).hex(), None)
                # With another first one it is a new count, and the one before it is on its way to us.
                if known is None or (known != each and known.first == each.first):
                    new[each.signature] = ident, each
            if new and self._store.note([self._safe(count, ident) for ident, count in new.values()]):
                self._noted.update(new)

    def start(self) -> bool:
        """Starts delivering what was left before. False where no thread can be had."""
        return self._sender.start()

    def drain(self, deadline: float) -> bool:
        """Waits until all is delivered, at most until `deadline` (`time.monotonic()`). As `Sender.drain`."""
        return self._sender.drain(deadline)

    def close(self, deadline: float) -> None:
        """Delivers what it can until `deadline`; the rest, and what comes later, is left in the spool."""
        self._closed = True
        self._sender.close(deadline)
        self._store.close()

    def forget(self) -> None:
        """In the child of a fork: all of this is the parent's."""
        self._store.forget()
        spool.forget()

    def _item(self, hands: List[Union[Thing, Item]], at: int) -> Optional[Item]:
        """What to deliver; None for what is dropped: by `before_send`, or because it cannot be made safe (X11)."""
        try:
            thing = hands[at]
            if callable(thing):  # an event whose signature needed the worker; it may turn out to be suppressed
                named = thing()
                # It may be asked for once only.
                thing = hands[at] = _suppressed if named is None else named
            item = self._made(thing)
            if item is not None:
                hands[at] = item
            return item
        except Exception as error:
            self._sender.lose()
            # What the error says may hold what should have been redacted.
            self._warn(f"an error report was dropped: {type(error).__name__} while it was being made", "unsafe")
            return None

    def _made(self, thing: Union[Thing, Item]) -> Optional[Item]:
        if callable(thing):
            return None
        if isinstance(thing, Item):
            return thing
        return self._counted(thing) if isinstance(thing, Count) else self._reporter.item(thing)

    def _counted(self, count: Count) -> Item:
        """Takes the place of what was noted of it."""
        noted = self._noted.pop(count.signature, None)
        return self._safe(count, noted[0] if noted else os.urandom(16).hex())

    def _safe(self, count: Count, ident: str) -> Item:
        if count.release not in self._releases:
            self._releases[count.release] = cut(redact_text(count.release, self._options.redact), 1_000)
        safe = count._replace(release=self._releases[count.release])
        item = Item(ident, count.last, safe)
        return item._replace(text=text_of(item))


def _suppressed() -> None:
    """In the place of an event that turned out to be."""
