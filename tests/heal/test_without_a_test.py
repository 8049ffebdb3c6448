"""An answer that brings no regression test: asked for one, once, and a draft where none comes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.heal.kit import answer, heal
from tests.verdict.apps import App, crash

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


@pytest.fixture
def app(tmp_path: Path) -> App:
    return crash("python", tmp_path)


def test_the_next_attempt_brings_it(app: App) -> None:
    ended = heal(app, [answer(app, regression_test=None), answer(app)])
    assert (ended.told["outcome"], ended.told["draft"], ended.told["attempts"]) == ("fixed", False, 2)
    assert "no test shows the bug" in json.dumps(ended.requests[1]["messages"])


def test_the_fix_is_kept_as_a_draft_when_what_follows_is_worse(app: App) -> None:
    worse = answer(app, edits=[{"path": "shop/cart.py", "find": "no such text", "replace": "x"}])
    ended = heal(app, [answer(app, regression_test=None, title="kept"), worse, worse])
    assert (ended.code, ended.told["outcome"], ended.told["title"]) == (0, "fixed", "fix: kept")
    assert ended.told["draft_because"][0] == "There is no regression test."
    assert (ended.told["attempts"], len(ended.requests)) == (3, 3)


def test_without_another_attempt_it_is_a_draft_at_once(app: App) -> None:
    ended = heal(app, [answer(app, regression_test=None)], "--attempts", "1")
    assert (ended.code, ended.told["draft"], len(ended.requests)) == (0, True, 1)
