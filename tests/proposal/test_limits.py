"""Whatever the model does, the caps hold; properties, against a model in the same process."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from healer.outcome import Rejected, Skipped
from healer.proposal import Attempt, Proposal, Request, propose
from healer.proposal.purse import Meter
from healer.testing import Answer, Calls, ScriptedModel
from tests.proposal.support import ANSWER, TREE, make_context, make_settings

STOPS = ["end_turn", "tool_use", "max_tokens", "refusal", "pause_turn", "model_context_window_exceeded", "new", ""]
TEXTS = st.one_of(st.just(ANSWER), st.text(max_size=50), st.sampled_from(["{", "", "null", "{}", "[" * 500]))
ARGUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["path", "text", "first", "x"]), inner),
    max_leaves=6,
)
NAMES = st.sampled_from(["read_file", "search", "list_files", "bash", ""])
TURNS = st.one_of(
    st.builds(Answer, TEXTS, stop=st.sampled_from(STOPS)),
    st.builds(Calls, st.lists(st.tuples(NAMES, ARGUMENTS), max_size=40)),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(TURNS, min_size=1, max_size=8))
def test_any_sequence_of_turns_ends_in_a_result(script: list[Any]) -> None:
    model = ScriptedModel([script[number % len(script)] for number in range(100)])
    attempt = propose(make_context(), model, make_settings(limits__tool_calls=4), TREE)
    assert isinstance(attempt.outcome, (Proposal, Rejected, Skipped))
    # At most four rounds of tools, three pauses, one more try for a cut-off answer, and the last word.
    assert len(model.requests) <= 4 + 3 + 1 + 1
    assert attempt.spend.calls == len(model.requests) == len(attempt.exchanges)
    for request in model.requests:
        assert next(message.role for message in request.messages) == "user"
        assert request.max_tokens <= 16_000


class Spendthrift(ScriptedModel):
    """Reads as many tokens as a request can possibly hold, at the dearest, and writes all it is allowed to."""

    def __init__(self, turns: Any) -> None:
        super().__init__([self._spend] * 1_000)
        self._turns = turns

    def _spend(self, request: Request) -> Any:
        usage = {
            "input_tokens": 0,
            "cache_creation_input_tokens": Meter().estimate(request),
            "output_tokens": request.max_tokens,
        }
        turn = self._turns[len(self.requests) % len(self._turns)]
        return replace(turn, usage=usage)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(TURNS, min_size=1, max_size=5),
    st.floats(0.01, 3.0),
    st.sampled_from(["claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5", "claude-fable-5-1"]),
    st.integers(0, 100_000),
    st.sampled_from(["low", "high"]),
)
def test_dollars_are_never_exceeded(turns: list[Any], dollars: float, model: str, size: int, effort: str) -> None:
    chosen = make_settings(limits__dollars=dollars, models=["claude-sonnet-5-5", model], effort=effort)
    context = make_context(repository_map="x = 1\n" * (size // 6))
    spendthrift, earlier = Spendthrift(turns), list[Attempt]()
    while len(earlier) < 12:
        attempt = propose(context, spendthrift, chosen, TREE, earlier)
        earlier.append(replace(attempt, refusal=Rejected("tests-broken", "no")))
        if isinstance(attempt.outcome, Skipped):
            break
    assert isinstance(attempt.outcome, Skipped)
    assert sum(attempt.spend.dollars for attempt in earlier) <= dollars + 1e-9
    assert len(earlier) <= chosen.limits.attempts + 1
