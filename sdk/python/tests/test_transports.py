"""T3, T4: `file`, `http`, `console` and `none`."""

from __future__ import annotations

import json
import os
import stat
import sys
import time
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Tuple

import pytest

from splat.outcome import Outcome
from splat.transports.collector import Collector
from splat.transports.console import Console
from splat.transports.file import File
from splat.transports.none import Nowhere
from splat.wire import item_of
from tests.clocks import Watch
from tests.sink import BlackHole, Sink, refused_url
from tests.test_spool import count, report

if TYPE_CHECKING:
    from pathlib import Path

LATER, NEVER, DELIVERED = Outcome.LATER, Outcome.NEVER, Outcome.DELIVERED


class Warnings(List[Tuple[str, Optional[str]]]):
    def __call__(self, text: str, kind: Optional[str] = None) -> None:
        if kind not in [each for _, each in self]:
            self.append((text, kind))


def hurried(url: str, warn: Warnings, seconds: float = 0.5) -> Collector:
    collector = Collector(url, warn)
    collector.hurry(time.monotonic() + seconds)
    return collector


# --- http ------------------------------------------------------------------------------------------------------------


def test_a_batch_is_one_request() -> None:
    with Sink() as sink:
        outcomes = Collector(sink.url, Warnings()).send([report(1), count(7), report(2)])
        assert outcomes == [DELIVERED] * 3
        ((method, path, headers, body, _),) = sink.requests
    assert (method, path) == ("POST", "/splat")
    assert headers["Content-Type"] == "application/json"
    told = json.loads(body)
    assert [each["id"] for each in told["reports"]] == [report(1).id, report(2).id]
    assert [(each["signature"], each["count"], each["release"]) for each in told["counts"]] == [
        ("17310dbb56def269", 7, "v1")
    ]
    assert told["counts"][0]["last"] == "2026-11-18T11:06:40.250Z"
    assert body.isascii()


def test_at_most_50_items_a_request() -> None:
    with Sink() as sink:
        assert Collector(sink.url, Warnings()).send([report(n) for n in range(120)]) == [DELIVERED] * 120
        assert [len(json.loads(body)["reports"]) for _, _, _, body, _ in sink.requests] == [50, 50, 20]
        assert [each["id"] for each in sink.reports] == [report(n).id for n in range(120)]


def test_at_most_a_million_bytes_a_request() -> None:
    large = [report(n, padding="x" * 300_000) for n in range(7)] + [report(7, padding="x" * 999_990)]
    with Sink() as sink:
        assert Collector(sink.url, Warnings()).send(large) == [DELIVERED] * 8
        sizes = [(len(json.loads(body)["reports"]), len(body)) for _, _, _, body, _ in sink.requests]
    assert [number for number, _ in sizes] == [3, 3, 1, 1]
    assert all(size <= 1_000_000 for number, size in sizes if number > 1)


def test_413_halves_the_batch_and_drops_what_is_too_large_alone() -> None:
    def answer(number: int, body: bytes) -> Tuple[int, Dict[str, str]]:
        return (413 if len(body) > 2_000 else 200), {}

    items = [report(n, padding="x" * (5_000 if n == 11 else 100)) for n in range(20)]
    warnings = Warnings()
    with Sink(answer=answer) as sink:
        outcomes = Collector(sink.url, warnings).send(items)
        assert outcomes == [NEVER if n == 11 else DELIVERED for n in range(20)]
        assert [each["id"] for each in sink.reports] == [each.id for n, each in enumerate(items) if n != 11]
        assert len(sink.requests) < 20
    assert len(warnings) == 1
    assert "this size" in warnings[0][0]


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 405, 410, 415, 422])
def test_what_another_try_cannot_help_is_tried_once_and_said_once(status: int) -> None:
    warnings = Warnings()
    with Sink(answer=lambda number, body: (status, {})) as sink:
        url = sink.url.replace("http://", "http://me:hunter2@")
        collector = Collector(f"{url}?key=hunter3", warnings)
        assert collector.send([report(1), report(2)]) == [NEVER, NEVER]
        assert collector.send([report(3)]) == [NEVER]
        assert len(sink.requests) == 2
    assert len(warnings) == 1
    assert str(status) in warnings[0][0]
    assert "hunter" not in warnings[0][0]


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_what_another_try_may_help_is_later(status: int) -> None:
    warnings = Warnings()
    with Sink(answer=lambda number, body: (status, {})) as sink:
        assert hurried(sink.url, warnings).send([report()]) == [LATER]
        assert len(sink.requests) == 1
    assert warnings == []


def test_another_try_after_a_second_or_so() -> None:
    with Sink(answer=lambda number, body: (503 if not number else 200, {})) as sink:
        begun, watch = time.monotonic(), Watch()
        assert Collector(sink.url, Warnings()).send([report()]) == [DELIVERED]
        assert time.monotonic() - begun >= 0.5
        assert watch.seconds() < 3
        assert len(sink.requests) == 2


def test_nothing_is_sent_before_the_time_a_collector_names() -> None:
    with Sink(answer=lambda number, body: (429, {"Retry-After": "120"})) as sink:
        collector = Collector(sink.url, Warnings())
        assert collector.send([report(1)]) == [LATER]
        assert collector.send([report(2)]) == [LATER]
        assert len(sink.requests) == 1


@pytest.mark.slow
def test_a_collector_that_nobody_reaches_is_said_once() -> None:
    warnings = Warnings()
    url = refused_url().replace("http://", "http://me:hunter2@")
    collector = Collector(f"{url}?key=hunter3", warnings)
    assert collector.send([report(1)]) == [LATER]
    collector.hurry(time.monotonic() + 1)
    assert collector.send([report(2)]) == [LATER]
    assert len(warnings) == 1
    assert "cannot be reached" in warnings[0][0]
    assert "hunter" not in warnings[0][0]


def test_refused_and_black_hole_are_later_within_the_deadline() -> None:
    with BlackHole() as hole:
        for url in (refused_url(), hole.url):
            watch = Watch()
            assert hurried(url, Warnings()).send([report(), count()]) == [LATER, LATER]
            assert watch.seconds() < 1


def test_a_password_in_the_url_is_basic_authorization() -> None:
    with Sink() as sink:
        Collector(sink.url.replace("http://", "http://me:hunter%2F2@"), Warnings()).send([report()])
        ((_, _, headers, _, _),) = sink.requests
    assert headers["Authorization"] == "Basic bWU6aHVudGVyLzI="
    assert "hunter" not in headers["Host"]


def test_one_connection_serves_many_batches() -> None:
    with Sink() as sink:
        collector = Collector(sink.url, Warnings())
        watch = Watch()
        for number in range(20):
            assert collector.send([report(number)]) == [DELIVERED]
        assert watch.seconds() < 1
        collector.close(time.monotonic())


# --- file ------------------------------------------------------------------------------------------------------------


def test_one_file_an_item_for_this_user_alone(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    assert File(str(folder), Warnings()).send([report(1), count(3), count(4)]) == [DELIVERED] * 3
    found = sorted(folder.iterdir())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(path.stat().st_mode) for path in found] == [0o600] * 3
    assert [path.name for path in found] == [
        "20261118110640250-17310dbb56def269.count.json",
        "20261118110640251-17310dbb56def269.count.json",
        f"20261118110641000-{1:032x}.json",
    ]
    assert item_of(found[2].read_text()).body == report(1).body


def test_a_folder_that_cannot_be_is_later_and_said_once(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "plain").write_text("")
    for name in ("link", "plain", "plain/below"):
        warnings = Warnings()
        file = File(str(tmp_path / name), warnings)
        assert file.send([report(1), report(2)]) == [LATER, LATER]
        assert len(warnings) == 1
        assert name in warnings[0][0]
    assert os.listdir(tmp_path / "real") == []


# --- console, none ---------------------------------------------------------------------------------------------------


def test_console_is_one_line_an_item_that_no_terminal_acts_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert Console().send([report(message="\x1b[31m\u202e\n"), count()]) == [DELIVERED] * 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert all(line.isascii() and line.isprintable() for line in lines)
    assert json.loads(lines[0])["message"] == "\x1b[31m\u202e\n"


def test_console_without_a_console(monkeypatch: pytest.MonkeyPatch) -> None:
    with open(os.devnull, "w") as closed:
        pass
    for stream in (None, closed):
        monkeypatch.setattr(sys, "stderr", stream)
        assert Console().send([report()]) == [NEVER]


def test_none_takes_everything() -> None:
    nowhere: Any = Nowhere()
    assert nowhere.send([report(), count()]) == [DELIVERED] * 2
    nowhere.tick()
    nowhere.hurry(0.0)
    nowhere.close(0.0)
