"""Where errors go is down, slow or full: the app's thread does not notice, and nothing grows."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any, Dict

import pytest

from tests import programs
from tests.sink import BlackHole, Sink, refused_url

pytestmark = pytest.mark.slow

#: What it costs the app's thread to hand over an error, and what the process becomes. Pauses let the worker in.
FIGURES = """
import json, resource
def size():
    with open("/proc/self/statm") as file: return int(file.read().split()[1]) * resource.getpagesize() / 1e6
worker.put(raised("warm")); time.sleep(1)
begun, took = size(), []
for n in range(60):
    event = raised(f"e{n:02d}")
    before = time.thread_time_ns()
    worker.put(event)
    took.append((time.thread_time_ns() - before) / 1000)
    time.sleep(0.01)
print(json.dumps(dict(us=sorted(took)[30], most=sorted(took)[-3], mb=size() - begun, threads=threading.active_count())))
"""


def figures(url: str, spool: Path) -> Dict[str, Any]:
    """Of one process, and how long it took to end."""
    body = FIGURES + "sys.stdout.flush(); print(time.time(), flush=True)"
    done = programs.run(body, url, spool)
    ended = time.time()
    assert done.returncode == 0, done.stderr
    first, last = done.stdout.splitlines()
    return {**json.loads(first), "exit": ended - float(last)}


def test_a_sink_that_is_down_or_hangs_costs_the_app_the_same(tmp_path: Path) -> None:
    # The slow one answers the first after two seconds, and to the end no other.
    with Sink() as sink, Sink(delay=lambda number: 60 if number else 2) as slow, BlackHole() as hole:
        urls = {"up": sink.url, "slow": slow.url, "hangs": hole.url, "down": refused_url()}
        found = {name: figures(url, tmp_path / name) for name, url in urls.items()}
        assert len(sink.reports) == 61
    print(json.dumps(found, indent=1))
    for name, each in found.items():
        assert each["us"] < 60, found
        assert each["mb"] < 5, found
        assert each["threads"] <= 3, found
        assert each["exit"] < 2.5, found  # of these 2 s are ours, the rest is the interpreter's start and end
        if name != "up":
            kept = programs.files_in(tmp_path / name, ".json")
            assert len(kept) == (60 if name == "slow" else 61), (name, kept)


def test_what_was_left_is_delivered_once_by_the_next(tmp_path: Path) -> None:
    """A collector that hangs up on every request at first."""
    down = {"yes": True}
    with Sink(answer=lambda number, body: (503 if down["yes"] else 200, {})) as sink:
        done = programs.run(
            "for n in range(60): worker.put(raised(f'e{n:02d}')); time.sleep(0.002)", sink.url, tmp_path
        )
        assert done.returncode == 0, done.stderr
        assert len(programs.files_in(tmp_path, ".json")) == 60
        down["yes"] = False
        programs.deliver_the_rest(sink.url, tmp_path)
        assert sink.messages() == [f"e{n:02d}" for n in range(60)]
        programs.deliver_the_rest(sink.url, tmp_path)
        assert len(sink.reports) == 60
    assert programs.files_in(tmp_path) == []


def test_two_processes_find_the_same_spool_and_each_report_goes_once(tmp_path: Path) -> None:
    url = refused_url()
    programs.run("for n in range(60): worker.put(raised(f'e{n:02d}')); time.sleep(0.002)", url, tmp_path)
    (folder,) = tmp_path.iterdir()
    with Sink(delay=0.1) as sink:
        from splat import folder as folders
        from splat.options import Options

        folder.rename(folders.of(Options(transport="http", url=sink.url, spool_dir=str(tmp_path))))
        text = programs.source("worker.pick_up(); assert worker.flush(60)", sink.url, tmp_path)
        several = [
            subprocess.Popen([programs.sys.executable, "-c", text], env=programs.environment()) for _ in range(4)
        ]
        assert [each.wait(120) for each in several] == [0] * 4
        assert sink.messages() == [f"e{n:02d}" for n in range(60)]


def test_a_flood_is_bounded(tmp_path: Path) -> None:
    """Ten seconds of new errors at full speed without any suppression, and nowhere to go with them."""
    body = """
import resource
def size():
    with open("/proc/self/statm") as file: return int(file.read().split()[1]) * resource.getpagesize() / 1e6
worker.put(raised("warm")); time.sleep(1)
begun, most, n = size(), 0, 0
until = time.monotonic() + 10
while time.monotonic() < until:
    worker.put(raised(f"e{n}")); n += 1
    if n % 100 == 0: most = max(most, size())
print(n, most - begun)
"""
    with BlackHole() as hole:
        done = programs.run(body, hole.url, tmp_path)
        offered, grown = done.stdout.split()
        assert int(offered) > 1_000
        # A hundred events wait, a hundred reports wait; and the frames of this workload are small.
        assert float(grown) < 12, done.stdout
        assert done.stderr.count("splat:") == 1, done.stderr
        assert "faster than they could be written" in done.stderr
        assert len(programs.files_in(tmp_path, ".json")) <= 200


# --- disks -----------------------------------------------------------------------------------------------------------

#: Python itself would leave half a compiled module.
SMALL_FILES = "import resource; sys.dont_write_bytecode = True\nresource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))"
TEN = "for n in range(10): worker.put(raised(f'e{n}'))\n"


def _told_once(stderr: str) -> None:
    lines = [line for line in stderr.splitlines() if line.startswith("splat:")]
    assert len(lines) == 1, stderr
    assert "spool_dir" in lines[0]


def test_a_folder_that_is_a_link_or_anothers_is_not_used(tmp_path: Path) -> None:
    from splat import folder
    from splat.options import Options

    with Sink() as sink:
        place = Path(folder.of(Options(transport="http", url=sink.url, spool_dir=str(tmp_path))))
        (tmp_path / "real").mkdir()
        place.symlink_to(tmp_path / "real")
        done = programs.run(TEN + "assert worker.flush(60)", sink.url, tmp_path)
        assert done.returncode == 0, done.stderr
        _told_once(done.stderr)
        assert "is a link" in done.stderr
        assert len(sink.reports) == 10
        assert list((tmp_path / "real").iterdir()) == []


@pytest.mark.parametrize("how", ["full", "read-only", "too large for a file"])
def test_without_a_disk_reports_are_delivered_from_memory(how: str, tmp_path: Path) -> None:
    from splat import folder
    from splat.options import Options

    body = TEN
    with Sink() as sink:
        place = Path(folder.of(Options(transport="http", url=sink.url, spool_dir=str(tmp_path))))
        mounted = False
        if how == "too large for a file":
            body = f"{SMALL_FILES}\n{TEN}"
        else:
            why = programs.mount_small(place)
            if why:
                pytest.skip(f"no file system of its own here: {why}")
            mounted = True
        try:
            if how == "full":
                with contextlib.suppress(OSError), open(place / "filler", "wb", buffering=0) as file:
                    while True:
                        file.write(b"x" * 4096)
            elif how == "read-only":
                subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
            done = programs.run(body + "assert worker.flush(60)", sink.url, tmp_path)
        finally:
            if mounted:
                subprocess.run(["umount", str(place)], check=True)
        assert done.returncode == 0, done.stderr
        _told_once(done.stderr)
        assert sink.messages() == [f"e{n}" for n in range(10)]


def test_without_a_disk_and_without_a_sink_memory_is_bounded_and_then_delivered(tmp_path: Path) -> None:
    """A collector that comes up later; 150 reports meanwhile, of which the last hundred are kept."""
    body = """
import resource; sys.dont_write_bytecode = True; resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
for n in range(150):
    worker.put(raised(f"e{n:03d}")); on_disk(worker)  # none is to be dropped in front of the worker
print(worker.flush(60), flush=True)
input(); time.sleep(1.5)  # longer than the collector wants to be left alone
print(worker.flush(60), flush=True)
"""
    state = {"down": True}
    with Sink(answer=lambda number, body: (429 if state["down"] else 200, {"Retry-After": "1"})) as sink:
        text = programs.source(body, sink.url, tmp_path)
        process = subprocess.Popen(
            [programs.sys.executable, "-c", text],
            env=programs.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "False\n"
        state["down"] = False
        out, err = process.communicate("\n", timeout=150)
        assert out == "False\n", "not all of them"
        assert sink.messages() == [f"e{n:03d}" for n in range(50, 150)]
        assert "50 errors were dropped" in err


def test_a_disk_that_has_room_again_is_used_again(tmp_path: Path) -> None:
    body = """
import resource
sys.dont_write_bytecode = True  # Python would leave half a file
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
worker.put(raised("memory")); on_disk(worker)
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
worker.put(raised("disk")); on_disk(worker)
os._exit(0)
"""
    with BlackHole() as hole, Sink() as sink:
        programs.run(body, hole.url, tmp_path)
        from splat import folder as folders
        from splat.options import Options

        (folder,) = tmp_path.iterdir()
        folder.rename(folders.of(Options(transport="http", url=sink.url, spool_dir=str(tmp_path))))
        programs.deliver_the_rest(sink.url, tmp_path)
        assert sink.messages() == ["disk"]


def test_no_file_that_was_written_can_be_read_by_others(tmp_path: Path) -> None:
    os.umask(os.umask(0o022))
    done = programs.run("os.umask(0)\n" + TEN, refused_url(), tmp_path)
    assert done.returncode == 0
    for path in tmp_path.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_clock_that_stands_still_holds_up_no_exit(tmp_path: Path) -> None:
    """As in tests of apps that stop the clock."""
    with BlackHole() as hole:
        began = time.monotonic()
        body = """
        worker.put(raised("a"))
        stopped = time.monotonic()
        time.monotonic = lambda: stopped
        """
        done = programs.run(body, hole.url, tmp_path)
        assert done.returncode == 0, done.stderr
        assert time.monotonic() - began < 10
    assert len(list(tmp_path.rglob("*.json"))) + len(list(tmp_path.rglob("*.journal*"))) >= 1
