"""One request whose refusal is an answer too: what set-up and doctor want to know is often what GitHub forbids."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from healer.edge.github_errors import explained, unreachable
from healer.edge.github_patience import limit_of
from healer.outcome import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from healer.edge.github_api import Api

_ATTEMPTS = 3
_LATER = (500, 502, 503, 504)


@dataclass(frozen=True, slots=True)
class Answer:
    """`headers` by their names in small letters; `data` parsed, None where it is no JSON."""

    status: int
    headers: Mapping[str, str]
    data: Any

    @property
    def ok(self) -> bool:
        """True where it was done."""
        return 200 <= self.status < 300

    @property
    def said(self) -> str:
        """GitHub's message, "" for none."""
        from healer.markdown import plain

        found = self.data.get("message") if isinstance(self.data, dict) else ""
        return " ".join(plain(str(found or "")).split())[:300]


def answer(api: Api, verb: str, path: str, body: Any = None) -> Answer:
    """Whatever GitHub answers; `path` is below the repository unless it begins with "/repos/", "/user" or "/orgs/".

    Sent again, up to three times, while no answer comes or GitHub is down. Raises ConfigError for a refused token (401)
    and SplatError where there is no answer at all, or the rate limit is used up.
    """
    from github.GithubException import GithubException
    from requests.exceptions import RequestException

    url = path if path.startswith(("/repos/", "/user", "/orgs/")) else f"{api.repository}{path}"
    for attempt in range(1, _ATTEMPTS + 1):
        api.requests += 1
        try:
            status, headers, content = api._requester.requestJson(verb, url, input=body)
        except GithubException as error:
            raise explained(error, f"{verb} {url}") from None
        except (RequestException, OSError) as error:
            if attempt == _ATTEMPTS:
                raise unreachable(error, f"{verb} {url}") from None
            continue
        if status == 401:
            raise ConfigError("GitHub refuses the token", where=f"{verb} {url}", next_step="It may have expired.")
        if status in _LATER and attempt < _ATTEMPTS:
            continue
        told = {str(name).lower(): str(value) for name, value in headers.items()}
        found = Answer(status, told, _parsed(content))
        # Its 403 says nothing of what a token may.
        if limit_of(status, found.said, told) is not None:
            raise explained(GithubException(status, found.data, told), f"{verb} {url}")
        return found
    raise AssertionError("the last attempt returns or raises")


def _parsed(content: Any) -> Any:
    try:
        return json.loads(content) if content else None
    except ValueError:
        return None
