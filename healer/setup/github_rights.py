"""What a token must be allowed for which part of setting up, and where a person mends what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote, urlencode

if TYPE_CHECKING:
    from healer.setup.github import Place

Kind = Literal["fine-grained", "classic", "oauth", "installation", "user-to-server", "unknown"]
State = Literal["granted", "missing", "unknown"]
_KINDS: dict[str, Kind] = {
    "github_pat_": "fine-grained",
    "ghp_": "classic",
    "gho_": "oauth",
    "ghs_": "installation",
    "ghu_": "user-to-server",
}


@dataclass(frozen=True, slots=True)
class Right:
    """A permission as GitHub's pages call it (`title`) and as its API does (`name`), always at the level `write`.

    `why` goes on after "to". `probe` is a request that changes nothing whoever makes it: it lacks what GitHub
    needs (422, or 404 for a run that cannot be), which GitHub only says to who might have made it.
    """

    name: str
    title: str
    why: str
    probe: tuple[str, str, Any]
    fine: tuple[int, ...] = (400, 409, 422)


CONTENTS = Right("contents", "Contents", "make and delete the branch of `--try`", ("POST", "/git/refs", {}))
ISSUES = Right("issues", "Issues", "make the labels", ("POST", "/labels", {}))
PULLS = Right("pull_requests", "Pull requests", "close the pull request of `--try`", ("POST", "/pulls", {}))
ACTIONS = Right(
    "actions", "Actions", "start the run of `--try`", ("POST", "/actions/runs/1/cancel", None), (400, 404, 409, 422)
)
SECRETS = Right("secrets", "Secrets", "store the secrets", ("PUT", "/actions/secrets/SPLAT_PROBE", {}))
VARIABLES = Right("variables", "Variables", "store the App's id", ("POST", "/actions/variables", {}))
ADMINISTRATION = Right(
    "administration",
    "Administration",
    "let GitHub Actions open pull requests",
    ("PUT", "/actions/permissions/workflow", {"default_workflow_permissions": "neither"}),
)
RIGHTS = (CONTENTS, ISSUES, PULLS, ACTIONS, SECRETS, VARIABLES, ADMINISTRATION)


@dataclass(frozen=True, slots=True)
class Held:
    """A right and whether a token has it. `mend` says where to get it, "" where nothing is missing."""

    right: Right
    state: State
    mend: str = ""


def kind_of(token: str) -> Kind:
    """What sort of token it is, by how GitHub begins them."""
    return next((kind for begins, kind in _KINDS.items() if token.startswith(begins)), "unknown")


def mend(right: Right, kind: Kind, place: Place, *, admin: bool | None) -> str:
    """What a person does about a missing right: the page to open, or the command to give.

    `admin` says whether the token's account administers the repository, None where that is not known.
    """
    if right is ADMINISTRATION and admin is False:
        return f"Ask an administrator of the repository; {place.page('access')} lists them."
    where = place.page("tokens")
    if kind == "oauth":
        return f"Run `gh auth refresh --hostname {place.host} --scopes repo,workflow`."
    if kind == "classic":
        return f"Give the token the scope `repo`: {place.server}/settings/tokens"
    if kind == "installation":
        return f"Give the App `{right.title}: read and write`: {place.page('apps')}"
    return f"Give the token `{right.title}: read and write` for {place.full_name}: {where}"


def token_page(place: Place) -> str:
    """Where a fine-grained token for Splat's own use is made, its rights ticked already where GitHub knows how."""
    rights = dict.fromkeys(("contents", "issues", "pull_requests", "actions"), "write") | {"statuses": "read"}
    return _new_token(place, "Splat", rights)


def app_token_page(place: Place) -> str:
    """The same for the token that an app files its errors with."""
    return _new_token(place, "Errors of", {"issues": "write"})


def _new_token(place: Place, what: str, rights: dict[str, str]) -> str:
    told = {"name": f"{what} {place.name}"[:40], "target_name": place.owner} | rights
    return f"{place.server}/settings/personal-access-tokens/new?{urlencode(told, quote_via=quote)}"
