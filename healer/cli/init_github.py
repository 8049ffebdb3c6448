"""`splat init`, the half that is on GitHub: labels, secrets, what Actions may, and the road Splat writes by.

Each step stands alone: what one lacks is said with the page to open, and the next goes on. Run again, it does what is
left.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from healer.cli.console import fitted, one_line, say
from healer.cli.secret_source import read_secret
from healer.outcome import ConfigError, SplatError, UsageError
from healer.setup.github_rights import Held

if TYPE_CHECKING:
    from collections.abc import Callable

    from healer.cli.ask import Ask
    from healer.cli.github_options import Choices
    from healer.edge.github_setup import GitHubSetup, Standing
    from healer.setup.github import Place
    from healer.setup.github_manifest import NewApp
    from healer.setup.github_roads import Road

State = Literal["done", "there", "skipped", "missing", "failed"]


@dataclass(frozen=True, slots=True)
class Step:
    """How one step ended. `name` is stable for machines; `what` and `next_step` are sentences, never with a secret."""

    name: str
    state: State
    what: str
    next_step: str = ""

    @property
    def fine(self) -> bool:
        """True where nothing is left to do."""
        return self.state in ("done", "there", "skipped")


def set_up(place: Place, told: Choices, ask: Ask, tell: Callable[[str], None] = say) -> tuple[Step, ...]:
    """All of it. Raises SplatError where the repository cannot be looked at, before anything was done."""
    from healer.edge.github_setup import GitHubSetup
    from healer.edge.github_token import find_token

    token = find_token(place, os.environ)
    setup = GitHubSetup(place, token)
    standing = setup.standing()
    who = "gh" if token.source == "gh" else f"the token in {token.source}"
    tell(f"On {place.full_name} as {who} ({'an administrator' if standing.admin else 'no administrator'}).")
    if standing.archived:
        raise ConfigError("The repository is archived", where=place.page("repository"), next_step="Unarchive it first.")
    walk = _Walk(setup, standing, told, ask, tell)
    return tuple(walk.guarded(name) for name in ("labels", "claude", "road", "pull-requests"))


class _Walk:
    def __init__(
        self, setup: GitHubSetup, standing: Standing, told: Choices, ask: Ask, tell: Callable[[str], None]
    ) -> None:
        self._setup, self._standing, self._told, self._ask, self._tell = setup, standing, told, ask, tell
        self._road: Road = told.road or "plain"

    def guarded(self, name: str) -> Step:
        """A step's end, whatever happens in it."""
        steps = {"labels": self.labels, "claude": self.claude, "road": self.road, "pull-requests": self.pulls}
        try:
            step = steps[name]()
        except SplatError as error:
            step = Step(name, "failed", error.what, f"{error.where}: {error.next_step}".strip(": "))
        self._tell(told_of(step))
        return step

    def labels(self) -> Step:
        if not self._told.labels:
            return Step("labels", "skipped", "No labels were made.")
        found = self._setup.make_labels()
        if isinstance(found, Held):
            return _lacking("labels", "The labels are not made", found)
        if not found.made:
            return Step("labels", "there", "All labels are there.")
        return Step("labels", "done", f"Made the labels {', '.join(found.made)}.")

    def claude(self) -> Step:
        """The credential for Claude: taken from where it was said to be, or asked for, or left."""
        from healer.setup.github import API_KEY, OAUTH, claude_secret

        page = self._setup.place.page("new-secret")
        there = self._setup.secrets()
        if isinstance(there, Held):
            return _lacking("claude", f"The secret {API_KEY} cannot be stored", there, page)
        found = sorted(there & {API_KEY, OAUTH})
        if found and not self._told.claude_key:
            return Step("claude", "there", f"The secret {found[0]} is there.")
        value = read_secret(self._told.claude_key, API_KEY) if self._told.claude_key else self._asked_key()
        if not value:
            return Step("claude", "missing", f"No key for Claude was given: add the secret {API_KEY}.", page)
        name, value = claude_secret(value)
        held = self._setup.put_secret(name, value)
        if held is not None:
            return _lacking("claude", f"The secret {name} cannot be stored", held, page)
        return Step("claude", "done", f"Stored the secret {name}.")

    def _asked_key(self) -> str:
        from healer.setup.github import API_KEY

        # Who runs this without a word about a key does not give away the one that happens to be in the environment.
        if os.environ.get(API_KEY) and self._ask.yes(f"Store the key in {API_KEY} as a secret?", default=False):
            return os.environ[API_KEY]
        return self._ask.secret(f"{API_KEY} (not shown; empty to add it later)")

    # --- the road -----------------------------------------------------------------------------------------------------

    def road(self) -> Step:
        from healer.setup.github import APP_CLIENT_ID, APP_KEY, TOKEN
        from healer.setup.github_roads import WAYS, spoken, way

        there = self._setup.secrets()
        names = frozenset() if isinstance(there, Held) else there
        had: Road | None = "app" if APP_KEY in names else "token" if TOKEN in names else None
        half = self._half_an_app() if had == "app" else None
        if had and self._told.road in (None, had) and not self._told.token and not (half and self._told.road):
            what = f"the App in {APP_KEY} and {APP_CLIENT_ID}" if had == "app" else f"the token in {TOKEN}"
            self._road = had
            return half or Step("road", "there", f"Splat writes as {what}.")
        if self._told.road is None:
            options = [(each.road, f"{each.title}: {spoken(each.limits)}") for each in WAYS]
            chosen = self._ask.choose("What does Splat write as on GitHub? What each cannot do:", options, "plain")
            self._road = next(each.road for each in WAYS if each.road == chosen)
        if self._road == "plain":
            return Step("road", "done", f"Splat writes with Actions' own token. {spoken(way('plain').limits)}")
        self._tell(f"What it cannot do: {spoken(way(self._road).limits)}")
        return self._app() if self._road == "app" else self._token()

    def _half_an_app(self) -> Step | None:
        """A run that was broken off between key and id: the workflows do not use the App yet."""
        from healer.setup.github import APP_CLIENT_ID, APP_KEY

        there = self._setup.variables()
        if isinstance(there, Held) or APP_CLIENT_ID in there:
            return None
        place = self._setup.place
        what = f"The App's key is in {APP_KEY}, but the variable {APP_CLIENT_ID} is not set."
        then = f"Its client id stands at {place.page('apps')}: set it at {place.page('variables')}. Or: --road app"
        return Step("road", "missing", what, then)

    def _token(self) -> Step:
        from healer.setup.github import TOKEN
        from healer.setup.github_rights import kind_of, token_page

        page = token_page(self._setup.place)
        if self._told.token:
            value = read_secret(self._told.token, TOKEN).strip()
        else:
            self._tell(f"Make a token for this repository alone: {page}")
            value = self._ask.secret(f"{TOKEN} (not shown; empty to add it later)").strip()
        if not value:
            return Step("road", "missing", f"No token was given: make one, and add it as the secret {TOKEN}.", page)
        if kind_of(value) not in ("fine-grained", "classic"):
            raise UsageError("This is no personal access token: it begins otherwise", next_step=page)
        held = self._setup.put_secret(TOKEN, value)
        if held is not None:
            return _lacking("road", f"The secret {TOKEN} cannot be stored", held, page)
        return Step("road", "done", f"Stored the secret {TOKEN}.")

    def _app(self) -> Step:
        from healer.setup.github_rights import SECRETS, VARIABLES

        for right in (SECRETS, VARIABLES):
            held = self._setup.probe(right)
            if held.state == "missing":  # before there is a key that could not be stored
                return _lacking("road", "An App's key could not be stored", held)
        from healer.cli.init_app import make_app

        app = make_app(self._setup, self._standing.organization, self._told, self._tell)
        if app is None:
            self._road = "plain"
            return Step("road", "skipped", "No App was made. Splat writes with Actions' own token.")
        if not self._await(app):
            what = f"The App {app.slug} is made, its key is stored; it is not installed yet."
            return Step("road", "missing", what, f"Install it: {app.install_page}")
        return Step("road", "done", f"Splat writes as the App {app.slug}, which is installed here.")

    def _await(self, app: NewApp) -> bool:
        from healer.edge.github_app import wait_installed

        self._tell(f"Waiting until {app.slug} is installed ({app.install_page}); Ctrl-C goes on without.")
        try:
            return wait_installed(self._setup.place, app, self._told.minutes * 60)
        except KeyboardInterrupt:
            return False

    # --- what Actions may ---------------------------------------------------------------------------------------------

    def pulls(self) -> Step:
        """Needed by the plain road alone: an App and a person may open pull requests anyway."""
        name, page = "pull-requests", self._setup.place.page("actions")
        if self._road != "plain":
            return Step(name, "skipped", "GitHub Actions itself need not open pull requests.")
        box = "`Allow GitHub Actions to create and approve pull requests`"
        now = self._setup.pull_policy()
        if isinstance(now, Held):
            return _lacking(name, f"See whether {box} is ticked", now, page)
        if now.allowed:
            return Step(name, "there", "GitHub Actions may open pull requests.")
        wanted = self._told.allow_pulls
        if wanted is None:
            wanted = self._ask.yes("Let GitHub Actions open pull requests in this repository?", default=True)
        if not wanted:
            return Step(name, "missing", f"GitHub Actions may not open pull requests: tick {box}.", page)
        held = self._setup.allow_pulls(now)
        if held is not None:
            return _lacking(name, f"GitHub Actions may not open pull requests: tick {box}", held, page)
        return Step(name, "done", f"Ticked {box}.")


def told_of(step: Step) -> str:
    """One line for a terminal; what comes next is among all that is left to do."""
    mark = {"done": "+", "there": "=", "skipped": "-", "missing": "!", "failed": "x"}[step.state]
    return fitted(f"  {mark} {one_line(step.what)}", 4)


def _lacking(name: str, what: str, held: Held, page: str = "") -> Step:
    then = f"Open {page}. Or: {held.mend}" if page and held.mend else page or held.mend
    return Step(name, "missing", f"{what} (the token lacks {held.right.title}).", then)
