"""One repository's REST API, through PyGithub's sessions; what fails in passing is sent again.

Every question is one request, or one a page. PyGithub's objects, which fetch what they lack when it is looked at, are
left alone. A request whose answer got lost is sent again, so whoever creates something must know it again when it is
there already.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, TypeVar

from healer.edge.github_errors import explained, unreachable
from healer.edge.github_patience import PATIENCE, Patience
from healer.edge.github_rights import kind_of
from healer.outcome import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from healer.settings import Actions

#: Where a token is looked for, first wins.
TOKENS = ("GITHUB_TOKEN", "GH_TOKEN")
#: Of each list at most so many pages of 100 are read; a longer one is None.
MOST_PAGES = 10
_NONE = "Pass one to this step; in Actions it is the input `github-token`, which is the job's own by default."
_TIMEOUT = 15
#: Bytes of one file that are let through at most, whoever sends them.
_MOST_SENT = 64 * 1024 * 1024
_Found = TypeVar("_Found")


class Api:
    """Raises ConfigError for what a token or a setting forbids, SplatError for breakage. `requests` counts, those that
    were sent again as well. `patience` are the seconds that may be lost to a GitHub that is away or wants us to wait.
    """

    def __init__(self, actions: Actions, environ: Mapping[str, str], patience: float | None = None) -> None:
        # A quarter of a second to import.
        import github

        token = next((environ[name] for name in TOKENS if environ.get(name)), "")
        if not token:
            raise ConfigError("There is no token for GitHub", where=TOKENS[0], next_step=_NONE)
        client = github.Github(
            auth=github.Auth.Token(token),
            base_url=actions.api,
            timeout=_TIMEOUT,
            per_page=100,
            retry=0,
            seconds_between_requests=0,
            seconds_between_writes=0,
            lazy=True,
        )
        self._requester = client.requester
        self._kind = kind_of(token, actions.app)
        self._patience = Patience(PATIENCE if patience is None else patience)
        self.repository = f"/repos/{actions.repository}"
        self.owner = actions.repository.partition("/")[0]
        self.requests = 0

    def ask(
        self,
        verb: str,
        path: str,
        body: Any = None,
        *,
        parameters: dict[str, str] | None = None,
        but: tuple[int, ...] = (),
        there: Callable[[], Any] | None = None,
    ) -> Any:
        """The parsed answer; None for one of the statuses `but`. `path` that begins with no "/repos" or "/user" is
        taken below the repository.

        Before the request is sent again, `there` looks whether it was done after all, and its answer, where it is not
        None, is the one that got lost.
        """
        from github.GithubException import GithubException
        from requests.exceptions import RequestException

        url = path if path.startswith(("/repos/", "/user")) else f"{self.repository}{path}"
        if path == "/graphql":
            # It stands beside the REST API of an Enterprise Server, not below it.
            url = self._requester.graphql_url

        def send() -> Any:
            return self._requester.requestJsonAndCheck(verb, url, parameters=parameters, input=body)[1]

        try:
            return self._patiently(send, there)
        except GithubException as error:
            if error.status in but:
                return None
            raise explained(error, f"{verb} {url}", self._kind) from None
        except (RequestException, OSError) as error:
            raise unreachable(error, f"{verb} {url}") from None

    def text(self, path: str, most: int) -> str:
        """The end of a text that GitHub sends to another place for, as a job's log: at most `most` bytes of it."""
        from github.GithubException import GithubException
        from requests.exceptions import RequestException

        url = f"{self.repository}{path}"

        def send() -> str:
            status, headers, content = self._requester.requestJson("GET", url)
            if status == 302:
                return end_of(headers["location"], most)
            if status != 200:
                raise GithubException(status, None, headers)
            return str(content)[-most:]

        try:
            return self._patiently(send)
        except GithubException as error:
            raise explained(error, f"GET {url}", self._kind) from None
        except (RequestException, OSError, KeyError) as error:
            raise unreachable(error, f"GET {url}") from None

    def _patiently(self, send: Callable[[], _Found], there: Callable[[], _Found | None] | None = None) -> _Found:
        """What `send` answers, sooner or later; its last failure where patience ends."""
        attempt = 0
        while True:
            began = time.monotonic()
            self.requests += 1
            try:
                return send()
            except Exception as error:
                pause = self._patience.pause(error, attempt, time.monotonic() - began)
                if pause is None:
                    raise
            time.sleep(pause)
            attempt += 1
            if there is not None and (found := there()) is not None:
                return found

    def pages(self, path: str, wanted: Mapping[str, str] | None = None) -> list[dict[str, Any]] | None:
        """All items of a list, None when there are more than are read."""
        items: list[dict[str, Any]] = []
        for page in range(1, MOST_PAGES + 1):
            found = self.ask("GET", path, parameters={**(wanted or {}), "per_page": "100", "page": str(page)})
            items += found
            if len(found) < 100:
                return items
        return None


def end_of(address: str, most: int) -> str:
    """The last `most` bytes of what is at an address, as text; it gets no token. A file without end is left in time."""
    import requests

    with requests.get(address, stream=True, timeout=_TIMEOUT) as answer:
        answer.raise_for_status()
        size = int(answer.headers.get("content-length") or 0)
        if size > 2 * most and answer.headers.get("accept-ranges") == "bytes":
            answer.close()
            wanted = {"Range": f"bytes={size - most}-"}
            with requests.get(address, stream=True, timeout=_TIMEOUT, headers=wanted) as rest:
                rest.raise_for_status()
                return _last(rest, most)
        return _last(answer, most)


def _last(answer: Any, most: int) -> str:
    kept, sent = b"", 0
    for chunk in answer.iter_content(256 * 1024):
        kept = (kept + chunk)[-most:]
        sent += len(chunk)
        if sent > _MOST_SENT:
            break
    return kept.decode("utf-8", "replace")
