"""Stop reasons and tool calls, over HTTP with the real SDK."""

from __future__ import annotations

from typing import Any

import pytest

from healer.outcome import Rejected, Skipped
from healer.proposal import Attempt, Proposal
from healer.testing import Answer, Calls, Raw
from tests.proposal.support import ANSWER, TREE, MemoryTree, ask, make_settings


def results(body: dict[str, Any]) -> list[dict[str, Any]]:
    """The tool results of a request's last message."""
    return [block for block in body["messages"][-1]["content"] if block["type"] == "tool_result"]


def rule(attempt: Attempt) -> str:
    assert isinstance(attempt.outcome, Rejected), attempt.outcome
    return attempt.outcome.rule


# Stop reasons


@pytest.mark.parametrize("stop", ["end_turn", "stop_sequence", "something_new", None])
def test_a_finished_or_unknown_stop_is_judged_by_the_answer(stop: str) -> None:
    assert isinstance(ask(Answer(ANSWER, stop=stop))[0].outcome, Proposal)
    assert rule(ask(Answer("no", stop=stop))[0]) == "malformed-answer"


def test_a_cut_off_answer_gets_more_room_once() -> None:
    attempt, server = ask(Answer("{", stop="max_tokens"), ANSWER)
    assert isinstance(attempt.outcome, Proposal)
    assert [body["max_tokens"] for body in server.requests] == [8_000, 16_000]
    assert server.requests[0]["messages"] == server.requests[1]["messages"]
    assert attempt.spend.calls == 2
    attempt, server = ask(Answer("{", stop="max_tokens"), Answer("{", stop="max_tokens"), ANSWER)
    assert rule(attempt) == "cut-off"
    assert len(server.requests) == 2
    assert "16000 tokens" in attempt.outcome.reason  # type: ignore[union-attr]


def test_a_cut_off_answer_gets_no_more_room_than_money() -> None:
    used = {"input_tokens": 0, "output_tokens": 8_000}
    attempt, server = ask(
        Answer("{", stop="max_tokens", usage=used), ANSWER, settings=make_settings(limits__dollars=0.1)
    )
    assert rule(attempt) == "cut-off"
    assert len(server.requests) == 1


def test_much_thinking_gets_all_the_room_at_once() -> None:
    _, server = ask(Answer("{", stop="max_tokens"), settings=make_settings(effort="high"))
    assert [body["max_tokens"] for body in server.requests] == [16_000]


def test_a_refusal() -> None:
    assert rule(ask(Answer("", stop="refusal"))[0]) == "refused"
    assert rule(ask(Answer(ANSWER, stop="refusal"))[0]) == "refused"


def test_a_full_context_window() -> None:
    assert rule(ask(Answer(ANSWER, stop="model_context_window_exceeded"))[0]) == "context-full"


def test_a_pause_goes_on() -> None:
    attempt, server = ask(Answer("let me think", stop="pause_turn"), ANSWER)
    assert isinstance(attempt.outcome, Proposal)
    assert server.requests[1]["messages"][-1] == {
        "role": "assistant",
        "content": [{"type": "text", "text": "let me think"}],
    }


def test_endless_pauses_end() -> None:
    attempt, server = ask(*[Answer("hm", stop="pause_turn")] * 20)
    assert rule(attempt) == "no-answer"
    assert len(server.requests) == 4


def test_a_pause_without_words_ends() -> None:
    body = b'{"content": [], "stop_reason": "pause_turn", "usage": {"input_tokens": 1, "output_tokens": 1}}'
    assert rule(ask(Raw(body))[0]) == "no-answer"


def test_tool_use_that_calls_nothing() -> None:
    assert rule(ask(Answer("", stop="tool_use"))[0]) == "malformed-answer"


# Tools


def test_tools_read_search_and_list() -> None:
    calls = [
        ("read_file", {"path": "shop/cart.py", "first": 5, "last": 6}),
        ("search", {"text": "LIMIT"}),
        ("list_files", {"prefix": "shop/"}),
    ]
    attempt, server = ask(Calls(calls), ANSWER)
    marks = f"<data-{attempt.nonce}>\n", f"\n</data-{attempt.nonce}>"
    told = [result["content"] for result in results(server.requests[1])]
    assert all(text.startswith(marks[0]) and text.endswith(marks[1]) for text in told)
    read, search, listing = (text.removeprefix(marks[0]).removesuffix(marks[1]) for text in told)
    assert read == "shop/cart.py\n    5| def total(code):\n    6|     discount = find(code)\n(lines 5 to 6 of 7)"
    assert search == "shop/other.py:1: LIMIT = 3"
    assert listing == "shop/cart.py\nshop/other.py"
    assert isinstance(attempt.outcome, Proposal)
    assert attempt.outcome.files_read == ("shop/cart.py",)
    assert server.requests[1]["messages"][1]["content"][0]["type"] == "tool_use"
    assert server.requests[1]["messages"][-1]["content"][-1]["cache_control"]
    assert server.requests[0]["messages"][0] == server.requests[1]["messages"][0]


@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    [
        ("read_file", {"path": "../../etc/passwd"}, "no tracked file"),
        ("read_file", {"path": "/etc/passwd"}, "no tracked file"),
        ("read_file", {"path": "shop/../shop/cart.py"}, "no tracked file"),
        ("read_file", {"path": "./shop/cart.py"}, "no tracked file"),
        ("read_file", {"path": "shop/cart.py\x00"}, "no tracked file"),
        ("read_file", {"path": ".git/config"}, "no tracked file"),
        ("read_file", {"path": "HEAD:shop/cart.py"}, "no tracked file"),
        ("read_file", {"path": "a" * 100_000}, "at most 4096"),
        ("read_file", {"path": 7}, "must be a string"),
        ("read_file", {"path": None}, "must be a string"),
        ("read_file", {}, "must be a string"),
        ("read_file", {"path": "shop/cart.py", "first": "1"}, "whole number"),
        ("read_file", {"path": "shop/cart.py", "first": True}, "whole number"),
        ("read_file", {"path": "shop/cart.py", "first": 10**30}, "has 7 lines"),
        ("read_file", {"path": ".env"}, "credentials"),
        ("read_file", {"path": "deploy/id_rsa"}, "credentials"),
        ("read_file", {"path": "logo.png"}, "binary"),
        ("search", {"text": ""}, "one line"),
        ("search", {"text": "a\nb"}, "one line"),
        ("search", {"text": "x" * 1_000}, "one line"),
        ("search", {"text": {"$regex": "(a+)+$"}}, "must be a string"),
        ("list_files", {"prefix": "../"}, "No tracked path"),
        ("list_files", {"prefix": "/"}, "No tracked path"),
        ("write_file", {"path": "shop/cart.py"}, "no tool"),
        ("bash", {"command": "id"}, "no tool"),
        ("", {}, "no tool"),
        ("read_file", [], "not an object"),
        ("read_file", "shop/cart.py", "not an object"),
        ("read_file", None, "not an object"),
    ],
)
def test_a_tool_that_cannot_says_why(name: str, arguments: Any, says: str) -> None:
    tree = MemoryTree({**TREE.files, ".env": b"K=v", "deploy/id_rsa": b"x", "logo.png": b"\x89PNG\x00\x00"})
    attempt, server = ask(Calls([(name, arguments)]), ANSWER, tree=tree)
    (result,) = results(server.requests[1])
    assert result["is_error"]
    assert says in result["content"]
    assert len(result["content"]) < 300
    assert isinstance(attempt.outcome, Proposal)
    assert attempt.outcome.files_read == ()


@pytest.mark.parametrize(
    "arguments", [{"first": -5}, {"first": 0, "last": -1}, {"first": 3, "last": 2}, {"last": 10**12}]
)
def test_odd_ranges_are_read_as_far_as_they_go(arguments: dict[str, int]) -> None:
    _, server = ask(Calls([("read_file", {"path": "shop/other.py"} | arguments)]), ANSWER)
    (result,) = results(server.requests[1])
    assert ("LIMIT" in result["content"]) != result["is_error"]


def test_tool_answers_are_capped_and_redacted() -> None:
    tree = MemoryTree(
        {
            **TREE.files,
            "wide.py": b"x" * 10_000_000,
            "long.py": b"needle = 1\n" * 100_000,
            "keys.py": b'KEY = "ghp_' + b"a1B2" * 9 + b'"\n',
        }
    )
    reads = [("read_file", {"path": path}) for path in ("wide.py", "long.py", "keys.py")]
    _, server = ask(Calls([*reads, ("search", {"text": "needle"}), ("search", {"text": "ghp_"})]), ANSWER, tree=tree)
    wide, long, keys, hits, secret = (result["content"] for result in results(server.requests[1]))
    assert len(wide) < 17_000
    assert "characters left out" in wide
    assert "(lines 1 to 400 of 100000)" in long
    assert "ghp_" not in keys
    assert "[REDACTED]" in keys
    assert hits.count("needle") == 40
    assert "narrow path_prefix" not in hits.split("\n")[0]
    assert "a1B2a1B2" not in secret


def test_search_stops_at_its_limit_of_files() -> None:
    tree = MemoryTree({f"f{number:05}.py": b"x = 1\n" for number in range(20_000)})
    _, server = ask(Calls([("search", {"text": "nowhere"})]), ANSWER, tree=tree)
    (result,) = results(server.requests[1])
    assert "of 20000 files" in result["content"]
    assert len(tree.reads) <= 3_000


def test_a_path_prefix_narrows_the_search() -> None:
    _, server = ask(Calls([("search", {"text": "def", "path_prefix": "tests/"})]), ANSWER)
    (result,) = results(server.requests[1])
    assert result["content"].split("\n")[1:-1] == ["tests/test_cart.py:1: def test_x(): ..."]


def test_calls_beyond_the_limit_get_no_answer_and_the_next_turn_must_answer() -> None:
    one = ("list_files", {"prefix": ""})
    attempt, server = ask(Calls([one] * 5), ANSWER, settings=make_settings(limits__tool_calls=3))
    assert [result["is_error"] for result in results(server.requests[1])] == [False] * 3 + [True] * 2
    assert server.requests[1]["tool_choice"] == {"type": "none"}
    assert server.requests[1]["tools"] == server.requests[0]["tools"]
    assert "Answer now" in server.requests[1]["messages"][-1]["content"][-1]["text"]
    assert isinstance(attempt.outcome, Proposal)


def test_a_model_that_never_stops_asking_is_stopped() -> None:
    one = Calls([("list_files", {"prefix": ""})])
    attempt, server = ask(*[one] * 40, settings=make_settings(limits__tool_calls=3))
    assert rule(attempt) == "no-answer"
    assert len(server.requests) == 4


def test_a_thousand_calls_at_once_are_refused() -> None:
    attempt, server = ask(Calls([("list_files", {"prefix": ""})] * 1_000), ANSWER)
    assert rule(attempt) == "no-answer"
    assert len(server.requests) == 1


def test_half_a_character_in_a_tool_call_is_refused_not_sent_back() -> None:
    attempt, _ = ask(Calls([("search", {"text": "\ud800"})]), ANSWER)
    assert rule(attempt) == "no-answer"


def test_thinking_goes_back_unchanged() -> None:
    thinking = {"type": "thinking", "thinking": "hm", "signature": "c2ln", "something_new": 1}
    call = {"type": "tool_use", "id": "t1", "name": "list_files", "input": {"prefix": ""}}
    import json

    body = {"content": [thinking, call], "stop_reason": "tool_use", "usage": {"input_tokens": 1, "output_tokens": 1}}
    _, server = ask(Raw(json.dumps(body).encode()), ANSWER)
    assert server.requests[1]["messages"][1]["content"] == [thinking, call]


def test_running_out_of_money_between_tool_calls() -> None:
    call = Calls([("list_files", {"prefix": ""})], usage={"input_tokens": 100_000, "output_tokens": 10_000})
    attempt, server = ask(*[call] * 12, ANSWER)
    assert isinstance(attempt.outcome, Skipped)
    assert attempt.outcome.code == "budget"
    assert attempt.spend.dollars <= 1.0
    assert len(server.requests) < 5
