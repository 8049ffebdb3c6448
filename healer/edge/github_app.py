"""What only an App's own endpoints know: its birth from a manifest, and where it is installed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from healer.outcome import SplatError
from healer.setup.github_manifest import NewApp, is_code, read_app

if TYPE_CHECKING:
    from collections.abc import Callable

    from healer.setup.github import Place

_TIMEOUT = 20
_ACCEPT = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}


def exchange(place: Place, code: str) -> NewApp:
    """The App that a manifest's code stands for. No token goes there, and the code is good once, for an hour.

    Raises SplatError for a code that is used up or too old, and where GitHub does not answer.
    """
    import requests

    if not is_code(code):
        raise SplatError("That is no code of GitHub's", next_step="Begin again.")
    url = f"{place.api}/app-manifests/{quote(code, safe='')}/conversions"
    again = f"Begin again; if {place.page('apps')} shows a new App of that name, delete it first."
    try:
        found = requests.post(url, headers=_ACCEPT, timeout=_TIMEOUT, allow_redirects=False)
        told: Any = found.json() if found.status_code == 201 else None
    except (requests.RequestException, ValueError) as error:
        what = f"GitHub did not say what it made: {type(error).__name__}"
        raise SplatError(what, where=place.api, next_step=again) from None
    if found.status_code in (404, 422):
        raise SplatError("GitHub's code has expired, or was used before", where=place.api, next_step=again)
    if found.status_code != 201:
        raise SplatError(f"GitHub answers {found.status_code}", where=place.api, next_step=again)
    return read_app(told, place)


def installed(place: Place, app: NewApp) -> bool:
    """Whether the App has been let into the repository; asked as the App, with its key."""
    import requests
    from github import Auth

    proof = Auth.AppAuth(app.id, app.key).create_jwt(expiration=300)
    url = f"{place.api}/repos/{place.full_name}/installation"
    try:
        found = requests.get(
            url, headers=_ACCEPT | {"Authorization": f"Bearer {proof}"}, timeout=_TIMEOUT, allow_redirects=False
        )
    except requests.RequestException:
        return False
    return found.status_code == 200


def wait_installed(place: Place, app: NewApp, seconds: float, pause: Callable[[float], object] = time.sleep) -> bool:
    """Until it is installed, at most so long."""
    until = time.monotonic() + seconds
    while not installed(place, app):
        if time.monotonic() >= until:
            return False
        pause(3)
    return True
