"""A server that starts as root and goes on as another user: what it captures then is on disk all the same."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Iterator

import pytest

from tests import clocks, programs
from tests.sink import Sink, refused_url

NOBODY = 65_534
#: One that every user can read: that of a user's own toolchain may lie in a closed home.
PYTHON = next((each for each in ("/usr/bin/python3", "/usr/local/bin/python3") if os.path.exists(each)), "")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PYTHON, reason="no Python that every user can read"),
    pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become another user"),
]


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that every user can write in, as pytest's own is not; and the package where every user can read it."""
    made = Path(tempfile.mkdtemp(dir="/tmp"))
    made.chmod(0o777)
    ignored = shutil.ignore_patterns("__pycache__")
    for each in ("splat", "tests"):
        shutil.copytree(programs.PACKAGE / each, made / "package" / each, ignore=ignored)
    yield made
    shutil.rmtree(made)


def run(place: Path, body: str, url: str, spool: object, **home: str) -> str:
    """A program that starts as root, to its end; what it says on stderr."""
    done = clocks.run(
        [PYTHON, "-c", programs.source(body, url, spool)],
        env=programs.environment(PYTHONPATH=str(place / "package"), PYTHONDONTWRITEBYTECODE="1", **home),
        cwd=place,
    )
    assert done.returncode in {0, -9}, done.stderr
    return done.stderr


def owners(folder: Path) -> set[int]:
    return {path.stat().st_uid for path in folder.rglob("*") if path.is_file()}


DROP = f"os.set{{0}}uid({NOBODY})\n"
KILLED = "worker.put(raised('late'))\non_disk(worker)\nos.kill(os.getpid(), signal.SIGKILL)\n"


@pytest.mark.parametrize("which", ["", "e"])
def test_the_spool_is_that_of_the_user_who_captures(which: str, place: Path) -> None:
    """Started with root's home, which the other user cannot even look into."""
    home = {"HOME": str(place / "home"), "TMPDIR": str(place / "tmp"), "XDG_CACHE_HOME": ""}
    (place / "home").mkdir(mode=0o700)
    (place / "tmp").mkdir()
    (place / "tmp").chmod(0o1777)
    url = refused_url()
    assert run(place, "worker.put(raised('early'))\non_disk(worker)\nworker.close(1)", url, "", **home) == ""
    assert owners(place / "home") == {0}
    told = run(place, DROP.format(which) + KILLED, url, "", **home)
    assert "be written" not in told
    assert owners(place / "tmp") == {NOBODY}
    assert len(programs.files_in(place / "tmp")) == 1


def test_a_spool_that_root_has_used_is_not_in_the_way(place: Path) -> None:
    """With `spool_dir`, in which both may write."""
    spool = place / "spool"
    spool.mkdir()
    spool.chmod(0o777)
    url = refused_url()
    assert run(place, "worker.put(raised('early'))\non_disk(worker)\nworker.close(1)", url, spool) == ""
    for _ in range(2):
        assert "be written" not in run(place, DROP.format("") + KILLED, url, spool)
    assert owners(spool) == {0, NOBODY}
    assert len(list(spool.iterdir())) == 2


def test_what_was_under_way_when_the_user_changed_is_roots_to_deliver(place: Path) -> None:
    """Its journal is open already; no new file can be made beside it."""
    spool = place / "spool"
    with Sink(answer=lambda number, body: (500, {})) as down:
        body = "worker.put(raised('early'))\non_disk(worker)\n" + DROP.format("") + KILLED
        run(place, body, down.url, spool)
    assert owners(spool) == {0}
    with Sink() as sink:
        programs.move(spool, down.url, sink.url)
        programs.deliver_the_rest(sink.url, spool)
        assert sink.messages() == ["early", "late"]


def test_the_children_of_a_server_that_change_their_user_after_the_fork(place: Path) -> None:
    """As gunicorn does with `--preload` and `--user`."""
    spool = place / "spool"
    spool.mkdir()
    spool.chmod(0o777)
    body = """
worker.put(raised("early"))
on_disk(worker)
for name in ("c0", "c1"):
    if not os.fork():
        DROP
        worker.put(raised(name))
        sys.exit(not worker.flush(60))
ended = [os.wait()[1] for _ in range(2)]
sys.exit(any(ended) or not worker.flush(60))
"""
    with Sink() as sink:
        assert run(place, body.replace("DROP", DROP.format("").strip()), sink.url, spool) == ""
        assert sink.messages() == ["c0", "c1", "early"]
    assert {path.stat().st_uid for path in spool.iterdir()} == {0, NOBODY}
