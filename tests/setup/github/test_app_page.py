"""The App's page in a real browser, and whoever else may knock at its door."""

from __future__ import annotations

import http.client
import os
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from healer.cli.github_options import Choices
from healer.cli.init_app import make_app
from healer.edge.app_page import Flow, serving
from healer.edge.github_app import exchange, installed
from healer.outcome import UsageError
from healer.setup.github import APP_CLIENT_ID, APP_KEY
from healer.setup.github_roads import WAYS
from tests.setup.github.browser import CONTRAST, chromium, overflow

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from healer.edge.github_setup import GitHubSetup
    from healer.setup.github_manifest import NewApp
    from tests.setup.github.standin import StandIn

pytestmark = pytest.mark.slow
_WAITS = 180_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1000, "height": 900})
    context.set_default_timeout(_WAITS)
    page = context.new_page()
    page.wrong = []  # type: ignore[attr-defined]

    def heard(said: Any) -> None:
        if said.type in ("error", "warning") and "/127.0.0.1:" in said.location["url"]:
            page.wrong.append(said.text)  # type: ignore[attr-defined]

    page.on("console", heard)
    yield page
    context.close()


class Desk:
    """`splat init` at a terminal, waiting for its page."""

    def __init__(self, setup: GitHubSetup, hub: StandIn, **told: Any) -> None:
        self.said: list[str] = []
        self._pool = ThreadPoolExecutor(1)
        organization = hub.owner if hub.organization else ""
        choices = Choices(browser=False, **told)
        self._future: Future[NewApp | None] = self._pool.submit(
            make_app, setup, organization, choices, self.said.append
        )

    @property
    def address(self) -> str:
        """What the terminal shows."""
        while not self.said:
            assert not self._future.done() or self._future.result()
        return self.said[0].rpartition(" ")[2]

    def end(self) -> NewApp | None:
        self._pool.shutdown(wait=False)
        return self._future.result(180)


def made(page: Page, desk: Desk) -> None:
    """Through GitHub and back."""
    page.goto(desk.address)
    page.get_by_role("button", name="Go to GitHub and make the App").click()
    page.get_by_role("button", name="Create GitHub App").click()


def focused(page: Page, text: str) -> None:
    """The keyboard acts on what shows this text. A browser may move it there after the page is loaded."""
    until = time.monotonic() + _WAITS / 1_000
    while (found := page.evaluate("document.activeElement.textContent")) != text:
        assert time.monotonic() < until, found
        time.sleep(0.05)


def test_from_the_page_to_a_stored_key(page: Page, setup: GitHubSetup, hub: StandIn) -> None:
    desk = Desk(setup, hub)
    made(page, desk)
    page.get_by_role("heading", name="The App is made, its key is stored").wait_for()
    assert "code=" not in page.url
    app = desk.end()
    assert app is not None
    assert (hub.secrets, hub.variables) == ({APP_KEY: hub.key}, {APP_CLIENT_ID: "Iv23liSTANDIN"})
    [told] = hub.manifests
    assert told["public"] is False
    assert told["default_permissions"] == {
        "contents": "write", "issues": "write", "pull_requests": "write", "actions": "write", "checks": "read",
        "statuses": "read", "metadata": "read",
    }  # fmt: skip
    assert not installed(hub.place, app)
    page.get_by_role("link", name="Install the App on acme/shop").click()
    page.get_by_role("heading", name="Installed").wait_for()
    assert installed(hub.place, app)
    assert page.wrong == []  # type: ignore[attr-defined]
    assert hub.key not in str(desk.said) + repr(app)


def test_by_keyboard_alone_for_an_organization(page: Page, setup: GitHubSetup, hub: StandIn) -> None:
    hub.organization = True
    desk = Desk(setup, hub)
    page.goto(desk.address)
    focused(page, "Go to GitHub and make the App")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Create GitHub App").wait_for()
    assert "/organizations/acme/settings/apps/new?state=" in page.url
    page.get_by_role("button").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="its key is stored").wait_for()
    assert desk.end() is not None


def test_cancelling_stores_nothing(page: Page, setup: GitHubSetup, hub: StandIn) -> None:
    desk = Desk(setup, hub)
    page.goto(desk.address)
    page.get_by_role("button", name="Go to GitHub").focus()
    page.keyboard.press("Tab")
    focused(page, "Cancel, make no App")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Cancelled").wait_for()
    assert desk.end() is None
    assert (hub.secrets, hub.manifests) == ({}, [])


def test_a_code_that_expired_begins_again(page: Page, setup: GitHubSetup, hub: StandIn) -> None:
    desk = Desk(setup, hub)
    page.goto(desk.address)
    page.get_by_role("button", name="Go to GitHub").click()
    hub.faults = [("POST /api/v3/app-manifests/.*", 404)]
    page.get_by_role("button", name="Create GitHub App").click()
    page.get_by_role("alert").wait_for()
    assert "expired" in page.get_by_role("alert").inner_text()
    page.get_by_role("button", name="Go to GitHub").click()
    page.get_by_role("button", name="Create GitHub App").click()
    page.get_by_role("heading", name="its key is stored").wait_for()
    assert desk.end() is not None


def test_a_key_that_could_not_be_stored_is_stored_by_the_next_click(
    page: Page, setup: GitHubSetup, hub: StandIn
) -> None:
    desk = Desk(setup, hub)
    hub.faults = [("PUT .*/actions/secrets/.*", 500)] * 3
    made(page, desk)
    page.get_by_role("alert").wait_for()
    assert hub.secrets == {}
    page.get_by_role("button", name="Store it now").click()
    page.get_by_role("heading", name="its key is stored").wait_for()
    assert desk.end() is not None
    assert hub.secrets == {APP_KEY: hub.key}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read(browser: Browser, setup: GitHubSetup, hub: StandIn, tmp_path: Path, scheme: Any) -> None:
    kept = os.environ.get("KEEP_SHOTS")
    desk = Desk(setup, hub)
    for width in (1000, 360):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        context.set_default_timeout(_WAITS)
        page = context.new_page()
        page.goto(desk.address)
        page.screenshot(path=f"{kept or tmp_path}/start-{scheme}-{width}.png", full_page=True)
        assert overflow(page) <= 0
        ratio, text = page.evaluate(CONTRAST)
        assert ratio >= 4.5, f"{ratio:.2f}: {text}"
        size = page.get_by_role("button", name="Go to GitHub").bounding_box()
        assert size
        assert size["height"] >= 44
        for way in WAYS:
            assert way.limits.replace("`", "")[:60] in page.locator("main").inner_text()
        context.close()
    context = browser.new_context(viewport={"width": 360, "height": 900}, color_scheme=scheme)
    context.set_default_timeout(_WAITS)
    page = context.new_page()
    hub.faults = [("PUT .*/actions/secrets/.*", 500)] * 3
    made(page, desk)
    page.screenshot(path=f"{kept or tmp_path}/unstored-{scheme}.png", full_page=True)
    assert overflow(page) <= 0
    assert page.evaluate(CONTRAST)[0] >= 4.5
    page.get_by_role("button", name="Store it now").click()
    page.get_by_role("heading", name="its key is stored").wait_for()
    page.screenshot(path=f"{kept or tmp_path}/done-{scheme}.png", full_page=True)
    assert overflow(page) <= 0
    assert page.evaluate(CONTRAST)[0] >= 4.5
    context.close()
    assert desk.end() is not None


# --- without a browser -----------------------------------------------------------------------------------------------


@pytest.fixture
def flow(hub: StandIn) -> Flow:
    return Flow(hub.place, "", "splat-acme-shop", lambda code: exchange(hub.place, code), lambda app: None)


def ask(flow: Flow, verb: str, path: str, **headers: str) -> tuple[int, str, dict[str, str]]:
    connection = http.client.HTTPConnection(flow.address.partition("://")[2], timeout=120)
    connection.putrequest(verb, path, skip_host="Host" in headers)
    for name, value in {"Content-Length": "0", **headers}.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text, {name.lower(): value for name, value in answer.getheaders()}


def state_of(flow: Flow) -> str:
    return flow.target.rpartition("=")[2]


def test_only_its_own_address_shows_it(flow: Flow) -> None:
    with serving(flow):
        host = flow.address.partition("://")[2]
        status, text, headers = ask(flow, "GET", f"/{flow.key}/")
        assert status == 200
        assert state_of(flow) in text
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "script" not in text.lower().replace("description", "")
        assert headers["cache-control"] == "no-store"
        for path in ("/", "/made", f"/{flow.key}", f"/{flow.key}x/", "/../etc/passwd", f"/{'a' * 60_000}"):
            status, text, _ = ask(flow, "GET", path)
            assert status in (400, 404, 414), path[:40]
            assert state_of(flow) not in text
        for name in ("evil.example", f"evil.example:{host.partition(':')[2]}", "localhost:1", ""):
            status, text, _ = ask(flow, "GET", f"/{flow.key}/", Host=name)
            assert (status, state_of(flow) in text) == (421, False), name
        assert ask(flow, "POST", f"/{flow.key}/cancel", Origin="https://evil.example")[0] == 403
        assert flow.state == "waiting"


def test_a_wrong_state_and_a_second_visit_make_nothing(flow: Flow, hub: StandIn) -> None:
    hub.codes = {"c0de00000001": "splat-acme-shop", "c0de00000002": "splat-evil"}
    with serving(flow):
        for query in (
            "",
            "?code=c0de00000001",
            "?code=c0de00000001&state=",
            "?code=c0de00000001&state=wrong",
            "?code=..%2f..&state=" + state_of(flow),
            "?state=%ff&code=x",
            "?code=c0de00000001&state=" + "é" * 40,
        ):
            status, _, _ = ask(flow, "GET", f"/made{query}".encode("ascii", "ignore").decode())
            assert (status, flow.state, flow.app) == (400, "waiting", None), query
        state = state_of(flow)
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda _: ask(flow, "GET", f"/made?code=c0de00000001&state={state}")[0], range(4)))
        assert found == [303] * 4
        assert ask(flow, "GET", f"/made?code=c0de00000002&state={state}")[0] == 303
        assert flow.app is not None
        assert (flow.app.slug, list(hub.codes)) == ("splat-acme-shop", ["c0de00000002"])


def test_a_port_that_is_taken_is_named(flow: Flow) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(UsageError, match="cannot be served") as caught, serving(flow, port):
            pass
    assert caught.value.where == f"127.0.0.1:{port}"
    with pytest.raises(UsageError), serving(flow, 70_000):
        pass


def test_it_dies_in_time_and_its_door_with_it(flow: Flow, setup: GitHubSetup, hub: StandIn) -> None:
    desk = Desk(setup, hub, minutes=0)
    address = desk.address
    assert desk.end() is None
    assert "The time is over" in desk.said[-1]
    host, _, port = address.split("/")[2].partition(":")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)), 5)


def test_without_a_browser_the_address_is_said_over_ssh_with_a_tunnel(
    setup: GitHubSetup, hub: StandIn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.1 1 10.0.0.2 22")
    desk = Desk(setup, hub, minutes=0)
    assert desk.end() is None
    port = desk.said[0].rpartition(":")[2].partition("/")[0]
    assert "Open this address" in desk.said[0]
    assert f"ssh -L {port}:127.0.0.1:{port} HOST" in desk.said[1]


def test_an_answer_that_is_none_of_github_s_makes_nothing(hub: StandIn) -> None:
    from healer.outcome import SplatError
    from healer.setup.github_manifest import read_app

    fine = {"id": 1, "slug": "a", "client_id": "Iv23x", "pem": hub.key, "html_url": "https://evil.example/apps/a"}
    app = read_app(fine, hub.place)
    assert app.page == f"{hub.url}/apps/a"
    for broken in (
        None,
        [],
        {},
        fine | {"pem": "x"},
        fine | {"slug": "../.."},
        fine | {"id": True},
        fine | {"client_id": 'a"b'},
    ):
        with pytest.raises(SplatError) as caught:
            read_app(broken, hub.place)
        assert "PRIVATE" not in str(caught.value)
