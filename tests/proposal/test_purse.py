"""Money: prices, bills, and what the rest buys."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healer.outcome import ConfigError
from healer.proposal import Message, Request, Spend, check_prices
from healer.proposal.purse import Meter, billed, counted, most_output, price_of
from healer.settings import Price, Settings, load_settings
from healer.testing import Raw
from tests.proposal.support import ask, make_settings

PRICES = make_settings().prices
HAIKU, SONNET = PRICES["claude-haiku-5-5"], PRICES["claude-sonnet-5-5"]


def asked(text: str) -> Request:
    return Request("m", "s", (Message("user", ({"type": "text", "text": text},)),))


def test_every_model_of_the_default_ladder_has_a_price() -> None:
    for model in Settings().models:
        assert price_of(make_settings(), model).output > 0


def test_a_price_of_the_users_own() -> None:
    settings = load_settings(b"models: [nova]\nprices: {nova: {input: 1, output: 2}}", environ={})
    price = price_of(settings, "nova")
    # Without cache figures the dearest: nothing is saved by reading, and writing costs its usual quarter more.
    assert (price.cache_read, price.cache_write) == (1, 1.25)
    with pytest.raises(ConfigError, match="nova"):
        price_of(make_settings(), "nova")


def test_a_model_on_the_ladder_without_a_price_is_found_before_the_first_is_paid() -> None:
    ladder = load_settings(b"models: [claude-sonnet-5-5, nova]\n", environ={})
    with pytest.raises(ConfigError, match=r"'nova'.*prices: \{nova"):
        check_prices(ladder)
    check_prices(load_settings(b"models: [claude-sonnet-5-5, nova]\nlimits: {attempts: 1}\n", environ={}))


def test_what_was_not_counted_is_guessed_from_above() -> None:
    """Some gateways leave `usage` out; without a guess the limit of dollars would never be reached."""
    guess = counted(Spend("m"), 700, "word " * 200)
    assert (guess.input_tokens, guess.output_tokens) == (700, 500)
    for known in (Spend("m", 5), Spend("m", 0, 5), Spend("m", 0, 0, 5), Spend("m", dollars=0.1)):
        assert counted(known, 700, "word") == known


def test_a_gateway_that_counts_nothing_is_still_held_to_the_limit() -> None:
    silent = Raw(json.dumps({"content": [{"type": "text", "text": "no"}], "stop_reason": "end_turn"}).encode())
    attempt, _ = ask(silent)
    assert attempt.spend.dollars > 0


def test_a_long_prompt_whose_price_was_left_out_is_not_free() -> None:
    settings = load_settings(b"prices: {nova: {input: 2, output: 10, long_above: 1000}}", environ={})
    price = price_of(settings, "nova")
    assert billed(price, Spend("m", 500_000, 100_000)).dollars == pytest.approx(2)
    assert most_output(price, 500_000, 2.0) == most_output(replace(price, long_above=0), 500_000, 2.0) == 75_000


@pytest.mark.parametrize(
    ("price", "spend", "dollars"),
    [
        (SONNET, Spend("m", 1_000_000, 0), 2),
        (SONNET, Spend("m", 0, 1_000_000), 10),
        (SONNET, Spend("m", 0, 0, 1_000_000, 0), 0.1),
        (SONNET, Spend("m", 0, 0, 0, 1_000_000), 2.5),
        (HAIKU, Spend("m", 100_000, 1_000), 0.0105),
        (HAIKU, Spend("m", 100_001, 1_000), 0.0525005),
        (HAIKU, Spend("m", 50_000, 0, 50_000, 1), 0.0275 + 0.625e-6),
        (HAIKU, Spend("m", 5, 5, dollars=0.7), 0.7),
    ],
)
def test_the_bill(price: Price, spend: Spend, dollars: float) -> None:
    assert billed(price, spend).dollars == pytest.approx(dollars)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([*PRICES.values(), Price(0, 0, 0, 0), Price(1, 0, 1, 1), replace(HAIKU, long_above=10)]),
    st.integers(0, 300_000),
    st.floats(0.0, 100.0),
    st.floats(0.0, 1.0),
    st.floats(0.0, 1.0),
)
def test_what_the_rest_buys_is_never_more_than_the_rest(
    price: Price, prompt: int, left: float, read: float, wrote: float
) -> None:
    output = most_output(price, prompt, left)
    if output <= 0:
        return
    cached, written = int(prompt * read), int(prompt * (1 - read) * wrote)
    spend = Spend("m", prompt - cached - written, output, cached, written)
    assert billed(price, spend).dollars <= left + 1e-9


def test_no_money_buys_nothing() -> None:
    for left in (0.0, -1.0, -100.0):
        assert most_output(SONNET, 0, left) <= 0
        assert most_output(SONNET, 1_000, left) < 0


@pytest.mark.parametrize(
    "text", ["def total(self):\n    return 1\n" * 500, "日本語" * 3_000, "3f9a" * 5_000, "{}[]();" * 900]
)
def test_the_estimate_is_from_above_and_learns(text: str) -> None:
    meter = Meter()
    request = asked(text)
    estimate = meter.estimate(request)
    assert estimate >= len(text.encode()) / 2
    meter.learn(request, Spend("m", 700, 5, 200, 100))
    assert meter.estimate(request) == 1_001
    longer = replace(request, messages=(*request.messages, *asked("more words here").messages))
    assert 1_001 < meter.estimate(longer) < 1_100


def test_spends_add_up() -> None:
    total = Spend("a", 1, 2, 3, 4, 0.5, 1.0, 1) + Spend("b", 10, 20, 30, 40, 0.25, 2.0, 1)
    assert total == Spend("b", 11, 22, 33, 44, 0.75, 3.0, 2)
    assert total.prompt_tokens == 88
    assert json.dumps(total.dollars) == "0.75"
