"""Where the verbs find their crash and their repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.test_console import splat

if TYPE_CHECKING:
    from pathlib import Path

TRACE = 'Traceback (most recent call last):\n  File "/srv/app/x.py", line 3, in f\n    g()\nValueError: x\n'


def test_a_signature_needs_no_repository(tmp_path: Path) -> None:
    ended = splat("signature", "--trace=-", given=TRACE, cwd=tmp_path)
    assert ended.returncode == 0
    assert len(ended.stdout.strip()) == 16


@pytest.mark.parametrize("option", ["--repo=missing", "--base=main"])
def test_a_repository_that_was_named_and_is_none_is_an_error(option: str, tmp_path: Path) -> None:
    ended = splat("signature", "--trace=-", option, given=TRACE, cwd=tmp_path)
    assert ended.returncode == 2
    assert ended.stdout == b""


def test_the_bare_command_shows_its_help(tmp_path: Path) -> None:
    ended = splat(cwd=tmp_path)
    assert ended.returncode == 2
    assert b"\n  heal " in ended.stderr
    assert b"\n  context " in ended.stderr


def test_what_is_no_repository_is_named_in_full(tmp_path: Path) -> None:
    ended = splat("context", "--trace=-", given=TRACE, cwd=tmp_path)
    assert ended.returncode == 2
    assert f"where: {tmp_path}".encode() in ended.stderr
