"""One GitHub a file, one proxy and one repository a test."""

from __future__ import annotations

import json
import os
import re
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from tests.sdks.kit import LANGUAGES, Driver, github_kit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BOT = github_kit("server").BOT
_LEFT = re.compile(r"[0-9]{10,}-.*\.json(?!\.bad$)")


@pytest.fixture(scope="module")
def emulator() -> Iterator[Any]:
    with github_kit("server").Emulator() as running:
        yield running


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


class Shop:
    """A repository, and processes of one language that report to it."""

    def __init__(self, language: str, emulator: Any, proxy: Any, folder: Path, stack: ExitStack) -> None:
        self.language, self.emulator, self.proxy, self.folder = language, emulator, proxy, folder
        self.repo = emulator.repository(private=True)
        self.spool = folder / "spool"
        self._stack = stack

    def process(self, *, start: bool = True, **options: Any) -> Driver:
        """A new one that has called `init`."""
        environ = {"HOME": str(self.folder), "XDG_CACHE_HOME": str(self.folder / "cache")}
        driver = self._stack.enter_context(Driver(self.language, self.folder / "logs", **environ))
        if start:
            driver.start(**self.options(**options))
        return driver

    def options(self, **more: Any) -> dict[str, Any]:
        own = {"repo": self.repo, "token": BOT, "api_url": self.proxy.url, "spool_dir": str(self.spool)}
        return own | {"release": "r1"} | more

    def deliver_the_rest(self) -> None:
        """The next process, some time later: captures nothing, sends what was left."""
        self.long_after()
        self._age()
        driver = self.process()
        assert driver.flush(), driver.errors
        assert driver.end() == 0

    def end(self, driver: Driver) -> None:
        """Ends it. It has two seconds to deliver, which may be too few: what is left then the next process sends."""
        assert driver.end() == 0
        if self.left():
            self.deliver_the_rest()
        assert not self.left()

    def _age(self, seconds: float = 600.0) -> None:
        """Time passes for what processes left that had no time to tidy up: claims, what they owed, PHP's clock."""
        for path in self.files():
            if path.suffix in {".lock", ".created"}:
                os.utime(path, (time.time() - seconds,) * 2)
            elif path.name == "github.state":
                known = json.loads(path.read_text())
                known["parts"]["ahead"] = known["parts"].get("ahead", 0) + seconds
                path.write_text(json.dumps(known))

    def left(self) -> list[Path]:
        """Reports and counts in the spool, those in a process's hands too."""
        return [each for each in self.files() if _LEFT.match(each.name)]

    def await_on_disk(self, reports: int, seconds: float = 20) -> None:
        until = time.monotonic() + seconds
        while len(found := self._on_disk()) < reports:
            assert time.monotonic() < until, f"{self.language}: {len(found)} of {reports} reports are on disk"
            time.sleep(0.02)

    def _on_disk(self) -> set[str]:
        """The ids of all reports in the spool, each in a file (P2) or in a journal (P7)."""
        found = set()
        for path in self.files():
            try:
                text = path.read_text("utf-8", "replace")
            except FileNotFoundError:  # it has another name now
                continue
            if path.suffix == ".journal":
                found |= {line[1:33] for line in text.split("\n")[:-1] if line[:1] == "+" and "splat-report/1" in line}
            elif _LEFT.match(path.name) and "splat-report/1" in text:
                found.add(json.loads(text)["id"])
        return found

    def issues(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.emulator.issues(self.repo)
        return found

    def only(self) -> dict[str, Any]:
        """The one issue there is."""
        (issue,) = self.issues()
        return issue

    def made(self, **options: Any) -> dict[str, Any]:
        """An issue as an earlier process made it long ago."""
        driver = self.process(**options)
        driver.capture()
        assert driver.flush(), driver.errors
        assert driver.end() == 0
        self.long_after()
        self.proxy.log.clear()
        return self.only()

    def long_after(self, seconds: float = 600.0) -> None:
        """Time passes, on GitHub's clock."""
        self.proxy.ahead += seconds

    def files(self, ending: str = "") -> list[Path]:
        """What stands in the spool."""
        return sorted(each for each in self.spool.rglob(f"*{ending}") if each.is_file())


@pytest.fixture
def shop(language: str, emulator: Any, tmp_path: Path) -> Iterator[Shop]:
    with github_kit("proxy").Proxy(emulator.port) as proxy, ExitStack() as stack:
        yield Shop(language, emulator, proxy, tmp_path, stack)
