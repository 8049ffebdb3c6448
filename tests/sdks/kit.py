"""A driver of each SDK as a process, and the GitHub on this machine that they report to."""

from __future__ import annotations

import importlib.util
import json
import os
import select
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
SDK = ROOT / "sdk"
#: Nothing of the machine's own settings may decide a test.
ENVIRON = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith(("SPLAT_", "GITHUB_")) and not name.lower().endswith("_proxy")
}
COMMANDS: dict[str, Sequence[str]] = {
    "python": (str(SDK / "python" / ".venv-new" / "bin" / "python"), "driver.py"),
    "javascript": ("node", "driver.mjs"),
    "go": (str(SDK / "go" / ".driver"),),
    "ruby": ("ruby", "-w", "driver.rb"),
    "php": ("php", "-d", "display_errors=stderr", "driver.php"),
}
#: What each calls the type of the error that its driver raises.
ERRORS = {
    "python": "ValueError",
    "javascript": "Error",
    "go": "*errors.errorString",
    "ruby": "RuntimeError",
    "php": "RuntimeException",
}
LANGUAGES = tuple(COMMANDS)


def github_kit(module: str) -> ModuleType:
    """A module of the stand-in for GitHub, whose package has the name of ours."""
    name = f"github_kit_{module}"
    if name not in sys.modules:
        place = SDK / "python" / "tests" / "github_kit" / f"{module}.py"
        spec = importlib.util.spec_from_file_location(name, place)
        assert spec
        assert spec.loader
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@cache
def _built() -> None:
    """Go's driver as a program. Another process of these tests may be running it: it is put in its place whole."""
    made = f"{COMMANDS['go'][0]}.{os.getpid()}"
    subprocess.run(["go", "build", "-o", made, "./tests/driver"], cwd=SDK / "go", env=ENVIRON, check=True, timeout=900)
    Path(made).replace(COMMANDS["go"][0])


def folder_of(language: str) -> Path:
    """Where the source of a driver is, and where it runs."""
    tests = SDK / language / "tests"
    return tests / "driver" if language == "go" else tests


class Driver:
    """A process that uses an SDK. `environ` goes on top of the machine's."""

    def __init__(self, language: str, folder: Path, **environ: str) -> None:
        if language == "go":
            _built()
        folder.mkdir(parents=True, exist_ok=True)
        self.language = language
        self._log = folder / f"{language}-{time.monotonic_ns()}.log"
        own = {"PYTHONPATH": str(SDK / "python"), "PYTHONDONTWRITEBYTECODE": "1"} if language == "python" else {}
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                COMMANDS[language],
                cwd=folder_of(language),
                env=ENVIRON | own | environ,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            )

    def __enter__(self) -> Driver:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait(60)
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe
            pipe.close()

    @property
    def errors(self) -> str:
        """What it has said to stderr."""
        return self._log.read_text("utf-8", "replace")

    def tell(self, do: str, *, patience: float = 120, **more: Any) -> dict[str, Any]:
        """Its answer, for which `patience` seconds are waited."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"do": do, **more}).encode() + b"\n")
        self._process.stdin.flush()
        if not select.select([self._process.stdout], [], [], patience)[0]:
            raise AssertionError(f"{self.language}: no answer to {do}: {self.errors}")
        line = self._process.stdout.readline()
        assert line, f"{self.language} ended at {do}: {self.errors}"
        answer: dict[str, Any] = json.loads(line)
        return answer

    def start(self, **options: Any) -> None:
        assert self.tell("init", options=options) == {"ok": True}

    def capture(self, bug: int = 0, times: int = 1, message: str = "it failed") -> list[str | None]:
        ids: list[str | None] = self.tell("capture", bug=bug, times=times, message=message)["ids"]
        return ids

    def flush(self, within: float = 60) -> bool:
        return bool(self.tell("flush", patience=within + 30, seconds=within)["flushed"])

    def end(self, how: str = "normal", seconds: float = 120) -> int:
        """Its exit code; negative for a signal."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"do": "end", "how": how}).encode() + b"\n")
        self._process.stdin.flush()
        return self._process.wait(seconds)
