"""Other versions of Python, where this machine has them."""

from __future__ import annotations

import functools
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

VERSIONS = ("3.9", "3.10", "3.11", "3.12", "3.13", "3.14")


def interpreter(version: str) -> str:
    """The path of a Python of that version; skips the test where there is none."""
    found = find(version)
    if not found:
        pytest.skip(f"no Python {version} here")
    return found


@functools.cache
def find(version: str) -> str:
    """The path of a Python of that version: this one, pyenv's, or one on the PATH; "" where there is none."""
    if version == "{}.{}".format(*sys.version_info[:2]):
        return sys.executable
    homes = sorted((Path.home() / ".pyenv" / "versions").glob(f"{version}.*/bin/python"))
    on_path = shutil.which(f"python{version}")
    for candidate in [*map(str, homes), *([on_path] if on_path else [])]:
        done = subprocess.run(
            [candidate, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.stdout.strip() == version:
            return candidate
    return ""
