"""A right that a token lacks: which one it is, and where it is set for a token of that kind."""

from __future__ import annotations

import re
from typing import Literal

from healer.markdown import plain

Kind = Literal["", "job", "app", "personal"]

_SETTINGS = {
    "": "Give it to the token",
    "job": "Add it to the `permissions:` of the job that calls Splat",
    "app": (
        "Add it on the App's page under Permissions & events, and accept the change under Settings > GitHub Apps of "
        "the account that it is installed in"
    ),
    "personal": (
        "Add it to the token of the secret `token`, under Settings > Developer settings > Personal access tokens of "
        "the person it acts as (a classic one needs the scope `repo`)"
    ),
}
_INVALID = {
    "": "Set a valid one; it may have expired.",
    "job": "It lives as long as its job: run the job again.",
    "app": "An App's token lasts an hour: run it again. Is `app-private-key` still one of the App's keys?",
    "personal": "It has expired or was revoked: make a new one, and put it into the secret `token`.",
}
#: Where GitHub does not say it itself: what a path below the repository needs.
_PATHS = (
    (re.compile(r"/(git|contents|branches|merges|compare)\b|/commits/[^/]+$"), "contents"),
    (re.compile(r"/pulls\b"), "pull-requests"),
    (re.compile(r"/(issues|labels)\b"), "issues"),
    (re.compile(r"/actions\b"), "actions"),
    (re.compile(r"/check-(runs|suites)\b"), "checks"),
    (re.compile(r"/status(es)?\b"), "statuses"),
    (re.compile(r"/deployments\b"), "deployments"),
    (re.compile(r"/(collaborators|assignees)\b"), "metadata"),
)
_ACCEPTED = re.compile(r"([a-z_]{1,40})=(read|write|admin)")
#: What is no right of the token, by GitHub's own words for it.
_ELSEWHERE = (
    ("saml", "The organization wants single sign-on: press Configure SSO beside the personal access token."),
    ("ip allow list", "The organization's IP allow list keeps the runner out: take a runner with an address on it."),
    ("archived", "The repository is archived: nothing can be written to it until it is unarchived."),
    (
        "workflow",
        "It is about a file under .github/workflows, which Splat never changes: was one changed on the default branch "
        "meanwhile? Then ask again.",
    ),
)
_RULES = ("rule violation", "protected branch", "creations being restricted")


def kind_of(token: str, app: str) -> Kind:
    """From what its first letters say; `app` is the App's short name, "" for none."""
    if app:
        return "app"
    if token.startswith(("github_pat_", "ghp_", "gho_", "ghu_")):
        return "personal"
    return "job" if token.startswith("ghs_") else ""


def invalid(kind: Kind) -> str:
    """What to do about a token that is not accepted."""
    return _INVALID[kind]


def lacking(where: str, said: str, accepted: str, kind: Kind) -> str:
    """What to do about a forbidden request: `where`, as "POST /repos/…". `accepted` is GitHub's header about rights."""
    lower = said.lower()
    elsewhere = next((then for sign, then in _ELSEWHERE if sign in lower), "")
    if elsewhere:
        return elsewhere
    needed = _needed(where, accepted)
    return (
        f"It needs {needed}. {_SETTINGS[kind]}; docs/github.md lists all of them." if needed else _SETTINGS[kind] + "."
    )


def ruled_out(said: str) -> str:
    """What to do about a rule of the repository's that forbids a change; "" where it is none."""
    if not any(sign in said.lower() for sign in _RULES):
        return ""
    return (
        "A rule of the repository forbids it: under Settings > Rules > Rulesets, let the account that Splat writes as "
        "make branches `splat/**`, or leave those branches out of the rule."
    )


def _needed(where: str, accepted: str) -> str:
    """`contents: write`, as a workflow writes it; "" where nobody knows."""
    ways = [_ACCEPTED.findall(way) for way in plain(accepted)[:300].split(";")]
    named = [" and ".join(f"`{name.replace('_', '-')}: {level}`" for name, level in way) for way in ways if way]
    if named:
        return " or ".join(named[:3])
    verb, _, path = where.partition(" ")
    right = next((right for rule, right in _PATHS if rule.search(path)), "")
    level = "read" if verb == "GET" or right in ("checks", "statuses", "metadata") else "write"
    return f"`{right}: {level}`" if right else ""
