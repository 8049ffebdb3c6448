"""Setting a repository up: rights, labels, secrets, variables, and what Actions may. Each verb is one or two requests.

What GitHub refuses for want of a right comes back as `Held` (the right, and where to get it), not as an exception;
what is done twice is done once. Raises SplatError for breakage.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from healer.edge.github_answer import Answer, answer
from healer.edge.github_api import Api
from healer.edge.github_labels import LABELS
from healer.outcome import ConfigError, SplatError, UsageError
from healer.settings import Actions
from healer.setup.github_rights import (
    ADMINISTRATION,
    ISSUES,
    RIGHTS,
    SECRETS,
    VARIABLES,
    Held,
    Kind,
    Right,
    kind_of,
    mend,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from healer.edge.github_token import Token
    from healer.setup.github import Place

_FORBIDDEN = (403, 404)
_NAME = re.compile(r"[A-Z_][A-Z0-9_]{0,99}")
#: GitHub's own limit of one secret, in bytes.
MOST_BYTES = 48 * 1024


@dataclass(frozen=True, slots=True)
class Standing:
    """The repository as the token sees it. `organization` is "" where a person owns it; `admin` and `writer` say what
    the token's account may; `scopes` are a classic token's, None for other kinds.
    """

    id: int
    default_branch: str
    private: bool
    organization: str
    admin: bool
    writer: bool
    kind: Kind
    scopes: tuple[str, ...] | None = None
    archived: bool = False


@dataclass(frozen=True, slots=True)
class Labels:
    """`made` are new, `kept` were there, whatever their colours."""

    made: tuple[str, ...]
    kept: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PullPolicy:
    """May GitHub Actions open pull requests. `token` is the default right of its token: "read" or "write"."""

    allowed: bool
    token: str


class GitHubSetup:
    """One repository, through the user's own token."""

    def __init__(self, place: Place, token: Token) -> None:
        self.place = place
        self.kind = kind_of(token.value)
        actions = Actions(place.full_name, place.api, place.server)
        self.api = Api(actions, {"GITHUB_TOKEN": token.value})
        self._admin: bool | None = None
        self._sealing: tuple[str, str] | None = None

    # --- what there is, and what one may ------------------------------------------------------------------------------

    def standing(self) -> Standing:
        """Raises ConfigError where the repository is not there, or not for this token."""
        found = answer(self.api, "GET", self.api.repository)
        if not found.ok:
            raise self._strange(found)
        told, permissions = found.data, found.data.get("permissions") or {}
        owner = told.get("owner") or {}
        scopes = found.headers.get("x-oauth-scopes")
        self._admin = bool(permissions.get("admin"))
        return Standing(
            int(told["id"]),
            str(told["default_branch"]),
            bool(told.get("private")),
            str(owner.get("login")) if owner.get("type") == "Organization" else "",
            self._admin,
            bool(permissions.get("push")),
            self.kind,
            None if scopes is None else tuple(filter(None, (each.strip() for each in scopes.split(",")))),
            bool(told.get("archived")),
        )

    def login(self) -> str:
        """Who the token speaks for; "" where it is no person's."""
        found = answer(self.api, "GET", "/user")
        return str(found.data["login"]) if found.ok else ""

    def probe(self, right: Right) -> Held:
        """Whether the token has a right, by a request that changes nothing. One request."""
        found = answer(self.api, *right.probe)
        if found.status in right.fine:
            return Held(right, "granted")
        if found.status in _FORBIDDEN:
            return self.missing(right)
        return Held(right, "unknown")

    def rights(self, wanted: Iterable[Right] = RIGHTS) -> tuple[Held, ...]:
        """`probe` of each."""
        return tuple(map(self.probe, wanted))

    def missing(self, right: Right) -> Held:
        """The right as one that the token lacks, and how to get it."""
        return Held(right, "missing", mend(right, self.kind, self.place, admin=self._admin))

    # --- labels -------------------------------------------------------------------------------------------------------

    def labels(self) -> tuple[str, ...]:
        """The names of all labels."""
        found = self.api.pages("/labels")
        if found is None:
            raise SplatError("There are more labels than Splat reads", where=self.place.page("labels"))
        return tuple(str(each["name"]) for each in found)

    def make_labels(self) -> Labels | Held:
        """Those of Splat's that are missing; one that is there stays as it is."""
        there = {name.casefold() for name in self.labels()}
        made = []
        for name, (colour, description) in LABELS.items():
            if name.casefold() in there:
                continue
            found = answer(self.api, "POST", "/labels", {"name": name, "color": colour, "description": description})
            if found.status in _FORBIDDEN:
                return self.missing(ISSUES)
            if not found.ok and found.status != 422:  # made by somebody else meanwhile, or its answer got lost
                raise _odd(found, "POST /labels")
            made.append(name)
        return Labels(tuple(made), tuple(name for name in LABELS if name not in made))

    # --- secrets and variables ----------------------------------------------------------------------------------------

    def secrets(self) -> frozenset[str] | Held:
        """The names of the secrets that a workflow of this repository sees: its own, and its organization's."""
        names: set[str] = set()
        for path in ("/actions/secrets", "/actions/organization-secrets"):
            found = self._names(path, "secrets")
            if found is None and path == "/actions/secrets":
                return self.missing(SECRETS)
            names |= found or set()
        return frozenset(names)

    def variables(self) -> dict[str, str] | Held:
        """Names and values of the repository's variables."""
        found = answer(self.api, "GET", "/actions/variables?per_page=30")
        if found.status in _FORBIDDEN:
            return self.missing(VARIABLES)
        _must(found, "GET /actions/variables")
        return {str(each["name"]): str(each["value"]) for each in found.data.get("variables") or ()}

    def put_secret(self, name: str, value: str) -> Held | None:
        """Store a secret, sealed for GitHub alone; one of that name is replaced. None when it is done."""
        from github.PublicKey import encrypt

        if not _NAME.fullmatch(name) or not value or len(value.encode("utf-8")) > MOST_BYTES:
            then = "It holds 1 byte to 48 KiB, and has a name of capitals."
            raise UsageError("This cannot be a secret of GitHub's", where=name[:100], next_step=then)
        if self._sealing is None:
            found = answer(self.api, "GET", "/actions/secrets/public-key")
            if found.status in _FORBIDDEN:
                return self.missing(SECRETS)
            _must(found, "GET /actions/secrets/public-key")
            self._sealing = str(found.data["key_id"]), str(found.data["key"])
        key_id, key = self._sealing
        sealed = {"encrypted_value": encrypt(key, value), "key_id": key_id}
        found = answer(self.api, "PUT", f"/actions/secrets/{name}", sealed)
        if found.status in _FORBIDDEN:
            return self.missing(SECRETS)
        _must(found, f"PUT /actions/secrets/{name}")
        return None

    def put_variable(self, name: str, value: str) -> Held | None:
        """Set a variable, new or not. None when it is done."""
        if not _NAME.fullmatch(name):
            raise UsageError("This cannot be a variable of GitHub's", where=name[:100])
        told = {"name": name, "value": value}
        found = answer(self.api, "PATCH", f"/actions/variables/{name}", told)
        if found.status == 404:  # not there yet; or forbidden, which the next request says
            found = answer(self.api, "POST", "/actions/variables", told)
            if found.status == 409:  # made meanwhile, or the answer got lost
                found = answer(self.api, "PATCH", f"/actions/variables/{name}", told)
        if found.status in _FORBIDDEN:
            return self.missing(VARIABLES)
        _must(found, f"POST /actions/variables {name}")
        return None

    def drop(self, secrets: Iterable[str] = (), variables: Iterable[str] = ()) -> tuple[str, ...]:
        """Delete secrets and variables; the names of those that were there."""
        paths = [f"/actions/secrets/{quote(name)}" for name in secrets]
        paths += [f"/actions/variables/{quote(name)}" for name in variables]
        return tuple(path.rpartition("/")[2] for path in paths if answer(self.api, "DELETE", path).ok)

    def _names(self, path: str, key: str) -> set[str] | None:
        names: set[str] = set()
        for page in range(1, 11):
            found = answer(self.api, "GET", f"{path}?per_page=100&page={page}")
            if found.status in _FORBIDDEN:
                return None
            _must(found, f"GET {path}")
            items = found.data.get(key) or []
            names |= {str(each["name"]) for each in items}
            if len(items) < 100:
                break
        return names

    # --- what Actions may ---------------------------------------------------------------------------------------------

    def pull_policy(self) -> PullPolicy | Held:
        """May GitHub Actions open pull requests here."""
        found = answer(self.api, "GET", "/actions/permissions/workflow")
        if found.status in _FORBIDDEN:
            return self.missing(ADMINISTRATION)
        _must(found, "GET /actions/permissions/workflow")
        told = found.data
        return PullPolicy(
            told.get("can_approve_pull_request_reviews") is True,
            str(told.get("default_workflow_permissions") or "read"),
        )

    def allow_pulls(self, now: PullPolicy) -> Held | None:
        """Let GitHub Actions open pull requests; the rest stays as it is. None when it is done.

        Raises ConfigError where the organization, or the enterprise above it, forbids it: its page is named.
        """
        told = {"default_workflow_permissions": now.token, "can_approve_pull_request_reviews": True}
        found = answer(self.api, "PUT", "/actions/permissions/workflow", told)
        if found.status == 409:
            raise ConfigError(
                f"A policy above this repository keeps GitHub Actions from opening pull requests: {found.said}",
                where=self.place.policy_page(self.place.owner),
                next_step="An owner of the organization can allow it there; or use an App, which does not need it.",
            )
        if found.status in _FORBIDDEN:
            return self.missing(ADMINISTRATION)
        _must(found, "PUT /actions/permissions/workflow")
        return None

    def _strange(self, found: Answer) -> SplatError:
        where = self.place.page("repository")
        if found.status in _FORBIDDEN:
            then = "Is the remote right, and may the token see this repository?"
            return ConfigError(f"GitHub shows no repository {self.place.full_name}", where=where, next_step=then)
        if found.status == 301:
            return ConfigError("The repository has moved", where=where, next_step="Correct the remote's address.")
        return _odd(found, f"GET {self.api.repository}")


def _must(found: Answer, request: str) -> None:
    if not found.ok:
        raise _odd(found, request)


def _odd(found: Answer, request: str) -> SplatError:
    said: Any = found.said or "no reason given"
    return SplatError(f"GitHub answers {found.status}: {said}", where=request, next_step="Run it again in a minute.")
