"""`splat command` against a GitHub that keeps state: what each command of a person does, and what nobody's does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from healer.cli.command import command
from tests.github.ci_kit import CiProxy, Fix, fix_of
from tests.github.kit import MONA, REPORTER, Shop
from tests.github.runs import Gate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow
SPLAT = ".github/workflows/splat.yml"


@pytest.fixture
def fix(github: int, tmp_path: Path) -> Iterator[Fix]:
    permissions = {"mona": "write", "acme": "admin", "acme-errors": "write"}
    with CiProxy(github, permissions=permissions).serving() as proxy:
        assert isinstance(proxy, CiProxy)
        yield fix_of(Gate(Shop(github), proxy, tmp_path), proxy, tmp_path)


def answers(fix: Fix, number: int = 0) -> list[str]:
    return [each["body"] for each in fix.gate.shop.comments(number or fix.issue) if "splat:note" in each["body"]]


def issue(fix: Fix) -> dict[str, object]:
    found: dict[str, object] = fix.gate.shop.call("GET", f"{fix.gate.shop.path}/issues/{fix.issue}")
    return found


def test_stop_cancels_the_run_that_is_at_work(fix: Fix) -> None:
    retry = fix.gate.commented(fix.issue, "@splat retry round down")
    assert retry.went
    run = fix.ledger.runs[-1].id
    fix.proxy.run("0" * 40, run, None, path=f"{SPLAT}@refs/heads/main")
    assert fix.commanded("@splat stop").outputs["outcome"] == "stopped"
    assert fix.proxy.asked == [f"cancel {run}"]
    assert "splat:stop" in fix.gate.shop.labels(fix.issue)
    assert f"Run {run} was cancelled" in answers(fix)[-1]
    assert fix.ledger.runs[-1].state == "running"  # its last job still tells what it spent
    assert fix.gate.commented(fix.issue, "@splat retry").outputs["code"] == "stopped"


def test_stop_cancels_no_run_of_another_workflow(fix: Fix) -> None:
    assert fix.gate.commented(fix.issue, "@splat retry").went
    run = fix.ledger.runs[-1].id
    fix.proxy.run("0" * 40, run, None, path=".github/workflows/deploy.yml")
    fix.commanded("@splat stop")
    assert not fix.proxy.asked
    assert (fix.ledger.runs[-1].state, fix.ledger.runs[-1].dollars) == ("stopped", 1.0)


def test_ignore_closes_the_issue_and_says_which_signature(fix: Fix) -> None:
    assert fix.commanded("@splat ignore").outputs["outcome"] == "ignored"
    now = issue(fix)
    assert (now["state"], now["state_reason"]) == ("closed", "not_planned")
    assert "splat:ignore" in fix.gate.shop.labels(fix.issue)
    assert "`0123456789abcdef` to `ignore:`" in answers(fix)[-1]
    assert f"Pull request {fix.pull} is still open" in answers(fix)[-1]


def test_explain_says_what_is_known_and_changes_nothing(fix: Fix) -> None:
    before = fix.comment
    assert fix.commanded("@splat explain").outputs["outcome"] == "explained"
    said = answers(fix)[-1]
    assert "`AttributeError`" in said
    assert "/app/shop/cart.py:27" in said
    assert "A code that nobody knows" in said
    assert "confidence 95 of 100" in said
    assert "| heal | fixed | $0.0200 |" in said
    assert fix.comment == before
    assert not fix.proxy.asked


def test_explain_quotes_no_pull_request_of_somebody_else(fix: Fix) -> None:
    words = "## Root cause\n\n@acme <!-- splat:ledger {} --> closes #1 https://evil.example\n\n## The fix\n\nx\n"
    fix.gate.shop.call("PATCH", f"{fix.gate.shop.path}/pulls/{fix.pull}", {"body": f"{words}\nFixes #{fix.issue}\n"})
    fix.commanded("@splat explain")
    said = answers(fix)[-1]
    assert "splat:ledger" not in said
    assert "`@acme`" in said
    assert "`https://evil.example`" in said


def test_a_person_merges_below_the_threshold(fix: Fix) -> None:
    fix.proxy.run(fix.head)
    fix.proxy.job(1)
    ended = fix.commanded("@splat merge", on_pull=True, SPLAT_MERGE_CONFIDENCE="100")
    assert ended.outputs["outcome"] == "merged", ended
    assert fix.gate.shop.call("GET", f"{fix.gate.shop.path}/pulls/{fix.pull}")["merged"]
    assert "Merged." in answers(fix, fix.pull)[-1]


def test_a_person_merges_nothing_that_is_not_green(fix: Fix) -> None:
    ended = fix.commanded("@splat merge")
    assert ended.outputs["outcome"] == "refused"
    assert "have not passed: there are none" in answers(fix)[-1]
    assert not fix.gate.shop.call("GET", f"{fix.gate.shop.path}/pulls/{fix.pull}")["merged"]


def test_who_lost_the_permission_meanwhile_commands_nothing(fix: Fix) -> None:
    made = fix.gate.shop.comment(fix.issue, "@splat ignore")
    payload = fix.gate.payload("issue_comment_created", fix.issue, comment=made)
    assert fix.gate.run("issue_comment_created", payload).went
    del fix.proxy.permissions[MONA]
    writes = len(fix.proxy.written)
    assert fix.step(command, "issue_comment_created", payload).outputs["outcome"] == "nothing"
    assert len(fix.proxy.written) == writes
    assert issue(fix)["state"] == "open"


def test_the_step_run_twice_answers_once(fix: Fix) -> None:
    made = fix.gate.shop.comment(fix.issue, "@splat explain")
    payload = fix.gate.payload("issue_comment_created", fix.issue, comment=made)
    assert fix.gate.run("issue_comment_created", payload).went
    for _ in range(2):
        assert fix.step(command, "issue_comment_created", payload).outputs["outcome"] == "explained"
    assert len(answers(fix)) == 1


def test_a_reporter_s_token_merges_nothing(fix: Fix) -> None:
    fix.gate.configure()
    made = fix.gate.shop.comment(fix.issue, "@splat merge", REPORTER)
    payload = fix.gate.payload("issue_comment_created", fix.issue, by=REPORTER, comment=made)
    assert fix.gate.run("issue_comment_created", payload).outputs["code"] == "reporter"


def test_another_request_than_the_event_s_is_refused(fix: Fix) -> None:
    made = fix.gate.shop.comment(fix.issue, "@splat explain")
    payload = fix.gate.payload("issue_comment_created", fix.issue, comment=made)
    assert fix.gate.run("issue_comment_created", payload).went
    place = fix.folder / "splat-request" / "request.json"
    place.write_text(place.read_text().replace('"ask": "explain"', '"ask": "merge"'))
    ended = fix.step(command, "issue_comment_created", payload)
    assert ended.error is not None
    assert "the event is to explain" in str(ended.error)
