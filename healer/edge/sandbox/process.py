"""Run one process to its end or its limit: capped output, nothing left behind."""

from __future__ import annotations

import contextlib
import json
import os
import select
import selectors
import signal
import subprocess
import time
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from healer.edge.sandbox.output import KEEP, CappedOutput
from healer.outcome import SandboxError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

PREPARE_SECONDS = 300.0
"""Limit for what comes before the command: copying the tree."""
_CHUNK = 64 * 1024
_TICK = 0.5
_WAIT = 0.005
_LAST_WORDS = 1.0
_LAST_CHUNKS = 64


@dataclass(frozen=True, slots=True)
class Finished:
    """How a process ended. `started` is False when it ended before the command itself began; `exit_code` is None
    when bubblewrap, which was asked, reported none. `stopped` is the reason of a kill other than the timeout.
    """

    exit_code: int | None
    output: str
    seconds: float
    started: bool
    timed_out: bool = False
    stopped: str = ""


@dataclass(frozen=True, slots=True)
class Launch:
    """What to run. `start_mark` is the line printed right before the command begins, from which on output and time
    count. `status_fd` is the end we read of bubblewrap's --json-status-fd, -1 for none. `pass_fds` are closed
    here once passed on. `watch` is asked twice a second and answers the reason to stop, or "".
    """

    argv: Sequence[str]
    env: Mapping[str, str]
    start_mark: bytes
    pass_fds: tuple[int, ...] = ()
    status_fd: int = -1
    stdin: int = subprocess.DEVNULL
    watch: Callable[[], str] = lambda: ""


def execute(launch: Launch, seconds: float) -> Finished:
    """Run to the end, at most `seconds` after the command began. Whatever happens, also an exception in this
    process, the whole tree is dead and its output read when this returns.
    """
    try:
        process = subprocess.Popen(
            list(launch.argv),
            stdin=launch.stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=dict(launch.env),
            cwd="/",
            pass_fds=launch.pass_fds,
            start_new_session=True,
            bufsize=0,
        )
    except OSError as error:
        if launch.status_fd >= 0:
            os.close(launch.status_fd)
        raise SandboxError(
            f"A command cannot be started: {error.strerror}",
            where=launch.argv[0],
            next_step="Shorten the command when it is too long; otherwise the machine is out of processes or memory.",
        ) from None
    finally:
        for handle in launch.pass_fds:
            os.close(handle)
    supervisor = _Supervisor(process, launch)
    try:
        return supervisor.follow(seconds)
    finally:
        supervisor.end()


class _Supervisor:
    """Reads a running process's pipes, watches the clock, and ends the tree."""

    def __init__(self, process: subprocess.Popen[bytes], launch: Launch) -> None:
        self._process = process
        self._launch = launch
        self._output = CappedOutput()
        self._status = bytearray()
        self._init_fd = -1
        self._before = bytearray()
        self._launched = time.monotonic()
        self._began = 0.0
        self._give_up = inf
        self._next_watch = 0.0
        self._timed_out = False
        self._stopped = ""

    def follow(self, seconds: float) -> Finished:
        """Read until both pipes are at their end and the process is too."""
        assert self._process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ, self._take_output)
            if self._launch.status_fd >= 0:
                selector.register(self._launch.status_fd, selectors.EVENT_READ, self._take_status)
            # A command may close its output and go on, and it may end while a daemon holds the pipe open.
            while (selector.get_map() or not _ended(self._process)) and time.monotonic() < self._give_up:
                self._read_once(selector, self._deadline(seconds))
                self._judge_time(self._deadline(seconds))
            self._drain(selector)
        finished_at = time.monotonic()
        return Finished(
            exit_code=self.end(),
            output=self._output.text() if self._began else bytes(self._before).decode("utf-8", "replace"),
            seconds=finished_at - self._began if self._began else 0.0,
            started=bool(self._began),
            timed_out=self._timed_out,
            stopped=self._stopped,
        )

    def _deadline(self, seconds: float) -> float:
        return self._began + seconds if self._began else self._launched + PREPARE_SECONDS

    def _read_once(self, selector: selectors.BaseSelector, deadline: float) -> None:
        until = min(deadline, self._give_up) - time.monotonic()
        tick = _TICK if selector.get_map() else _WAIT
        self._read(selector, max(0.0, min(tick, until)))

    def _drain(self, selector: selectors.BaseSelector) -> None:
        """What stands in the pipes when time is over was written before: on a busy machine we may come late to it."""
        for _ in range(_LAST_CHUNKS):
            if not selector.get_map() or not self._read(selector, 0):
                return

    def _read(self, selector: selectors.BaseSelector, seconds: float) -> bool:
        ready = selector.select(seconds)
        for key, _ in ready:
            data = os.read(key.fd, _CHUNK)
            key.data(data)
            if not data:
                selector.unregister(key.fileobj)
        return bool(ready)

    def _judge_time(self, deadline: float) -> None:
        """Kill what is due; from then on, and from the process's own end, wait only shortly for the pipes' end: in a
        plain process group a daemon may hold them for ever.
        """
        if self._give_up < inf:
            return
        if time.monotonic() >= self._next_watch:
            self._next_watch = time.monotonic() + _TICK
            self._stopped = self._launch.watch()
        over = bool(self._stopped) or time.monotonic() >= deadline
        if _ended(self._process):
            self._stopped = ""
        elif over:
            self._timed_out = not self._stopped
            self.kill()
        else:
            return
        self._give_up = time.monotonic() + _LAST_WORDS

    def _take_output(self, data: bytes) -> None:
        if self._began:
            self._output.add(data)
            return
        self._before += data
        before, mark, after = self._before.partition(self._launch.start_mark)
        if mark:
            self._began = time.monotonic()
            self._before = before
            self._output.add(bytes(after))
        elif len(self._before) > KEEP:
            del self._before[: -KEEP // 2]

    def _take_status(self, data: bytes) -> None:
        self._status += data
        if self._init_fd < 0 and (init := self._reported("child-pid")):
            with contextlib.suppress(OSError):
                self._init_fd = os.pidfd_open(init)

    def _reported(self, key: str) -> int | None:
        """A number from bubblewrap's status lines, one JSON object a line."""
        for line in bytes(self._status).splitlines():
            with contextlib.suppress(ValueError):
                value = json.loads(line).get(key)
                if isinstance(value, int):
                    return value
        return None

    def kill(self) -> None:
        """SIGKILL to the sandbox's init, with which the kernel ends every process in its PID namespace, and to the
        process group outside it.
        """
        if self._init_fd >= 0:
            with contextlib.suppress(OSError):
                signal.pidfd_send_signal(self._init_fd, signal.SIGKILL)
        with contextlib.suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def end(self) -> int | None:
        """Kill what is left, wait until it is gone, and answer the exit code. Safe to call twice."""
        if self._process.stdout is None or self._process.stdout.closed:
            return None
        self.kill()
        code: int | None = self._process.wait()
        if code is not None and code < 0:
            code = 128 - code
        if self._init_fd >= 0:
            # The init's end is reported only after every process of its namespace is gone: no late writes to the tree.
            gone = select.poll()
            gone.register(self._init_fd, select.POLLIN)
            gone.poll(10_000)
            os.close(self._init_fd)
            self._init_fd = -1
        self._process.stdout.close()
        if self._launch.status_fd >= 0:
            code = self._reported("exit-code")
            os.close(self._launch.status_fd)
        return code


def _ended(process: subprocess.Popen[bytes]) -> bool:
    """Whether the process has ended, without reaping it: its id, and so its group's, stays ours until `end`."""
    if not hasattr(os, "waitid"):
        return process.poll() is not None
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
