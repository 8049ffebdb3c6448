"""The ground floor: how a stage ends when it does not end in its own value.

Skipped       a result: Splat declines, and says why                        exit 10
Rejected      a result: a candidate was refused; goes back to Claude as feedback
SplatError    an exception: something is broken                             exit 1
UsageError    the command or its input is wrong                           exit 2
ConfigError   `.github/splat.yml` or the environment is wrong             exit 2
SandboxError  the sandbox cannot start, so nothing may run                exit 2
"""

from __future__ import annotations

from dataclasses import dataclass

EXIT_FIXED = 0
EXIT_BROKEN = 1
EXIT_USAGE = 2
EXIT_DECLINED = 10
EXIT_UNFIXED = 20


@dataclass(frozen=True, slots=True)
class Skipped:
    """Splat declines. `code` is stable for machines (`network`, `no-app-frame`, `budget`); `reason` and
    `next_step` are sentences for a person. `told` is True where somebody waits for them on an issue.
    """

    code: str
    reason: str
    next_step: str = ""
    told: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """A candidate was refused. `rule` names the check (`too-many-lines`), `reason` is a sentence for the model
    and for a person, `evidence` the text that proves it (closest lines, a failing output), already capped.
    """

    rule: str
    reason: str
    evidence: str = ""


class SplatError(Exception):
    """Base of every error Splat raises itself: what happened, where, and what to do next."""

    exit_code = EXIT_BROKEN

    def __init__(self, what: str, *, where: str = "", next_step: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.next_step = next_step

    def __str__(self) -> str:
        where = f" ({self.where})" if self.where else ""
        then = f" {self.next_step}" if self.next_step else ""
        return f"{self.what}{where}.{then}"


class UsageError(SplatError):
    """The command or its input is wrong."""

    exit_code = EXIT_USAGE


class ConfigError(SplatError):
    """The configuration file or an environment variable is wrong."""

    exit_code = EXIT_USAGE


class SandboxError(SplatError):
    """The sandbox cannot start; nothing that the repository or the model wrote may run."""

    exit_code = EXIT_USAGE
