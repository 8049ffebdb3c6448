"""Splat's labels, with their colours and what they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healer.edge.github_errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from healer.edge.github_api import Api

#: Colour and description. GitHub takes 100 characters, and no emoji.
LABELS = {
    "splat": ("d4380d", "An error that Splat reports or fixes"),
    "auto-fix": ("d4380d", "Splat shall fix this"),
    "needs-trace": ("fbca04", "Splat needs a stack trace to go on"),
    "splat:stop": ("6e7781", "Splat keeps its hands off this issue"),
    "splat:ignore": ("6e7781", "Splat never heals this error"),
    "splat:verified": ("0e8a16", "Splat's fix is live, and the error has not come back"),
    "splat:failed": ("b60205", "The error came back although Splat's fix was there"),
    "splat:ci": ("0e8a16", "Where Splat keeps what it does about a red default branch"),
}
_OTHER = ("ededed", "")


def put_labels(api: Api, issue: int, names: Iterable[str], known: Iterable[str] = ()) -> None:
    """Put labels on an issue or a pull request; those that are not `known` to exist are made first."""
    wanted, there = list(dict.fromkeys(names)), {name.casefold() for name in known}
    for name in wanted:
        if name.casefold() not in there:
            _make(api, name)
    if wanted:
        api.ask("POST", f"/issues/{issue}/labels", {"labels": wanted})


def _make(api: Api, name: str) -> None:
    colour, description = LABELS.get(name.casefold(), _OTHER)
    try:
        api.ask("POST", "/labels", {"name": name, "color": colour, "description": description})
    except Refused:
        return  # it exists, as somebody else likes it
