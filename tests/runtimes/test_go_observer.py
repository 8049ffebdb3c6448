"""What the Go observer writes into a module builds with the Go that its go.mod asks for, and sees the panic."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from healer.runtimes import check_reader

if TYPE_CHECKING:
    from pathlib import Path

APP = b"package shop\n\ntype Shelf struct{ Name string }\n\nfunc (s *Shelf) Where() string { return s.Name }\n"
TEST = b'package shop\n\nimport "testing"\n\nfunc TestWhere(t *testing.T) { (*Shelf)(nil).Where() }\n'


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("go") is None, reason="needs go")
@pytest.mark.parametrize("version", ["1.11", "1.17", "1.21"])
def test_the_observer_builds_with_old_and_new_modules(version: str, tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text(f"module example.com/shop\n\ngo {version}\n")
    for path, content in (dict(check_reader("go").instrument("shop.go", APP)) | {"shop_test.go": TEST}).items():
        (tmp_path / path).write_bytes(content)
    results = tmp_path / "results"
    results.mkdir()
    environ = os.environ | {"SPLAT_RESULTS": str(results), "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=mod"}
    done = subprocess.run(
        ["go", "test", "./..."], cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=300, check=False
    )
    assert "build failed" not in done.stdout, done.stdout + done.stderr
    seen = json.loads((results / "raised.jsonl").read_text().splitlines()[0])
    assert seen["types"][0] == "runtime error"
    assert seen["frames"][-1][2].endswith("(*Shelf).Where")
