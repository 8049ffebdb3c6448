"""Who asked, for what, and with what text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Ask = Literal["heal", "retry", "explain", "stop", "ignore", "merge", "help", "ci-finished", "after"]


@dataclass(frozen=True, slots=True)
class Event:
    """What started the walk.

    `kind` says how to read `text`: a trace (alone or inside a log, an issue, JSON) or a report in the SDKs'
    format. `actor` is who asked; `hint` is that person's words for Claude, "" where there are none. `facts` are titled
    texts that belong to the context though no repository holds them, as the comments of a review.
    """

    kind: Literal["trace", "report"]
    text: str
    actor: str = "local"
    hint: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Actor:
    """An account: what counts is its numeric id; the login is for the API's paths and for people to read."""

    id: int
    login: str


@dataclass(frozen=True, slots=True)
class Trigger:
    """What one delivery of GitHub asks, from its payload alone.

    `key` names the delivery, the same however often it is sent; `time` is GitHub's clock in it (ISO, "" for none).
    `repository` is the repository's numeric id. `issue` and `pull` are numbers, 0 for none; a comment on a pull
    request knows only `pull`. `author` filed the issue. `text` is what a reader of the issue sees, nothing hidden;
    `signature` is what its hidden marker claims, and counts only when `author` is a reporter. `words` is what stood
    behind the command, in the words of `actor`. `comment` is the comment's id, `review` whether it stands in a diff and
    `place` where ("shop/cart.py:27"), `through_app` the id of the app that wrote it in somebody's name. `run`,
    `branch`, `head`, `conclusion` and `workflow` describe the checks that finished, `default_branch` whether they ran
    there. `returned` is True where a reporter reopened the issue: the error came back. To look at what came `after`
    merges, `head` is a commit that went live, "" for none. `base` is the throwaway branch that is to be healed in
    place of the default one, "" for none.
    """

    ask: Ask
    actor: Actor
    repository: int
    key: str
    time: str = ""
    issue: int = 0
    pull: int = 0
    author: Actor | None = None
    text: str = ""
    signature: str = ""
    words: str = ""
    comment: int = 0
    review: bool = False
    place: str = ""
    through_app: int = 0
    run: int = 0
    branch: str = ""
    head: str = ""
    conclusion: str = ""
    workflow: str = ""
    default_branch: bool = False
    returned: bool = False
    base: str = ""

    @property
    def sweeps(self) -> bool:
        """True for a look at everything: by the clock, or asked for without a commit."""
        return self.ask == "after" and not (self.key or self.head or self.issue)

    @property
    def is_command(self) -> bool:
        """True for what a person typed: a person waits for the answer."""
        return self.ask not in ("heal", "ci-finished", "after")
