"""The pull request that takes a merged fix back: the inverse of its own change, on the default branch as it is now.

A file that nobody touched since gets its old content; one that was touched is merged three ways, and what does not
merge cleanly is refused. The branch's name is the fix's, so there is one such pull request for a fix, for good.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from healer.after import revert_words as words
from healer.markdown import code
from healer.policy import path_rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from healer.gate import Merged
    from healer.settings import PolicySettings


@dataclass(frozen=True, slots=True)
class Landed:
    """A file that a fix changed: before it, with it, and on the default branch now; None where it is not there."""

    path: str
    before: bytes | None
    after: bytes | None
    now: bytes | None


@dataclass(frozen=True, slots=True)
class Undone:
    """What a file becomes; None where it goes."""

    path: str
    content: bytes | None


@dataclass(frozen=True, slots=True)
class Offer:
    """A revert before it has a number; everything in it is inert text. `onto` is the commit that it is made on."""

    branch: str
    base: str
    onto: str
    title: str
    body: str
    message: str
    pull: int
    files: tuple[Undone, ...]


@dataclass(frozen=True, slots=True)
class Reverted:
    """The pull request, or 0 and why there is none, ready to be shown."""

    number: int
    url: str = ""
    reason: str = ""


class RevertSite(Protocol):
    """GitHub, as who takes a fix back needs it."""

    @property
    def awaits(self) -> bool:
        """True where checks of what the token opens wait for a person."""

    def opened(self, branch: str) -> Reverted | None:
        """The pull request that came from this branch, in whatever state; None for none."""

    def head(self, branch: str) -> str:
        """A branch's newest commit."""

    def landed(self, fix: Merged, onto: str) -> tuple[Landed, ...] | str:
        """The files of the fix's own change, `now` as of the commit `onto`; a sentence where they cannot be told."""

    def merged(self, now: bytes, base: bytes, other: bytes) -> bytes | None:
        """Three texts merged; None where they conflict."""

    def open(self, offer: Offer) -> Reverted:
        """Branch, commit and pull request; what an earlier run left of them is gone on from."""


def revert(fix: Merged, issue: int, reason: str, site: RevertSite, policy: PolicySettings) -> Reverted:
    """Open the pull request that takes `fix` back, once; or say why not. `reason` is ready to be shown."""
    signature = fix.branch.removeprefix("splat/")[:16]
    branch = f"splat-revert/{signature}-{fix.number}"
    if there := site.opened(branch):
        return there
    onto = site.head(fix.base)
    files = site.landed(fix, onto)
    if isinstance(files, str):
        return Reverted(0, reason=f"{files} Take it back by hand.")
    undone = undo(files, site.merged, policy)
    if isinstance(undone, str):
        return Reverted(0, reason=undone)
    body = words.body_of(fix, issue, reason, approval=site.awaits)
    message = words.message_of(fix, signature)
    return site.open(Offer(branch, fix.base, onto, words.title_of(fix), body, message, fix.number, undone))


def undo(
    files: Iterable[Landed], merge: Callable[[bytes, bytes, bytes], bytes | None], policy: PolicySettings
) -> tuple[Undone, ...] | str:
    """What each file becomes, those left out that are as they were already; a sentence where it cannot be."""
    found: list[Undone] = []
    for file in files:
        if file.now == file.before:
            continue
        if rejected := path_rule(file.path, policy):
            return f"{code(file.path, 150)} is protected ({code(rejected.rule)}). Take it back by hand."
        content = _inverse(file, merge)
        if isinstance(content, str):
            return content
        found.append(Undone(file.path, content))
    return _checked(found)


def _checked(found: Sequence[Undone]) -> tuple[Undone, ...] | str:
    return tuple(found) if found else "What the fix changed is there no longer."


def _inverse(file: Landed, merge: Callable[[bytes, bytes, bytes], bytes | None]) -> bytes | str | None:
    if file.now == file.after:
        return file.before
    if file.now is not None and file.after is not None and file.before is not None:
        content = merge(file.now, file.after, file.before)
        if content is not None:
            return content
    return f"{code(file.path, 150)} was changed since, and the change cannot be taken out of it. Take it back by hand."
