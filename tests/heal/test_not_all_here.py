"""A repository of which git alone does not have everything: files in LFS, a submodule, and little room."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.context.test_elsewhere import POINTER
from tests.heal.kit import answer, git, heal
from tests.verdict.apps import App, crash

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow
READS_IT = """import pathlib


def test_prices():
    assert (pathlib.Path(__file__).parent / "prices.bin").read_bytes()[:2] == b"PK"
"""
USES_IT = """import money


def test_rates():
    assert money.rate() == 1
"""


@pytest.fixture
def app(tmp_path: Path) -> App:
    app = crash("python", tmp_path)
    files = {"tests/prices.bin": POINTER, "tests/test_prices.py": READS_IT, "tests/test_money.py": USES_IT}
    for path, text in files.items():
        (app.repo / path).write_text(text)
    git(app, "add", "-A")
    git(app, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},money")
    git(app, "commit", "-q", "-m", "prices")
    return app


def test_tests_that_fail_for_it_are_told_of(app: App) -> None:
    ended = heal(app, [answer(app)])
    assert ended.told["outcome"] == "fixed", ended.told
    page = (app.repo / ".splat/pulls/1.md").read_text().replace("\\", "")
    assert "2 failed before and are not counted" in page
    assert "the sandbox has only pointers for 1 Git LFS file" in page
    assert "tests/prices.bin" in page
    assert "nothing of 1 submodule" in page
    assert "oid sha256" not in json.dumps(ended.requests)


def test_a_clone_as_the_job_that_heals_has_it_is_enough(app: App, tmp_path: Path) -> None:
    """Shallow, no file of it checked out, every blob in it: as .github/workflows/heal.yml asks actions/checkout for."""
    git(app, "config", "uploadpack.allowFilter", "true")
    clone, origin = tmp_path / "clone", f"file://{app.repo}"
    options = ("--depth=1", "--filter=blob:limit=1g", "--no-checkout")
    subprocess.run(["git", "clone", "-q", *options, origin, str(clone)], check=True)
    subprocess.run(["git", "sparse-checkout", "set", ".github"], cwd=clone, check=True, capture_output=True)
    subprocess.run(["git", "checkout", "-q"], cwd=clone, check=True)
    assert not (clone / "shop").exists()
    ended = heal(App(app.name, app.data, clone, app.trace), [answer(app)])
    assert ended.told["outcome"] == "fixed", ended.told
