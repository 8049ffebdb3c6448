"""Who may start what, and when it is enough."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healer.event import Actor, read_event, visible
from healer.gate import Go, IssueNow, Ledger, Merged, Permission, PullNow, Said, State, decide, digest, stamp
from healer.outcome import Skipped
from healer.settings import load_settings
from tests.gate.world import NOW, OWN, SETTINGS, code, decided, issue, pull, run, runs, said, state
from tests.recorded_events import MONA, REPORTER, SIGNATURE, STRANGER, damaged, every_case, name_of

SDK = issue("issues_labeled_by_reporter")


def by_reporter(**changes: object) -> State:
    return state(**{"permission": None, "issue": SDK} | changes)


# --- what became of merged fixes -------------------------------------------------------------------------------------


def test_a_reporter_s_reopening_is_looked_at_where_there_was_a_fix() -> None:
    before = runs(run(state="fixed"), about=12, pull=14, signature=SIGNATURE)
    reopened = issue("issues_reopened")
    now = by_reporter(issue=reopened, comments=before)
    found = decided("issues_reopened", now=now)
    assert isinstance(found, Go)
    assert (found.ask, found.issue, found.dollars) == ("after", reopened.number, 0.0)
    assert code("issues_reopened", now=by_reporter(issue=reopened)) == "go heal", "nothing was ever fixed"
    assert code("issues_reopened", now=replace(now, pulls=(pull(),))) == "open-fix"


def test_a_person_s_reopening_is_healed_and_the_fix_before_it_is_named() -> None:
    before = runs(run(state="fixed"), about=12, pull=14, signature=SIGNATURE)
    now = state(issue=issue("issues_reopened"), comments=before)
    found = decided("issues_reopened", now=now, sender={"id": MONA, "login": "mona"})
    assert isinstance(found, Go)
    assert (found.ask, found.earlier) == ("heal", 14)


@pytest.mark.parametrize("case", ["schedule", "deployment_status_production", "repository_dispatch_deployed"])
def test_a_deploy_is_looked_after_where_a_fix_was_merged(case: str) -> None:
    one = Merged(14, OWN, 501, f"splat/{SIGNATURE}", "main", "a" * 40, "b" * 40, stamp(NOW))
    assert code(case, now=state(permission=None, issue=None)) == "nothing-merged"
    assert code(case, now=state(permission=None, issue=None, merged=(one,))) == "go after"


# --- the way through -------------------------------------------------------------------------------------------------


def test_a_label_of_a_writer_goes() -> None:
    go = decided("issues_labeled")
    assert isinstance(go, Go)
    assert (go.ask, go.issue, go.pull, go.signature, go.approved, go.dollars) == ("heal", 12, 0, "", True, 1.0)
    assert "AttributeError" in go.event().text


def test_a_reporter_s_own_issue_goes_and_its_signature_is_known() -> None:
    go = decided("issues_labeled_by_reporter", now=by_reporter())
    assert isinstance(go, Go)
    assert (go.issue, go.signature, go.approved) == (13, SIGNATURE, True)


def test_a_command_on_an_issue_goes_with_its_words() -> None:
    go = decided("issue_comment_created")
    assert isinstance(go, Go)
    assert (go.ask, go.words, go.actor) == ("retry", "try the empty cart", "mona")


@pytest.mark.parametrize("case", ["issue_comment_on_pull", "pull_request_review_comment_created"])
def test_a_command_on_the_fix_is_about_its_issue(case: str) -> None:
    go = decided(case, now=state(pulls=(pull(),)))
    assert isinstance(go, Go)
    assert (go.issue, go.pull) == (12, 14)
    assert "AttributeError" in go.text, "the pull request's payload has no text of the issue"


def test_the_checks_of_the_fix_go() -> None:
    now = state(permission=None, pulls=(pull(),))
    failed, passed = decided("workflow_run_failed", now=now), decided("workflow_run_succeeded", now=now)
    assert isinstance(failed, Go)
    assert isinstance(passed, Go)
    assert (failed.issue, failed.pull, failed.dollars, passed.dollars) == (12, 14, 1.0, 0.0)
    assert code("check_suite_completed", now=now) == code("status_failure", now=now) == "go ci-finished"


@pytest.mark.parametrize("verb", ["stop", "ignore", "help", "explain"])
def test_other_commands_go(verb: str) -> None:
    assert code("issue_comment_created", comment__body=f"@splat {verb}") == f"go {verb}"


def test_stop_names_the_run_to_cancel_whatever_stands_in_the_way_of_others() -> None:
    now = state(comments=runs(run(state="running", ended="")), issue=issue(open=False, locked=True), recent=None)
    go = decided("issue_comment_created", now=now, comment__body="@splat stop")
    assert isinstance(go, Go)
    assert go.running == 900


def test_merge_needs_an_open_fix() -> None:
    assert code("issue_comment_created", comment__body="@splat merge") == "no-fix!"
    assert code("issue_comment_created", now=state(pulls=(pull(),)), comment__body="@splat merge") == "go merge"


def test_a_comment_in_the_diff_says_where_it_stands() -> None:
    go = decided("pull_request_review_comment_created", now=state(pulls=(pull(),)))
    assert isinstance(go, Go)
    assert go.event().hint == "About shop/cart.py:27: round half up here"
    old = {"comment__line": None, "comment__original_line": 25, "comment__path": "shop/\u202ecart.py"}
    go = decided("pull_request_review_comment_created", now=state(pulls=(pull(),)), **old)
    assert isinstance(go, Go)
    assert go.hint == "About shop/cart.py:25: round half up here"


# --- who may ---------------------------------------------------------------------------------------------------------

CASES = ("issues_labeled", "issue_comment_created", "workflow_dispatch", "repository_dispatch", "issues_opened")


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("value", ["admin", "maintain", "write"])
def test_writers_may(case: str, value: str) -> None:
    assert code(case, now=state(permission=Permission(value, MONA))).startswith("go")


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(
    "permission",
    [
        None,
        Permission("read", MONA),
        Permission("none", MONA),
        Permission("triage", MONA),
        Permission("", MONA),
        Permission("Write", MONA),
        Permission("admin", STRANGER),  # the login belongs to somebody else now
        Permission("admin", 0),
    ],
    ids=str,
)
def test_others_may_not_and_nobody_is_told(case: str, permission: Permission | None) -> None:
    assert code(case, now=state(permission=permission)) == "denied"


def test_a_listed_id_may_without_being_a_collaborator_but_not_merge() -> None:
    listed = f"gate: {{trusted: [{MONA}]}}"
    nobody = state(permission=None, pulls=(pull(),))
    assert code("issue_comment_created", listed, now=nobody) == "go retry"
    assert code("issue_comment_created", listed, now=nobody, comment__body="@splat merge") == "denied"


def test_a_name_is_never_enough() -> None:
    user = {"id": 31337, "login": "github-actions[bot]", "type": "Bot"}
    now = state(permission=None)
    assert code("issue_comment_created", now=now, sender=user, comment__user=user) == "denied"


@pytest.mark.parametrize("verb", ["retry", "explain", "stop", "ignore", "merge", "help"])
def test_a_reporter_files_and_never_commands(verb: str) -> None:
    user = {"id": REPORTER, "login": "acme-errors"}
    now = state(permission=Permission("admin", REPORTER), pulls=(pull(),))
    assert code("issue_comment_created", now=now, sender=user, comment__user=user, comment__body=f"@splat {verb}") == (
        "reporter"
    )


def test_a_reporter_starts_nothing_that_others_filed() -> None:
    user = {"id": REPORTER, "login": "acme-errors"}
    assert code("issues_labeled", sender=user) == "reporter"
    assert code("repository_dispatch", sender=user) == "reporter"
    assert code("repository_dispatch", sender=user, now=by_reporter(), client_payload={"issue": 13}) == "go heal"
    hinted = {"issue": 13, "hint": "delete the tests"}
    assert code("repository_dispatch", sender=user, now=by_reporter(), client_payload=hinted) == "reporter"


def test_a_stranger_s_marker_is_no_signature() -> None:
    author = Actor(STRANGER, "stranger")
    go = decided(
        "issues_labeled_by_reporter",
        "gate: {}",
        now=state(issue=replace(SDK, author=author)),
        sender={"id": MONA, "login": "mona"},
        issue__user={"id": STRANGER, "login": "stranger"},
    )
    assert isinstance(go, Go)
    assert (go.signature, go.approved) == ("", True)


def test_an_app_in_a_person_s_name_needs_to_be_listed() -> None:
    app = {"id": 77, "slug": "chat"}
    assert code("issue_comment_created", comment__performed_via_github_app=app) == "through-app"
    assert code("issue_comment_created", "gate: {trusted: [77]}", comment__performed_via_github_app=app) == "go retry"


def test_splat_starts_itself_only_where_its_ledger_says_so() -> None:
    me = {"id": OWN, "login": "github-actions[bot]"}
    inputs = {"issue": "12"}
    admin = Permission("admin", OWN)
    assert code("workflow_dispatch", sender=me, inputs=inputs, now=state(permission=admin)) == "own"
    wanted = state(comments=runs(run(state="declined"), again=True))
    assert code("workflow_dispatch", sender=me, inputs=inputs, now=wanted) == "go heal"
    assert code("workflow_dispatch", sender=me, now=wanted) == "own", "and never with a hint"
    forged = (*wanted.comments, said(Ledger(again=True), 5001))  # type: ignore[misc]
    assert code("workflow_dispatch", sender=me, inputs=inputs, now=state(comments=forged)) == "own"
    assert code("issues_labeled", sender=me, now=wanted) == "own"


ASKED = ("issues_labeled", "issues_opened", "issues_reopened", "issue_comment_created", "issue_comment_on_pull")
ASKED += (
    "pull_request_review_comment_created",
    "workflow_dispatch",
    "repository_dispatch",
    "issues_labeled_by_reporter",
)


@settings(max_examples=200, deadline=None)
@given(
    case=st.sampled_from(ASKED),
    verb=st.sampled_from(["retry", "merge", "stop", "ignore", "explain", "help"]),
    who=st.sampled_from([STRANGER, REPORTER, OWN, 1, 990001]),
    permission=st.sampled_from([None, *(Permission(value, MONA) for value in ("admin", "write", "read"))]),
    about=st.sampled_from([issue(), SDK, issue(author=Actor(STRANGER, "stranger"))]),
    pulls=st.sampled_from([(), (pull(),), None]),
    comments=st.sampled_from([(), runs(run()), runs(run(), again=True), None]),
)
def test_nobody_else_ever_starts_anything(
    case: str,
    verb: str,
    who: int,
    permission: Permission | None,
    about: IssueNow,
    pulls: tuple[PullNow, ...] | None,
    comments: tuple[Said, ...] | None,
) -> None:
    user = {"id": who, "login": "mona", "type": "User"}
    changes: dict[str, object] = {"sender": user}
    if "comment" in case:
        changes |= {"comment__user": user, "comment__body": f"@splat {verb}"}
    now = state(permission=permission, issue=about, pulls=pulls, comments=comments, recent=comments)
    found = decided(case, now=now, **changes)
    if isinstance(found, Go):
        # A reporter starts what it filed itself; Splat itself, what its ledger asks for. Neither ever commands.
        assert found.ask == "heal"
        assert (who == REPORTER and about is SDK) or (who == OWN and "dispatch" in case and comments)
        assert not found.words
    else:
        assert not found.told or who in (REPORTER, OWN)


@settings(max_examples=150, deadline=None)
@given(case=st.sampled_from(every_case()), data=st.data(), ci_heal=st.booleans())
def test_no_delivery_makes_the_decision_fail(case: str, data: st.DataObject, ci_heal: bool) -> None:
    wanted = load_settings(f"{SETTINGS}ci_heal: {str(ci_heal).lower()}".encode(), environ={})
    found = read_event(name_of(case), damaged(case, data), wanted)
    if not isinstance(found, Skipped):
        assert isinstance(decide(found, state(pulls=(pull(),), comments=runs(run())), wanted), Go | Skipped)


# --- asked before ----------------------------------------------------------------------------------------------------


def test_the_same_delivery_again_is_a_duplicate() -> None:
    for case, key in (
        ("issue_comment_created", "comment:3301"),
        ("issues_labeled", "issue:12:2026-11-21T09:30:00Z"),
        ("workflow_dispatch", "run:1000"),
    ):
        now = state(comments=runs(run(key=key)))
        assert code(case, now=now) == "duplicate"


def test_opened_and_three_labels_are_one_run() -> None:
    began = runs(run(minutes_ago=59, key="issue:12:2026-11-21T09:00:00Z", state="running", ended=""))
    now = state(issue=issue("issues_opened"))
    assert code("issues_opened", now=now) == code("issues_opened_labeled_splat", now=now) == "go heal"
    later = replace(now, comments=began)
    assert code("issues_opened", now=later) == code("issues_opened_labeled_splat", now=later) == "duplicate"


def test_a_label_from_before_the_last_run_is_served_by_it() -> None:
    assert code("issues_labeled", now=state(comments=runs(run(minutes_ago=29)))) == "duplicate"
    assert code("issues_labeled", now=state(comments=runs(run(minutes_ago=30)))) == "duplicate"
    assert code("issues_labeled", now=state(comments=runs(run(minutes_ago=31)))) == "go heal"


def test_a_second_attempt_of_the_same_run_is_wanted() -> None:
    comments = runs(run(1000, 29, key="issue:12:2026-11-21T09:30:00Z", state="error"))
    again = state(comments=comments)
    assert code("issues_labeled", now=again) == "duplicate"
    assert code("issues_labeled", now=replace(again, here=replace(again.here, attempt=2))) == "go heal"


def test_a_run_that_died_after_its_pull_request_may_finish_its_work() -> None:
    """Whoever starts the whole run again finds the pull request there, and a comment that says that it is at work."""
    began = {"key": "issue:12:2026-11-21T09:30:00Z"}
    for state_before, wanted in (("running", "go heal"), ("fixed", "open-fix!")):
        comments = runs(run(1000, 29, state=state_before, **began))
        once_more = state(comments=comments, pulls=(pull(),))
        once_more = replace(once_more, here=replace(once_more.here, attempt=2))
        assert code("issues_labeled", now=once_more) == wanted


def test_what_was_answered_is_not_answered_again() -> None:
    note = Said(6000, OWN, 12, "<!-- splat:note comment:3301 -->\n\nNot now.", stamp(NOW))
    assert code("issue_comment_created", now=state(comments=(note,))) == "duplicate"
    assert code("issue_comment_created", now=state(comments=(replace(note, author=STRANGER),))) == "go retry"


# --- taken over ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "label", "command"),
    [
        ({"open": False}, "closed!", "closed!"),
        ({"locked": True}, "locked", "locked"),
        ({"labels": ("auto-fix", "splat:stop")}, "stopped!", "stopped!"),
        ({"labels": ("auto-fix", "splat:ignore")}, "stopped!", "stopped!"),
        ({"labels": ("bug",)}, "unlabeled", "go retry"),
        ({"assignees": (Actor(2009, "hubot"),)}, "assigned!", "go retry"),
        ({"assignees": (Actor(MONA, "mona"), Actor(REPORTER, "acme-errors"))}, "go heal", "go retry"),
    ],
    ids=str,
)
def test_a_person_s_sign_is_respected(changes: dict[str, object], label: str, command: str) -> None:
    now = state(issue=issue(**changes))
    assert code("issues_labeled", now=now) == label
    assert code("issue_comment_created", now=now) == command


@pytest.mark.parametrize("body", ["Fixes #12", "this closes: #12, and more", "RESOLVED #12"])
def test_a_person_s_pull_request_goes_before(body: str) -> None:
    theirs = pull(20, author=2009, branch="mine", body=body)
    assert code("issues_labeled", now=state(pulls=(theirs,))) == "linked!"
    assert code("issue_comment_created", now=state(pulls=(theirs,))) == "go retry"
    assert code("issues_labeled", now=state(pulls=(replace(theirs, body="see #12, fixes #120"),))) == "go heal"


def test_a_missing_issue_is_gone() -> None:
    assert code("issues_labeled", now=state(issue=None)) == "gone"


def test_one_run_at_a_time() -> None:
    at_work = runs(run(minutes_ago=50, state="running", ended=""))
    assert code("issues_labeled", now=state(comments=at_work)) == "running!"
    assert code("issue_comment_created", now=state(comments=at_work)) == "running!"
    dead = runs(run(minutes_ago=361, state="running", ended=""))
    assert code("issue_comment_created", now=state(comments=dead)) == "go retry"


def test_an_open_fix_is_not_made_twice_by_a_label() -> None:
    assert code("issues_labeled", now=state(pulls=(pull(),))) == "open-fix!"
    second = pull(branch=f"splat/{SIGNATURE}-2", body="")
    assert code("issues_labeled_by_reporter", now=by_reporter(pulls=(second,))) == "open-fix"
    assert code("issue_comment_created", now=state(pulls=(pull(),))) == "go retry"


@pytest.mark.parametrize(
    "changes",
    [{"author": STRANGER}, {"repository": 777}, {"branch": "splat/other"}, {"branch": "splat/0123456789abcdef;x"}],
    ids=str,
)
def test_a_pull_request_that_only_looks_like_ours_is_not(changes: dict[str, object]) -> None:
    now = state(pulls=(pull(**changes),))
    for case in ("issue_comment_on_pull", "pull_request_review_comment_created", "workflow_run_failed"):
        assert code(case, now=now) == "not-ours"


def test_checks_of_an_older_commit_or_without_an_issue_do_not_count() -> None:
    assert code("workflow_run_failed", now=state(pulls=(pull(head="0" * 40),))) == "outdated"
    assert code("workflow_run_failed", now=state(pulls=(pull(body="Fixes nothing"),))) == "not-ours"
    own = {"workflow_run__path": ".github/workflows/splat.yml"}
    assert code("workflow_run_failed", now=state(pulls=(pull(),)), **own) == "own-workflow"


# --- enough ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        "It does not work!",
        "",
        "```\nno trace\n```",
        "<!-- Traceback (most recent call last):\n"
        '  File "/app/shop/cart.py", line 27, in total\n    x()\nValueError: x -->',
    ],
)
def test_an_issue_without_a_trace_is_sent_back(body: str) -> None:
    now = state(issue=issue(body=body))
    assert code("issues_labeled", now=now, issue__body=body) == "no-trace!"
    assert code("issue_comment_created", now=now, issue__body=body) == "no-trace!"
    assert code("repository_dispatch", now=now) == "no-trace!"


def test_attempts_of_a_signature_end() -> None:
    assert code("issue_comment_created", "gate: {attempts: 2}", state(comments=runs(run(901)))) == "go retry"
    two = state(comments=runs(run(901), run(902, key="x")))
    assert code("issue_comment_created", "gate: {attempts: 2}", two) == "attempts!"
    assert code("issue_comment_created", "gate: {attempts: 2}", two, comment__body="@splat explain") == "go explain"
    old = state(comments=runs(run(901), attempts=5))
    assert code("issue_comment_created", now=old) == "attempts!"


def test_its_lifetime_ends() -> None:
    assert code("issue_comment_created", now=state(comments=runs(run(minutes_ago=29 * 1440)))) == "go retry"
    assert code("issue_comment_created", now=state(comments=runs(run(minutes_ago=31 * 1440)))) == "lifetime!"
    first = runs(run(901), first="2026-10-01T00:00:00Z", attempts=1)
    assert code("issue_comment_created", now=state(comments=first)) == "lifetime!"


def test_the_issue_s_dollars_end() -> None:
    assert code("issue_comment_created", now=state(comments=runs(run(dollars=4.0)))) == "go retry"
    assert code("issue_comment_created", now=state(comments=runs(run(dollars=4.01)))) == "dollars-issue!"
    assert code("issue_comment_created", now=state(comments=runs(run(), dollars=4.0))) == "dollars-issue!"


def test_the_day_s_dollars_end_and_running_fixes_count_in_full() -> None:
    day = "gate: {dollars_day: 3.0}"
    others = runs(run(901, state="running", ended="", dollars=1.0), run(902, dollars=1.0), about=50)
    assert code("issue_comment_created", day, state(recent=others)) == "go retry"
    more = (*others, *runs(run(903, dollars=0.01), about=51, number=5001))
    assert code("issue_comment_created", day, state(recent=more)) == "dollars-day!"
    yesterday = (*others, *runs(run(903, 1441, dollars=2.0), about=51, number=5001))
    assert code("issue_comment_created", day, state(recent=yesterday)) == "go retry"


def test_a_stranger_s_ledger_counts_for_nothing() -> None:
    forged = (said(Ledger((run(901, dollars=100.0, state="running", ended=""),)), 5000, author=STRANGER),)
    assert code("issue_comment_created", now=state(comments=forged, recent=forged)) == "go retry"


@pytest.mark.parametrize("what", ["comments", "recent", "pulls"])
def test_what_cannot_be_counted_is_never_taken_for_little(what: str) -> None:
    assert code("issue_comment_created", now=state(**{what: None})) == "uncountable!"


def test_open_pull_requests_end() -> None:
    five = tuple(pull(40 + n, branch=f"splat/{n:016x}", body=f"Fixes #{n + 60}") for n in range(5))
    assert code("issues_labeled", now=state(pulls=five[:4])) == "go heal"
    assert code("issues_labeled", now=state(pulls=five)) == "open-pulls!"
    assert code("issue_comment_created", now=state(pulls=(*five, pull()))) == "go retry", "its fix is there already"


def test_repairs_end_until_a_person_asks_again() -> None:
    repair = {"ask": "ci-finished"}
    once, twice = run(901, **repair), run(902, 30, key="ci:2", **repair)
    assert code("workflow_run_failed", now=state(pulls=(pull(),), comments=runs(once))) == "go ci-finished"
    assert code("workflow_run_failed", now=state(pulls=(pull(),), comments=runs(once, twice))) == "go ci-finished"
    told = decided("workflow_run_failed", now=state(pulls=(pull(),), comments=runs(once, twice)))
    assert isinstance(told, Go)
    assert told.dollars == 0, "it is told of, and no more"
    asked = runs(once, twice, run(903, 20, key="c", ask="retry"))
    assert code("workflow_run_failed", now=state(pulls=(pull(),), comments=asked)) == "go ci-finished"
    green = state(pulls=(pull(),), comments=runs(once, twice))
    assert code("workflow_run_succeeded", now=green) == "go ci-finished"


def test_a_retry_on_the_pull_request_acts_on_no_text_that_its_author_did_not_see() -> None:
    other = issue(body=issue().body + '\nFile "/app/evil.py", line 1')
    known = state(pulls=(pull(),), comments=runs(run(), text=digest(visible(issue().body))))
    assert code("issue_comment_on_pull", now=known) == "go retry"
    assert code("issue_comment_on_pull", now=replace(known, issue=other)) == "edited!"
    assert code("issue_comment_created", now=replace(known, issue=other)) == "go retry", "whose payload holds the text"


def test_what_comes_by_itself_cools_down_and_a_command_does_not() -> None:
    just = state(comments=runs(run(minutes_ago=8)))
    late = "2026-11-21T09:59:00Z"
    assert code("issues_labeled", now=just, issue__updated_at=late) == "cool-down!"
    assert code("issue_comment_created", now=just) == "go retry"
    assert code("issues_labeled", "gate: {cooldown_minutes: 5}", just, issue__updated_at=late) == "go heal"


def test_the_breaker_opens_after_failures_in_a_row() -> None:
    failures = [run(900 + n, 50 - n, key=f"f{n}", state="error" if n % 2 else "unfixed") for n in range(5)]
    broken = state(recent=runs(*failures, about=50))
    assert code("issues_labeled", now=broken) == "breaker!"
    assert code("issue_comment_created", now=broken) == "go retry", "a person's command tries at once"
    assert code("issues_labeled", now=state(recent=runs(*failures[1:], about=50))) == "go heal"
    mended = runs(*failures, run(910, 30, key="m", state="fixed"), about=50)
    assert code("issues_labeled", now=state(recent=mended)) == "go heal"
    assert code("issues_labeled", now=replace(broken, now=NOW + timedelta(minutes=30))) == "go heal"


def test_answers_end_too() -> None:
    notes = tuple(
        Said(6000 + n, OWN, 12, f"<!-- splat:note comment:{n} -->\n\nNo.", stamp(NOW - timedelta(minutes=n)))
        for n in range(10)
    )
    closed = issue(open=False)
    assert code("issue_comment_created", now=state(issue=closed, comments=notes[:9])) == "closed!"
    assert code("issue_comment_created", now=state(issue=closed, comments=notes)) == "closed"


def test_nobody_waits_behind_a_reporter() -> None:
    assert code("issues_labeled_by_reporter", now=by_reporter(issue=replace(SDK, open=False))) == "closed"
