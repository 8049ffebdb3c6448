"""From the first look at the page to the stored key: each step once, whoever asks how often."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from healer.outcome import SplatError
from healer.setup.github_manifest import is_code, manifest, new_app_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from healer.setup.github import Place
    from healer.setup.github_manifest import NewApp

State = Literal["waiting", "unstored", "done", "cancelled"]
#: Changes GitHub's code into the App. Raises SplatError, also for a code that has expired.
Exchange: TypeAlias = "Callable[[str], NewApp]"
#: Puts the App's id and key where workflows find them. Raises SplatError; may be called again.
Store: TypeAlias = "Callable[[NewApp], None]"


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong, for the page: a sentence, and what to do."""

    what: str
    next_step: str = ""


@dataclass(slots=True)
class Flow:
    """One App for one place. `organization` is "" where a person owns the repository; `name` is the App's.

    `address` is set once the port is known. `ended` is set when nothing more can happen. Safe for threads.
    """

    place: Place
    organization: str
    name: str
    exchange: Exchange
    store: Store
    address: str = ""
    key: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    state: State = "waiting"
    app: NewApp | None = None
    trouble: Trouble | None = None
    ended: threading.Event = field(default_factory=threading.Event)
    seen: threading.Event = field(default_factory=threading.Event)
    _nonce: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    _spent: str = field(default="", repr=False)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def start(self) -> str:
        """The page's address, which nobody can guess."""
        return f"{self.address}/{self.key}/"

    @property
    def target(self) -> str:
        """Where the page posts the manifest to."""
        return new_app_page(self.place, self.organization, self._nonce)

    @property
    def manifest(self) -> dict[str, object]:
        """What it posts."""
        return manifest(self.place, self.name, f"{self.address}/made")

    def came_back(self, code: str, nonce: str) -> bool:
        """GitHub sent the browser back. False where it was not this page that sent it there."""
        with self._lock:
            if self._spent and secrets.compare_digest(nonce.encode(), self._spent.encode()):
                return True  # the same visit again: what there was to do is done
            fine = secrets.compare_digest(nonce.encode(), self._nonce.encode()) and is_code(code)
            if not fine or self.state != "waiting":
                return False
            self._spent, self._nonce = self._nonce, secrets.token_urlsafe(32)
            self.trouble = None
            try:
                self.app = self.exchange(code)
            except SplatError as error:
                self.trouble = Trouble(error.what, error.next_step)
                return True
            self.state = "unstored"
            self.keep()
            return True

    def keep(self) -> None:
        """Store the key; once more after it went wrong."""
        with self._lock:
            if self.state != "unstored" or self.app is None:
                return
            try:
                self.store(self.app)
            except SplatError as error:
                self.trouble = Trouble(error.what, error.next_step)
                return
            self.trouble, self.state = None, "done"
            self.ended.set()

    def cancel(self) -> None:
        """The person wants no App after all."""
        with self._lock:
            if self.state in ("waiting", "unstored"):
                self.state = "cancelled"
                self.ended.set()
