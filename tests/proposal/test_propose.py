"""One attempt and the next: the answer, the ladder, the feedback, the caps; all over HTTP with the real SDK."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from healer.outcome import ConfigError, Rejected, Skipped
from healer.proposal import Attempt, Exchange, Proposal, Spend
from healer.testing import Answer, Calls, Hang
from tests.proposal.support import ANSWER, ask, make_context, make_settings

SONNET, OPUS = "claude-sonnet-5-5", "claude-opus-5-5"


def refused(number: int, dollars: float = 0.01, **changes: Any) -> Attempt:
    spend = Spend(SONNET, 100, 100, dollars=dollars, seconds=1.0, calls=1)
    return Attempt(number, SONNET, changes.pop("outcome", Rejected("malformed-answer", "no JSON")), spend, **changes)


def proposal_of(attempt: Attempt) -> Proposal:
    assert isinstance(attempt.outcome, Proposal), attempt.outcome
    return attempt.outcome


def texts(body: dict[str, Any]) -> str:
    """All text of a request's messages."""
    return "\n".join(str(block.get("text", "")) for message in body["messages"] for block in message["content"])


def test_a_good_answer_becomes_a_proposal() -> None:
    usage = {
        "input_tokens": 1000,
        "output_tokens": 500,
        "cache_creation_input_tokens": 400,
        "cache_read_input_tokens": 300,
    }
    attempt, server = ask(Answer(ANSWER, usage=usage))
    proposal = proposal_of(attempt)
    assert proposal.edits[0].path == "shop/cart.py"
    assert proposal.test is not None
    assert proposal.test.name == "test_unknown"
    assert (proposal.title, proposal.confidence, proposal.attempt) == (ANSWER["title"], 80, 1)
    assert proposal.unverified == ("whether 0 is wanted",)
    # $2 in, $10 out, $2.50 cache write, $0.10 cache read, a million
    assert attempt.spend.dollars == pytest.approx((1000 * 2 + 500 * 10 + 400 * 2.5 + 300 * 0.1) / 1e6)
    assert attempt.spend.calls == 1
    assert attempt.spend.seconds > 0
    assert proposal.spend == attempt.spend
    assert len(attempt.exchanges) == 1
    assert "minimum" in attempt.exchanges[0].reply.text
    assert len(server.requests) == 1


def test_what_is_sent() -> None:
    _, server = ask(ANSWER)
    body = server.requests[0]
    assert body["model"] == SONNET
    assert body["output_config"]["effort"] == "medium"
    schema = body["output_config"]["format"]["schema"]
    assert schema["additionalProperties"] is False
    assert "maxLength" not in str(schema)
    assert "minimum" not in str(schema)
    assert [tool["name"] for tool in body["tools"]] == ["read_file", "search", "list_files"]
    assert body["system"][0]["cache_control"]
    assert body["messages"][0]["content"][0]["cache_control"]
    assert "temperature" not in body
    assert "thinking" not in body
    text = texts(body)
    for wanted in ("AttributeError", "return discount.minimum", "shop/other.py", "last commits", "pytest"):
        assert wanted in text
    assert "AttributeError" not in body["system"][0]["text"]


def test_the_fixed_part_is_small() -> None:
    _, server = ask(ANSWER)
    body = server.requests[0]
    fixed = str(body["system"]) + str(body["tools"]) + str(body["output_config"])
    assert len(fixed) / 3.8 < 1_900  # about 4.3 characters a token of prose; the API's own tool preamble comes on top


def test_no_tools_where_none_are_allowed() -> None:
    _, server = ask(ANSWER, settings=make_settings(limits__tool_calls=0))
    assert "tools" not in server.requests[0]
    assert "tool_choice" not in server.requests[0]
    assert "Read more with the tools" not in texts(server.requests[0])


@pytest.mark.parametrize(("tried", "model"), [(0, SONNET), (1, OPUS), (2, OPUS)])
def test_each_failed_attempt_is_one_step_up_the_ladder(tried: int, model: str) -> None:
    attempt, server = ask(ANSWER, earlier=[refused(number + 1) for number in range(tried)])
    assert (attempt.number, attempt.model, server.requests[0]["model"]) == (tried + 1, model, model)


def test_the_next_attempt_is_shown_what_was_refused() -> None:
    first, _ = ask(ANSWER)
    first = replace(first, refusal=Rejected("too-many-lines", "90 lines were changed", "+ the evidence"))
    second, server = ask(ANSWER, earlier=[first])
    blocks = server.requests[0]["messages"][0]["content"]
    assert len(blocks) == 2
    told = blocks[1]["text"]
    for wanted in ("too-many-lines", "90 lines were changed", "+ the evidence", "return discount and 0", "same base"):
        assert wanted in told
    assert second.number == 2


def test_the_first_block_stays_the_same_over_attempts_for_the_cache() -> None:
    first, before = ask(ANSWER)
    first = replace(first, refusal=Rejected("x", "y"))
    _, after = ask(ANSWER, earlier=[first])
    one, two = before.requests[0], after.requests[0]
    assert one["messages"][0]["content"][0] == two["messages"][0]["content"][0]
    assert (one["system"], one["tools"]) == (two["system"], two["tools"])


def test_the_hint_is_marked_as_a_persons_words() -> None:
    attempt, server = ask(ANSWER, context=make_context(hint="look at find()"))
    assert f"<hint-{attempt.nonce}>\nlook at find()\n</hint-{attempt.nonce}>" in texts(server.requests[0])
    _, server = ask(ANSWER, context=make_context(hint="look at find()"), hint="no, at total()", runner="pytest -q")
    assert "no, at total()" in texts(server.requests[0])
    assert "look at find()" not in texts(server.requests[0])
    assert "run with pytest -q." in texts(server.requests[0])


# Caps


def test_no_call_when_the_attempts_are_used_up() -> None:
    attempt, server = ask(ANSWER, earlier=[refused(1), refused(2), refused(3)])
    assert isinstance(attempt.outcome, Skipped)
    assert attempt.outcome.code == "attempts"
    assert not server.requests
    assert attempt.spend.calls == 0


@pytest.mark.parametrize("spent", [1.0, 0.999, 5.0])
def test_no_call_when_the_money_is_spent(spent: float) -> None:
    attempt, server = ask(ANSWER, earlier=[refused(1, dollars=spent)])
    assert isinstance(attempt.outcome, Skipped)
    assert attempt.outcome.code == "budget"
    assert "limits.dollars" in attempt.outcome.next_step
    assert not server.requests


def test_max_tokens_is_lowered_to_what_the_rest_buys() -> None:
    _, rich = ask(ANSWER)
    assert rich.requests[0]["max_tokens"] == 8_000
    attempt, poor = ask(ANSWER, earlier=[refused(1, dollars=0.90)])
    lowered = poor.requests[0]["max_tokens"]
    assert 1_000 <= lowered < 8_000
    sent = len(str(poor.requests[0]).encode())
    assert lowered * 20 / 1e6 + sent / 4 * 5 / 1e6 <= 0.10  # opus: $20 out, $5 cache write
    assert isinstance(attempt.outcome, Proposal)


def test_money_counts_within_an_attempt_too() -> None:
    dear = {"input_tokens": 1000, "output_tokens": 99_000}
    attempt, server = ask(Calls([("list_files", {"prefix": ""})], usage=dear), ANSWER)
    assert isinstance(attempt.outcome, Skipped)
    assert attempt.outcome.code == "budget"
    assert len(server.requests) == 1
    assert attempt.spend.dollars == pytest.approx(0.992)


def test_malformed_answers_are_paid_for() -> None:
    attempt, _ = ask(Answer("no JSON at all", usage={"input_tokens": 1_000, "output_tokens": 1_000}))
    assert isinstance(attempt.outcome, Rejected)
    assert attempt.spend.dollars == pytest.approx(0.012)


def test_no_call_when_the_time_is_over() -> None:
    attempt, server = ask(ANSWER, deadline=time.monotonic() - 1)
    assert isinstance(attempt.outcome, Skipped)
    assert attempt.outcome.code == "time"
    assert not server.requests
    earlier = replace(refused(1), spend=Spend(SONNET, seconds=20 * 60))
    attempt, server = ask(ANSWER, earlier=[earlier])
    assert isinstance(attempt.outcome, Skipped)
    assert not server.requests


def test_a_call_that_outlasts_the_time_ends_the_healing_and_not_the_program() -> None:
    began = time.monotonic()
    attempt, _ = ask(Hang(), deadline=began + 1.15)
    assert isinstance(attempt.outcome, Skipped)
    assert attempt.outcome.code == "time"
    assert time.monotonic() - began < 60


def test_an_unknown_model_needs_its_price() -> None:
    with pytest.raises(ConfigError, match="claude-nova-9") as caught:
        ask(ANSWER, settings=make_settings(models=["claude-nova-9"]))
    assert "prices: {claude-nova-9:" in caught.value.next_step


def test_a_configured_price_is_enough() -> None:
    settings = make_settings(models=["claude-nova-9"])
    prices = dict(settings.prices) | {"claude-nova-9": settings.prices[OPUS]}
    attempt, _ = ask(
        Answer(ANSWER, usage={"input_tokens": 0, "output_tokens": 1_000}), settings=replace(settings, prices=prices)
    )
    assert attempt.spend.dollars == pytest.approx(0.02)


def test_every_exchange_is_heard_as_it_happens() -> None:
    heard: list[Exchange] = []
    attempt, _ = ask(Calls([("list_files", {"prefix": ""})]), ANSWER, heard=heard.append)
    assert tuple(heard) == attempt.exchanges
    assert len(heard) == 2


# What Claude declines


def test_a_model_that_sees_no_fix_hands_on_to_the_next() -> None:
    answer = ANSWER | {"cannot_fix": "the bug is in the database", "edits": [], "regression_test": None}
    attempt, _ = ask(answer)
    assert isinstance(attempt.outcome, Rejected)
    assert attempt.outcome.rule == "cannot-fix"
    assert attempt.said is not None
    assert attempt.said.root_cause == ANSWER["root_cause"]
    attempt, _ = ask(answer, earlier=[attempt])
    assert isinstance(attempt.outcome, Skipped)
    assert "the bug is in the database" in attempt.outcome.reason
    assert attempt.said is not None


def test_an_answer_without_edits_or_reason_is_refused() -> None:
    attempt, _ = ask(ANSWER | {"edits": []})
    assert isinstance(attempt.outcome, Rejected)
    assert attempt.outcome.rule == "no-edits"


def test_no_regression_test_is_an_answer_too() -> None:
    assert proposal_of(ask(ANSWER | {"regression_test": None})[0]).test is None
