"""How long a job waits for GitHub: pauses as GitHub asks for them, else doubling ones, out of one purse of seconds.

A rate limit that ends too late, and a GitHub that stays away, end the job while there is time left to say so.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Seconds that one job loses at most, over all its requests. GitHub may be away for a minute; a step has four.
PATIENCE = 150.0
_FIRST, _LONGEST = 0.5, 30.0
#: What GitHub asks for where it names no time for its secondary limit.
_SECONDARY = 60.0


class Patience:
    """The purse. What a request took that failed is paid out of it too: to wait in vain for an answer is to wait."""

    def __init__(self, seconds: float = PATIENCE) -> None:
        self.left = seconds

    def pause(self, error: Exception, attempt: int, took: float) -> float | None:
        """Seconds to wait before the request is sent again, None where that would be no use, or too long.

        `attempt` counts from 0, `took` are the seconds that it took.
        """
        self.left -= took
        asked = _asked_for(error, attempt)
        if asked is None or asked > self.left:
            return None
        self.left -= asked
        return asked


def _asked_for(error: Exception, attempt: int) -> float | None:
    from github.GithubException import GithubException
    from requests.exceptions import ChunkedEncodingError, ConnectionError, RequestException, Timeout

    usual = min(_FIRST * 2.0 ** min(attempt, 10), _LONGEST)
    if isinstance(error, GithubException):
        headers = {name.lower(): value for name, value in (error.headers or {}).items()}
        limited = limit_of(error.status, str(error.data), headers, attempt)
        if limited is None:
            return usual if error.status >= 500 else None
        # "At once", said for ever, would be obeyed as fast as this machine can.
        return limited or usual
    unanswered = isinstance(error, (ConnectionError, Timeout, ChunkedEncodingError))
    return usual if unanswered or (isinstance(error, OSError) and not isinstance(error, RequestException)) else None


def limit_of(status: int, said: str, headers: Mapping[str, str], attempt: int = 0) -> float | None:
    """Seconds until a rate limit ends, None where there is none. `headers` have lower-case names."""
    if status not in (403, 429, 503):
        return None
    if (after := _number(headers.get("retry-after"))) is not None:
        return after
    if status == 503:
        return None
    if headers.get("x-ratelimit-remaining") == "0" and (end := _number(headers.get("x-ratelimit-reset"))) is not None:
        # In which moment of that second is not said.
        return max(0.0, end - time.time()) + 1
    return _SECONDARY * 2.0 ** min(attempt, 10) if status == 429 or "rate limit" in said.lower() else None


def _number(value: str | None) -> float | None:
    return float(value) if value and value.isascii() and value.isdigit() and len(value) <= 15 else None
