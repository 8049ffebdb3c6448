"""Long lines in a terminal: no word is broken, and what is copied stays whole."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from healer.cli.console import fitted

if TYPE_CHECKING:
    import pytest


def test_a_terminal_breaks_no_word_and_a_program_gets_its_lines_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    line = f"  1. Open https://github.com/{'a' * 60}/settings and store the secret that is named below, as said"
    assert fitted(line, 5) == line
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr("sys.stdout", Terminal())
    made = fitted(line, 5)
    assert made.split() == line.split()
    assert all(len(each) <= 60 or "https://" in each for each in made.splitlines())
    assert all(each.startswith("     ") for each in made.splitlines()[1:])


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True
