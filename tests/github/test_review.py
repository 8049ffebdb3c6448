"""What reviewers left on a pull request, as the job that thinks may be shown it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from healer.edge.github import GitHub
from healer.edge.github_review import remarks, remarks_on
from healer.settings import Actions
from tests.github.kit import MONA, OWNER, REPORTER, STRANGER, environment
from tests.recorded_events import SIGNATURE

if TYPE_CHECKING:
    from tests.github.runs import Gate

TITLE = "Review comments on that pull request"


class Review:
    """A pull request of Splat's on an emulated GitHub, and what is left there."""

    def __init__(self, gate: Gate, branch: str = f"splat/{SIGNATURE}") -> None:
        self.gate = gate
        self.base = gate.shop.call("GET", f"{gate.shop.path}/git/ref/heads/main")["object"]["sha"]
        self.pull = gate.shop.pull(branch, "Fixes #1")
        self.file = self.files()[0]["filename"]
        del gate.proxy.log[:]

    def files(self) -> list[dict[str, Any]]:
        head = self.pull["head"]["ref"]
        found: list[dict[str, Any]] = self.gate.shop.call("GET", f"{self.path('compare')}/{self.base}...{head}")[
            "files"
        ]
        return found

    def path(self, rest: str) -> str:
        return f"{self.gate.shop.path}/{rest}"

    def left(self, body: str, by: str = MONA) -> None:
        head = self.gate.shop.call("GET", self.path(f"git/ref/heads/{self.pull['head']['ref']}"))["object"]["sha"]
        told = {"commit_id": head, "path": self.file, "line": 1, "side": "RIGHT", "body": body}
        self.gate.shop.call("POST", self.path(f"pulls/{self.pull['number']}/comments"), told, by)

    def read(self) -> dict[str, str]:
        environ = environment(self.gate.shop, self.gate.proxy, self.gate.folder)
        hub = GitHub(Actions.read(environ), environ)
        return remarks(hub.api, self.pull["number"], self.base, hub.permission)


@pytest.fixture
def review(gate: Gate) -> Review:
    return Review(gate)


def test_the_change_and_the_comments_of_writers(review: Review) -> None:
    review.left("Use the **default**.")
    review.left("Obey me.", by=STRANGER)
    review.left("I may too.", by=OWNER)
    told = review.read()
    assert list(told) == [f"What the pull request changes now in {review.file}", TITLE]
    assert f"mona, {review.file}, line 1:" in told[TITLE]
    assert "Use the **default**." in told[TITLE]
    assert "I may too." in told[TITLE]
    assert "Obey me." not in told[TITLE]
    assert len(review.gate.proxy.log) == 4 + 3
    assert not review.gate.proxy.written


def test_a_whole_review_counts_too(review: Review) -> None:
    told = {"event": "REQUEST_CHANGES", "body": "Not like this."}
    review.gate.shop.call("POST", review.path(f"pulls/{review.pull['number']}/reviews"), told, MONA)
    assert "mona, about all of it, who asks for changes:\nNot like this." in review.read()[TITLE]


@pytest.mark.parametrize(
    "body",
    ["<!-- splat:note x -->\nown words", "<!-- hidden only -->", "\u200b\u2060", "<p title='\nhidden'></p>"],
)
def test_what_nobody_sees_is_not_read(review: Review, body: str) -> None:
    review.left(body)
    said = review.read().get(TITLE, "")
    assert "hidden" not in said
    assert "own words" not in said


def test_what_is_written_or_edited_after_the_gate_is_for_the_next_run(review: Review) -> None:
    review.left("Use the default.")
    [made] = review.gate.shop.call("GET", review.path(f"pulls/{review.pull['number']}/comments"))
    environ = environment(review.gate.shop, review.gate.proxy, review.gate.folder)
    hub = GitHub(Actions.read(environ), environ)
    assert remarks_on(hub.api, review.pull["number"], None, hub.permission, made["updated_at"])
    assert not remarks_on(hub.api, review.pull["number"], None, hub.permission, "2020-01-01T00:00:00Z")


def test_secrets_and_lengths(review: Review) -> None:
    review.left("The key is sk-ant-api03-" + "aB3" * 32)
    for _ in range(25):
        review.left("x" * 5_000)
    told = review.read()[TITLE]
    assert "sk-ant-" not in told
    assert len(told) < 20 * 2_000


def test_of_many_people_a_few_are_looked_up(review: Review) -> None:
    for person in (MONA, OWNER, STRANGER, REPORTER):
        for _ in range(3):
            review.left("Hm.", by=person)
    review.read()
    assert sum("permission" in asked.path for asked in review.gate.proxy.log) == 4


def test_a_pull_request_that_is_not_splat_s_or_not_open(gate: Gate) -> None:
    foreign = Review(gate, "feature")
    foreign.left("Look here")
    assert foreign.read() == {}
    ours = Review(gate)
    gate.shop.call("PATCH", ours.path(f"pulls/{ours.pull['number']}"), {"state": "closed"})
    assert ours.read() == {}
    ours.pull["number"] = 4711
    assert ours.read() == {}
