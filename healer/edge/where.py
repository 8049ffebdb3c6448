"""Which repository on which GitHub a checkout belongs to, and the token that speaks for the user there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healer.outcome import UsageError
from healer.setup.github import Place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from healer.edge.github import GitHub
    from healer.setup.value import Checkout


def place_of(checkout: Checkout, environ: Mapping[str, str]) -> Place:
    """What GITHUB_REPOSITORY names, else the first remote that can be on a GitHub. Raises UsageError for none.

    GITHUB_SERVER_URL and GITHUB_API_URL name an Enterprise host.
    """
    if named := environ.get("GITHUB_REPOSITORY"):
        owner, _, name = named.partition("/")
        server = environ.get("GITHUB_SERVER_URL") or "https://github.com"
        return Place.at(server.partition("://")[2], owner, name, environ)
    found = next((remote for remote in checkout.remotes if remote.forge != "other" and remote.owner), None)
    if found is not None:
        return Place.at(found.host, found.owner, found.repository, environ)
    if stop := next((note for note in checkout.notes if note.stops), None):
        raise UsageError(stop.what, where=stop.where, next_step=stop.next_step)
    hosts = ", ".join(dict.fromkeys(remote.host or "a folder" for remote in checkout.remotes))
    what = f"No remote is on a GitHub (they are on: {hosts})" if hosts else "The repository has no remote"
    then = "`git remote add origin https://github.com/OWNER/NAME.git`, or set GITHUB_REPOSITORY=OWNER/NAME."
    raise UsageError(what, where=str(checkout.root), next_step=then)


def hub_of(place: Place, environ: Mapping[str, str], actor_id: int = 0) -> GitHub:
    """The repository's API through the user's own token, or the runner's. Raises ConfigError where there is none."""
    from healer.edge.github import GitHub
    from healer.edge.github_token import find_token
    from healer.settings import Actions

    token = find_token(place, environ)
    actions = Actions(place.full_name, place.api, place.server, actor_id=actor_id)
    return GitHub(actions, {"GITHUB_TOKEN": token.value})
