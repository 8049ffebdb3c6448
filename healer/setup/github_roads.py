"""Three ways to let Splat write, and what each cannot do: the words of terminal, page and docs/github.md alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Road = Literal["app", "token", "plain"]


@dataclass(frozen=True, slots=True)
class Way:
    """`name` and `limits` are Markdown of one line: code stands in backticks, nothing else is marked up."""

    road: Road
    title: str
    name: str
    limits: str


#: In the order of docs/github.md, the one that needs least first.
WAYS = (
    Way(
        "plain",
        "Actions' own token",
        "`GITHUB_TOKEN` (nothing to set up)",
        "Its pull requests start no CI by themselves: the runs wait for a person's approval. It may not touch "
        "`.github/workflows`, and a merge by it starts no workflow on `push`.",
    ),
    Way(
        "app",
        "An App of your own",
        "an App: input `app-client-id`, secret `app-private-key`",
        "It may not touch `.github/workflows` either, which no fix does; nothing else. Each job gets a token with that "
        "job's rights, for an hour. It needs contents, issues, pull requests and actions, write; checks and commit "
        "statuses, read.",
    ),
    Way(
        "token",
        "A personal access token",
        "a personal access token: secret `token`",
        "It acts as a person: that person cannot approve the pull request, and nothing that they label or comment "
        "starts a run, for Splat does not act on its own words. Its rights are the same in `gate` and `publish`. It "
        "expires. Take a fine-grained one of an account of its own, for this repository alone, with an App's rights.",
    ),
)


def way(road: Road) -> Way:
    """The words about one road."""
    return next(each for each in WAYS if each.road == road)


def spoken(text: str) -> str:
    """For a terminal."""
    return text.replace("`", "")
