"""The measurements that are the same for every SDK: processes in turn, a burst of errors, the ways to end."""

from __future__ import annotations

import json
import os
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sdk_bench.servers import counted, hanging, refused, sink, told
from sdk_bench.tables import head, held, row

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

Result = dict[str, Any]
#: Seconds that the end of a process may take where all can be delivered, and where nothing can.
END, END_WITHOUT = 2.2, 2.5


def ran(command: Sequence[str | Path], *, silent: bool, timeout: float = 60) -> Result:
    """
    The JSON object that a process printed, unless it may be `silent`; with `seconds`, how long it lived, and `at`, when
    it was gone. Only `hung`, with the time, where that took longer than `timeout` seconds.
    """
    began = time.time()
    environ = {key: value for key, value in os.environ.items() if not key.startswith("SPLAT_")}
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False, env=environ)
    except subprocess.TimeoutExpired:
        return {"hung": timeout}
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines and not silent:
        raise SystemExit(f"bench: {' '.join(map(str, command))}: {(done.stderr or done.stdout)[-2000:]}")
    result = json.loads(lines[-1]) if lines else {}
    return result | {"seconds": time.time() - began, "at": time.time()}


@dataclass(frozen=True)
class Suite:
    """The SDKs of one language: first ours, then the one that limits are ratios to."""

    names: tuple[str, ...]
    #: The result of one process: SDK, task, the address it reports to, a folder of its own.
    child: Callable[[str, str, str, Path], Result]
    #: Such a folder, with the program that fails.
    program: Callable[[], AbstractContextManager[Path]]

    def in_turn(self, task: str, runs: int, *more: str) -> dict[str, list[Result]]:
        """
        The task's results by SDK, and by `more` names: one run of each, then the next run of each. With `events`, how
        many were delivered.
        """
        results: dict[str, list[Result]] = {name: [] for name in (*self.names, *more)}
        for _ in range(runs):
            for name, each in results.items():
                with sink() as url, self.program() as folder:
                    each.append(self.child(name, task, url, folder) | {"events": told(url)["events"]})
        return results

    def burst(self, names: tuple[str, ...], *, memory: float, requests: int) -> bool:
        """Ten seconds of one error. Ours: at most so many megabytes and requests, the right count, an end in time."""
        head(
            "Ten seconds of one error at full speed", "",
            "offered", "us each", "memory +MB", "exit s", "requests", "count on the issue",
        )  # fmt: skip
        holds, up = True, 0.0
        for name in names:
            with sink() as url, self.program() as folder:
                result = self.child(name, "burst", url, folder)
                seen = told(url)
            count = counted(seen["issues"]) if name == self.names[0] else ""
            _row(name, result, seen["requests"], count)
            if name == self.names[0]:
                up = result["us"]
                holds &= result["mb"] <= memory and seen["requests"] <= requests
                holds &= _exit(result) <= END and count == result["offered"] + 1
        for server in (hanging, refused):
            for name in names[:2]:
                with server() as url, self.program() as folder:
                    result = self.child(name, "burst", url, folder)
                _row(f"{name}, {server.__name__}", result, "", "")
                if name == self.names[0]:
                    holds &= result["mb"] <= memory and _exit(result) <= END_WITHOUT and result["us"] <= 2 * up
        said = (
            f"burst: at most +{memory:g} MB, {requests} requests, exit within 2 s, the count right; also without a sink"
        )
        return held(said, holds)

    def exits(self, how: dict[str, int]) -> bool:
        """All that was captured before each way to end, so many each, is delivered: at once or by the next process."""
        head("Errors delivered, by how the process ends", "", *(f"{task} (of {count})" for task, count in how.items()))
        holds = True
        for name in self.names:
            delivered = {task: self._ended(name, task) for task in how}
            row(name, *(first if last == first else f"{first}, then {last}" for first, last in delivered.values()))
            if name == self.names[0]:
                holds = all(delivered[task][1] == count for task, count in how.items())
        return held("every error is delivered, at once or by the next process", holds)

    def _ended(self, name: str, task: str) -> tuple[int, int]:
        """How many came; how many once the next process of the same app has ended, which fails in nothing."""
        with sink() as url, self.program() as folder:
            self.child(name, task, url, folder)
            time.sleep(0.3)
            first = told(url)["events"]
            if name != self.names[0]:
                return first, first
            self.child(name, "next", url, folder)
            return first, told(url)["events"]


def _row(name: str, result: Result, requests: object, count: object) -> None:
    if "hung" in result:
        row(name, "", "", "", f"over {result['hung']}", requests, count)
    else:
        row(name, result["offered"], result["us"], result["mb"], _exit(result), requests, count)


def _exit(result: Result) -> float:
    """Seconds from the end of the program's own work until its process was gone."""
    return float(result["at"] - result["ended"])
