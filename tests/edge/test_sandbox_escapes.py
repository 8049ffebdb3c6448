"""Hostile code in the sandbox. Every attack is seen to succeed where it may, so that its failing means something."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.edge.sandbox_kit import change, host_sees, make_repo, needs_bubblewrap, needs_root, opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from healer.edge.sandbox import Sandbox
    from healer.verdict.value import Ran

pytestmark = [pytest.mark.slow, needs_bubblewrap]
SECRET = "sk-planted-3f1c"
# Prints as JSON what the attack answers, or the error that stopped it.
HARNESS = """
import ctypes, glob, json, os, signal, socket, subprocess, sys
libc = ctypes.CDLL(None, use_errno=True)
def main(argument):
{body}
try:
    print(json.dumps(main(json.loads(sys.argv[1]))))
except BaseException as error:
    print(json.dumps({{"error": type(error).__name__, "errno": getattr(error, "errno", None), "text": str(error)}}))
"""


def program(body: str) -> str:
    return HARNESS.format(body="\n".join(f"    {line}" for line in body.strip().splitlines()))


def outside(body: str, argument: Any = None, **conditions: Any) -> Any:
    """The control: the same program, as an ordinary process of this machine."""
    command = [sys.executable, "-c", program(body), json.dumps(argument)]
    return json.loads(subprocess.run(command, capture_output=True, check=True, **conditions).stdout)


def inside(sandbox: Sandbox, body: str, argument: Any = None, **conditions: Any) -> Any:
    ran = sandbox.run(["python3", "-c", program(body), json.dumps(argument)], seconds=120, **conditions)
    assert ran.exit_code == 0, ran.output
    return json.loads(ran.output)


def failed(answer: Any) -> bool:
    return isinstance(answer, dict) and "error" in answer


@pytest.fixture(scope="module")
def repo() -> Iterator[Path]:
    # Not under pytest's own folder, which only root may enter: here only the sandbox shall be what keeps us out.
    with tempfile.TemporaryDirectory(prefix="escape-") as folder:
        os.chmod(folder, 0o755)
        yield make_repo(Path(folder) / "repo", {"a.txt": "hello\n"})


@pytest.fixture(scope="module")
def sandbox(repo: Path) -> Iterator[Sandbox]:
    with opened(repo) as sandbox:
        yield sandbox


class TestSecrets:
    PLANTED = dict.fromkeys(
        (
            *("ANTHROPIC_API_KEY", "CLAUDE_CODE_OAUTH_TOKEN", "GITHUB_TOKEN", "ACTIONS_RUNTIME_TOKEN", "RUNNER_TEMP"),
            *("AWS_SECRET_ACCESS_KEY", "MY_APP", "PIP_TOKEN", "BUNDLE_KEY", "SSH_AUTH_SOCK", "npm_config__authToken"),
        ),
        SECRET,
    )
    ENVIRONMENTS = """
found = []
for path in ["/proc/self/environ", *glob.glob("/proc/[0-9]*/environ"), *glob.glob("/proc/[0-9]*/task/*/environ")]:
    try:
        found += [path] if argument.encode() in open(path, "rb").read() else []
    except OSError:
        pass
return found
"""

    @pytest.mark.parametrize("network", [True, False])
    def test_no_environment_in_reach_holds_one(self, repo: Path, network: bool) -> None:
        environ = dict(os.environ) | self.PLANTED
        with opened(repo, environ) as sandbox, subprocess.Popen(["sleep", "60"], env=environ) as neighbour:
            try:
                assert f"/proc/{neighbour.pid}/environ" in outside(self.ENVIRONMENTS, SECRET)
                assert inside(sandbox, self.ENVIRONMENTS, SECRET, network=network) == []
                visible = inside(sandbox, "return dict(os.environ)", network=network)
                assert SECRET not in visible.values()
            finally:
                neighbour.kill()

    def test_registries_go_in_only_with_the_network(self, repo: Path) -> None:
        environ = dict(os.environ) | {
            "PIP_INDEX_URL": "https://r.example/simple",
            "HTTPS_PROXY": "http://p:1",
            "TZ": "UTC",
        }
        with opened(repo, environ) as sandbox:
            on = inside(sandbox, "return dict(os.environ)", network=True)
            off = inside(sandbox, "return dict(os.environ)")
        assert (on["PIP_INDEX_URL"], on["HTTPS_PROXY"], on["TZ"]) == ("https://r.example/simple", "http://p:1", "UTC")
        assert {"PIP_INDEX_URL", "HTTPS_PROXY"}.isdisjoint(off)
        assert off["TZ"] == "UTC"

    def test_nothing_is_open_but_the_three_streams(self, sandbox: Sandbox) -> None:
        body = 'return sorted(int(name) for name in os.listdir("/proc/self/fd"))'
        with open(os.devnull) as extra:
            os.set_inheritable(extra.fileno(), True)
            assert extra.fileno() in outside(body, close_fds=False)
            # The fourth is the listing itself.
            assert inside(sandbox, body) == [0, 1, 2, 3]

    def test_command_lines_hold_no_registry(self, repo: Path) -> None:
        environ = dict(os.environ) | {"PIP_INDEX_URL": f"https://user:{SECRET}@r.example/simple"}
        mark = f"7{os.getpid()}"
        with opened(repo, environ) as sandbox, _running(sandbox, ["sleep", mark], network=True):
            _until(lambda: host_sees(mark))
            lines = [_read(path) for path in Path("/proc").glob("[0-9]*/cmdline")]
            for process in host_sees(mark):
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            assert any(mark.encode() in line for line in lines)
            assert not any(SECRET.encode() in line for line in lines)


class TestFiles:
    READ = "return open(argument).read()"

    @pytest.mark.parametrize("where", ["/tmp", "/var/tmp", "/srv", "/dev/shm", "/run", "/home"])
    def test_the_hosts_files_are_not_there(self, sandbox: Sandbox, where: str) -> None:
        if not os.access(where, os.W_OK):
            pytest.skip(f"cannot write to {where}")
        with tempfile.NamedTemporaryFile(mode="w", dir=where, prefix="escape-") as file:
            file.write("the host's")
            file.flush()
            os.chmod(file.name, 0o644)
            assert outside(self.READ, file.name) == "the host's"
            assert inside(sandbox, self.READ, file.name)["error"] == "FileNotFoundError"
            for path in (
                f"/proc/1/root{file.name}",
                f"/proc/self/root{file.name}",
                f"/proc/self/cwd/../../..{file.name}",
            ):
                assert outside(self.READ, path) == "the host's" or path.startswith(("/proc/1", "/proc/self/cwd"))
                assert failed(inside(sandbox, self.READ, path))

    def test_neither_home_nor_repository_nor_the_healer_nor_runner_files(self, repo: Path, tmp_path: Path) -> None:
        home = Path(tempfile.mkdtemp(prefix="home-", dir="/opt" if os.access("/opt", os.W_OK) else "/var/tmp"))
        try:
            (home / ".netrc").write_text("password")
            (home / "commands").write_text("password")
            os.chmod(home, 0o755)
            environ = dict(os.environ) | {"HOME": str(home), "GITHUB_ENV": str(home / "commands")}
            places = [home / ".netrc", home / "commands", repo / "a.txt", repo / ".git/config"]
            if sys.prefix != sys.base_prefix:
                places.append(Path(sys.prefix) / "pyvenv.cfg")
            with opened(repo, environ) as sandbox:
                for place in places:
                    assert isinstance(outside(self.READ, str(place)), str)
                    assert failed(inside(sandbox, self.READ, str(place))), place
        finally:
            shutil.rmtree(home)

    @needs_root
    def test_what_only_root_may_read_stays_so_where_it_is_mounted(self, repo: Path) -> None:
        folder = Path(tempfile.mkdtemp(prefix="escape-", dir="/opt"))
        try:
            os.chmod(folder, 0o755)
            for name, mode in (("open", 0o644), ("closed", 0o600)):
                (folder / name).write_text("text")
                (folder / name).chmod(mode)
            with opened(repo) as sandbox:
                assert inside(sandbox, self.READ, str(folder / "open")) == "text"
                assert outside(self.READ, str(folder / "closed")) == "text"
                assert inside(sandbox, self.READ, str(folder / "closed"))["error"] == "PermissionError"
        finally:
            shutil.rmtree(folder)

    @needs_root
    def test_what_leaves_opt_between_two_runs_stops_none(self, repo: Path) -> None:
        folder = Path(tempfile.mkdtemp(prefix="escape-", dir="/opt"))
        os.chmod(folder, 0o755)
        with opened(repo) as sandbox:
            assert sandbox.run(["test", "-d", str(folder)], seconds=120).exit_code == 0
            folder.rmdir()
            assert sandbox.run(["test", "-d", str(folder)], seconds=120).exit_code == 1

    @needs_root
    def test_a_self_hosted_runner_in_opt_is_left_out(self, repo: Path) -> None:
        folder = Path(tempfile.mkdtemp(prefix="runner-", dir="/opt"))
        try:
            os.chmod(folder, 0o755)
            for name in (".credentials", "config.sh"):
                (folder / name).write_text("text")
            with opened(repo) as sandbox:
                assert failed(inside(sandbox, self.READ, str(folder / "config.sh")))
            (folder / ".credentials").unlink()
            with opened(repo) as sandbox:
                assert inside(sandbox, self.READ, str(folder / "config.sh")) == "text"
        finally:
            shutil.rmtree(folder)

    def test_only_the_system_is_in_view(self, sandbox: Sandbox) -> None:
        top = set(inside(sandbox, 'return os.listdir("/")'))
        assert {"usr", "etc", "splat", "splat-run", "tmp"} <= top
        assert top <= {"bin", "dev", "etc", "lib", "lib32", "lib64", "libx32", "opt", "proc", "root", "run", "sbin"} | {
            *("splat", "splat-run", "tmp", "usr", "var", "home")
        }
        assert inside(sandbox, 'return open("/etc/passwd").read().count("\\n")') == 3
        assert failed(inside(sandbox, 'return os.listdir("/etc/ssl/private")'))
        assert inside(sandbox, 'return os.listdir("/run")') == []

    def test_no_device_but_the_harmless(self, sandbox: Sandbox) -> None:
        devices = set(inside(sandbox, 'return os.listdir("/dev")'))
        allowed = {"null", "zero", "full", "random", "urandom", "tty", "ptmx", "pts", "shm", "fd", "core", "console"}
        assert devices <= allowed | {"stdin", "stdout", "stderr"}
        make = 'os.mknod(argument, 0o60666, os.makedev(254, 0)); return open(argument, "rb").read(1).hex()'
        assert failed(inside(sandbox, make, "/tmp/disk"))

    WRITE = 'open(argument, "w").write("x"); os.unlink(argument); return "written"'

    @pytest.mark.parametrize("path", ["/splat/tree/x", "/splat/home/x", "/tmp/x", "/dev/shm/x", "/splat-run/results/x"])
    def test_what_may_be_written(self, sandbox: Sandbox, path: str) -> None:
        assert inside(sandbox, self.WRITE, path) == "written"

    @pytest.mark.parametrize(
        "path",
        [
            *("/x", "/usr/x", "/usr/local/x", "/etc/x", "/etc/passwd", "/opt/x", "/var/x", "/run/x", "/dev/x"),
            *("/splat-run/x", "/splat-run/tools/x", "/splat-run/tools/observer", "/proc/sys/kernel/hostname"),
            *("/proc/sysrq-trigger", "/sys/x", "/root/x", "/bin/x", "/lib/x", "/home/x"),
        ],
    )
    def test_what_may_not(self, sandbox: Sandbox, path: str) -> None:
        assert failed(inside(sandbox, self.WRITE, path, files={"observer": b"x"}))

    def test_an_observer_cannot_be_changed_moved_or_covered(self, sandbox: Sandbox) -> None:
        body = """
tried = {}
for name, act in {
    "write": lambda: open("/splat-run/tools/o", "a"),
    "chmod": lambda: os.chmod("/splat-run/tools/o", 0o777),
    "rename": lambda: os.rename("/splat-run/tools", "/splat-run/t"),
    "link": lambda: os.link("/splat-run/tools/o", "/splat/tree/o"),
}.items():
    try:
        act()
        tried[name] = "done"
    except OSError:
        pass
return tried
"""
        assert inside(sandbox, body, files={"o": b"x"}) == {}


class TestProcesses:
    def test_no_other_process_can_be_seen_signalled_or_traced(self, sandbox: Sandbox) -> None:
        mark = "61.0625"
        see = """
found = []
for path in glob.glob("/proc/[0-9]*/cmdline"):
    try:
        found += [path] if argument.encode() in open(path, "rb").read().split(b"\\0") else []
    except OSError:
        pass  # it ended meanwhile
return found
"""
        signal = "os.kill(argument, 0); return 'reached'"
        attach = "r = libc.ptrace(16, argument, 0, 0); libc.ptrace(17, argument, 0, 0); return r"
        with subprocess.Popen(["sleep", mark]) as neighbour:
            try:
                assert outside(see, mark) == [f"/proc/{neighbour.pid}/cmdline"]
                assert outside(signal, neighbour.pid) == "reached"
                assert outside(attach, neighbour.pid) == 0
                assert inside(sandbox, see, mark) == []
                assert failed(inside(sandbox, signal, neighbour.pid))
                assert inside(sandbox, attach, neighbour.pid) == -1
                assert inside(sandbox, 'return len(glob.glob("/proc/[0-9]*"))') < 6
            finally:
                neighbour.kill()

    def test_no_rights_and_no_way_to_more(self, sandbox: Sandbox) -> None:
        status = inside(sandbox, 'return dict(l.split(":", 1) for l in open("/proc/self/status").read().splitlines())')
        assert {int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {0}
        assert status["NoNewPrivs"].strip() == "1"
        new_user = "return libc.unshare(0x10000000)"
        assert outside(new_user) == 0
        assert inside(sandbox, new_user) == -1
        for act in (
            *("libc.mount(b'none', b'/tmp', b'tmpfs', 0, 0)", "libc.umount2(b'/tmp', 2)", "libc.umount2(b'/usr', 2)"),
            *("libc.setuid(0)", "libc.sethostname(b'x', 1)", "libc.setns(0, 0)", "libc.chroot(b'/tmp')"),
        ):
            assert inside(sandbox, f"return {act}") == -1, act

    @needs_root
    def test_a_setuid_program_gives_nothing(self, repo: Path) -> None:
        folder = Path(tempfile.mkdtemp(prefix="escape-", dir="/opt"))
        try:
            os.chmod(folder, 0o755)
            shutil.copy("/usr/bin/id", folder / "id")
            os.chmod(folder / "id", 0o4755)
            control = ["setpriv", "--reuid=64998", "--regid=64998", "--clear-groups", folder / "id", "-u"]
            assert subprocess.run(control, capture_output=True, check=True).stdout == b"0\n"
            with opened(repo) as sandbox:
                assert sandbox.run([str(folder / "id"), "-u"], seconds=120).output == "1000\n"
        finally:
            shutil.rmtree(folder)

    def test_library_preloading_reaches_no_process_outside(self, repo: Path) -> None:
        if not shutil.which("gcc"):
            pytest.skip("needs gcc")
        source = """
#include <stdio.h>
#include <stdlib.h>
__attribute__((constructor)) static void begin(void) {
  char line[200]; FILE *in = fopen("/proc/self/uid_map", "r"), *out = fopen("/splat-run/results/who", "a");
  if (in && out && fgets(line, 200, in)) fputs(line, out);
}
"""
        with opened(repo) as sandbox:
            build = ["sh", "-c", 'printf "%s" "$0" >e.c && gcc -shared -fPIC -o e.so e.c', source]
            assert sandbox.run(build, seconds=60, keep=True).exit_code == 0
            ran = sandbox.run(["true"], seconds=120, env={"LD_PRELOAD": "/splat/tree/e.so"}, artefacts=["who"])
        who = [line.split() for line in ran.artefacts["who"].decode().splitlines()]
        assert who, "the control: it was loaded by the command"
        # The stages outside have other maps: root's, or one that maps the user to 0.
        assert {(line[0], line[2]) for line in who} == {("1000", "1")}

    def test_keys_in_the_kernels_keyrings_are_not_read(self, repo: Path) -> None:
        """Session keyrings pass through every namespace."""
        read = """
buffer = ctypes.create_string_buffer(50)
length = libc.syscall({"x86_64": 250, "aarch64": 219}[os.uname().machine], 11, argument, buffer, 50)
return [length, buffer.raw[:max(length, 0)].decode(), ctypes.get_errno()]
"""
        script = f"""
import ctypes, os
from pathlib import Path
from tests.edge.test_sandbox_escapes import inside, opened, outside
add, control = {{"x86_64": (248, 250), "aarch64": (217, 219)}}[os.uname().machine]
libc = ctypes.CDLL(None)
libc.syscall(control, 1, None)
key = libc.syscall(add, b"user", b"escape", b"planted", 7, ctypes.c_int(-3))
print(outside({read!r}, key))
with opened(Path({str(repo)!r})) as sandbox:
    print(inside(sandbox, {read!r}, key))
"""
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True)
        assert done.stdout == "[7, 'planted', 0]\n[-1, '', 38]\n"

    @pytest.mark.parametrize("number", [425, 321 if os.uname().machine == "x86_64" else 280, 0x40000000])
    def test_corners_of_the_kernel_that_no_test_suite_needs_are_closed(self, sandbox: Sandbox, number: int) -> None:
        body = "return [libc.syscall(argument, 0, 0, 0), ctypes.get_errno()]"
        assert inside(sandbox, body, number) == [-1, 38]

    def test_daemons_die_with_the_run(self, sandbox: Sandbox) -> None:
        mark = f"83.{os.getpid()}"
        script = (
            f"import os,signal,time\nfor s in (1,2,15): signal.signal(s, signal.SIG_IGN)\n"
            f"if os.fork(): time.sleep({{}}); os._exit(0)\nos.setsid()\nif os.fork(): os._exit(0)\n"
            f"[os.close(n) for n in (0,1,2)]\nos.execvp('sleep', ['sleep', '{mark}'])"
        )
        for in_time in (True, False):
            for seconds in (1.0, 10.0, 100.0):  # longer where a busy machine had no daemon yet when the run ended
                pause, limit = (seconds, 300) if in_time else (300, seconds)
                with _running(sandbox, ["python3", "-c", script.format(pause)], seconds=limit) as ended:
                    while not (seen := host_sees(mark)) and not ended:
                        time.sleep(0.02)
                if seen:
                    break
            assert seen, "the control never came true"
            assert ended[0].timed_out == (not in_time)
            assert host_sees(mark) == []

    def test_a_command_that_closes_its_output_is_waited_for(self, sandbox: Sandbox) -> None:
        ran = sandbox.run(["sh", "-c", "exec >&- 2>&-; sleep 1; exit 5"], seconds=120)
        assert (ran.exit_code, ran.timed_out) == (5, False)

    def test_no_terminal_to_type_into(self, repo: Path, tmp_path: Path) -> None:
        """TIOCSTI on a shared terminal would run commands in the user's shell."""
        attack = "open('/dev/tty'); return 'a terminal'"
        (tmp_path / "host.py").write_text(
            "import sys\nfrom pathlib import Path\nfrom tests.edge.test_sandbox_escapes import *\n"
            "from tests.edge.sandbox_kit import opened\n"
            f"print('CONTROL', outside({attack!r}))\n"
            f"with opened(Path({str(repo)!r})) as s: print('INSIDE', inside(s, {attack!r}))\n"
        )
        command = f"{sys.executable} {tmp_path / 'host.py'}"
        environ = dict(os.environ, PYTHONPATH=os.getcwd())
        done = subprocess.run(["script", "-qec", command, "/dev/null"], env=environ, capture_output=True, check=False)
        assert b"CONTROL a terminal" in done.stdout, done.stdout
        assert b"INSIDE {'error'" in done.stdout


class TestNetwork:
    CONNECT = """
family, kind, address, timeout = argument
s = socket.socket(getattr(socket, family), getattr(socket, kind))
s.settimeout(30)
s.connect(tuple(address) if isinstance(address, list) else address.replace("@", chr(0)))
s.send(b"hi")
return s.recv(10).decode() if timeout else "sent"
"""

    @pytest.mark.parametrize("kind", ["tcp", "tcp on the address of the machine", "udp", "abstract socket"])
    def test_no_listener_of_the_host_is_reached(self, repo: Path, kind: str) -> None:
        with ExitStack() as stack, opened(repo) as sandbox:
            target = stack.enter_context(_listener(kind))
            assert outside(self.CONNECT, target) == "pong"
            assert inside(sandbox, self.CONNECT, target, network=True) == "pong", "set-up has the host's network"
            sandbox.put([change("a.txt", "model-written\n")], side="after")
            assert failed(inside(sandbox, self.CONNECT, target))

    def test_no_socket_file_of_the_host_is_there(self, sandbox: Sandbox) -> None:
        """As docker's is, in a place that is open to all."""
        with tempfile.TemporaryDirectory(dir="/tmp") as folder, _listener("file", folder) as target:
            os.chmod(folder, 0o755)
            assert outside(self.CONNECT, target) == "pong"
            assert failed(inside(sandbox, self.CONNECT, target))
            assert failed(inside(sandbox, self.CONNECT, target, network=True))
        assert (
            inside(sandbox, 'return [p for p in ("/run/docker.sock", "/var/run/docker.sock") if os.path.exists(p)]')
            == []
        )

    def test_no_way_out_at_all(self, sandbox: Sandbox) -> None:
        assert inside(sandbox, "return [name for _, name in socket.if_nameindex()]") == ["lo"]
        assert failed(inside(sandbox, 'return socket.getaddrinfo("example.com", 80)'))
        assert failed(inside(sandbox, self.CONNECT, ["AF_INET", "SOCK_DGRAM", ["192.0.2.1", 53], False]))

    def test_loopback_inside_works(self, sandbox: Sandbox) -> None:
        body = """
server = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(server.getsockname())
other, _ = server.accept()
other.send(b"pong")
return client.recv(4).decode() + socket.gethostbyname("localhost") + socket.gethostbyname(socket.gethostname())
"""
        assert inside(sandbox, body) == "pong127.0.0.1127.0.0.1"

    def test_shared_memory_of_the_host_is_not_there(self, sandbox: Sandbox) -> None:
        body = "return libc.shmget(argument, 0, 0)"
        made = subprocess.run(["ipcmk", "-M", "100", "-p", "0666"], capture_output=True, check=True, text=True).stdout
        number = made.split()[-1]
        try:
            listed = subprocess.run(["ipcs", "-m"], capture_output=True, check=True, text=True).stdout
            key = next(int(line.split()[0], 16) for line in listed.splitlines() if number in line.split())
            assert outside(body, key - (1 << 32) if key >= 1 << 31 else key) >= 0
            assert inside(sandbox, body, key - (1 << 32) if key >= 1 << 31 else key) == -1
        finally:
            subprocess.run(["ipcrm", "-m", number], check=True)


class TestArtefacts:
    def test_only_regular_files_of_the_results_come_back(self, sandbox: Sandbox) -> None:
        script = (
            'cd "$SPLAT_RESULTS"; echo yes >real; ln -s /etc/passwd link; ln -s real inner; mkfifo pipe; mkdir folder;'
            "ln -s /etc etc; ln -s / root; echo x >folder/file;"
            "python3 -c \"import socket; socket.socket(1).bind('sock')\""
        )
        names = ["real", "link", "inner", "pipe", "folder", "etc/passwd", "root/etc/passwd", "folder/file", "sock"]
        names += ["../../etc/passwd", "/etc/passwd", "../tools/t", "", ".", "folder/../real", "a\0b", "x" * 5000]
        ran = sandbox.run(["sh", "-c", script], seconds=120, artefacts=names, files={"t": b""})
        assert dict(ran.artefacts) == {"real": b"yes\n", "folder/file": b"x\n"}

    def test_size_is_capped(self, sandbox: Sandbox) -> None:
        ran = sandbox.run(["sh", "-c", 'truncate -s 3G "$SPLAT_RESULTS/big"'], seconds=120, artefacts=["big"])
        assert len(ran.artefacts["big"]) == 16 * 1024**2

    def test_the_results_folder_itself_cannot_be_swapped(self, sandbox: Sandbox) -> None:
        script = "rmdir /splat-run/results || mv /splat-run/results /splat-run/r || ln -sfn /etc /splat-run/results/.."
        ran = sandbox.run(["sh", "-c", script], seconds=120, artefacts=["passwd", "hostname"])
        assert ran.exit_code != 0
        assert dict(ran.artefacts) == {}


class TestAppetite:
    def test_endless_output_is_cut_and_memory_stays_small(self, repo: Path) -> None:
        script = (
            "import resource, sys\nfrom pathlib import Path\nfrom tests.edge.sandbox_kit import opened\n"
            f"with opened(Path({str(repo)!r})) as s:\n"
            "    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
            "    noise = 'echo first; head -c 300M /dev/zero | tr \"\\\\0\" x; echo last'\n"
            "    ran = s.run(['sh', '-c', noise], seconds=300)\n"
            "    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before\n"
            "    print(grown // 1024, len(ran.output), ran.output[:5], ran.output[-5:-1])\n"
            "    print('314,441,7' in ran.output, ran.exit_code)\n"
        )
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True).stdout.split()
        assert int(done[0]) < 16, "megabytes"
        assert int(done[1]) < 140_000
        assert done[2:] == ["first", "last", "True", "0"]

    def test_a_huge_file_is_refused(self, sandbox: Sandbox) -> None:
        assert sandbox.run(["truncate", "-s", "3G", "f"], seconds=120).exit_code == 0
        assert sandbox.run(["truncate", "-s", "5G", "f"], seconds=120).exit_code != 0

    @needs_root
    @pytest.mark.parametrize("written", [180, 320])
    def test_a_full_disk_ends_the_run(self, repo: Path, tmp_path: Path, written: int) -> None:
        """However much was written before the watch looks, one thing is said."""
        disk = tmp_path / "disk"
        disk.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400M", "none", disk], check=False).returncode:
            pytest.skip("cannot mount a small disk")
        try:
            script = (
                "import os\nfrom pathlib import Path\nfrom tests.edge.sandbox_kit import opened\n"
                f"with opened(Path({str(repo)!r})) as s:\n"
                f"    ran = s.run(['sh', '-c', 'head -c {written}M /dev/zero >big; sleep 300'], seconds=400)\n"
                "    print(ran.exit_code, ran.output)\n"
            )
            environ = dict(os.environ, TMPDIR=str(disk))
            started = time.monotonic()
            done = subprocess.run(
                [sys.executable, "-c", script], env=environ, capture_output=True, check=True, text=True
            )
            assert "137" in done.stdout
            assert re.search(r"the disk fills up: over 1[34]\d of the 39\d MiB that were free", done.stdout)
            assert time.monotonic() - started < 250
        finally:
            subprocess.run(["umount", disk], check=True)

    def test_a_fork_bomb_is_bounded_and_ended(self, sandbox: Sandbox) -> None:
        body = """
count = 0
try:
    while count < 4000:
        if os.fork() == 0:
            signal.pause()
        count += 1
except OSError:
    pass
return count
"""
        started = time.monotonic()
        assert 500 < inside(sandbox, body) < 2048
        bomb = sandbox.run(["sh", "-c", "f() { f | f & }; f; sleep 600"], seconds=1)
        assert bomb.timed_out
        assert time.monotonic() - started < 300

    def test_one_process_cannot_take_all_memory(self, sandbox: Sandbox) -> None:
        body = "import mmap; mmap.mmap(-1, argument, flags=mmap.MAP_PRIVATE); return 'taken'"
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        assert outside(body, memory * 8 // 10) == "taken"
        assert failed(inside(sandbox, body, memory * 8 // 10))
        assert inside(sandbox, body, memory // 4) == "taken"

    def test_it_is_first_to_die_when_memory_runs_out(self, sandbox: Sandbox) -> None:
        assert inside(sandbox, 'return open("/proc/self/oom_score_adj").read()') == "1000\n"

    @needs_root
    def test_and_cannot_change_that(self, sandbox: Sandbox) -> None:
        """An ordinary user's sandbox can go back as far as the healer itself, not below."""
        rights = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("CapEff"))
        if not int(rights.split()[1], 16) >> 24 & 1:
            pytest.skip("this root lacks CAP_SYS_RESOURCE")
        assert failed(inside(sandbox, 'open("/proc/self/oom_score_adj", "w").write("0")'))

    def test_limits_cannot_be_raised(self, sandbox: Sandbox) -> None:
        for name in ("NPROC", "FSIZE", "CORE", "NOFILE", "DATA"):
            kind = f"resource.RLIMIT_{name}"
            body = f"import resource; resource.setrlimit({kind}, (resource.getrlimit({kind})[1] + 1,) * 2)"
            assert failed(inside(sandbox, body)), name

    def test_temporary_files_are_bounded(self, sandbox: Sandbox) -> None:
        for folder in ("/tmp", "/dev/shm"):
            size = inside(sandbox, "about = os.statvfs(argument); return about.f_blocks * about.f_frsize", folder)
            assert size <= 4 << 30


@contextmanager
def _running(
    sandbox: Sandbox, command: list[str], *, seconds: float = 120, network: bool = False
) -> Iterator[list[Ran]]:
    """The run in the background; its end is waited for."""
    ended: list[Ran] = []
    thread = threading.Thread(target=lambda: ended.append(sandbox.run(command, seconds=seconds, network=network)))
    thread.start()
    try:
        yield ended
    finally:
        thread.join(400)
        assert not thread.is_alive()


def _until(condition: Any, seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "the control never came true"
        time.sleep(0.02)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


@contextmanager
def _listener(kind: str, folder: str = "") -> Iterator[list[Any]]:
    """A server on the host that answers "pong"; yields what CONNECT needs."""
    name = f"@escape-{os.getpid()}"
    address: Any = ("127.0.0.1", 0)
    family, flavour = socket.AF_INET, socket.SOCK_STREAM
    if kind == "tcp on the address of the machine":
        address = (_own_address(), 0)
    if kind == "udp":
        flavour = socket.SOCK_DGRAM
    if kind in {"abstract socket", "file"}:
        family, address = socket.AF_UNIX, name.replace("@", "\0") if kind == "abstract socket" else f"{folder}/s"
    with socket.socket(family, flavour) as server:
        server.bind(address)
        server.settimeout(0.2)
        if kind == "file":
            os.chmod(address, 0o777)
        if flavour == socket.SOCK_STREAM:
            server.listen()
        stop = threading.Event()
        thread = threading.Thread(target=_answer, args=(server, stop))
        thread.start()
        try:
            where = server.getsockname() if family == socket.AF_INET else (name if kind != "file" else address)
            yield [family.name, flavour.name, list(where) if isinstance(where, tuple) else where, True]
        finally:
            stop.set()
            thread.join()


def _answer(server: socket.socket, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            if server.type == socket.SOCK_DGRAM:
                _, sender = server.recvfrom(10)
                server.sendto(b"pong", sender)
            else:
                connection, _ = server.accept()
                with connection:
                    connection.recv(2)
                    connection.sendall(b"pong")
        except TimeoutError:
            pass


def _own_address() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this machine has no address but loopback")
        return str(probe.getsockname()[0])
