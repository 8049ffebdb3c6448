"""A repository on a GitHub, as setting up needs it: where its pages are, what its secrets are called."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from healer.outcome import ConfigError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Secrets that the written workflow reads, and what each is.
API_KEY, OAUTH, TOKEN, APP_KEY = (
    "ANTHROPIC_API_KEY",
    "CLAUDE_CODE_OAUTH_TOKEN",
    "SPLAT_GITHUB_TOKEN",
    "SPLAT_APP_PRIVATE_KEY",
)
#: A variable: it is no secret, and a workflow may ask whether it is set.
APP_CLIENT_ID = "SPLAT_APP_CLIENT_ID"

Page = Literal["repository", "secrets", "new-secret", "variables", "actions", "access", "labels", "tokens", "apps"]

_HOST = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z.-]{0,251}[0-9A-Za-z])?(?::\d{1,5})?")
_NAME = re.compile(r"[0-9A-Za-z_.-]{1,100}")
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_KEY = re.compile(r"sk-ant-api[0-9A-Za-z_-]{20,300}")
_OAUTH = re.compile(r"sk-ant-oat[0-9A-Za-z_-]{20,300}")


@dataclass(frozen=True, slots=True)
class Place:
    """A repository. `server` and `api` are addresses without a slash at the end ("https://github.com")."""

    owner: str
    name: str
    server: str = "https://github.com"
    api: str = "https://api.github.com"

    @classmethod
    def at(cls, host: str, owner: str, name: str, environ: Mapping[str, str]) -> Place:
        """From a remote. GITHUB_SERVER_URL and GITHUB_API_URL win where the user has set them. Raises ConfigError for
        what cannot be a repository.
        """
        if not _HOST.fullmatch(host) or not _NAME.fullmatch(owner) or not _NAME.fullmatch(name):
            raise ConfigError("The remote names no repository of a GitHub", where=f"{host[:100]}/{owner[:100]}")
        host = host.lower()
        server, api = f"https://{host}", f"https://{host}/api/v3"
        if host in ("github.com", "www.github.com", "ssh.github.com"):
            server, api = "https://github.com", "https://api.github.com"
        elif host.endswith(".ghe.com"):
            api = f"https://api.{host}"
        return cls(
            owner,
            name.removesuffix(".git"),
            _address(environ, "GITHUB_SERVER_URL", server),
            _address(environ, "GITHUB_API_URL", api),
        )

    @property
    def full_name(self) -> str:
        """`owner/name`."""
        return f"{self.owner}/{self.name}"

    @property
    def host(self) -> str:
        """The server's host, with its port where it has one."""
        return self.server.partition("://")[2]

    def page(self, page: Page) -> str:
        """The address of a page that a person can open."""
        here = f"{self.server}/{quote(self.owner)}/{quote(self.name)}"
        return {
            "repository": here,
            "secrets": f"{here}/settings/secrets/actions",
            "new-secret": f"{here}/settings/secrets/actions/new",
            "variables": f"{here}/settings/variables/actions",
            "actions": f"{here}/settings/actions",
            "access": f"{here}/settings/access",
            "labels": f"{here}/labels",
            "tokens": f"{self.server}/settings/personal-access-tokens",
            "apps": f"{self.server}/settings/apps",
        }[page]

    def policy_page(self, organization: str) -> str:
        """Where an organization says what the Actions of its repositories may."""
        return f"{self.server}/organizations/{quote(organization)}/settings/actions"


def _address(environ: Mapping[str, str], name: str, default: str) -> str:
    """An address of the environment. A token goes there: without encryption to this machine alone."""
    value = (environ.get(name) or default).rstrip("/")
    scheme, _, rest = value.partition("://")
    host = rest.partition("/")[0]
    bare = host if host in _LOOPBACK else host.rpartition(":")[0] or host
    if not _HOST.fullmatch(host) or scheme not in ("http", "https") or (scheme == "http" and bare not in _LOOPBACK):
        raise ConfigError(
            f"{name} is {value[:100]!r}", where=name, next_step="It begins with https://, and names a host."
        )
    return value


def claude_secret(value: str) -> tuple[str, str]:
    """The secret's name that a credential for Claude belongs to, and the value without what a paste adds around it.

    Raises UsageError for what has not the shape of one; the message never holds the value.
    """
    value = value.strip().strip("\"'")
    if _KEY.fullmatch(value):
        return API_KEY, value
    if _OAUTH.fullmatch(value):
        return OAUTH, value
    why = "it is empty" if not value else "it does not begin with `sk-ant-api`, is cut off, or holds other characters"
    if value.startswith("sk-ant-admin"):
        why = "it is an admin key, which can ask Claude nothing"
    then = "Make one at https://platform.claude.com/settings/keys, and paste all of it."
    raise UsageError(f"This is no key for Claude: {why}", next_step=then)
