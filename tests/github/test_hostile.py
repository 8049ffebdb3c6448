"""Hostile deliveries: none starts a run that nobody allowed, and nothing that Splat says or hands on acts.

The cases are data, tests/cases/hostile_events.json. Asserted is what reached GitHub's API, and what was written.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from markdown_it import MarkdownIt

from tests.github.kit import MONA
from tests.github.runs import TRACE
from tests.recorded_events import put

if TYPE_CHECKING:
    from tests.github.runs import Ended, Gate

pytestmark = pytest.mark.slow

CASES = json.loads((Path(__file__).parents[1] / "cases" / "hostile_events.json").read_text())
#: Decisions after which a person is answered: a comment, a reaction, a label, and no other request that writes.
ANSWERED = {"no-trace", "stopped", "help"}
SAFE_OUTPUT = re.compile(r"[0-9a-z-]{0,40}|/[0-9A-Za-z_./-]+/splat-request/(request\.json|hint\.txt)")


def test_there_are_enough_and_all_are_different() -> None:
    assert len({case["name"] for case in CASES}) == len(CASES) >= 60
    refused = [case for case in CASES if case["expect"] not in {"go", "help"}]
    assert len(refused) >= 60


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_nothing_hostile_happens(case: dict[str, Any], gate: Gate) -> None:
    gate.configure()
    ended = WORLDS[case["kind"]](case, gate)
    assert ended.error is None
    assert ended.outputs["code"] == case["expect"], case["why"]
    assert ended.went == (case["expect"] == "go")
    _check_requests(case, gate)
    for name, value in ended.outputs.items():
        assert SAFE_OUTPUT.fullmatch(value), (name, value)
    _check_text(ended.summary)
    for body in gate.proxy.said:
        assert re.match(r"<!-- splat:(note|ledger) [^\n<>]* -->\n", body), "Splat's own mark comes first"
        _check_text(body.partition("\n")[2])
    assert "\x1b" not in ended.printed
    if ended.went:
        _check_handed_on(ended)


def _check_requests(case: dict[str, Any], gate: Gate) -> None:
    """Only this repository and who was asked about; nothing is written but by the book."""
    for asked in gate.proxy.log:
        assert asked.path.startswith(f"{gate.shop.path}/"), asked
        assert re.fullmatch(r"[0-9A-Za-z/._%-]+", asked.path), "no other path, no query, no fragment"
        assert ".." not in asked.path
    written = [(asked.verb, asked.path.removeprefix(gate.shop.path)) for asked in gate.proxy.written]
    if case["expect"] not in ANSWERED | {"go"}:
        assert not written
    for verb, path in written:
        assert verb == "POST"
        assert re.fullmatch(r"/issues/(\d+/comments|\d+/labels|comments/\d+/reactions)|/labels", path), path
    assert sum(path.endswith("comments") for _, path in written) <= 1


def _check_text(text: str) -> None:
    """As GitHub would read it: outside of code nothing pings, refers, closes, links or is HTML."""
    for token in MarkdownIt("gfm-like", {"linkify": False}).parse(text):
        assert token.type != "html_block", token.content
        for inner in token.children or ():
            assert inner.type not in {"html_inline", "image"}, inner.content
            if inner.type == "link_open":
                assert str(inner.attrs["href"]).startswith("https://github.com/")
            if inner.type == "text":
                assert not re.search(r"@\w|#\d|GH-\d|https?://|\$\{\{", inner.content), inner.content


def _check_handed_on(ended: Ended) -> None:
    request = json.loads(Path(ended.outputs["request-file"]).read_text())
    assert "ffffffffffffffff" not in (request["signature"], ended.outputs["signature"])
    assert not request["place"]
    for hidden in ("\u200b", "\U000e0041", "\x1b", "<!--"):
        assert hidden not in request["text"] + request["words"]
    assert "hidden instructions" not in request["text"]
    assert Path(ended.outputs["hint-file"]).read_text() == request["words"]


# --- worlds ----------------------------------------------------------------------------------------------------------


def _changed(case: dict[str, Any], payload: Any) -> Any:
    for path, value in case.get("set", {}).items():
        put(payload, path, value)
    return payload


def _comment(case: dict[str, Any], gate: Gate) -> Ended:
    issue = gate.issue(TRACE)
    name, by = "issue_comment_created", case["by"]
    made = gate.shop.comment(issue, case["comment"], by)
    payload = gate.payload(name, issue, by, comment=made)
    if "sender" in case:
        payload["sender"] = payload["comment"]["user"] = case["sender"]
    return gate.run(name, _changed(case, payload))


def _pull_comment(case: dict[str, Any], gate: Gate) -> Ended:
    issue = gate.issue(TRACE)
    about = case["pull"]
    fix = gate.shop.pull(about["branch"], about.get("body", f"Fixes #{issue}"), by=about["by"])
    name, user = "issue_comment_on_pull", gate.shop.user(MONA)
    changes = {"issue__number": fix["number"], "comment__user": user, "comment__body": case["comment"]}
    return gate.run(name, _changed(case, gate.payload(name, **changes)))


def _label(case: dict[str, Any], gate: Gate) -> Ended:
    label = case.get("label", "splat")
    labels = tuple({"splat", label, *case.get("more_labels", ())})
    issue = gate.issue(case["body"], labels, by=case["issue_by"], title=case.get("title", "It fails"))
    return gate.run("issues_labeled", gate.payload("issues_labeled", issue, case["by"], label={"name": label}))


def _issue_event(name: str, case: dict[str, Any], gate: Gate) -> Ended:
    issue = gate.issue(case["body"], ("splat",), by=case["issue_by"])
    return gate.run(name, gate.payload(name, issue, case["by"]))


def _dispatch(case: dict[str, Any], gate: Gate) -> Ended:
    issue = gate.issue(TRACE)
    told = {"issue": case.get("number", issue)} | ({"hint": case["hint"]} if "hint" in case else {})
    return gate.run("repository_dispatch", gate.payload("repository_dispatch", by=case["by"], client_payload=told))


def _workflow_dispatch(case: dict[str, Any], gate: Gate) -> Ended:
    told = {"issue": str(gate.issue(TRACE))}
    return gate.run("workflow_dispatch", _changed(case, gate.payload("workflow_dispatch", by=case["by"], inputs=told)))


def _run(case: dict[str, Any], gate: Gate) -> Ended:
    own = {"workflow_run__head_repository": gate.shop.repository()}
    return gate.run("workflow_run_failed", _changed(case, gate.payload("workflow_run_failed", by=case["by"], **own)))


def _status(case: dict[str, Any], gate: Gate) -> Ended:
    return gate.run("status_failure", _changed(case, gate.payload("status_failure", by=case["by"])))


WORLDS = {
    "comment": _comment,
    "pull-comment": _pull_comment,
    "label": _label,
    "opened": lambda case, gate: _issue_event("issues_opened", case, gate),
    "reopened": lambda case, gate: _issue_event("issues_reopened", case, gate),
    "dispatch": _dispatch,
    "workflow-dispatch": _workflow_dispatch,
    "run": _run,
    "status": _status,
}
