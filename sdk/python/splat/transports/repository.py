"""What one process knows of the repository it reports to, and what it wrote there."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Callable, Collection, Dict, List, Optional, Set, Tuple

from splat.decide import Decision, Listed, Sighting, decide
from splat.http import Later
from splat.transports.api import Api
from splat.transports.index import Index, body_of
from splat.transports.notes import Notes

if TYPE_CHECKING:
    from splat.options import Options

_HOUR = 3_600.0
#: Seconds for which an issue that this process created, or a listing, stands for the body as just read.
_FRESH = 15.0
_MOST_WRITTEN = 20
_PUBLIC_FOR = 3_600.0
#: Milliseconds after which a change is no part of the creation: GitHub's times are whole seconds.
_TOUCHED = 1_000


class Repository:
    """Index, requests and memory of one process. Methods that ask GitHub raise `Later` and `Never`."""

    def __init__(self, options: Options, folder: Optional[str], warn: Callable[[str], None]) -> None:
        self.api = Api(options.api_url, options.repo, options.token, warn)
        self.client = self.api.client
        self.index = Index(self.api)
        self.notes = Notes(folder)
        self.reporters: Set[int] = {*options.reporters, *self.notes.reporters()}
        self._warn = warn
        self._asked_own = False
        self._own_writes: Dict[int, int] = {}
        self._written: Dict[int, Tuple[str, float]] = {}
        self._made: List[float] = []
        self._public: Tuple[bool, float] = (True, float("-inf"))

    # --- reading -----------------------------------------------------------------------------------------------------

    def refresh(self, wanted: Collection[str]) -> None:
        """D1, and D2: who we are is asked when a marked issue might be our own."""
        self.index.refresh(wanted)
        strangers = any(each.signature and each.author not in self.reporters for each in self.index.issues())
        if strangers and not self._asked_own:
            own = self.api.own_id()
            self._asked_own = True
            if own is not None:
                self.met(own)
            elif not self.reporters:
                self._warn(
                    "this token may not ask which account it belongs to, so earlier issues of it cannot be told from a "
                    "stranger's, and a bug may get a second issue, which is closed again. Give the option `reporters` "
                    "the numeric id of the account (for Actions: 41898282)."
                )

    def decide(self, error: Sighting, *, capped: bool = True) -> Decision:
        """D5 over the index as it is. Asks for the canonical issue of a closed duplicate that names none."""
        now = int(self.client.now() * 1000)
        recent = [each for each in self._made if each > time.monotonic() - _HOUR]
        self._made = recent
        created = (len(recent), self.index.created_since(now - int(_HOUR * 1000), self.reporters))
        return decide(
            error,
            self.index.issues(),
            reporters=self.reporters,
            now=now,
            own_writes=self._own_writes,
            created=created if capped else (0, 0),
            canonical_of=self._canonical_of,
        )

    def _canonical_of(self, issue: Listed) -> Optional[int]:
        if issue.canonical is not None:
            return issue.canonical
        try:
            found = self.api.canonical_of(issue.number)
        except Later:
            return None  # silence about one bug, but the others go on
        self.index.learn_canonical(issue.number, found)
        return found

    def is_public(self) -> bool:
        """I9; asked once an hour."""
        public, asked = self._public
        if time.monotonic() - asked > _PUBLIC_FOR:
            public = self.api.is_public()
            self._public = (public, time.monotonic())
        return public

    def at_hand(self, number: int) -> Optional[str]:
        """The body of an issue that we created a moment ago: what a burst adds at the end costs one request, not two.

        One that was there before may be read by somebody who edits it, right after we wrote too.
        """
        text, when = self._written.get(number, ("", float("-inf")))
        return text if time.monotonic() - when < _FRESH else None

    def body(self, number: int) -> Tuple[Optional[Listed], str]:
        """The issue's text as just read. The first part is None unless the issue was read for this."""
        text = self.at_hand(number)
        if text is None and self.index.age() < _FRESH:
            text = self.index.body(number)
        if text is not None:
            return None, text
        entry = self.api.issue(number)
        issue = self.index.learn(entry)
        if issue is None:
            raise Later("the answer is no issue")
        return issue, body_of(entry)

    def known(self, number: int) -> Listed:
        """The issue as the index knows it."""
        issue = self.index.get(number)
        if issue is None:
            raise Later("the issue is not in the index")
        return issue

    # --- writing -----------------------------------------------------------------------------------------------------

    def wrote(self, entry: Any) -> Listed:
        """Take over the answer to a write: what we did is no reason to wait (D5)."""
        issue = self.index.learn(entry)
        if issue is None:
            raise Later("the answer to a write is no issue")
        self._own_writes[issue.number] = issue.updated_at
        if issue.number in self._written:
            self._written[issue.number] = (body_of(entry), time.monotonic())
        while len(self._own_writes) > 2_000:
            del self._own_writes[next(iter(self._own_writes))]
        return issue

    def adopted(self, number: int) -> Listed:
        """An issue that turned out to be ours: its last write was."""
        issue = self.known(number)
        if self.is_untouched(issue):
            self._own_writes[number] = issue.updated_at
        return issue

    def is_untouched(self, issue: Listed) -> bool:
        """Whether nobody wrote to it since it was created."""
        return issue.updated_at - self.index.created_at(issue.number) <= _TOUCHED

    def change(self, number: int, **fields: Any) -> Listed:
        """PATCH of an issue."""
        return self.wrote(self.api.change(number, **fields))

    def create(self, title: str, body: str, labels: List[str], *, counts: bool = True) -> Listed:
        """A new issue; it counts against the limit of D5 unless it is the one about too many."""
        entry = self.api.create(title, body, labels)
        issue = self.wrote(entry)
        self._written[issue.number] = (body_of(entry), time.monotonic())
        while len(self._written) > _MOST_WRITTEN:
            del self._written[next(iter(self._written))]
        self.met(issue.author)
        if counts:
            self._made.append(time.monotonic())
        return issue

    def met(self, account: int) -> None:
        """An account is ours: it answered for the token, or for an issue that we made."""
        if account and account not in self.reporters:
            self.reporters.add(account)
            self.notes.add_reporter(account)
