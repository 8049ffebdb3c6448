# ruff: noqa: E501, RUF001 - tables of code are read as tables
"""What a patch can newly do is seen in every spelling, and nowhere else."""

from __future__ import annotations

import time

import pytest

from healer.patch.candidate import Change
from healer.patch.capabilities import new_capabilities
from healer.patch.ops import Op, minimal
from healer.patch.powers import POWERS
from healer.patch.text import split_lines

SUFFIX = {"python": ".py", "javascript": ".js", "go": ".go", "ruby": ".rb", "php": ".php"}


def gained(runtime: str, after: str, before: str = "") -> tuple[str, ...]:
    lines = split_lines(before)
    ops: list[Op] = minimal(lines, split_lines(after))
    change = Change("lib/a" + SUFFIX[runtime], "code", before.encode(), after.encode(), lines, ops)
    return new_capabilities([change], runtime)  # type: ignore[arg-type]


SEEN = {
    "python": {
        "process": ["os.system('id')", "import subprocess", "import subprocess as s", "from os import system", "from os import path, popen as p", "os . system(x)",
                    "import os as o", "o.system('id')", "os.execvp(a, b)", "Popen(['id'])", "asyncio.create_subprocess_shell(x)", "ｏｓ.ｓｙｓｔｅｍ('id')", "import ctypes", "getattr(os, 'system')('id')", "pty.spawn(x)", "x = '\\x73ystem'; f('\\x6fs.system')", "f = ['system']"],
        "network": ["import socket", "requests.get(url)", "from urllib.request import urlopen", "import http.client", "httpx.post(u)", "import urllib.request as u", "socket.create_connection(a)", "smtplib.SMTP(h)"],
        "environment": ["os.environ['X']", "os.getenv('X')", "from os import environ", "environ.get('A')", "open('/proc/self/environ')"],
        "eval": ["eval(x)", "exec (x)", "__import__('os')", "importlib.import_module(x)", "getattr(x, name)()", "getattr(x, 'a' + 'b')", "globals()['x']", "x.__class__.__subclasses__()", "compile(s, '', 'exec')", "exec(base64.b64decode(x))", "f = eval\nmap(eval, x)", "sys.modules['os']", "__builtins__['eval']"],
        "deserialisation": ["pickle.loads(x)", "import cPickle", "yaml.load(x)", "marshal.loads(x)", "from yaml import load", "yaml.unsafe_load(x)"],
        "file-writing": ["open(p, 'w')", "open(p, mode='ab')", "Path(p).write_text(x)", "os.remove(p)", "shutil.rmtree(p)", "open(p, m)", "p.unlink()", "io.open(p, \"r+\")", "os.makedirs(p)", "open(os.path.join(a, b), 'w')"],
    },
    "javascript": {
        "process": ["require('child_process')", "const { exec: e } = require('node:child_process')", "import { spawn } from 'child_process'", "execSync('id')", "exec('id')", "require('\\x63hild_process')", "cp.exec('id')", "new Worker(x)"],
        "network": ["fetch(url)", "globalThis.fetch(u)", "new XMLHttpRequest()", "require('https')", "import net from 'node:net'", "axios.get(u)", "http.request(u)", "new WebSocket(u)", "navigator.sendBeacon(u)", "import got from 'got'"],
        "environment": ["process.env.X", "process?.env", "process['env']", "const { env } = process", "import.meta.env.X", "document.cookie", "require('process')"],
        "eval": ["eval(x)", "(0, eval)(x)", "new Function('a', x)", "Function(x)()", "\\u0065val(x)", "\\u{65}val(x)", "x.constructor.constructor('a')()", "require(name)", "require('a' + b)", "import(name)", "setTimeout('x()', 1)", "vm.runInNewContext(x)", "global['ev' + 'al']", "el.innerHTML = x", "[].filter['constructor']('x')()", "atob(x)"],
        "deserialisation": ["vm.runInThisContext(x)", "v8.deserialize(x)", "require('node-serialize')"],
        "file-writing": ["fs.writeFileSync(p, x)", "writeFile(p)", "fs.promises.rm(p)", "createWriteStream(p)", "fs.unlink(p)", "fs['write' + 'File']", "import { rm } from 'fs/promises'"],
    },
    "go": {
        "process": ['import "os/exec"', 'e "os/exec"', 'exec.Command("id")', "syscall.Exec(a, b, c)", 'import "C"', "//go:linkname a b"],
        "network": ['import "net"', '\t"net/http"', 'net.Dial("tcp", a)', "http.Get(u)"],
        "environment": ['os.Getenv("X")', "os.Environ()", 'os.LookupEnv("X")'],
        "eval": ["plugin.Open(p)", '"plugin"', "unsafe.Pointer(x)", '"unsafe"', "v.MethodByName(n)"],
        "deserialisation": ["gob.NewDecoder(r)", '"encoding/gob"'],
        "file-writing": ["os.WriteFile(p, b, 0o600)", "os.Create(p)", "os.OpenFile(p, f, m)", "os.RemoveAll(p)", "ioutil.WriteFile(p, b, m)"],
    },
    "ruby": {
        "process": ["system('id')", "system 'id'", "`id`", "%x(id)", "exec cmd, x", "Open3.capture2(x)", "IO.popen(x)", "Kernel.system(x)", "spawn('id')", "open('|id')", "send(:system, 'id')", "x = \"#{`id`}\"", "# #{`id`}", "Process.spawn(x)"],
        "network": ["Net::HTTP.get(u)", "require 'net/http'", "require \"open-uri\"", "TCPSocket.new(h, p)", "URI.open(u)", "Faraday.get(u)"],
        "environment": ["ENV['X']", "ENV.fetch('X')"],
        "eval": ["eval(x)", "eval x", "instance_eval(x)", "binding.local_variable_get(x)", "x.send(name)", "x.public_send(params[:m])", "Object.const_get(n)", "x.constantize", "define_method(n)", "require path", "load file"],
        "deserialisation": ["Marshal.load(x)", "YAML.load(x)", "YAML.unsafe_load(x)", "Oj.load(x)"],
        "file-writing": ["File.write(p, x)", "File.open(p, 'w')", "File.open(p, \"ab\") { |f| f << x }", "FileUtils.rm_rf(p)", "File.delete(p)", "IO.binwrite(p, x)"],
    },
    "php": {
        "process": ["shell_exec('id');", "\\system('id');", "SYSTEM('id');", "proc_open($c, $d, $p);", "`id`;", "array_map('system', $x);", "passthru($x);", "pcntl_exec($x);", "mail($a, $b, $c);"],
        "network": ["curl_init($u);", "fsockopen($h);", "file_get_contents('http://x');", "file_get_contents($u);", "new GuzzleHttp\\Client();", "stream_socket_client($x);"],
        "environment": ["getenv('X');", "$_ENV['X'];", "$_SERVER['X'];", "env('X');"],
        "eval": ["eval($x);", "create_function('', $x);", "include $file;", "require_once($path);", "call_user_func($f, $x);", "$$name = 1;", "new $class();", "preg_replace('/a/e', $x, $y);", "assert($x);", "base64_decode($x);", "('sys' . 'tem')('id');", "$_GET['f']('id');"],
        "deserialisation": ["unserialize($x);", "file_exists('phar://x');"],
        "file-writing": ["file_put_contents($p, $x);", "fopen($p, 'w');", "unlink($p);", "fwrite($f, $x);", "move_uploaded_file($a, $b);"],
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("runtime", "capability", "code"),
    [
        (runtime, capability, code)
        for runtime, kinds in SEEN.items()
        for capability, codes in kinds.items()
        for code in codes
    ],
)
def test_a_new_capability_is_seen(runtime: str, capability: str, code: str) -> None:
    assert capability in gained(runtime, f"a\n{code}\n", "a\n")


def test_every_table_has_examples() -> None:
    assert {runtime: set(kinds) for runtime, kinds in POWERS.items()} == {
        runtime: set(kinds) for runtime, kinds in SEEN.items()
    }


INNOCENT = {
    "python": ["return user.get('name')", "if request is None:", "requests = []", "self.system = system", "getattr(user, 'name', None)", "with open(path) as f:", "open(path, 'rb')", "open(path, encoding='utf-8')", "# os.system would be worse", "executor.submit(f)", "re.compile(x)", "x = evaluate(y)", "environment = 'production'", "json.loads(x)", "items.remove(x)", "name.replace('a', 'b')", "ProcessState.DONE", "import os", "import json", "model.eval()", "loop.run_in_executor(None, f)"],
    "javascript": ["re.exec(text)", "user?.profile ?? null", "require('./cart')", "import x from './x.js'", "const f = prefetch(u)", "// eval(x) would be worse", "this.fetch(x)", "options.environment", "fs.readFileSync(p)", "new Map()", "items.splice(0, 1)", "setTimeout(() => f(), 10)", "import('./lazy.js')"],
    "go": ["if d == nil {", "net := total - fee", 'fmt.Println("exec")', "os.ReadFile(p)", "// os.Getenv", "r.Method", "client.Do(req)", "os.Exit(1)"],
    "ruby": ["return nil if x.nil?", "x.send(:name)", "obj.system_name", "File.read(p)", "File.open(p)", "# system('id')", "@environment = 1", "x.public_send(:to_s)", "evaluate(x)", "super", "require 'json'", "x.required?", "loaded = 1", "store.load(key)", "require_relative 'cart'", "x&.name"],
    "php": ["return $x ?? null;", "$this->system->run();", "$filesystem = 1;", "require __DIR__ . '/a.php';", "$x->exec($sql);", "// eval($x)", "is_file($p);", "new Cart();", "fopen($p, 'r');", "$this->mail($x);", "array_map(fn ($x) => $x + 1, $y);", "include 'a.php';", "use Symfony\\Component\\Console;"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("runtime", "code"), [(runtime, code) for runtime, codes in INNOCENT.items() for code in codes]
)
def test_ordinary_code_gains_nothing(runtime: str, code: str) -> None:
    assert gained(runtime, f"a\n{code}\n", "a\n") == ()


def test_a_use_that_was_there_is_not_new_and_one_more_is() -> None:
    before = "import os\nx = os.environ['A']\n"
    assert gained("python", before.replace("['A']", ".get('A')"), before) == ()
    assert gained("python", before.replace("x =", "if a:\n    x ="), before) == ()
    assert gained("python", before + "y = os.environ['B']\n", before) == ("environment",)


@pytest.mark.parametrize("runtime", POWERS)
@pytest.mark.parametrize(
    "unit",
    ["open(", "open(a,", "getattr(a, ", "exec ", "system ", "`", "(", "$", "fopen(x ", "require ", "process", "include \"", "from os import ", "preg_replace('/",
     "File.open(p ", "\\x41", "{env", "\\", " ", "URI(", "{ env", "send ", "setTimeout("],
)  # fmt: skip
def test_hostile_code_takes_linear_time(runtime: str, unit: str) -> None:
    def seconds(length: int) -> float:
        text = (unit * (length // len(unit) + 1))[:length]
        times = []
        for _ in range(3):
            began = time.process_time()
            gained(runtime, text, "")
            times.append(time.process_time() - began)
        return min(times)

    assert seconds(16_000) < max(seconds(2_000), 0.005) * 24
