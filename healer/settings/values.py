"""Everything that can be configured, with its default."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Effort = Literal["low", "medium", "high", "xhigh", "max"]


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars for a million tokens. Prompts above `long_above` tokens cost `long_input` and `long_output`."""

    input: float
    output: float
    cache_read: float
    cache_write: float
    long_above: int = 0
    long_input: float = 0.0
    long_output: float = 0.0


@dataclass(frozen=True, slots=True)
class TriageRule:
    """A user's rule: what an error must match (regular expressions, absent ones match all), and what then."""

    reason: str
    action: Literal["skip", "fix"] = "skip"
    type: str = ""
    message: str = ""
    path: str = ""
    environment: str = ""


@dataclass(frozen=True, slots=True)
class ContextSettings:
    """How much of the repository Claude is shown."""

    max_tokens: int = 24_000
    map_tokens: int = 1_500


@dataclass(frozen=True, slots=True)
class LimitSettings:
    """Hard caps of one healing, checked before each call."""

    attempts: int = 3
    dollars: float = 1.00
    minutes: float = 20.0
    output_tokens: int = 16_000
    tool_calls: int = 12


@dataclass(frozen=True, slots=True)
class PolicySettings:
    """What a patch may do. Every rule has a name; `allow` lists rules that are switched off."""

    max_files: int = 3
    max_lines: int = 60
    allow: tuple[str, ...] = ()
    protected: tuple[str, ...] = ()
    extra_paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckSettings:
    """How the sandbox sets the project up and tests it; empty means detected. `timeout`s are seconds."""

    setup: tuple[str, ...] = ()
    test: str = ""
    lint: tuple[str, ...] = ()
    timeout: float = 300.0
    setup_timeout: float = 600.0
    workdir: str = ""
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ConfidenceSettings:
    """Where a pull request stops being ready for review."""

    draft_below: int = 70


@dataclass(frozen=True, slots=True)
class GateSettings:
    """Who may start what on GitHub, and how much of it. People and apps are numeric ids, never names."""

    labels: tuple[str, ...] = ("splat", "auto-fix")
    mention: str = "@splat"
    reporters: tuple[int, ...] = ()
    trusted: tuple[int, ...] = ()
    attempts: int = 6
    lifetime_days: float = 30.0
    dollars_issue: float = 5.0
    dollars_day: float = 20.0
    open_pulls: int = 5
    cooldown_minutes: float = 10.0
    breaker_failures: int = 5
    breaker_minutes: float = 60.0


@dataclass(frozen=True, slots=True)
class CiSettings:
    """What Splat does about the checks of its own pull requests."""

    attempts: int = 2
    workflows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PullRequestSettings:
    """What Splat shows besides its pull requests."""

    attempted_branch: bool = False


@dataclass(frozen=True, slots=True)
class MergeSettings:
    """Whether Splat merges its own pull requests, and how long it keeps an eye on one that was merged."""

    auto: bool = False
    confidence: int = 90
    method: Literal["squash", "merge", "rebase"] = "squash"
    window_days: float = 14.0
    quiet_hours: float = 24.0
    revert: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be configured. `sources` says for each key that is not a default where it came from,
    `warnings` what looks like a mistake and is none for sure.
    """

    models: tuple[str, ...] = ("claude-sonnet-5-5", "claude-opus-5-5")
    effort: Effort = "medium"
    backend: Literal["api", "cli", "bedrock", "vertex"] = "api"
    prices: Mapping[str, Price] = field(default_factory=dict)
    context: ContextSettings = field(default_factory=ContextSettings)
    limits: LimitSettings = field(default_factory=LimitSettings)
    policy: PolicySettings = field(default_factory=PolicySettings)
    checks: CheckSettings = field(default_factory=CheckSettings)
    confidence: ConfidenceSettings = field(default_factory=ConfidenceSettings)
    gate: GateSettings = field(default_factory=GateSettings)
    ci: CiSettings = field(default_factory=CiSettings)
    pull_request: PullRequestSettings = field(default_factory=PullRequestSettings)
    merge: MergeSettings = field(default_factory=MergeSettings)
    ci_heal: bool = False
    triage: tuple[TriageRule, ...] = ()
    paths: Mapping[str, str] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    sandbox: Literal["bubblewrap", "none"] = "bubblewrap"
    in_actions: bool = False
    sources: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
