"""`splat init --yes` in each project of tests/apps/init: written once, and taken out again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from healer.cli.init import init as command
from healer.settings import CONFIG_PATH, mistakes_in
from tests.setup.init.kit import snapshot
from tests.setup.trees import NAMES, project

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", NAMES)
def test_written_once_and_taken_out_again(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = project(name, tmp_path / name)
    before = snapshot(root)

    def init(*arguments: str) -> dict[str, Any]:
        """In this process: there are many projects."""
        assert command.main(["--repo", str(root), "--offline", "--json", *arguments], standalone_mode=False) == 0
        answer: dict[str, Any] = json.loads(capsys.readouterr().out)
        return answer

    answer = init("--yes")
    assert answer["outcome"] == ("nothing" if name == "splat-already" else "written")
    assert mistakes_in((root / CONFIG_PATH).read_bytes()) == ()
    for path in (each["path"] for each in answer["files"] if each["path"].endswith(".py")):
        compile((root / path).read_bytes(), path, "exec")
    written = snapshot(root)
    assert init("--yes")["outcome"] == "nothing"
    assert snapshot(root) == written
    if written != before:
        init("--remove", "--yes")
    assert snapshot(root) == before
