"""The App that Splat asks GitHub to make, and what GitHub sends back once it is made."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from healer.outcome import SplatError

if TYPE_CHECKING:
    from healer.setup.github import Place

#: What the App may, and why: a sentence's rest for a person.
PERMISSIONS: dict[str, tuple[str, str]] = {
    "contents": ("write", "a branch for each fix, and the code to read"),
    "issues": ("write", "one comment on the issue, labels"),
    "pull_requests": ("write", "the pull request itself"),
    "actions": ("write", "starting and stopping its own runs"),
    "checks": ("read", "how the fix's checks stand"),
    "statuses": ("read", "the same, of older CI systems"),
    "metadata": ("read", "what every App has to read"),
}
#: GitHub's own limit; names are taken in all of GitHub.
_LONGEST_NAME = 34
_CODE = re.compile(r"[0-9A-Za-z_-]{8,200}")
_SLUG = re.compile(r"[0-9A-Za-z-]{1,100}")
_CLIENT = re.compile(r"[0-9A-Za-z._-]{5,100}")
_PEM = re.compile(
    r"-----BEGIN (?:RSA )?PRIVATE KEY-----\n[0-9A-Za-z+/=\n]{100,20000}-----END (?:RSA )?PRIVATE KEY-----\n?"
)


@dataclass(frozen=True, slots=True)
class NewApp:
    """An App that GitHub has just made. `key` is its private key, which only memory ever holds."""

    id: int
    slug: str
    client_id: str
    page: str
    key: str = field(repr=False)

    @property
    def install_page(self) -> str:
        """Where it is let into the repository."""
        return f"{self.page}/installations/new"


def manifest(place: Place, name: str, redirect: str) -> dict[str, Any]:
    """The JSON object that GitHub takes. It gets no webhooks: workflows hear of everything themselves."""
    return {
        "name": name,
        "url": place.page("repository"),
        "description": "Turns errors into small, proven pull requests.",
        "redirect_url": redirect,
        "public": False,
        "hook_attributes": {"url": place.page("repository"), "active": False},
        "default_permissions": {right: level for right, (level, _) in PERMISSIONS.items()},
        "default_events": [],
    }


def app_name(place: Place) -> str:
    """A name that is likely free; GitHub's page lets the person change it."""
    words = re.sub("[^0-9a-z]+", "-", f"splat-{place.owner}-{place.name}".lower()).strip("-")
    return words[:_LONGEST_NAME].strip("-")


def new_app_page(place: Place, organization: str, state: str) -> str:
    """Where the manifest is posted to: an organization's Apps, or with "" the person's own."""
    whose = f"organizations/{quote(organization, safe='')}/" if organization else ""
    return f"{place.server}/{whose}settings/apps/new?state={quote(state, safe='')}"


def is_code(code: str) -> bool:
    """True for what GitHub may have sent as the manifest's code."""
    return bool(_CODE.fullmatch(code))


def read_app(told: Any, place: Place) -> NewApp:
    """From GitHub's answer. Raises SplatError where it is not as documented; the message holds nothing of it."""
    told = told if isinstance(told, dict) else {}
    number, slug, client, key = (told.get(name) for name in ("id", "slug", "client_id", "pem"))
    page = str(told.get("html_url") or "")
    fine = (
        type(number) is int
        and isinstance(slug, str)
        and _SLUG.fullmatch(slug)
        and isinstance(client, str)
        and _CLIENT.fullmatch(client)
        and isinstance(key, str)
        and _PEM.fullmatch(key)
    )
    if not fine:
        then = f"Look at {place.page('apps')}: delete the App that was made, and run again."
        raise SplatError("GitHub's answer about the new App is not as it should be", next_step=then)
    assert isinstance(number, int)
    if page not in (f"{place.server}/apps/{slug}", f"{place.server}/github-apps/{slug}"):
        page = f"{place.server}/apps/{slug}"
    return NewApp(number, str(slug), str(client), page, str(key))
