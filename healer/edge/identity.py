"""Signs in to Claude with what GitHub Actions vouches for, in place of a key: workload identity federation.

GitHub's tokens live for minutes, a healing for twenty, and what Claude's API gives in exchange for one expires too: a
new one is fetched for every exchange, which the SDK does when it has to.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from healer.outcome import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Whom the token is for; the federation rule in the Claude Console names the same.
AUDIENCE = "https://api.anthropic.com"
_URL, _TOKEN, _RULE = "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ANTHROPIC_FEDERATION_RULE_ID"
#: Who sets one of them has a token already, which the SDK finds.
_GIVEN = ("ANTHROPIC_IDENTITY_TOKEN", "ANTHROPIC_IDENTITY_TOKEN_FILE")
_SECONDS = 15.0
_MOST_BYTES = 64 * 1024


def of_actions(environ: Mapping[str, str]) -> Any:
    """The SDK's `credentials` for a federation rule on a runner; None where there is no rule, or another identity.

    Raises ConfigError where the job may not ask for an identity, or the organization is missing.
    """
    if not environ.get(_RULE) or any(environ.get(name) for name in _GIVEN):
        return None
    if environ.get("GITHUB_ACTIONS") != "true":
        return None
    if not environ.get("ANTHROPIC_ORGANIZATION_ID"):
        then = "Set `anthropic-organization-id` beside the rule."
        raise ConfigError("The federation rule's organization is not named", where=_RULE, next_step=then)
    if not environ.get(_URL) or not environ.get(_TOKEN):
        # Not as YAML writes it: what follows `token:` is taken for a secret on its way to the issue.
        then = "Call heal-oidc.yml, and set `id-token` to `write` in the caller's `permissions:`."
        raise ConfigError("This job may not ask GitHub for an identity", where=_URL, next_step=then)
    from anthropic.lib.credentials import WorkloadIdentityCredentials

    return WorkloadIdentityCredentials(
        identity_token_provider=lambda: _fetched(environ[_URL], environ[_TOKEN]),
        federation_rule_id=environ[_RULE],
        organization_id=environ["ANTHROPIC_ORGANIZATION_ID"],
        service_account_id=environ.get("ANTHROPIC_SERVICE_ACCOUNT_ID") or None,
        workspace_id=environ.get("ANTHROPIC_WORKSPACE_ID") or None,
    )


def from_environment() -> Any:
    """`of_actions` of this process."""
    return of_actions(os.environ)


def _fetched(url: str, token: str) -> str:
    from urllib.error import URLError
    from urllib.request import Request, urlopen

    asked = Request(f"{url}&audience={quote(AUDIENCE, safe='')}", headers={"Authorization": f"bearer {token}"})  # noqa: S310 - the runner's own address
    try:
        with urlopen(asked, timeout=_SECONDS) as answer:  # noqa: S310 - likewise
            value = json.loads(answer.read(_MOST_BYTES))["value"]
        if not isinstance(value, str) or not value:
            raise ValueError("the answer holds no token")
    except (URLError, OSError, ValueError, KeyError, TypeError) as error:
        then = "Run it again; GitHub's status page says whether its identity service is down."
        what = f"GitHub gives no identity: {type(error).__name__}"
        raise ConfigError(what, where=url.partition("?")[0], next_step=then) from None
    return value
