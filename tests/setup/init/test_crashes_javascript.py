"""JavaScript: set up by `splat init`, run, crashed; the issue is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.setup.init.crashes import crashing, see_its_issue

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", crashing("javascript"))
def test_its_crash_becomes_an_issue(name: str, github: Any, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    see_its_issue(name, github, tmp_path, request)
