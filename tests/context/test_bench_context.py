"""The benchmark of the context, on a case made here: it must see both a hit and a miss."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.context.kit import write

SCRIPT = Path(__file__).parents[2] / "scripts" / "bench_context.py"
TRACE = """Traceback (most recent call last):
  File "/app/shop/cart.py", line 2, in total
    return cart.sum
KeyError: 1
"""


def run(cases: Path, repos: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), "--cases", str(cases), "--repos", str(repos), *more]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def make_case(cases: Path, name: str, base: str, fix: str, files: list[str]) -> None:
    (cases / name).mkdir(parents=True)
    (cases / name / "trace.txt").write_text(TRACE)
    about = {"repo": "acme/shop", "base_sha": base, "fix_sha": fix, "files_changed_by_fix": files}
    (cases / name / "case.json").write_text(json.dumps(about))


@pytest.mark.slow
@pytest.mark.parametrize("place", ["hit-1", "acme/shop", "acme+shop", "acme+shop/repo", "acme__shop", "shop"])
def test_hits_and_misses_are_told_apart(tmp_path: Path, place: str) -> None:
    repo, cases = tmp_path / "repos" / place, tmp_path / "cases"
    pad = "".join(f"\n\ndef pad_{n}():\n    return {n}\n" for n in range(400))
    cart = "def total(cart):\n    return cart.sum\n"
    base = write(repo, {"shop/cart.py": cart + pad, "shop/far.py": "def far():\n    return 1\n"})
    fix = write(repo, {"shop/cart.py": cart.replace("cart.sum", "cart.total") + pad})
    worse = write(repo, {"shop/far.py": "def far():\n    return 2\n"})
    make_case(cases, "hit-1", base, fix, ["shop/cart.py"])
    told = json.loads(run(cases, tmp_path / "repos", "--json").stdout)
    assert told["cases"][0]["functions"] == {"shop/cart.py: total": "whole"}
    assert told["totals"]["holds"] is True
    if place == "hit-1":
        return
    make_case(cases, "miss-1", fix, worse, ["shop/far.py"])
    make_case(cases, "none-1", "0" * 40, fix, ["shop/cart.py"])
    ended = run(cases, tmp_path / "repos")
    assert ended.returncode == 1
    assert "miss-1 missed shop/far.py" in ended.stdout
    assert str(tmp_path) not in ended.stdout


@pytest.mark.slow
def test_without_repositories_or_cases_it_says_so(tmp_path: Path) -> None:
    make_case(tmp_path / "cases", "one", "0" * 40, "0" * 40, [])
    assert "one missed no repository" in run(tmp_path / "cases", tmp_path).stdout
    assert "There is no case" in run(tmp_path / "nowhere", tmp_path).stderr
