"""`splat init` at a terminal: what it asks, in colour, and what an answer does."""

from __future__ import annotations

import os
import pty
import re
import select
import time
from typing import TYPE_CHECKING

from tests.heal.kit import ENVIRON, SPLAT
from tests.setup.init.kit import FLASK, SHOP, repository, snapshot, told

if TYPE_CHECKING:
    from pathlib import Path

_STEERING = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[78=>]")


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        pid, self._file = pty.fork()
        if pid == 0:
            os.chdir(folder)
            os.execve(SPLAT, [str(SPLAT), *arguments], {**ENVIRON, "TERM": "xterm-256color", "COLUMNS": "120"})
        self._pid = pid
        self.seen = ""

    def until(self, words: str, seconds: float = 200) -> None:
        end = time.monotonic() + seconds
        while words not in _STEERING.sub("", self.seen):
            assert time.monotonic() < end, self.seen
            self._read()

    def _read(self) -> bool:
        ready, _, _ = select.select([self._file], [], [], 0.5)
        if not ready:
            return True
        try:
            data = os.read(self._file, 65536)
        except OSError:
            return False
        if b"\x1b[6n" in data:  # where the cursor is, which a terminal says when it is asked
            os.write(self._file, b"\x1b[1;1R")
        self.seen += data.decode("utf-8", "replace")
        return bool(data)

    def type(self, text: str) -> None:
        os.write(self._file, text.encode())

    def end(self) -> int:
        while self._read():
            pass
        return os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])


def test_a_no_writes_nothing_and_a_yes_all(tmp_path: Path) -> None:
    repo = repository(tmp_path / "shop", SHOP)
    before = snapshot(repo)
    terminal = Terminal(repo, "init", "--offline")
    terminal.until("Write this (5 files) in this checkout?")
    assert "\x1b[32m+splat.integrations.flask.install(app)" in terminal.seen, "an added line is green"
    terminal.type("n")
    assert terminal.end() == 0
    assert "Nothing was written." in terminal.seen
    assert snapshot(repo) == before
    terminal = Terminal(repo, "init", "--offline")
    terminal.until("Write this")
    terminal.type("\r")
    assert terminal.end() == 0
    assert "splat.init(" in (repo / "app.py").read_text()
    said = [line.strip() for line in _STEERING.sub("", terminal.seen).splitlines()]
    assert ["app.py", "+5", "Splat's", "SDK"] in [line.split() for line in said], "what of each file, below the diff"
    numbers = [line[:2] for line in said[said.index("Next:") + 1 :] if line[1:2] == "."]
    assert len(numbers) > 3
    assert numbers == [f"{number}." for number in range(1, len(numbers) + 1)]
    terminal = Terminal(repo, "init", "--offline", "--remove")
    terminal.until("Write this")
    terminal.type("y")
    assert terminal.end() == 0
    assert snapshot(repo) == before


def test_ctrl_c_writes_nothing(tmp_path: Path) -> None:
    repo = repository(tmp_path / "shop", SHOP)
    before = snapshot(repo)
    terminal = Terminal(repo, "init", "--offline")
    terminal.until("Write this")
    terminal.type("\x03")
    assert terminal.end() == 130
    assert snapshot(repo) == before


def test_which_services_and_where_one_begins(tmp_path: Path) -> None:
    two = FLASK + "\nother = Flask('other')\n"
    repo = repository(
        tmp_path / "shop",
        {"one/app.py": FLASK, "one/requirements.txt": "flask\n", "two/web.py": two, "two/requirements.txt": "flask\n"},
    )
    before = told(repo)
    assert "one/app.py" in {each["path"] for each in before["files"]}
    (paste,) = before["paste"]
    assert paste["path"] == "two/web.py", "not certain: shown, not written"
    assert paste["why"].endswith("If it does: splat init --entry two/web.py")
    assert [line for line in paste["lines"] if line.startswith(("splat.init", "# "))] == [
        'splat.init(repo="acme/shop", service="two")',
        "# behind what gives app its value:",
        "# behind what gives other its value:",
    ]
    terminal = Terminal(repo, "init", "--offline")
    terminal.until("Put the SDK into one (one, flask)?")
    terminal.type("n")
    terminal.until("Put the SDK into two (two, flask)?")
    terminal.type("y")
    terminal.until("Does two begin in two/web.py")
    terminal.type("y")
    terminal.until("Write this")
    terminal.type("y")
    assert terminal.end() == 0
    assert (repo / "one/app.py").read_text() == FLASK
    text = (repo / "two/web.py").read_text()
    assert "splat.integrations.flask.install(app)" in text
    assert "splat.integrations.flask.install(other)" in text
    compile(text, "web.py", "exec")


def test_the_same_by_flags(tmp_path: Path) -> None:
    two = FLASK + "\nother = Flask('other')\n"
    repo = repository(tmp_path / "shop", {"web.py": two, "requirements.txt": "flask\n"})
    before = snapshot(repo)
    told(repo, "--yes", "--entry", "web.py")
    assert (repo / "web.py").read_text().count("splat.integrations.flask.install(") == 2
    assert told(repo, "--yes")["outcome"] == "nothing"
    told(repo, "--remove", "--yes")
    assert snapshot(repo) == before
    assert "web.py" in told(repo, "--yes", "--entry", "none.py", code=2)["next_step"]


def test_py_splat_gives_way(tmp_path: Path) -> None:
    app = FLASK.replace("import os\n", "import os\n\nfrom splat import Splat\n") + "\nSplat(app)\n"
    repo = repository(tmp_path / "shop", {"app.py": app, "requirements.txt": "flask\npy-splat==1.0\n"})
    before = snapshot(repo)
    kept = told(repo, "--yes")
    assert "py-splat" in {note["code"] for note in kept["notes"]}
    assert (repo / "requirements.txt").read_text() == "flask\npy-splat==1.0\n"
    answer = told(repo, "--yes", "--migrate")
    assert (repo / "requirements.txt").read_text() == "flask\nsplat-sdk\n"
    assert (repo / "app.py").read_text() == app, "what the code does with it is a person's to change"
    lines = [line for paste in answer["paste"] for line in paste["lines"]]
    assert any("from splat import Splat" in line for line in lines)
    assert "splat.integrations.flask.install(app)" in lines
    told(repo, "--remove", "--yes")
    assert snapshot(repo) == before
