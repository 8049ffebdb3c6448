"""Time that other loads of the machine do not stretch, and processes that they do not hold up."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from typing import Any, Dict, List, Tuple


class Watch:
    """Seconds of the steady clock, but for those in which a thread of this process waited for a processor.

    Where others compute, so long a wait says nothing of us. Where none do, or the system does not tell (only Linux
    does), these are plain seconds.
    """

    def __init__(self) -> None:
        self._queued: Dict[str, int] = {}
        self._begun = time.monotonic()
        self._before = self._waited()

    def seconds(self) -> float:
        """Since it was made."""
        passed = time.monotonic() - self._begun
        return passed - (self._waited() - self._before)

    def _waited(self) -> float:
        for each in _names("/proc/self/task"):
            with (
                contextlib.suppress(OSError, ValueError, IndexError),
                open(f"/proc/self/task/{each}/schedstat") as file,
            ):
                self._queued[each] = int(file.read().split()[1])  # what a thread that ended had waited stays
        return sum(self._queued.values()) / 1e9


def run(command: List[str], *, seconds: float = 120, text: bool = True, **given: Any) -> Any:
    """As `subprocess.run`, captured. Goes before all others where that may be had: for what is promised in seconds."""
    piped = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "start_new_session": True}
    with subprocess.Popen(command, text=text, **piped, **given) as process:
        with contextlib.suppress(OSError):  # only root may
            os.setpriority(os.PRIO_PROCESS, process.pid, -20)
        with contextlib.suppress(OSError), open(f"/proc/{process.pid}/autogroup", "w") as group:
            group.write("-20")  # else it goes before those of its own session alone
        try:
            out, err = process.communicate(timeout=seconds)
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(command, process.returncode, out, err)


def rest(session: int, seconds: float = 30) -> None:
    """Until all threads of the processes of a session wait for something, and none has run between two looks.

    Then whatever they had been asked is over, with its lines in the log. At most so long.
    """
    until, before = time.monotonic() + seconds, None
    while time.monotonic() < until:
        states = [state for pid in _names("/proc") if pid.isdigit() for state in _states(pid, session)]
        if states and before == states and all(state == "S" for state, _ in states):
            return
        before = states
        time.sleep(0.01)


def _states(pid: str, session: int) -> List[Tuple[str, str]]:
    """Of each thread: what it does, by the letter of the system, and how long it has run. None of another session."""
    found: List[Tuple[str, str]] = []
    with contextlib.suppress(OSError):
        if _fields(f"/proc/{pid}/stat")[3] != str(session):
            return []
        for each in _names(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{each}/schedstat") as file:
                found.append((_fields(f"/proc/{pid}/task/{each}/stat")[0], file.read().split()[0]))
    return found


def _fields(path: str) -> List[str]:
    with open(path) as file:
        return file.read().rpartition(")")[2].split()  # behind the name, which may hold anything


def _names(folder: str) -> List[str]:
    with contextlib.suppress(OSError):
        return os.listdir(folder)
    return []
