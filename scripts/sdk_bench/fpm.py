"""PHP servers as an app has them: php-fpm with one worker, asked by FastCGI, and PHP's own."""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import socket
import struct
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

BEGIN, END, PARAMS, STDIN, STDOUT = 1, 3, 4, 5, 6


class Server(Protocol):
    def get(self, path: str) -> str:
        """The body of the answer, read to its end."""

    def cpu(self) -> float:
        """Microseconds of CPU that its worker has taken so far."""


def program() -> str:
    """php-fpm, of the version that `php` is; SystemExit where there is none."""
    show = ["php", "-r", "echo PHP_MAJOR_VERSION, '.', PHP_MINOR_VERSION;"]
    version = subprocess.run(show, capture_output=True, text=True, check=True).stdout
    found = shutil.which(f"php-fpm{version}", path=f"{os.environ['PATH']}:/usr/sbin") or shutil.which("php-fpm")
    return found or exit_with(f"no php-fpm. Install Debian's php{version}-fpm.")


def exit_with(text: str) -> str:
    raise SystemExit(f"bench: {text}")


@contextlib.contextmanager
def fpm(script: Path, folder: Path, environ: Mapping[str, str]) -> Iterator[Server]:
    """php-fpm with opcache and one worker. `folder` is a new one, for its socket and logs."""
    path = folder / "fpm.sock"
    settings = "".join(f'env[{name}] = "{value}"\n' for name, value in environ.items())
    user = "user = root\ngroup = root\n" if os.geteuid() == 0 else ""
    (folder / "fpm.conf").write_text(
        f"[global]\nerror_log = {folder}/fpm.log\n[www]\nlisten = {path}\npm = static\npm.max_children = 1\n{user}"
        f"php_admin_flag[display_errors] = off\nphp_admin_value[error_log] = {folder}/php.log\n{settings}"
    )
    command = [program(), "-F", "-R", "-y", folder / "fpm.conf"]
    with _running(command, folder, environ, lambda: _connects(path)) as process:
        yield _Fpm(process.pid, path, script)


@contextlib.contextmanager
def built_in(script: Path, folder: Path, environ: Mapping[str, str]) -> Iterator[Server]:
    """`php -S`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["php", "-d", "display_errors=0", "-d", f"error_log={folder}/php.log", "-S", f"127.0.0.1:{port}", script]
    with _running(command, folder, environ, lambda: _connects(port)) as process:
        yield _BuiltIn(process.pid, port)


@contextlib.contextmanager
def _running(
    command: list[str | Path], folder: Path, environ: Mapping[str, str], ready: Callable[[], bool]
) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **environ})
    try:
        for _ in range(400):
            if ready():
                break
            time.sleep(0.025)
        yield process
    finally:
        process.terminate()
        process.wait()


def _connects(address: Path | int) -> bool:
    unix = isinstance(address, Path)
    with socket.socket(socket.AF_UNIX if unix else socket.AF_INET) as client, contextlib.suppress(OSError):
        client.connect(str(address) if unix else ("127.0.0.1", address))
        return True
    return False


def _cpu(pid: int) -> float:
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1000


class _BuiltIn:
    def __init__(self, pid: int, port: int) -> None:
        self.pid, self.port = pid, port

    def get(self, path: str) -> str:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request("GET", path)
            return connection.getresponse().read().decode()

    def cpu(self) -> float:
        return _cpu(self.pid)


class _Fpm:
    def __init__(self, pid: int, path: Path, script: Path) -> None:
        self.pid, self.path = pid, path
        self.parameters = {
            "GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "GET", "SCRIPT_FILENAME": str(script),
            "SCRIPT_NAME": "/index.php", "QUERY_STRING": "", "SERVER_PROTOCOL": "HTTP/1.1", "SERVER_NAME": "here",
            "SERVER_PORT": "80",
        }  # fmt: skip

    def get(self, path: str) -> str:
        pairs = b"".join(
            struct.pack(">BI", len(name), len(value) | 0x80000000) + name.encode() + value.encode()
            for name, value in (self.parameters | {"REQUEST_URI": path}).items()
        )
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(30)
            client.connect(str(self.path))
            begin = _record(BEGIN, struct.pack(">HB5x", 1, 0))
            client.sendall(begin + _record(PARAMS, pairs) + _record(PARAMS, b"") + _record(STDIN, b""))
            return b"".join(self._parts(client)).decode().partition("\r\n\r\n")[2]

    @staticmethod
    def _parts(client: socket.socket) -> Iterator[bytes]:
        with client.makefile("rb") as stream:
            while len(head := stream.read(8)) == 8:
                _, kind, _, length, padding = struct.unpack(">BBHHBx", head)
                body = stream.read(length + padding)[:length]
                if kind == END:
                    return
                if kind == STDOUT:
                    yield body

    def cpu(self) -> float:
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return sum(_cpu(int(child)) for child in children)


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack(">BBHHBx", 1, kind, 1, len(body), 0) + body
