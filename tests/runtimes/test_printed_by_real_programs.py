"""The programs beside the kept traces, run again on the Node and Go that are here: the same crash is read from them."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from healer.runtimes import trace_reader
from tests.runtimes.printed_cases import CASES, lines

if TYPE_CHECKING:
    from pathlib import Path

    from healer.frames import Trace

NODE, GO = shutil.which("node"), shutil.which("go")
NODE_PROGRAMS = sorted(path.name for path in (CASES / "javascript").glob("*.*js"))
GO_PROGRAMS = ["custom", "deadlock", "debugstack", "errpanic", "generics", "goroutine", "index", "nested", "reraised"]
#: What some of the programs need beside them.
BESIDE = {
    "node_modules/cartlib/index.js": (
        "exports.each = function each(items, fn) { return items.map((item) => fn(item)); };\n"
    ),
    "lib/broken.js": "function total(a, b) {\n  return a +* b;\n}\n",
}


def crash(traces: list[Trace]) -> list[tuple[str, str, frozenset[str]]]:
    """Type, relation and the app's functions of each exception: what no version prints otherwise."""
    return [
        (
            exception.type,
            exception.relation,
            frozenset(
                trace_reader(trace.runtime).clean_function(frame.function) for frame in exception.frames if frame.in_app
            ),
        )
        for trace in traces
        for exception in trace.exceptions
    ]


def run(command: list[str], folder: Path) -> list[str]:
    done = subprocess.run(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120, check=False, text=True
    )
    return done.stdout.splitlines()


@pytest.mark.slow
@pytest.mark.skipif(NODE is None, reason="needs node")
@pytest.mark.parametrize("program", NODE_PROGRAMS)
def test_node(program, tmp_path):
    for path, text in BESIDE.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    shutil.copy(CASES / "javascript" / program, tmp_path)
    printed = run([NODE, "--stack-size=200", program], tmp_path)
    name = program.partition(".")[0]
    reader = trace_reader("javascript")
    assert crash(reader.find(printed)) == crash(reader.find(lines("javascript", name))), "\n".join(printed)


@pytest.mark.slow
@pytest.mark.skipif(GO is None, reason="needs go")
@pytest.mark.parametrize("program", GO_PROGRAMS)
def test_go(program, tmp_path):
    shutil.copy(CASES / "go" / f"{program}.go", tmp_path / "main.go")
    (tmp_path / "go.mod").write_text("module example.com/shop\n\ngo 1.22\n")
    printed = run([GO, "run", "."], tmp_path)
    reader = trace_reader("go")
    assert crash(reader.find(printed)) == crash(reader.find(lines("go", program))), "\n".join(printed)
