"""The App road of `splat init`: a page, a person on GitHub, a key that goes from memory into a secret."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from healer.outcome import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from healer.cli.github_options import Choices
    from healer.edge.github_setup import GitHubSetup
    from healer.setup.github_manifest import NewApp


def make_app(setup: GitHubSetup, organization: str, told: Choices, tell: Callable[[str], None]) -> NewApp | None:
    """By the page: the App, once it is made and its key stored; None where it was cancelled or nobody came."""
    from healer.edge.app_page import Flow, serving, show
    from healer.edge.github_app import exchange
    from healer.setup.github import APP_CLIENT_ID, APP_KEY
    from healer.setup.github_manifest import app_name

    place = setup.place

    def store(app: NewApp) -> None:
        # The variable last: with it the workflows begin to use the App.
        held = setup.put_secret(APP_KEY, app.key) or setup.put_variable(APP_CLIENT_ID, app.client_id)
        if held is not None:
            raise ConfigError(f"The token may not store it: {held.right.title}", next_step=held.mend)

    flow = Flow(place, organization, app_name(place), lambda code: exchange(place, code), store)
    with serving(flow, told.port) as served:
        try:
            show(flow.start, os.environ, tell, wanted=told.browser)
            tell(f"Waiting for you there, at most {told.minutes} minutes; Ctrl-C cancels.")
            ended = served.wait(told.minutes * 60)
        except KeyboardInterrupt:
            flow.cancel()
            ended = True
        if not ended:
            flow.cancel()
            tell("The time is over, and the page is closed.")
    if flow.app is not None and flow.state != "done":
        tell(f"The App {flow.app.slug} was made, but its key is not stored: delete it at {flow.app.page}")
    return flow.app if flow.state == "done" else None
