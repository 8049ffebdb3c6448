"""What `splat status` reads of GitHub: few lists, each with an end, and a sentence for whatever lies behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from healer.event import BRANCH, TRY_BRANCH
from healer.gate.case import closes
from healer.gate.ledger import Ledger, moment, read_ledger, stamp, together
from healer.outcome import SplatError
from healer.setup.github_try import LABEL
from healer.status.read import read_state
from healer.status.value import Fix, Gathered, Incident, Merged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from healer.edge.github import GitHub

#: Pages of 100 at most: of issues (over all labels), of comments, of pull requests; and merged fixes looked into.
MOST_ISSUES, MOST_COMMENTS, MOST_PULLS, MOST_LOOKED = 60, 60, 10, 40
#: Of which account, and what the labels are, takes at most so many.
_BEFORE = 5
MOST_REQUESTS = MOST_ISSUES + MOST_COMMENTS + 2 * MOST_PULLS + MOST_LOOKED + _BEFORE
_REVERT = re.compile(r"splat-revert/[0-9a-f]{16}-([1-9][0-9]{0,9})")
_ACTIONS_BOT = "/users/github-actions%5Bbot%5D"


@dataclass
class GitHubStatus:
    """Reads one repository. `own` are numeric ids that Splat is known to write as; more are found: whoever opened a
    pull request from one of Splat's branches in this very repository could write to it.
    """

    hub: GitHub
    labels: tuple[str, ...]
    where: str
    own: set[int] = field(default_factory=set)
    left_out: list[str] = field(default_factory=list)

    def read(self, since: datetime, now: datetime) -> Gathered:
        """At most `MOST_REQUESTS` requests, whatever the repository's size. Raises ConfigError or SplatError where a
        list cannot be read at all.
        """
        if not self.own:
            self.own |= self._known()
        fixes, taken_back = self._fixes(since)
        return Gathered(
            self.where,
            now,
            since,
            tuple(self._incidents()),
            fixes,
            self._ledgers(since),
            tuple(self.left_out),
            self.hub.requests,
            taken_back,
        )

    def _known(self) -> set[int]:
        """Actions' own account, and the one that the token is of."""
        bot = self.hub.api.ask("GET", _ACTIONS_BOT, but=(404,))
        return {self.hub.whoami(), *([int(bot["id"])] if bot else [])}

    def _incidents(self) -> Iterator[Incident]:
        seen: set[int] = set()
        pages = MOST_ISSUES // max(1, len(self.labels))
        for label in self.labels:
            wanted = {"state": "open", "labels": label}
            for issue in self._listed("/issues", wanted, pages, f"open issues with the label {label!r}"):
                if not issue.get("pull_request") and issue["number"] not in seen and not _of_a_try(issue):
                    seen.add(issue["number"])
                    title, url = str(issue.get("title") or ""), str(issue.get("html_url") or "")
                    yield Incident(issue["number"], title, url, _time(issue.get("created_at")))

    def _fixes(self, since: datetime) -> tuple[tuple[Fix, ...], frozenset[int]]:
        """The fixes, and the numbers of those that were taken back."""
        pulls = self._pulls(since)
        ours = [pull for pull in pulls if _comes_from(BRANCH, pull)]
        self.own |= {int(pull["user"]["id"]) for pull in ours if pull.get("user")}
        fixes = [pull for pull in ours if not TRY_BRANCH.fullmatch(str(pull["base"]["ref"]))]
        if tries := len(ours) - len(fixes):
            self.left_out.append(f"Pull requests of `splat init --try`: {tries}. What they cost is in what was spent.")
        reverts = [_comes_from(_REVERT, pull) for pull in pulls if pull.get("merged_at")]
        return tuple(self._looked_into(fixes, since)), frozenset(int(found[1]) for found in reverts if found)

    def _pulls(self, since: datetime) -> tuple[dict[str, Any], ...]:
        """The open ones, and those that were closed since."""
        pulls: dict[int, dict[str, Any]] = {}
        for pull in self._listed("/pulls", {"state": "open"}, MOST_PULLS, "open pull requests"):
            pulls[pull["number"]] = pull
        wanted = {"state": "closed", "sort": "updated", "direction": "desc"}
        for pull in self._listed("/pulls", wanted, MOST_PULLS, "closed pull requests", since):
            pulls.setdefault(pull["number"], pull)
        return tuple(pulls.values())

    def _looked_into(self, fixes: list[dict[str, Any]], since: datetime) -> Iterator[Fix]:
        looked = 0
        for pull in sorted(fixes, key=lambda each: -each["number"]):
            ended = _time(pull.get("merged_at") or pull.get("closed_at"))
            how: Merged = "unknown"
            if pull.get("merged_at") and ended and ended >= since:
                looked += 1
                how = self._how(pull["number"]) if looked <= MOST_LOOKED else how
            yield _fix(pull, ended, how)
        if looked > MOST_LOOKED:
            self.left_out.append(f"Whether people changed {looked - MOST_LOOKED} older merged fixes was not looked at.")

    def _how(self, pull: int) -> Merged:
        """Changed is what has a commit that is not Splat's; taking the base in is no change."""
        try:
            found = self.hub.api.ask("GET", f"/pulls/{pull}/commits", parameters={"per_page": "100"}, but=(404,))
        except SplatError:
            return "unknown"
        commits = [each for each in found or () if len(each.get("parents") or ()) < 2]
        if not commits:
            return "unknown"
        return "unmodified" if all(map(self._is_own, commits)) else "modified"

    def _is_own(self, commit: dict[str, Any]) -> bool:
        author = int((commit.get("author") or {}).get("id") or 0)
        return author in self.own and "\nSplat-Signature: " in str(commit["commit"].get("message"))

    def _ledgers(self, since: datetime) -> dict[int, Ledger]:
        found: dict[int, list[Ledger]] = {}
        others = 0
        wanted = {"since": stamp(since), "sort": "updated", "direction": "desc"}
        for comment in self._listed("/issues/comments", wanted, MOST_COMMENTS, "comments"):
            ledger = read_ledger(comment.get("body") or "")
            if ledger is None:
                continue
            if int((comment.get("user") or {}).get("id") or 0) not in self.own:
                others += 1
                continue
            found.setdefault(int(comment["issue_url"].rsplit("/", 1)[1]), []).append(ledger)
        if others:
            self.left_out.append(
                f"{others} comments look like Splat's and were written by accounts that it is not known to write as "
                "(--actor-id names one)."
            )
        return {issue: together(ledgers) for issue, ledgers in found.items()}

    def _listed(
        self, path: str, wanted: dict[str, str], pages: int, what: str, since: datetime | None = None
    ) -> Iterator[dict[str, Any]]:
        """The items of a list, each once, up to `pages` pages; with `since` those that were changed later."""
        seen: set[int] = set()
        for page in range(1, pages + 1):
            found = self.hub.api.ask("GET", path, parameters={**wanted, "per_page": "100", "page": str(page)})
            for each in found:
                at = _time(each.get("updated_at"))
                if since is not None and at is not None and at < since:
                    return
                # What is written meanwhile moves the others to the next page.
                if each["id"] not in seen:
                    seen.add(each["id"])
                    yield each
            if len(found) < 100:
                return
        self.left_out.append(f"There are more than {pages * 100:,} {what}; the rest was not read.")


def _comes_from(branch: re.Pattern[str], pull: dict[str, Any]) -> re.Match[str] | None:
    """A branch of this very repository: who made it may write to it."""
    head, base = pull["head"], pull["base"]
    same = (head.get("repo") or {}).get("id") == (base.get("repo") or {}).get("id") is not None
    return branch.fullmatch(str(head["ref"])) if same else None


def _of_a_try(issue: dict[str, Any]) -> bool:
    names = (each.get("name") if isinstance(each, dict) else each for each in issue.get("labels") or ())
    return LABEL in names


def _fix(pull: dict[str, Any], ended: datetime | None, how: Merged) -> Fix:
    body = pull.get("body") or ""
    state = read_state(body)
    merged = bool(pull.get("merged_at"))
    return Fix(
        pull["number"],
        str(pull.get("title") or ""),
        "merged" if merged else "open" if pull["state"] == "open" else "closed",
        str(pull.get("html_url") or ""),
        bool(pull.get("draft")),
        _time(pull.get("created_at")),
        ended,
        how if merged else None,
        state.confidence,
        state.dollars,
        closes(body),
    )


def _time(text: Any) -> datetime | None:
    return moment(text) if isinstance(text, str) else None
