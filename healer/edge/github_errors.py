"""GitHub's refusals as our own errors: what it was asked for, what it said, and where to set it right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from healer.edge.github_patience import limit_of
from healer.edge.github_rights import Kind, invalid, lacking, ruled_out
from healer.markdown import plain
from healer.outcome import ConfigError, SplatError

if TYPE_CHECKING:
    from github.GithubException import GithubException

_ADVICE = {
    409: "It changed while Splat worked: run again.",
    410: "It is switched off for this repository: turn it on in the settings.",
    422: "What GitHub said tells why it does not accept it.",
}
_LATER = "Run it again in a minute."
_PULLS_FORBIDDEN = "not permitted to create or approve pull requests"


class Refused(SplatError):
    """GitHub does not accept a change (409, 422): it conflicts with what is there. `said` are GitHub's words."""

    def __init__(self, said: str, where: str, status: int) -> None:
        super().__init__(f"GitHub answers {status}: {said}", where=where, next_step=ruled_out(said) or _ADVICE[status])
        self.said = said


def explained(error: GithubException, where: str, kind: Kind = "") -> SplatError:
    """`where` is the request, as "POST /repos/…"; `kind` is the token's."""
    said = _said(error)
    if error.status == 401:
        return ConfigError("GitHub refuses the token", where=where, next_step=invalid(kind))
    if _PULLS_FORBIDDEN in said:
        return ConfigError(
            "This repository does not let GitHub Actions open pull requests",
            where="Settings > Actions > General > Workflow permissions",
            next_step="Tick `Allow GitHub Actions to create and approve pull requests`, or give Splat an App's token.",
        )
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    limited = limit_of(error.status, said, headers)
    if error.status in (403, 429) and limited is not None:
        return SplatError("GitHub's rate limit is used up", where=where, next_step=f"Run it again {_when(limited)}.")
    if error.status in (403, 404):
        then = lacking(where, said, headers.get("x-accepted-github-permissions", ""), kind)
        return ConfigError(f"The token may not do this: {said}", where=where, next_step=then)
    if error.status in (409, 422):
        return Refused(said, where, error.status)
    return SplatError(
        f"GitHub answers {error.status}: {said}", where=where, next_step=_ADVICE.get(error.status, _LATER)
    )


def _when(seconds: float) -> str:
    """In words that are as true when they are read."""
    end = datetime.now(UTC) + timedelta(seconds=min(seconds, 86_400.0))
    return f"after {end:%H:%M} UTC" if seconds <= 86_400 else "tomorrow"


def unreachable(error: Exception, where: str) -> SplatError:
    """There came no answer at all."""
    what = f"GitHub does not answer: {type(error).__name__}"
    return SplatError(what, where=where, next_step="Run it again when GitHub is back.")


def _said(error: GithubException) -> str:
    """GitHub's message, and what it says about single fields."""
    data = error.data if isinstance(error.data, dict) else {}
    details = data.get("errors")
    parts = [str(data.get("message") or "no reason given")]
    parts += [
        str(each.get("message") or each.get("code") or "") if isinstance(each, dict) else str(each)
        for each in (details[:5] if isinstance(details, list) else ())
    ]
    return " ".join(plain(": ".join(filter(None, parts))).split())[:300]
