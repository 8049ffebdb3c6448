"""How Splat signs in to Claude: exactly one credential, by a fixed order (docs/github.md); what to say of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healer.edge.early import CREDENTIALS, winner
from healer.outcome import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Where the user's code goes, by `backend`, and the variables that mean nothing else than going there.
PLACES = {"api": "Anthropic", "cli": "Anthropic", "bedrock": "Amazon", "vertex": "Google"}
_PLAIN = {
    "api": CREDENTIALS["api"],
    "cli": CREDENTIALS["cli"],
    "bedrock": ("AWS_BEARER_TOKEN_BEDROCK",),
    "vertex": ("GOOGLE_OAUTH_ACCESS_TOKEN", "ANTHROPIC_VERTEX_PROJECT_ID"),
}
#: In Actions: the secret or the input that each variable comes from.
_GIVEN = {
    "ANTHROPIC_API_KEY": "anthropic-api-key",
    "ANTHROPIC_FEDERATION_RULE_ID": "anthropic-federation-rule-id",
    "CLAUDE_CODE_OAUTH_TOKEN": "claude-code-oauth-token",
    "AWS_BEARER_TOKEN_BEDROCK": "aws-bearer-token-bedrock",
    "GOOGLE_OAUTH_ACCESS_TOKEN": "google-access-token",
    "ANTHROPIC_VERTEX_PROJECT_ID": "google-project",
}
_SECRETS = "Settings > Secrets and variables > Actions"
_OTHERS = "docs/github.md lists the other ways to sign in."


def check(environ: Mapping[str, str], backend: str) -> None:
    """Raises ConfigError where there is nothing to sign in with, or, in Actions, where it is not plain to whom."""
    in_actions = environ.get("GITHUB_ACTIONS") == "true"
    if in_actions and (others := _elsewhere(environ, backend)):
        here = winner(environ, backend) or _PLAIN[backend][0]
        told = f"{here} leads to {PLACES[backend]}, {others[0]} to {_place_of(others[0])}"
        raise ConfigError(
            f"There are sign-ins to Claude in two places at once: {told}",
            where=_given(others[0]),
            next_step="Nothing was sent. Leave one of them out of the workflow; what `backend` says decides no more.",
        )
    if backend in ("bedrock", "vertex"):
        from healer.edge.clouds import cloud_of

        cloud = cloud_of(backend, environ)
        assert cloud is not None
        cloud.check()
    elif not winner(environ, backend) and (backend == "api" or in_actions):
        raise _missing(environ, backend, in_actions=in_actions)


def unused(environ: Mapping[str, str], backend: str) -> tuple[str, ...]:
    """A sentence for each credential that is set and not used."""
    used = winner(environ, backend)
    instead = f"{used} goes first" if used else f"`backend` is `{backend}`"
    spare = [name for name in CREDENTIALS[backend] if environ.get(name) and name != used]
    if backend == "bedrock" and used == "AWS_BEARER_TOKEN_BEDROCK":
        spare = []  # AWS credentials have other uses too
    spare += [name for kind, names in _PLAIN.items() if kind != backend for name in names if environ.get(name)]
    return tuple(f"{name} is set and not used to sign in to Claude: {instead}" for name in spare)


def _elsewhere(environ: Mapping[str, str], backend: str) -> list[str]:
    return [
        name for kind, names in _PLAIN.items() if PLACES[kind] != PLACES[backend] for name in names if environ.get(name)
    ]


def _place_of(name: str) -> str:
    return next(PLACES[kind] for kind, names in _PLAIN.items() if name in names)


def _given(name: str) -> str:
    return f"{name} (`{_GIVEN[name]}`)" if name in _GIVEN else name


def _missing(environ: Mapping[str, str], backend: str, *, in_actions: bool) -> ConfigError:
    name = CREDENTIALS[backend][0]
    if in_actions and backend == "api" and environ.get("ACTIONS_ID_TOKEN_REQUEST_URL"):
        name = "ANTHROPIC_FEDERATION_RULE_ID"
        then = f"This job has an identity and no place to show it: give the input `{_GIVEN[name]}`, "
        then += f"`aws-role-to-assume` or `google-workload-identity-provider`. {_OTHERS}"
    elif in_actions:
        then = f"Add it under {_SECRETS} and pass it on as the secret `{_GIVEN[name]}`. {_OTHERS}"
    else:
        then = (
            "Set it, or set `backend: cli` in .github/splat.yml to use a signed-in `claude` command (`bedrock`, "
            "`vertex`: Amazon's or Google's)."
        )
    return ConfigError("There is no key for Claude", where=name, next_step=then)
