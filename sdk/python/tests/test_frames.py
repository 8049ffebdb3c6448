"""F1-F4: the vectors, this very interpreter's own files, and bounds."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from splat import frames
from splat.frames import Frames, own_libraries, start_folder
from tests.vectors import FOLDER, of_python, vectors


@vectors("frames", "frames", of_python)
def test_vectors(vector):
    made = Frames(vector["root"], vector.get("include", ()), vector.get("libraries", ()))
    assert made.in_app(vector["path"]) == vector["in_app"]
    assert made.in_app(vector["path"]) == vector["in_app"], "the second answer is another"
    assert made.path(vector["path"]) == vector["expected"]


def test_the_patterns_are_those_of_the_rule():
    spec = (FOLDER.parent / "SPEC.md").read_text("utf-8")
    row = re.search(r"^  \| `python` \| `<` \| (.*) \|$", spec, re.MULTILINE)
    assert row
    wanted = [each.replace("\\|", "|") for each in re.findall(r"`(.+?)`(?: |$)", row.group(1))]
    assert len(wanted) == 8
    assert "|".join(wanted).replace("(", "(?:") == frames._FOREIGN


def test_this_interpreter_knows_its_own():
    made = Frames(start_folder())
    assert not made.in_app(json.__file__)
    assert not made.in_app(pytest.__file__)
    assert not made.in_app(os.__file__)
    assert not made.in_app("<frozen importlib._bootstrap>")
    assert made.in_app(str(Path(__file__).resolve()))


def test_without_site_only_the_standard_library_is_known():
    script = "from splat.frames import own_libraries; print(*own_libraries(), sep='\\n')"
    folder = Path(frames.__file__).resolve().parents[1]
    ran = subprocess.run(
        [sys.executable, "-S", "-c", script], cwd=folder, capture_output=True, text=True, check=True, timeout=60
    )
    assert ran.stdout.split("\n")[:-1] == [os.path.dirname(os.__file__)]


def test_no_prefix_is_a_library():
    assert not {sys.prefix, sys.base_prefix} & set(own_libraries())


def test_what_is_remembered_is_bounded():
    made = Frames("/app")
    for number in range(frames.MAX_KNOWN * 2 + 10):
        made.in_app(f"/app/m{number}.py")
    assert len(made._known) <= frames.MAX_KNOWN


def test_a_folder_that_is_gone_is_no_root(tmp_path):
    script = "import os, sys; os.rmdir(os.getcwd()); from splat.frames import start_folder; print(repr(start_folder()))"
    gone = tmp_path / "gone"
    gone.mkdir()
    folder = str(Path(frames.__file__).resolve().parents[1])
    ran = subprocess.run(
        [sys.executable, "-c", script],
        cwd=gone,
        env={**os.environ, "PYTHONPATH": folder},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert ran.stdout == "''\n"


def test_importing_compiles_nothing():
    """The first error pays for the patterns it needs, not every start."""
    script = (
        "import sys, re\n"
        "made = []\n"
        "compiled = re.compile\n"
        "re.compile = lambda *a, **k: made.append(a[0]) or compiled(*a, **k)\n"
        "import splat.frames, splat.signature, splat.redact, splat.redact.names\n"
        "print(made, 'hashlib' in sys.modules, 'splat.redact.texts' in sys.modules)"
    )
    folder = Path(frames.__file__).resolve().parents[1]
    ran = subprocess.run(
        [sys.executable, "-S", "-c", script], cwd=folder, capture_output=True, text=True, check=True, timeout=60
    )
    assert ran.stdout == "[] False False\n"
