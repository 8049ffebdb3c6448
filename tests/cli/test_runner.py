"""What a step leaves on its runner: no value ends early, no word of others becomes a command."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healer.cli.runner import add_summary, annotate, broken, write_outputs
from healer.cli.timeline import timeline
from healer.edge.stopwatch import Stopwatch
from healer.outcome import SplatError

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = ["a,line=1::x", "a:b", "50%", "x\n::add-mask::y", "::error::z", "\u2028::set-output name=a::b", "\x1b[31m"]


def test_no_value_ends_its_output(tmp_path: Path) -> None:
    file = tmp_path / "output"
    values = {"a": "1", "b": "x\nEOF\nsplat_\nc<<EOF\nno\nEOF", "c": ""}
    write_outputs(str(file), values)
    text = file.read_text()
    for name, value in values.items():
        match = re.search(rf"^{name}<<(splat_[0-9a-f]{{32}})\n(.*?)\n\1\n", text, re.DOTALL | re.MULTILINE)
        assert match
        assert match[2] == value


def test_without_a_runner_nothing_is_written(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    write_outputs("", {"a": "1"})
    add_summary("", "text")
    annotate("a.py", 1, "Splat", "boom")
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("text", HOSTILE)
def test_an_annotation_is_one_command(
    text: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    annotate(f"src/{text}", 3, "Splat", text)
    lines = capsys.readouterr().err.rstrip("\n").split("\n")
    assert len(lines) == 1
    match = re.fullmatch(r"::warning file=([^,:\r\n]*),line=3,title=Splat::([^\r\n\x1b\u2028]*)", lines[0])
    assert match, lines


@given(st.text(max_size=200), st.text(max_size=50), st.text(max_size=200))
@settings(max_examples=100)
def test_a_summary_of_an_error_holds_nothing_active(what: str, where: str, then: str) -> None:
    text = broken(SplatError(what, where=where, next_step=then), "It is broken")
    assert text.startswith("### It is broken\n\n")
    assert "<!--" not in text
    assert "\x1b" not in text


def test_a_summary_is_never_too_long(tmp_path: Path) -> None:
    file = tmp_path / "summary"
    add_summary(str(file), "x" * 2_000_000)
    assert file.stat().st_size < 1_048_576


def test_a_timeline_shows_the_longest_bars_of_each_kind() -> None:
    watch = Stopwatch()
    assert timeline(watch) == ""
    watch.add("stage", "propose", watch.began + 5.0, 4.0)
    watch.add("claude", "claude-sonnet-5-5", watch.began + 4.5, 3.0)
    for number in range(100):
        watch.add("commands", f"/usr/bin/py:th;on#{number}", watch.began + number + 1, 1.0 + number % 7)
    text = timeline(watch)
    bars = re.findall(r"^    ([^:\n]+) :(\d+), (\d+)$", text, re.MULTILINE)
    assert ("asking Claude", "1000", "5000") in bars
    assert ("claude-sonnet-5-5", "1500", "4500") in bars
    assert len(bars) == 2 + 25
    for name, start, end in bars:
        assert int(start) < int(end)
        assert re.fullmatch(r"[0-9A-Za-z ._-]+", name)
