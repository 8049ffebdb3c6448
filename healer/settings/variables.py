"""`SPLAT_*` variables: which setting each of them sets, how its text is read, and which names mean nothing."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from healer.outcome import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The settings that a variable can set, and how its text is read; what has more structure belongs into the file.
SETTABLE = {
    "models": "list",
    "effort": "str",
    "backend": "str",
    "sandbox": "str",
    "context.max_tokens": "int",
    "context.map_tokens": "int",
    "limits.attempts": "int",
    "limits.dollars": "float",
    "limits.minutes": "float",
    "limits.output_tokens": "int",
    "limits.tool_calls": "int",
    "policy.max_files": "int",
    "policy.max_lines": "int",
    "policy.allow": "list",
    "policy.protected": "list",
    "policy.extra_paths": "list",
    "checks.test": "str",
    "checks.timeout": "float",
    "checks.setup_timeout": "float",
    "checks.workdir": "str",
    "confidence.draft_below": "int",
    "gate.labels": "list",
    "gate.mention": "str",
    "gate.reporters": "ids",
    "gate.trusted": "ids",
    "gate.attempts": "int",
    "gate.lifetime_days": "float",
    "gate.dollars_issue": "float",
    "gate.dollars_day": "float",
    "gate.open_pulls": "int",
    "gate.cooldown_minutes": "float",
    "gate.breaker_failures": "int",
    "gate.breaker_minutes": "float",
    "ci.attempts": "int",
    "ci.workflows": "list",
    "pull_request.attempted_branch": "bool",
    "merge.auto": "bool",
    "merge.confidence": "int",
    "merge.method": "str",
    "merge.window_days": "float",
    "merge.quiet_hours": "float",
    "merge.revert": "bool",
    "ci_heal": "bool",
}
#: Variables of the same prefix that others read: the SDKs in the app, what runs in the sandbox, and
#: `healer/settings/actions.py`.
_OTHERS = frozenset(
    f"SPLAT_{name}"
    for name in """
    ACTOR_ID API_URL APP_SLUG BEFORE_SEND DEBUG DELIVERER DEPLOY DEPLOY_TIME DURABLE ENABLED ENVIRONMENT EXCLUDE
    FOLDER IGNORE INCLUDE INCLUDE_BODY INCLUDE_HEADERS INCLUDE_QUERY INCLUDE_SOURCE INTEGRATIONS LABELS LOCALS LOGS
    OBSERVE PUBLIC_LOCALS PUBLIC_LOGS PUBLIC_REQUEST REDACT RELEASE REPO REPORTERS REQUEST RESULTS ROOT SAMPLE_RATE
    SERVICE SETUP_ENV SHUTDOWN_TIMEOUT SPOOL_DIR TOKEN TOOLS TRANSPORT TREE TRIGGER_LABEL URL
    """.split()  # noqa: SIM905 - one name a line would be half a page
)


def variable(key: str) -> str:
    """The name of a setting's variable: `limits.dollars` is `SPLAT_LIMITS_DOLLARS`."""
    return "SPLAT_" + key.replace(".", "_").upper()


def from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    """`SPLAT_LIMITS_DOLLARS=0.5` sets `limits.dollars`; lists are separated by commas."""
    found: dict[str, Any] = {}
    for key, kind in SETTABLE.items():
        if raw := environ.get(variable(key)):
            found[key] = _convert(variable(key), raw, kind)
    return found


def _convert(name: str, raw: str, kind: str) -> Any:
    try:
        if kind == "list":
            return [item.strip() for item in raw.split(",") if item.strip()]
        if kind == "ids":
            return [int(item) for item in raw.split(",") if item.strip()]
        if kind == "bool":
            return {"true": True, "false": False}.get(raw.strip().lower(), raw)
        return {"int": int, "float": float}[kind](raw) if kind != "str" else raw
    except ValueError:
        raise ConfigError(f"{raw[:60]!r} is not a number", where=name, next_step="Give a plain number.") from None


def unknown(environ: Mapping[str, str]) -> tuple[str, ...]:
    """A warning for each variable of our prefix that sets nothing, as a misspelt one does."""
    ours = [variable(key) for key in SETTABLE]
    return tuple(
        f"the variable {name} sets nothing" + _instead(name, ours)
        for name in sorted(environ)
        if name.startswith("SPLAT_") and name not in _OTHERS and name not in ours and environ[name]
    )


def _instead(name: str, ours: list[str]) -> str:
    near = get_close_matches(name, ours, n=1, cutoff=0.8)
    return f"; did you mean {near[0]}?" if near else "; docs/configuration.md lists those that do"
