"""Interpreters that are started in other ways, and apps in one archive: the same report, and no word of ours."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipapp
from typing import TYPE_CHECKING, Any, Dict, List

import pytest

from tests import programs

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

APP = """
import os
import splat
splat.init(transport="file", folder=os.environ["OUT"], spool_dir=os.environ["OUT"] + "-spool", root=os.environ["ROOT"])
def broken(cart):
    raise ValueError("boom")
def main():
    try:
        broken({"a": 1})
    except ValueError:
        splat.capture_exception()
    print(splat.flush(60))
    raise KeyError("end")
"""


def run(folder: Path, command: List[str], root: Path, **more: str) -> List[Dict[str, Any]]:
    out = folder / "out"
    done = subprocess.run(
        [sys.executable, *command],
        env=programs.environment(OUT=str(out), ROOT=str(root), **more),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == "True\n", done.stderr
    assert done.stderr.endswith("KeyError: 'end'\n")
    assert "splat:" not in done.stderr
    assert "Warning" not in done.stderr
    return sorted((json.loads(path.read_text()) for path in out.glob("*.json")), key=lambda each: str(each["time"]))


def check(reports: List[Dict[str, Any]]) -> None:
    frames = [each["exceptions"][0]["frames"][-1] for each in reports]
    assert [(each["path"], each["function"], each["source"].strip()) for each in frames] == [
        ("app.py", "broken", 'raise ValueError("boom")'),
        ("app.py", "main", 'raise KeyError("end")'),
    ]
    assert frames[0]["locals"] == {"cart": "dict(1) {a}"}
    assert all(each["in_app"] for each in frames)


@pytest.mark.parametrize(
    "flags",
    [["-W", "error", "-X", "dev"], ["-OO"], ["-S"], ["-I"], ["-W", "error", "-O", "-s", "-E", "-B"]],
    ids=" ".join,
)
def test_flags(flags: List[str], tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(APP)
    paths = [str(programs.PACKAGE), str(tmp_path)]
    check(run(tmp_path, [*flags, "-c", f"import sys; sys.path[:0] = {paths}; import app; app.main()"], tmp_path))


def test_a_safe_path(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(APP)
    paths = os.pathsep.join([str(programs.PACKAGE), str(tmp_path)])
    command = ["-c", "import app; app.main()"]
    check(run(tmp_path, command, tmp_path, PYTHONSAFEPATH="1", PYTHONPATH=paths))


def test_a_zipapp(tmp_path: Path) -> None:
    """With the archive as root its signature is that of the app in its folder."""
    packed = tmp_path / "packed"
    shutil.copytree(programs.PACKAGE / "splat", packed / "splat", ignore=shutil.ignore_patterns("__pycache__"))
    (packed / "app.py").write_text(APP)
    (packed / "__main__.py").write_text("import app; app.main()")
    zipapp.create_archive(packed, tmp_path / "app.pyz")
    reports = run(tmp_path, ["-W", "error", str(tmp_path / "app.pyz")], tmp_path / "app.pyz", PYTHONPATH="")
    check(reports)
    shutil.rmtree(tmp_path / "out")
    (tmp_path / "app.py").write_text(APP)
    plain = run(tmp_path, ["-c", "import app; app.main()"], tmp_path)
    assert plain[0]["signature"] == reports[0]["signature"]
