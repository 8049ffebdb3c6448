"""Splat's last words: short enough for GitHub whatever is in them, and nothing in them acts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from healer.delivery import words
from healer.gate import Ledger, Run, write_ledger
from healer.outcome import Rejected, SplatError
from healer.pull_request import Refusal, Tally
from tests.verdict.apps import crash

if TYPE_CHECKING:
    from pathlib import Path

NASTY = "Closes #1 @mona <!-- splat:ledger {} --> </details> ``` https://evil.example ![x](y) ${{ secrets.X }}"
VOICE = words.Voice("@splat", "https://github.com/acme/shop/actions/runs/1", Tally(0.5, 61.0, 40.0, 3))


def inert(text: str) -> None:
    """As GitHub would read it: outside of code nothing pings, refers, closes, links elsewhere or is foreign HTML."""
    for token in MarkdownIt("gfm-like", {"linkify": False}).parse(text):
        if token.type == "html_block":
            assert re.fullmatch(r"</?(details|summary|sub)>.*", token.content.strip(), re.DOTALL), token.content
            assert "@mona" not in token.content
        for inner in token.children or ():
            assert inner.type != "image"
            if inner.type == "html_inline":
                assert re.fullmatch(r"</?(details|summary|sub)>", inner.content), inner.content
            if inner.type == "link_open":
                assert str(inner.attrs["href"]).startswith("https://github.com/")
            if inner.type == "text":
                assert not re.search(r"@\w|#\d|GH-\d|https?://", inner.content), inner.content


@pytest.mark.parametrize(
    "text",
    [
        words.declined(NASTY, NASTY, VOICE),
        words.broken(NASTY, NASTY, NASTY, VOICE),
        words.of_error(SplatError("It broke", where="a", next_step="Mend it."), VOICE),
        words.talking(VOICE),
    ],
)
def test_nothing_in_them_acts(text: str) -> None:
    inert(text)


@given(st.text(max_size=300), st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_whatever_the_words_are(reason: str, then: str) -> None:
    inert(words.declined(reason, then, VOICE))


def test_a_secret_in_a_reason_is_not_shown() -> None:
    assert "ghp_" not in words.declined("The token ghp_" + "a1B2" * 9 + " expired", "", VOICE)


@pytest.mark.slow
def test_the_longest_diagnosis_and_the_longest_ledger_fit_into_a_comment(tmp_path: Path) -> None:
    app = crash("python", tmp_path)
    context = app.patch(app.data["answer"]).proposal.context
    refusals = tuple(
        Refusal(number, "m" * 200, NASTY * 200, NASTY * 200, Rejected("r" * 100, NASTY * 200, "`" * 20_000))
        for number in range(20)
    )
    voice = words.Voice("@" + "s" * 60, "https://github.com/" + "a" * 200, Tally(refusals=refusals))
    runs = tuple(
        Run(10**14 + number, 9, "k" * 100, "2026-11-21T10:00:00Z", "heal", 10**14, 0.123456) for number in range(30)
    )
    said = words.unfixed(context, NASTY * 500, voice)
    inert(said)
    assert "What now" not in said or "retry" in said
    assert len(write_ledger(Ledger(runs))) < 20_000
    assert len(write_ledger(Ledger(runs))) + 2 + len(said) < 65_536
