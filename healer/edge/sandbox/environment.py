"""What of the environment goes into the sandbox: an allowlist, and never what looks like a credential."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_ALWAYS = re.compile(r"LANG|LANGUAGE|LC_[A-Z]+|TZ")
CA_BUNDLES = (
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "PIP_CERT",
    "GIT_SSL_CAINFO",
    "NIX_SSL_CERT_FILE",
)
"""Variables that name certificate files: those files are mounted too."""
# Registries and proxies may carry a password in their address. The set-up phase needs it, as the project's CI does;
# it is gone before model-written code runs.
_SET_UP = re.compile(
    r"PIP_[A-Z_]+|UV_(?:DEFAULT_)?INDEX[A-Z_]*|UV_EXTRA_INDEX_URL|(?:npm_config|NPM_CONFIG)_registry"
    r"|YARN_REGISTRY|GOPROXY|GOFLAGS|GONOSUMDB|GONOPROXY|GONOSUMCHECK|GOSUMDB|GOPRIVATE|GOTOOLCHAIN"
    r"|BUNDLE_[A-Z_]+|COMPOSER_[A-Z_]+|(?:http|https|no|all|HTTP|HTTPS|NO|ALL)_(?:proxy|PROXY)"
)
_NEVER = re.compile(
    r"ANTHROPIC_|CLAUDE_|GITHUB_|ACTIONS_|RUNNER_|AWS_|TOKEN|KEY|SECRET|PASSW|CREDENTIAL|AUTH|_SOCK$", re.IGNORECASE
)


def is_secret_name(name: str) -> bool:
    """Whether a variable of this name may never enter the sandbox, wherever it comes from."""
    return bool(_NEVER.search(name))


def allowed(environ: Mapping[str, str], *, network: bool) -> dict[str, str]:
    """The part of `environ` that may be seen inside; registries and proxies only while the network is on."""
    return {
        name: value
        for name, value in environ.items()
        if not is_secret_name(name)
        and (_ALWAYS.fullmatch(name) or name in CA_BUNDLES or (network and _SET_UP.fullmatch(name)))
    }
