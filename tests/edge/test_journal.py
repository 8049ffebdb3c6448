"""The run's folder: what is kept stays whole and readable, however much there is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from healer.edge.journal import Journal

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "value",
    [
        [{"request": "x" * 300_000, "reply": "y" * 1_000}] * 40,
        {"text": "\n" * 9_000_000},
        ["z" * 5_000] * 3_000,
        ["quite short"] * 10,
    ],
)
def test_what_is_too_long_is_cut_but_stays_json(tmp_path: Path, value: object) -> None:
    journal = Journal(tmp_path)
    journal.keep("a/b.json", value)
    text = (journal.folder / "a/b.json").read_text()
    kept = json.loads(text)
    assert len(text) <= 5_000_100
    assert type(kept) is type(value)
    assert len(kept) == len(value)  # type: ignore[arg-type]


def test_a_conversation_of_a_few_megabytes_is_kept_whole(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    said = [{"reply": "word " * 40_000}] * 12
    journal.keep("exchanges.json", said)
    assert json.loads((journal.folder / "exchanges.json").read_text()) == said


def test_a_secret_in_a_long_text_is_redacted(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.keep("x.json", {"a": "b" * 2_000_000 + " password=hunter2-very-secret"})
    assert "hunter2" not in (journal.folder / "x.json").read_text()
