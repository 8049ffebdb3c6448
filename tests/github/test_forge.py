"""GitHub as a forge, against an emulated one: branches, commits, pull requests, and what is done twice."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from healer.edge.github_api import Api
from healer.edge.github_desk import GitHubDesk, base_of
from healer.edge.github_forge import Base, Extras, GitHubForge, Reading, Target
from healer.edge.github_labels import LABELS, put_labels
from healer.outcome import ConfigError, SplatError
from healer.patch import FileChange
from healer.pull_request import Offer, Overtaken, Standing
from healer.settings import Actions
from tests.github.jobs import mirrored, moved_in
from tests.github.kit import BOT, MONA, environment
from tests.verdict.apps import App, inline

if TYPE_CHECKING:
    from pathlib import Path

    from tests.github.runs import Gate

MARK = "0123456789abcdef"
BRANCH = f"splat/{MARK}"
BINARY = b"\x89PNG\xff\x00"
FILES = {"shop/cart.py": "def total():\n    return 1\n", "bin/run": "#!/bin/sh\n"}


@pytest.fixture
def world(gate: Gate, tmp_path: Path) -> World:
    app = inline(tmp_path, FILES, {}, "")
    (app.repo / "bin/run").chmod(0o755)
    (app.repo / "link").symlink_to("shop")
    return World(gate, app)


class World:
    """A repository on both sides, and Splat's forge there."""

    def __init__(self, gate: Gate, app: App) -> None:
        from tests.heal.kit import git

        git(app, "add", "-A")
        git(app, "commit", "-q", "-m", "modes")
        self.gate, self.app = gate, app
        self.base = mirrored(gate, app)
        self.issue = gate.issue()
        del gate.proxy.log[:]
        environ = environment(gate.shop, gate.proxy, gate.folder)
        self.api = Api(Actions.read(environ), environ)

    def forge(self, run: int = 7, **changes: Any) -> GitHubForge:
        own = int(self.gate.shop.user(BOT)["id"])
        extras = Extras((MONA,), ("splat",), frozenset({"splat"}))
        target = Target(self.api, self.issue, own, "main", self.look, run)
        return GitHubForge(target, changes.get("extras", extras))

    def look(self, paths: Any) -> Base:
        return base_of(self.app.repo, self.base, paths)

    def standing(self, forge: GitHubForge) -> Standing:
        return forge.standing(None, MARK, self.base)  # type: ignore[arg-type]

    def offer(self, standing: Standing, text: str = "return 2", **changes: Any) -> Offer:
        before = FILES["shop/cart.py"].encode()
        change = FileChange("shop/cart.py", before, before.replace(b"return 1", text.encode()), False)
        message = f"fix: it\n\nWords\n\nSplat-Signature: {MARK}\nSplat-Confidence: 90\n"
        body = f"The body.\n\nFixes #{self.issue}\n"
        offer = Offer(MARK, standing, self.base, "fix: it", body, False, (change,), message, "{}")
        return replace(offer, **changes)

    def publish(self, run: int = 7, **changes: Any) -> tuple[int, str, str]:
        forge = self.forge(run)
        return forge.publish(self.offer(self.standing(forge), **changes))

    def tree(self, commit: str) -> dict[str, tuple[str, str]]:
        shop = self.gate.shop
        tree = shop.call("GET", f"{shop.path}/git/commits/{commit}")["tree"]["sha"]
        listed = shop.call("GET", f"{shop.path}/git/trees/{tree}?recursive=1")["tree"]
        return {entry["path"]: (entry["mode"], entry["sha"]) for entry in listed if entry["type"] != "tree"}

    def commit(self, sha: str) -> dict[str, Any]:
        found: dict[str, Any] = self.gate.shop.call("GET", f"{self.gate.shop.path}/git/commits/{sha}")
        return found

    def pull(self, number: int) -> dict[str, Any]:
        found: dict[str, Any] = self.gate.shop.call("GET", f"{self.gate.shop.path}/pulls/{number}")
        return found

    def branches(self) -> list[str]:
        refs = self.gate.shop.call("GET", f"{self.gate.shop.path}/git/matching-refs/heads/splat/")
        return [ref["ref"].removeprefix("refs/heads/") for ref in refs]

    def fault(self, request: str, status: int, says: str = "no", *, late: bool = False) -> None:
        verb, path = request.split()
        self.gate.proxy.faults.append((f"{verb} {self.gate.shop.path}{path}", status, late))
        self.gate.proxy.fault_says = says


def test_only_what_the_patch_touches_changes(world: World) -> None:
    before = world.tree(world.base)
    run = FileChange("bin/run", FILES["bin/run"].encode(), b"#!/bin/sh\nexit 1\n", False)
    image = FileChange("docs/new/a.png", None, BINARY, False)
    odd = FileChange("shop/\u00fcber uns.py", None, "x = 'ü'\n".encode(), False)
    number, head, url = world.publish(changes=(run, image, odd))
    after = world.tree(head)
    touched = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    assert touched == {"bin/run", "docs/new/a.png", "shop/\u00fcber uns.py"}
    assert after["bin/run"][0] == "100755"
    assert after["link"] == before["link"]
    blob = world.gate.shop.call("GET", f"{world.gate.shop.path}/git/blobs/{after['docs/new/a.png'][1]}")
    assert base64.b64decode(blob["content"]) == BINARY
    assert world.pull(number)["html_url"] == url


@pytest.mark.parametrize("path", ["link", "link/x.py"])
def test_a_link_is_never_replaced(world: World, path: str) -> None:
    with pytest.raises(SplatError, match="is a link or a submodule"):
        world.publish(changes=(FileChange(path, None, b"x", False),))
    assert not world.gate.proxy.written


def test_a_new_branch_takes_eight_requests(world: World) -> None:
    world.publish()
    asked = [f"{asked.verb} {asked.path.removeprefix(world.gate.shop.path)}" for asked in world.gate.proxy.log]
    assert asked == [
        f"GET /git/matching-refs/heads/{BRANCH}",
        "GET /pulls",
        "POST /git/trees",
        "POST /git/commits",
        "POST /git/refs",
        "POST /pulls",
        "POST /issues/2/labels",
        "POST /pulls/2/requested_reviewers",
    ]


def test_after_a_merge_or_a_close_comes_the_next_name(world: World) -> None:
    for name in (BRANCH, f"{BRANCH}-2", f"{BRANCH}-3"):
        number, _, _ = world.publish()
        assert world.pull(number)["head"]["ref"] == name
        world.gate.shop.call("PATCH", f"{world.gate.shop.path}/pulls/{number}", {"state": "closed"})
    assert world.standing(world.forge()).branch == f"{BRANCH}-4"


def test_a_longer_signature_is_another_one(world: World) -> None:
    world.gate.shop.pull(f"{BRANCH}f", "Another's", by=MONA)
    assert world.standing(world.forge()) == Standing(world.issue, 0, BRANCH, "")


@pytest.mark.parametrize(
    ("author", "committer", "signature", "ours"),
    [
        (BOT, BOT, MARK, True),
        (MONA, MONA, MARK, False),
        (BOT, BOT, "f" * 16, False),
        (BOT, MONA, MARK, False),  # amended: the message and the author stay
    ],
)
def test_whose_commit_it_is(world: World, author: str, committer: str, signature: str, ours: bool) -> None:
    shop = world.gate.shop
    told = {"message": f"x\n\nSplat-Signature: {signature}\n", "tree": world.commit(world.base)["tree"]["sha"]}
    told |= {"parents": [world.base], "author": person(author), "committer": person(committer)}
    made = shop.call("POST", f"{shop.path}/git/commits", told)
    shop.call("POST", f"{shop.path}/git/refs", {"ref": f"refs/heads/{BRANCH}", "sha": made["sha"]})
    standing = world.standing(world.forge())
    assert standing.head == made["sha"]
    assert (standing.taken_over == "") is ours, standing.taken_over


def person(login: str) -> dict[str, str]:
    return {"name": login, "email": f"{login}@users.noreply.github.com"}


def test_who_only_reads_asks_once(world: World) -> None:
    reading = Reading(world.api, world.issue)
    assert reading.glance(None, MARK, world.base) == Standing(world.issue, 0, BRANCH, "")  # type: ignore[arg-type]
    assert len(world.gate.proxy.log) == 1
    number, head, _ = world.publish()
    assert reading.glance(None, MARK, "") == Standing(world.issue, number, BRANCH, head)  # type: ignore[arg-type]


# --- once more -------------------------------------------------------------------------------------------------------


def test_an_update_is_a_child_and_one_that_changes_nothing_is_none(world: World) -> None:
    number, first, _ = world.publish()
    again = world.publish(title="fix: in other words")
    assert again[:2] == (number, first)
    assert world.pull(number)["title"] == "fix: in other words"
    number, second, _ = world.publish(text="return 3")
    assert [parent["sha"] for parent in world.commit(second)["parents"]] == [first]


def test_an_update_on_a_newer_base_has_both_for_parents(world: World) -> None:
    _, first, _ = world.publish()
    newer = moved_in(world.gate, "more.txt")
    _, head, _ = world.publish(text="return 3", base=newer)
    assert [parent["sha"] for parent in world.commit(head)["parents"]] == [first, newer]


def test_it_knows_what_this_run_left(world: World) -> None:
    world.publish(run=7)
    for run, left in ((7, True), (8, False), (0, False)):
        forge = world.forge(run)
        world.standing(forge)
        assert forge.left_here is left


LOST = ["POST /git/trees", "POST /git/commits", "POST /git/refs", "POST /pulls"]


@pytest.mark.parametrize("request_", LOST)
def test_an_answer_that_got_lost_changes_nothing(world: World, request_: str) -> None:
    world.fault(request_, 502, late=True)
    number, head, _ = world.publish()
    assert world.branches() == [BRANCH]
    assert len(world.gate.shop.call("GET", f"{world.gate.shop.path}/pulls?state=all")) == 1
    assert world.pull(number)["head"]["sha"] == head


@pytest.mark.parametrize("there", ["new", "moved"])
def test_who_comes_second_is_told(world: World, there: str) -> None:
    shop = world.gate.shop
    if there == "moved":
        world.publish()
    forge = world.forge()
    offer = world.offer(world.standing(forge), text="return 3")
    if there == "new":
        shop.call("POST", f"{shop.path}/git/refs", {"ref": f"refs/heads/{BRANCH}", "sha": world.base}, MONA)
    else:
        theirs = {"message": "mine", "content": "eA==", "branch": BRANCH}
        shop.call("PUT", f"{shop.path}/contents/mine.txt", theirs, MONA)
    tip = shop.call("GET", f"{shop.path}/git/ref/heads/{BRANCH}")["object"]["sha"]
    with pytest.raises(Overtaken):
        forge.publish(offer)
    assert shop.call("GET", f"{shop.path}/git/ref/heads/{BRANCH}")["object"]["sha"] == tip


# --- refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [401, 403, 404, 422])
def test_no_branch_without_its_pull_request(world: World, status: int) -> None:
    world.fault("POST /pulls", status, "Resource not accessible by integration")
    with pytest.raises(SplatError) as caught:
        world.publish()
    assert isinstance(caught.value, ConfigError) is (status != 422)
    assert not world.branches()


def test_a_branch_that_cannot_be_taken_back_is_named(world: World) -> None:
    world.fault("POST /pulls", 403)
    world.fault(f"DELETE /git/refs/heads/{BRANCH}", 403)
    with pytest.raises(ConfigError, match=f"branch {BRANCH} could not be deleted"):
        world.publish()


def test_an_earlier_fix_survives_a_refused_update(world: World) -> None:
    number, _, _ = world.publish()
    world.fault(f"PATCH /pulls/{number}", 403)
    with pytest.raises(ConfigError):
        world.publish(text="return 3")
    assert world.branches() == [BRANCH]
    assert world.pull(number)["state"] == "open"


def test_where_there_are_no_drafts_the_title_says_it(world: World) -> None:
    world.fault("POST /pulls", 422, "Draft pull requests are not supported in this repository.")
    number, _, _ = world.publish(draft=True)
    assert world.pull(number)["title"] == "[draft] fix: it"
    assert world.pull(number)["draft"] is False


def test_what_was_ready_becomes_a_draft_again(world: World) -> None:
    number, _, _ = world.publish()
    world.gate.proxy.answers["POST /graphql"] = (200, b'{"data": {}}')
    world.publish(draft=True)
    [asked] = [asked for asked in world.gate.proxy.log if asked.path == "/graphql"]
    assert asked.data["variables"] == {"id": world.pull(number)["node_id"]}
    world.gate.proxy.answers["POST /graphql"] = (200, json.dumps({"errors": [{"message": "no"}]}).encode())
    world.publish(draft=True)
    assert world.pull(number)["title"].startswith("[draft] ")


@pytest.mark.parametrize("request_", [r"POST /issues/\d+/labels", r"POST /pulls/\d+/requested_reviewers"])
def test_labels_and_reviewers_are_no_reason_to_fail(world: World, request_: str) -> None:
    world.fault(request_, 403)
    assert world.publish()[0]


# --- labels, desk ----------------------------------------------------------------------------------------------------


def test_labels_fit_what_github_takes() -> None:
    for name, (colour, description) in LABELS.items():
        assert len(name) <= 50
        assert len(description) <= 100
        assert len(bytes.fromhex(colour)) == 3


def test_a_label_that_is_there_already_stays_as_it_is(world: World) -> None:
    shop = world.gate.shop
    shop.call("POST", f"{shop.path}/labels", {"name": "needs-trace", "color": "123456", "description": "ours"})
    put_labels(world.api, world.issue, ["needs-trace", "splat:stop"])
    assert {"needs-trace", "splat:stop"} <= set(shop.labels(world.issue))
    assert shop.call("GET", f"{shop.path}/labels/needs-trace")["color"] == "123456"
    assert shop.call("GET", f"{shop.path}/labels/splat:stop")["description"] == LABELS["splat:stop"][1]


def test_what_is_on_the_default_branch(world: World) -> None:
    desk = GitHubDesk(world.api)
    newer = moved_in(world.gate, "more.txt")
    assert desk.head("main") == newer
    assert desk.contains(newer, world.base)
    assert not desk.contains(world.base, newer)
    assert not desk.contains(newer, "1" * 40)


def test_a_run_is_asked_for_where_the_token_may(world: World) -> None:
    desk = GitHubDesk(world.api)
    assert not desk.start("", "main", 1)
    assert not desk.start(".github/workflows/none.yml", "main", 1)
    world.gate.proxy.answers[r"POST .*/dispatches"] = (204, b"")
    assert desk.start(".github/workflows/splat.yml", "main", 1)
    assert world.gate.proxy.log[-1].path.endswith("/actions/workflows/splat.yml/dispatches")
