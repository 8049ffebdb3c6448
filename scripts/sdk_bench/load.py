"""What a request costs that succeeds: servers side by side, driven in turn, their CPU time read from the kernel."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import statistics
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

REQUEST = b"GET /carts/7 HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n\r\n"
#: Connections that are asked before the first of them is read.
TOGETHER = 8
WARM, ROUND = 4_000, 80


class Served:
    """A server process that prints `{"port": n}` and answers until its standard input ends."""

    def __init__(self, command: Sequence[str | Path]) -> None:
        environ = {key: value for key, value in os.environ.items() if not key.startswith("SPLAT_")}
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ)
        assert self.process.stdout
        port = next(json.loads(line)["port"] for line in self.process.stdout if line.startswith('{"port"'))
        self.connections = [socket.create_connection(("127.0.0.1", port)) for _ in range(TOGETHER)]

    def ask(self, requests: int) -> None:
        for _ in range(requests // TOGETHER):
            for each in self.connections:
                each.sendall(REQUEST)
            for each in self.connections:
                self._read(each)

    def _read(self, connection: socket.socket) -> None:
        got = b""
        while b"\r\n\r\n" not in got or not got.endswith(b"ok"):
            more = connection.recv(65536)
            if not more:
                raise SystemExit(f"bench: a server hung up on a request: {got[:200]!r}")
            got += more
        if not got.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"bench: a request was answered by {got[:200]!r}")

    def cpu(self) -> float:
        """Microseconds of CPU of all its threads until now."""
        tasks = Path(f"/proc/{self.process.pid}/task").iterdir()
        return sum(int((each / "schedstat").read_text().split()[0]) for each in tasks) / 1000

    def end(self) -> None:
        for each in self.connections:
            each.close()
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def served(commands: dict[str, Sequence[str | Path]]) -> Iterator[dict[str, Served]]:
    servers: dict[str, Served] = {}
    try:
        for name, command in commands.items():
            servers[name] = Served(command)
        yield servers
    finally:
        for each in servers.values():
            each.end()


def added(servers: dict[str, Served], base: str, rounds: int) -> dict[str, float]:
    """
    Microseconds of CPU that one request takes more than at `base`, by server.

    The first decile of many short rounds: in the others something else had the cores or the caches.
    """
    for each in servers.values():
        each.ask(WARM)
    time.sleep(1)  # for what a runtime still compiles, and an SDK still sends
    took: dict[str, list[float]] = {name: [] for name in servers}
    for _ in range(rounds):
        for name, each in servers.items():
            before = each.cpu()
            each.ask(ROUND)
            took[name].append((each.cpu() - before) / ROUND)
    best = {name: statistics.quantiles(each, n=10)[0] for name, each in took.items()}
    return {name: each - best[base] for name, each in best.items() if name != base}
