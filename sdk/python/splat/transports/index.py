"""D1: the issues with the fixed label, listed once and then kept up by what changed since."""

from __future__ import annotations

import calendar
import re
import time
from typing import TYPE_CHECKING, Any, Collection, Dict, List, Mapping, Optional
from urllib.parse import urlencode

from splat.block import block_of, marker_of
from splat.decide import LABEL, Listed

if TYPE_CHECKING:
    from splat.transports.api import Api

PAGE = 100
_MOST_PAGES = 3
_MOST_ISSUES = 2_000
#: Seconds that a listing overlaps with the one before: an index that lags shows what is older after what is newer.
_OVERLAP = 60
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}")
_HOUR = 3_600_000
# The first call loads a module: now, while no fork is let through (see `splat.connection`).
time.strptime("1970", "%Y")


class Index:
    """What is known of a repository's issues. Bodies are kept only of the signatures that a listing was asked for."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._issues: Dict[int, Listed] = {}
        self._created: Dict[int, int] = {}
        self._bodies: Dict[int, str] = {}
        self._since = ""
        self._tags: Dict[str, str] = {}
        self._listed_at: Optional[float] = None
        #: Numbers in the last listing: an issue that was just created may not be there yet.
        self.shown: Collection[int] = frozenset()

    @property
    def listed(self) -> bool:
        """Whether it was ever read."""
        return self._listed_at is not None

    def age(self) -> float:
        """Seconds since it was read."""
        return float("inf") if self._listed_at is None else time.monotonic() - self._listed_at

    def issues(self) -> List[Listed]:
        """All that are known."""
        return list(self._issues.values())

    def get(self, number: int) -> Optional[Listed]:
        """One of them."""
        return self._issues.get(number)

    def created_at(self, number: int) -> int:
        """When an issue was created, in milliseconds since the epoch; 0 when that is not known."""
        return self._created.get(number, 0)

    def body(self, number: int) -> Optional[str]:
        """The text of an issue as the last listing showed it; None when it was not in it."""
        return self._bodies.get(number)

    def created_since(self, moment: int, authors: Collection[int]) -> int:
        """How many marked issues of these authors are known that were created at `moment` (ms) or later."""
        return sum(
            1
            for number, at in self._created.items()
            if at >= moment and self._issues[number].author in authors and self._issues[number].signature
        )

    # --- reading -----------------------------------------------------------------------------------------------------

    def refresh(self, wanted: Collection[str]) -> None:
        """Read what changed, keeping the bodies of issues marked with one of `wanted`."""
        query = {"state": "all", "labels": LABEL, "sort": "updated", "direction": "desc", "per_page": str(PAGE)}
        if self._since:
            query["since"] = self._since
        entries: List[Any] = []
        for page in range(1, _MOST_PAGES + 1):
            path = f"/issues?{urlencode({**query, 'page': str(page)} if page > 1 else query)}"
            # The bodies at hand came with that tag only where all that are wanted now were wanted then.
            tag = self._tags.get(path) if page == 1 and self._has_all(wanted) else None
            answer = self._api.listing(path, tag)
            if answer is None:
                self._listed_at = time.monotonic()
                return
            self._tags = {path: answer.tag} if page == 1 else self._tags
            entries += answer.entries
            if len(answer.entries) < PAGE:
                break
        self._take_over(entries, wanted)

    def _has_all(self, wanted: Collection[str]) -> bool:
        known = [number for number in self.shown if self._issues[number].signature in wanted]
        return all(number in self._bodies for number in known)

    def _take_over(self, entries: List[Any], wanted: Collection[str]) -> None:
        bodies: Dict[int, str] = {}
        shown: List[int] = []
        newest = 0
        for entry in entries:
            issue = listed(entry)
            if issue is None:
                continue
            shown.append(issue.number)
            newest = max(newest, issue.updated_at)
            known = self._issues.get(issue.number)
            if known is not None and known.updated_at > issue.updated_at:
                continue  # what this process was answered is newer than what the index shows
            self._keep(issue, entry)
            if issue.signature in wanted:
                bodies[issue.number] = body_of(entry)
        self._bodies = bodies
        self.shown = frozenset(number for number in shown if number in self._issues)
        if newest:
            self._since = _written(newest // 1000 - _OVERLAP)
        self._listed_at = time.monotonic()
        self._trim()

    def learn(self, entry: Any) -> Optional[Listed]:
        """Take over an issue that an answer showed; None when it is none."""
        issue = listed(entry)
        if issue is not None:
            self._keep(issue, entry)
            self._bodies.pop(issue.number, None)
        return issue

    def learn_canonical(self, number: int, canonical: Optional[int]) -> None:
        """GitHub's own record of what a closed duplicate is a duplicate of; 0 stands for asked in vain."""
        issue = self._issues.get(number)
        if issue is not None:
            self._issues[number] = issue._replace(canonical=canonical or 0)

    def forget(self, number: int) -> None:
        """The issue is gone."""
        for each in (self._issues, self._created, self._bodies):
            each.pop(number, None)
        self.shown = frozenset(self.shown) - {number}

    def _keep(self, issue: Listed, entry: Any) -> None:
        known = self._issues.get(issue.number)
        if known is not None and known.updated_at == issue.updated_at:
            issue = issue._replace(canonical=known.canonical)
        self._issues[issue.number] = issue
        self._created[issue.number] = milliseconds(entry.get("created_at")) or 0

    def _trim(self) -> None:
        if len(self._issues) > _MOST_ISSUES:
            oldest = sorted(self._issues.values(), key=lambda issue: issue.updated_at)
            for issue in oldest[: len(oldest) - _MOST_ISSUES]:
                self.forget(issue.number)


def listed(entry: Any) -> Optional[Listed]:
    """An issue of GitHub's answer; None for a pull request, and for what is no issue."""
    if not isinstance(entry, dict) or "pull_request" in entry or not _is_number(entry.get("number")):
        return None
    updated = milliseconds(entry.get("updated_at"))
    if updated is None:
        return None
    body = body_of(entry)
    user, reason = entry.get("user"), entry.get("state_reason")
    block = block_of(body)
    return Listed(
        number=entry["number"],
        author=user["id"] if isinstance(user, dict) and _is_number(user.get("id")) else 0,
        signature=marker_of(body),
        open=entry.get("state") == "open",
        updated_at=updated,
        reason=reason if isinstance(reason, str) else None,
        closed_at=milliseconds(entry.get("closed_at")),
        releases=block.releases if block else (),
        labels=_names(entry.get("labels")),
        duplicate_of=block.duplicate_of if block else None,
    )


def body_of(entry: Mapping[str, Any]) -> str:
    """The text of an issue in GitHub's answer; empty where it has none."""
    body = entry.get("body")
    return body if isinstance(body, str) else ""


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _names(labels: Any) -> tuple[str, ...]:
    each_label = labels if isinstance(labels, list) else ()
    names = (each.get("name") if isinstance(each, dict) else each for each in each_label)
    return tuple(name for name in names if isinstance(name, str))


def milliseconds(text: Any) -> Optional[int]:
    """A time of GitHub's as milliseconds since the epoch; None for what is none."""
    if not isinstance(text, str) or not _TIME.match(text):
        return None
    try:
        whole = calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S"))
    except ValueError:
        return None
    fraction = re.match(r"\.([0-9]{1,9})", text[19:])
    return whole * 1000 + (int(f"{fraction[1]:0<3.3}") if fraction else 0)


def _written(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(max(seconds, 0)))
