"""What doctor asks GitHub besides what set-up asks: is it there, may the token read checks, who else checks commits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from healer.edge.github_answer import answer
from healer.edge.github_setup import GitHubSetup
from healer.outcome import ConfigError, SplatError
from healer.setup.github_rights import ACTIONS, CONTENTS, ISSUES, PULLS, Held

if TYPE_CHECKING:
    from healer.edge.github_api import Api
    from healer.edge.github_token import Token
    from healer.setup.github import Place
    from healer.setup.github_rights import Right

#: What Splat writes: each is probed by a request that changes nothing.
WRITTEN = (CONTENTS, ISSUES, PULLS, ACTIONS)
_READ = {"checks": "check-runs", "statuses": "status"}
_SECONDS = 8.0


def reachable(place: Place) -> None:
    """One request without a token, not repeated. Raises SplatError where no answer comes, whatever it says."""
    import requests

    try:
        requests.get(place.api, timeout=_SECONDS, stream=True, allow_redirects=False).close()
    except (requests.RequestException, OSError) as error:
        what = f"GitHub does not answer: {type(error).__name__}"
        then = "Check the network and the proxy; `--offline` leaves out what needs them."
        raise SplatError(what, where=place.api, next_step=then) from None


@dataclass(frozen=True, slots=True)
class Providers:
    """Who checks commits besides Actions, by name; and whether the token may read checks and statuses."""

    others: tuple[str, ...]
    reads: tuple[tuple[str, bool | None], ...]


class GitHubProbe:
    """One repository, through the user's own token; one of these a thread."""

    def __init__(self, place: Place, token: Token) -> None:
        self.setup = GitHubSetup(place, token)

    @property
    def api(self) -> Api:
        """The repository's API."""
        return self.setup.api

    def rights(self, *, admin: bool) -> tuple[Held, ...]:
        """Of the rights that Splat writes with. One request each; each is refused for what it lacks, or for want of
        the right. One that gets no answer leaves the others alone.
        """
        # Where to get a missing right depends on it.
        self.setup._admin = admin
        return tuple(map(self._right, WRITTEN))

    def _right(self, right: Right) -> Held:
        try:
            return self.setup.probe(right)
        except ConfigError:
            raise
        except SplatError:
            return Held(right, "unknown")

    def providers(self, branch: str) -> Providers:
        """As the newest commit of a branch shows them. Two requests."""
        others: list[str] = []
        reads: list[tuple[str, bool | None]] = []
        for name, path in _READ.items():
            found = answer(self.api, "GET", f"/commits/{quote(branch, safe='')}/{path}?per_page=100")
            may = True if found.ok else False if found.status in (403, 404) else None
            reads.append((name, may))
            told = found.data if found.ok and isinstance(found.data, dict) else {}
            others += [str((each.get("app") or {}).get("slug") or "") for each in told.get("check_runs") or ()]
            others += [str(each.get("context") or "") for each in told.get("statuses") or ()]
        names = dict.fromkeys(name[:60] for name in others if name and name != "github-actions")
        return Providers(tuple(names), tuple(reads))

    def content(self, path: str, branch: str) -> bytes | None:
        """A file of a branch as it is on GitHub; None where it is not there."""
        import base64

        found = answer(self.api, "GET", f"/contents/{quote(path)}?ref={quote(branch, safe='')}")
        told = found.data
        if found.ok and isinstance(told, dict) and told.get("encoding") == "base64":
            return base64.b64decode(str(told.get("content") or ""))
        if found.status == 404:
            return None
        raise SplatError(
            f"GitHub answers {found.status}: {found.said}", where=path, next_step="Run it again in a minute."
        )

    def make_labels(self, wanted: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
        """Make Splat's labels, and those of `wanted` that are missing: which are new, and what to do about the others,
        "" where all are there.
        """
        from healer.edge.github_setup import Labels

        made = self.setup.make_labels()
        if not isinstance(made, Labels):
            return (), made.mend
        new = list(made.made)
        there = {name.casefold() for name in (*made.made, *made.kept, *self.setup.labels())}
        for name in (name for name in wanted if name.casefold() not in there):
            found = answer(self.api, "POST", "/labels", {"name": name, "color": "ededed"})
            if not found.ok and found.status != 422:
                return tuple(new), f"GitHub answers {found.status} to the label {name[:50]!r}: {found.said}"
            new.append(name)
        return tuple(new), ""
