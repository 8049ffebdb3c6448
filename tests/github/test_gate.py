"""`splat gate` against a GitHub that keeps state: what it decides, what it asks and what it writes."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from healer.edge.github import GitHub
from healer.event import Trigger, read_event
from healer.gate import (
    Admission,
    End,
    Go,
    Here,
    Ledger,
    Run,
    admit,
    digest,
    finish,
    look,
    read_ledger,
    recheck,
    stamp,
    write_ledger,
)
from healer.outcome import ConfigError, Skipped
from healer.settings import Actions, load_settings
from tests.github.kit import BOT, MONA, REPORTER, STRANGER, environment
from tests.github.runs import TRACE
from tests.recorded_events import SIGNATURE, name_of

if TYPE_CHECKING:
    from tests.github.runs import Ended, Gate

pytestmark = pytest.mark.slow


def tracked(gate: Gate, issue: int) -> Ledger:
    """The ledger of the one comment that has one."""
    ledgers = [ledger for each in gate.shop.comments(issue) if (ledger := read_ledger(each["body"]))]
    assert len(ledgers) == 1
    return ledgers[0]


def test_a_label_starts_a_run_and_says_so(gate: Gate) -> None:
    issue = gate.issue()
    ended = gate.labeled(issue)
    assert ended.went, ended
    assert (ended.outputs["ask"], ended.outputs["issue"], ended.outputs["approved"]) == ("heal", str(issue), "true")
    [comment] = gate.shop.comments(issue)
    assert comment["user"]["login"] == BOT
    assert str(comment["id"]) == ended.outputs["tracking"]
    assert "actions/runs/1000" in comment["body"]
    [run] = tracked(gate, issue).runs
    assert (run.id, run.state, run.dollars, run.ask) == (1000, "running", 1.0, "heal")
    request = json.loads(Path(ended.outputs["request-file"]).read_text())
    assert "AttributeError" in request["text"]
    assert len(gate.proxy.log) <= 9
    assert len(gate.proxy.written) == 1


def test_opened_with_three_labels_is_one_run(gate: Gate) -> None:
    issue = gate.issue(labels=("bug", "splat", "checkout"))
    # All four are made at the moment of opening, however late they are read.
    opened = gate.payload("issues_opened", issue)
    labels = [gate.payload("issues_labeled", issue, label={"name": name}) for name in ("bug", "splat", "checkout")]
    ended = [gate.run("issues_opened", opened), *(gate.run("issues_labeled", payload) for payload in labels)]
    assert [each.outputs["code"] for each in ended] == ["go", "other-label", "duplicate", "other-label"]
    assert len(gate.shop.comments(issue)) == 1


def test_a_foreign_label_costs_one_request(gate: Gate) -> None:
    issue = gate.issue(labels=("bug",))
    assert gate.labeled(issue, label="bug").outputs["code"] == "no-label"
    assert [asked.path.rpartition("/")[2] for asked in gate.proxy.log] == ["splat.yml"]


def test_a_stranger_s_command_ends_at_once(gate: Gate) -> None:
    issue = gate.issue()
    ended = gate.commented(issue, "@splat retry", by=STRANGER)
    assert ended.outputs["code"] == "denied"
    assert "write permission" in ended.summary
    assert len(gate.proxy.log) == 2
    assert not gate.proxy.written


def test_a_retry_is_acknowledged_and_kept_out_of_the_outputs(gate: Gate) -> None:
    issue = gate.issue()
    hint = "try the `empty` cart; $(touch /tmp/x)\nsplat_\n::set-output name=go::"
    ended = gate.commented(issue, f"@splat retry {hint}")
    assert ended.went
    assert Path(ended.outputs["hint-file"]).read_text() == hint
    assert not any("empty" in value for value in ended.outputs.values())
    assert [(kind, what) for kind, _, what in gate.proxy.reactions] == [("issues", "eyes")]


def test_a_second_run_goes_on_in_the_same_comment(gate: Gate) -> None:
    issue = gate.issue()
    first = gate.labeled(issue)
    end(gate, issue, 1000)
    second = gate.commented(issue, "@splat retry")
    assert second.went
    assert second.outputs["tracking"] == first.outputs["tracking"]
    assert [run.state for run in tracked(gate, issue).runs] == ["unfixed", "running"]


def hub_of(gate: Gate) -> GitHub:
    environ = environment(gate.shop, gate.proxy, gate.folder)
    return GitHub(Actions.read(environ), environ)


def here(gate: Gate, run: int = 1000) -> Here:
    return Here(int(gate.shop.user(BOT)["id"]), run, 1, "", "")


def end(gate: Gate, issue: int, run: int) -> Ledger | None:
    """What `publish` does at the end."""
    return finish(hub_of(gate), here(gate, run), issue, End("unfixed", 0.2, "**No fix.**"), datetime.now(UTC))


def test_the_end_is_written_into_the_same_comment(gate: Gate) -> None:
    issue = gate.issue()
    assert gate.labeled(issue).went
    ended = end(gate, issue, 1000)
    assert ended == tracked(gate, issue)
    assert (ended.spent, ended.runs[0].state) == (0.2, "unfixed")
    [comment] = gate.shop.comments(issue)
    assert comment["body"].endswith("**No fix.**")


def test_a_run_that_was_pushed_out_of_the_ledger_still_counts(gate: Gate) -> None:
    issue = gate.issue()
    assert gate.labeled(issue).went
    lost = end(gate, issue, 999)
    assert lost == tracked(gate, issue)
    assert lost.spent == 1.2
    assert {run.id: run.state for run in lost.runs} == {1000: "running", 999: "unfixed"}
    assert "Splat is at work" in gate.shop.comments(issue)[0]["body"], "the words are the other's"
    assert end(gate, gate.issue(), 999) is None, "there is no comment"


def test_two_commands_at_the_same_moment_leave_one_run_that_may_write(gate: Gate) -> None:
    """Both see the same ledger, and the later one writes over the earlier one's entry."""
    issue = gate.issue()
    assert gate.labeled(issue).went
    end(gate, issue, 1000)
    settings, hub = load_settings(environ={}), hub_of(gate)
    both = []
    for run in (2001, 2002):
        made = gate.shop.comment(issue, "@splat retry")
        trigger = read_event("issue_comment", gate.payload("issue_comment_created", issue, comment=made), settings)
        assert isinstance(trigger, Trigger)
        both.append((run, trigger, look(trigger, hub, settings, here(gate, run), datetime.now(UTC))))

    class Late(GitHub):
        """What it is told about an issue's comments is older than what it writes."""

        def comments(self, issue: int) -> Any:
            return self.stale

    for run, trigger, state in both:
        environ = environment(gate.shop, gate.proxy, gate.folder)
        late = Late(Actions.read(environ), environ)
        late.stale = state.comments
        assert isinstance(admit(trigger, late, settings, here(gate, run), datetime.now(UTC)).decision, Go)
    now = [(run, trigger, look(trigger, hub, settings, here(gate, run), datetime.now(UTC))) for run, trigger, _ in both]
    assert [getattr(recheck(trigger, state, settings), "code", "wanted") for _, trigger, state in now] == [
        "replaced",
        "wanted",
    ]


def test_splat_starts_itself_again_where_it_left_word(gate: Gate) -> None:
    issue = gate.issue()
    assert gate.labeled(issue).went
    moved = End("declined", 0.2, "**The base has moved.**", again=True)
    finish(hub_of(gate), here(gate), issue, moved, datetime.now(UTC))
    payload = gate.payload("workflow_dispatch", by=BOT, inputs={"issue": str(issue)})
    assert [gate.run("workflow_dispatch", payload).outputs["code"] for _ in range(2)] == ["go", "own"]


def still_wanted(gate: Gate, payload: Any, run: int = 1000) -> str:
    settings = load_settings(environ={})
    trigger = read_event("issues", payload, settings)
    assert isinstance(trigger, Trigger)
    state = look(trigger, hub_of(gate), settings, here(gate, run), datetime.now(UTC))
    found = recheck(trigger, state, settings)
    return found.code if found else "wanted"


def test_before_anything_is_written_the_state_is_looked_at_again(gate: Gate) -> None:
    issue = gate.issue()
    payload = gate.payload("issues_labeled", issue, label={"name": "splat"})
    assert still_wanted(gate, payload) == "replaced", "it never began"
    assert gate.run("issues_labeled", payload).went
    assert still_wanted(gate, payload) == "wanted"
    assert still_wanted(gate, payload, 1001) == "replaced"
    path = f"{gate.shop.path}/issues/{issue}"
    for change, back, code in (
        ({"state": "closed"}, {"state": "open"}, "closed"),
        ({"labels": ["splat", "splat:stop"]}, {"labels": ["splat"]}, "stopped"),
        ({"labels": ["bug"]}, {"labels": ["splat"]}, "unlabeled"),
        ({"assignees": ["acme"]}, {"assignees": []}, "assigned"),
        ({"body": "Traceback of something else"}, {"body": TRACE}, "edited"),
    ):
        gate.shop.call("PATCH", path, change)
        assert still_wanted(gate, payload) == code
        gate.shop.call("PATCH", path, back)
        assert still_wanted(gate, payload) == "wanted"
    end(gate, issue, 1000)
    assert still_wanted(gate, payload) == "replaced"


def test_a_reporter_s_counting_is_no_edit() -> None:
    texts = [f"Seen {times}, first a, last b.\n\n### What" for times in ("once", "**7 times**")]
    assert len({digest(text, from_reporter=True) for text in texts}) == 1
    assert len({digest(text) for text in texts}) == 2


def test_a_command_that_cannot_be_followed_is_answered_once(gate: Gate) -> None:
    issue = gate.issue()
    assert gate.labeled(issue).went
    made = gate.shop.comment(issue, "@splat retry")
    payload = gate.payload("issue_comment_created", issue, comment=made)
    assert gate.run("issue_comment_created", payload).outputs["code"] == "running"
    assert gate.run("issue_comment_created", payload).outputs["code"] == "duplicate"
    answers = [each["body"] for each in gate.shop.comments(issue) if each["body"].startswith("<!-- splat:note")]
    assert len(answers) == 1
    assert "at work on this already" in answers[0]
    assert [what for _, _, what in gate.proxy.reactions] == ["confused"]


def test_help_lists_the_commands(gate: Gate) -> None:
    issue = gate.issue()
    assert gate.commented(issue, "@splat dance").outputs["code"] == "help"
    [answer] = [each["body"] for each in gate.shop.comments(issue) if each["user"]["login"] == BOT]
    assert "`@splat retry`" in answer
    assert "There is no command `dance`" in answer


def test_an_issue_without_a_trace_is_asked_for_one(gate: Gate) -> None:
    issue = gate.issue("It does not work!")
    assert gate.labeled(issue).outputs["code"] == "no-trace"
    assert "needs-trace" in gate.shop.labels(issue)
    assert "Paste the whole output" in gate.shop.comments(issue)[0]["body"]


def test_a_reporter_s_issue_waits_for_its_second_label(gate: Gate) -> None:
    gate.configure()
    issue = gate.issue(f"<!-- splat:1 signature={SIGNATURE} -->\n\n{TRACE}", ("splat",), by=REPORTER)
    opened = gate.run("issues_opened", gate.payload("issues_opened", issue, by=REPORTER))
    assert opened.outputs["code"] == "no-label"
    gate.shop.call("POST", f"{gate.shop.path}/issues/{issue}/labels", {"labels": ["auto-fix"]}, REPORTER)
    ended = gate.labeled(issue, by=REPORTER, label="auto-fix")
    assert ended.went
    assert ended.outputs["signature"] == SIGNATURE
    assert not [asked for asked in gate.proxy.log if "permission" in asked.path]


def test_a_reporter_s_command_is_none(gate: Gate) -> None:
    gate.configure()
    issue = gate.issue(by=REPORTER)
    assert gate.commented(issue, "@splat retry", by=REPORTER).outputs["code"] == "reporter"
    assert not gate.proxy.written


def test_a_comment_on_the_fix_is_about_its_issue(gate: Gate) -> None:
    issue = gate.issue()
    fix = gate.shop.pull(f"splat/{SIGNATURE}", f"The fix.\n\nFixes #{issue}\n")
    foreign = gate.shop.pull("splat/fedcba9876543210", f"Fixes #{issue}", by=MONA)

    def commented(pull: int) -> Ended:
        case, user = "issue_comment_on_pull", gate.shop.user(MONA)
        return gate.run(case, gate.payload(case, issue__number=pull, comment__user=user))

    ended = commented(foreign["number"])
    assert ended.outputs["code"] == "not-ours"
    assert not gate.proxy.written
    ended = commented(fix["number"])
    assert ended.went
    assert (ended.outputs["issue"], ended.outputs["pull"]) == (str(issue), str(fix["number"]))


def test_the_checks_of_the_fix_are_looked_at(gate: Gate) -> None:
    issue = gate.issue()
    fix = gate.shop.pull(f"splat/{SIGNATURE}", f"Fixes #{issue}\n")
    sha = gate.shop.call("GET", f"{gate.shop.path}/pulls/{fix['number']}")["head"]["sha"]
    changes = {"workflow_run__head_sha": sha, "workflow_run__head_repository": gate.shop.repository()}
    ended = gate.run("workflow_run_failed", gate.payload("workflow_run_failed", **changes))
    assert ended.went, ended
    assert (ended.outputs["ask"], ended.outputs["issue"]) == ("ci-finished", str(issue))
    old = gate.payload(
        "workflow_run_failed", **changes | {"workflow_run__head_sha": "0" * 40, "workflow_run__id": 7009}
    )
    assert gate.run("workflow_run_failed", old).outputs["code"] == "outdated"


def red(gate: Gate, run: int = 7002, **changes: object) -> Ended:
    case = "workflow_run_default_branch"
    own = {"workflow_run__head_repository": gate.shop.repository(), "workflow_run__id": run}
    return gate.run(case, gate.payload(case, **own | changes))


def test_a_red_default_branch_is_healed_where_that_is_asked_for(gate: Gate) -> None:
    assert red(gate).outputs["code"] == "not-ours"
    gate.shop.configure("ci_heal: true\ngate: {dollars_issue: 1.5}")
    assert red(gate, workflow_run__conclusion="success").outputs["code"] == "not-ours"
    assert red(gate, workflow_run__path=".github/workflows/splat.yml").outputs["code"] == "own-workflow"
    assert not gate.proxy.written
    first = red(gate)
    assert first.went
    told = gate.shop.call("GET", f"{gate.shop.path}/issues/{first.outputs['issue']}")
    assert told["title"] == "[Splat] ci.yml fails on main"
    assert "actions/runs/7002" in told["body"]
    assert [run.state for run in tracked(gate, told["number"]).runs] == ["running"]
    again = red(gate, 7003)
    assert (again.outputs["issue"], again.outputs["code"]) == (first.outputs["issue"], "dollars-issue")


def test_an_issue_that_only_looks_like_a_red_branch_s_is_passed_over(gate: Gate) -> None:
    gate.shop.configure("ci_heal: true")
    first = red(gate)
    told = gate.shop.call("GET", f"{gate.shop.path}/issues/{first.outputs['issue']}")
    gate.shop.call("PATCH", f"{gate.shop.path}/issues/{told['number']}", {"state": "closed"})
    copied = gate.issue(told["body"], ("splat:ci",), by=STRANGER)
    assert red(gate, 7003).outputs["issue"] not in {str(copied), str(told["number"])}


def test_a_labelled_pull_request_with_red_checks_is_healed_too(gate: Gate) -> None:
    gate.shop.configure("ci_heal: true")
    pull = gate.shop.pull("feature", "A feature.", by=MONA)
    sha = gate.shop.call("GET", f"{gate.shop.path}/pulls/{pull['number']}")["head"]["sha"]
    changes = {
        "workflow_run__head_repository": gate.shop.repository(),
        "workflow_run__head_branch": "feature",
        "workflow_run__head_sha": sha,
        "workflow_run__pull_requests": [{"number": pull["number"]}],
    }
    payload = gate.payload("workflow_run_failed", **changes)
    assert gate.run("workflow_run_failed", payload).outputs["code"] == "not-ours"
    gate.shop.label_pull(gate.proxy, pull["number"])
    ended = gate.run("workflow_run_failed", payload)
    assert (ended.outputs["code"], ended.outputs["pull"]) == ("go", str(pull["number"]))
    assert gate.run("workflow_run_failed", payload).outputs["code"] == "duplicate"


def test_a_dispatch_reads_the_issue(gate: Gate) -> None:
    issue = gate.issue()
    ended = gate.run("workflow_dispatch", gate.payload("workflow_dispatch", inputs={"issue": str(issue)}))
    assert ended.went
    assert "AttributeError" in json.loads(Path(ended.outputs["request-file"]).read_text())["text"]
    missing = gate.payload("workflow_dispatch", inputs={"issue": "4711"})
    assert gate.run("workflow_dispatch", missing).outputs["code"] == "gone"


def test_the_day_s_money_is_counted_over_all_issues(gate: Gate) -> None:
    gate.shop.configure("gate: {dollars_day: 2.5}")
    issues = [gate.issue() for _ in range(3)]
    assert [gate.labeled(issue).outputs["code"] for issue in issues] == ["go", "go", "dollars-day"]
    assert "$2.00 were spent or reserved" in gate.shop.comments(issues[2])[0]["body"].replace("\\", "")


def test_a_ledger_that_others_wrote_counts_for_nothing(gate: Gate) -> None:
    issue = gate.issue()
    now = stamp(datetime.now(UTC))
    forged = write_ledger(Ledger((Run(5, 1, "x", now, "heal", 1, 99.0),), SIGNATURE))
    for person in (MONA, STRANGER):
        gate.shop.comment(issue, forged, by=person)
    assert gate.labeled(issue).went


# --- at the same moment ----------------------------------------------------------------------------------------------


def admitted(gate: Gate, case: str, issue: int, run: int) -> Admission:
    payload = gate.payload(case, issue, label={"name": "splat"}) if "issues" in case else None
    settings = load_settings(environ={})
    trigger = read_event(name_of(case), payload, settings)
    assert not isinstance(trigger, Skipped)
    return admit(trigger, hub_of(gate), settings, here(gate, run), datetime.now(UTC))


def test_two_runs_that_see_no_comment_end_as_one(gate: Gate) -> None:
    issue = gate.issue()
    with ThreadPoolExecutor(4) as pool:
        cases = ["issues_opened", "issues_labeled"] * 2
        ended = list(pool.map(lambda pair: admitted(gate, pair[1], issue, 1000 + pair[0]), enumerate(cases)))
    assert sum(isinstance(each.decision, Go) for each in ended) == 1
    assert len(tracked(gate, issue).runs) == 1


def test_an_answer_that_got_lost_leaves_one_comment(gate: Gate) -> None:
    issue = gate.issue()
    gate.proxy.faults.append((rf"POST {gate.shop.path}/issues/{issue}/comments", 502, True))
    ended = gate.labeled(issue)
    assert ended.went
    assert len(gate.shop.comments(issue)) == 1


def test_a_moment_without_github_is_outwaited(gate: Gate) -> None:
    issue = gate.issue()
    gate.proxy.faults += [(r"GET .*/permission", 503, False), (r"GET .*/pulls", 502, False)]
    assert gate.labeled(issue).went


# --- who writes ------------------------------------------------------------------------------------------------------


def test_a_wrong_account_is_found_out_before_anything_goes(gate: Gate) -> None:
    issue = gate.issue()
    payload = gate.payload("issues_labeled", issue, label={"name": "splat"})
    ended = gate.run("issues_labeled", payload, SPLAT_ACTOR_ID="4711")
    assert isinstance(ended.error, ConfigError)
    assert ended.error.where == "SPLAT_ACTOR_ID"
    assert not gate.shop.comments(issue)
    assert not ended.outputs


def test_the_account_is_asked_for(gate: Gate) -> None:
    issue = gate.issue()
    payload = gate.payload("issues_labeled", issue, label={"name": "splat"})
    assert gate.run("issues_labeled", payload, SPLAT_ACTOR_ID="0").went


@pytest.mark.parametrize("status", [401, 403, 404])
def test_what_a_token_may_not_do_is_said(gate: Gate, status: int) -> None:
    issue = gate.issue()
    gate.proxy.faults.append((rf"POST {gate.shop.path}/issues/{issue}/comments", status, False))
    ended = gate.labeled(issue)
    assert isinstance(ended.error, ConfigError)
    assert "token" in str(ended.error)


def test_a_wrong_configuration_is_named_in_the_summary(gate: Gate) -> None:
    gate.shop.configure("gate: {mentoin: '@x'}")
    ended = gate.labeled(gate.issue())
    assert isinstance(ended.error, ConfigError)
    assert "did you mean 'mention'" in ended.summary
    assert not gate.proxy.written


def test_without_a_token_nothing_is_asked(gate: Gate) -> None:
    ended = gate.run("issues_labeled", {}, GITHUB_TOKEN="")
    assert isinstance(ended.error, ConfigError)
    assert not gate.proxy.log


def test_the_command_runs_as_a_workflow_runs_it(gate: Gate, tmp_path: Path) -> None:
    """As a process of its own, away from the checkout."""
    issue = gate.issue()
    event = tmp_path / "event.json"
    event.write_text(json.dumps(gate.payload("issues_labeled", issue, label={"name": "splat"})))
    environ = environment(gate.shop, gate.proxy, tmp_path, SPLAT_ACTOR_ID=str(gate.shop.user(BOT)["id"]))
    command = [Path(sys.executable).parent / "splat", "gate", "--event-name", "issues", "--event-path", event, "--json"]
    began = time.monotonic()
    done = subprocess.run(command, env=environ, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["go"], told["issue"], told["requests"]) == ("true", str(issue), 8)
    assert time.monotonic() - began < 120
    assert environ["GITHUB_TOKEN"] not in done.stdout + done.stderr
