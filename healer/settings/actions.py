"""What a runner of GitHub Actions says about itself; its token is no part of that."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from healer.outcome import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

_REPOSITORY = re.compile(r"[0-9A-Za-z_.-]{1,100}/[0-9A-Za-z_.-]{1,100}")
_ADDRESS = re.compile(r"https?://[0-9A-Za-z.-]{1,253}(:\d{1,5})?(/[0-9A-Za-z._~/-]{0,200})?")
_APP = re.compile(r"[0-9A-Za-z-]{1,100}")
_API, _SERVER = "https://api.github.com", "https://github.com"
_NEXT_STEP = "GitHub Actions sets it; elsewhere set it by hand."


@dataclass(frozen=True, slots=True)
class Actions:
    """The run and its repository.

    `run` and `attempt` number the workflow run, 0 outside of one; `workflow` is the path of the workflow's file;
    `actor_id` is the numeric id that Splat's token writes as, 0 when nobody said; `app` is the short name of the App
    that made the token, "" for none. `output`, `summary` and `folder` are paths of files and of a folder to write, ""
    for none.
    """

    repository: str
    api: str = _API
    server: str = _SERVER
    run: int = 0
    attempt: int = 1
    workflow: str = ""
    event_name: str = ""
    event_path: str = ""
    output: str = ""
    summary: str = ""
    folder: str = ""
    actor_id: int = 0
    app: str = ""

    @property
    def run_url(self) -> str:
        """Where a person reads the run's log, "" outside of a run."""
        return f"{self.server}/{self.repository}/actions/runs/{self.run}" if self.run else ""

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Actions:
        """From the `GITHUB_*` variables. Raises ConfigError that names the one that is missing or wrong."""
        reference = environ.get("GITHUB_WORKFLOW_REF", "").partition("@")[0]
        return cls(
            repository=_matching(environ, "GITHUB_REPOSITORY", _REPOSITORY),
            api=_matching(environ, "GITHUB_API_URL", _ADDRESS, _API).rstrip("/"),
            server=_matching(environ, "GITHUB_SERVER_URL", _ADDRESS, _SERVER).rstrip("/"),
            run=_number(environ, "GITHUB_RUN_ID", 0),
            attempt=_number(environ, "GITHUB_RUN_ATTEMPT", 1),
            workflow="/".join(reference.split("/")[2:]),
            event_name=environ.get("GITHUB_EVENT_NAME", ""),
            event_path=environ.get("GITHUB_EVENT_PATH", ""),
            output=environ.get("GITHUB_OUTPUT", ""),
            summary=environ.get("GITHUB_STEP_SUMMARY", ""),
            folder=environ.get("RUNNER_TEMP", ""),
            actor_id=_number(environ, "SPLAT_ACTOR_ID", 0),
            app=_matching(environ, "SPLAT_APP_SLUG", _APP) if environ.get("SPLAT_APP_SLUG") else "",
        )


def _matching(environ: Mapping[str, str], name: str, rule: re.Pattern[str], default: str = "") -> str:
    value = environ.get(name) or default
    if not rule.fullmatch(value):
        what = f"{name} is {value[:60]!r}" if value else f"{name} is not set"
        raise ConfigError(what, where=name, next_step=_NEXT_STEP)
    return value


def _number(environ: Mapping[str, str], name: str, default: int) -> int:
    value = environ.get(name) or str(default)
    if not re.fullmatch(r"[0-9]{1,18}", value):
        raise ConfigError(f"{name} is {value[:60]!r}, and no number", where=name, next_step=_NEXT_STEP)
    return int(value)
