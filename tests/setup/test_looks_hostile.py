"""Trees that were made to break a detector, and large ones."""

from __future__ import annotations

import os
import stat
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from healer.edge.checkout import WorkingTree
from healer.setup.looks import look
from tests.setup.trees import codes, git, looked, tree

if TYPE_CHECKING:
    from pathlib import Path

    from healer.setup.value import Found

FLASK = "from flask import Flask\n\napp = Flask(__name__)\n"


def named(found: Found) -> dict[str, str]:
    """Why each file could not be read."""
    return {note.where: note.what for note in found.notes if note.code == "unreadable"}


def test_broken_files_are_named_and_passed_over(tmp_path: Path) -> None:
    root = tree(
        tmp_path / "shop",
        {
            "app.py": FLASK,
            "pyproject.toml": '[project]\nname = "x"\nname = "y"\n',
            "requirements.txt": "flask\n",
            "web/package.json": '{"name": "web",',
            "web/server.js": "const express = require('express');\nconst app = express();\n",
            "list/package.json": "[1, 2]",
            "list/index.js": "",
            "pnpm-workspace.yaml": "packages: [a\n",
            "package.json": "{}",
            "old/composer.json": "\x00\x01",
            "old/index.php": "<?php\n",
            "main.py": "def broken(:\n    '''Flask'''\n",
            ".github/workflows/bad.yml": "on: [push\njobs: {",
            ".github/workflows/tabs.yml": "on:\n\tpush:\n",
            ".github/workflows/list.yml": "- a\n- b\n",
            ".github/workflows/good.yml": "on: push\njobs:\n  a:\n    steps:\n      - run: pytest\n",
        },
    )
    found = looked(root)
    assert named(found).keys() == {
        "pyproject.toml",
        "web/package.json",
        "list/package.json",
        "pnpm-workspace.yaml",
        "old/composer.json",
        "main.py",
        ".github/workflows/bad.yml",
        ".github/workflows/tabs.yml",
        ".github/workflows/list.yml",
    }
    assert "line 1" in named(found)["main.py"]
    assert "line 2" in named(found)[".github/workflows/tabs.yml"]
    services = {service.path: service for service in found.services if service.runtime == "python"}
    assert services[""].frameworks == ("flask",)
    assert services[""].manifest == "requirements.txt"
    assert [flow.path for flow in found.workflows if flow.ci] == [".github/workflows/good.yml"]
    assert sum(bool(flow.broken) for flow in found.workflows) == 3


def test_fifty_megabytes_are_not_read(tmp_path: Path) -> None:
    root = tree(tmp_path / "shop", {"package.json": '{"name": "x"}', "index.js": "", "app.py": FLASK})
    with (root / "package.json").open("wb") as file:
        file.write(b'{"name": "x", "pad": "')
        file.truncate(50_000_000)
    found = looked(root)
    assert "package.json" in named(found)
    assert [service.runtime for service in found.services] == ["python", "javascript"]


def test_links_loops_pipes_and_vanished_files(tmp_path: Path) -> None:
    (tmp_path / "outside.py").write_text(FLASK)
    root = tmp_path / "shop"
    root.mkdir()
    (root / "loop").symlink_to("loop")
    (root / "around").mkdir()
    (root / "around" / "again").symlink_to("..")
    (root / "app.py").symlink_to("../outside.py")
    (root / "requirements.txt").write_text("flask\n")
    (root / "wsgi.py").write_text(FLASK)
    (root / "gone.py").write_text(FLASK)
    (root / "main.py").write_text(FLASK)
    tree(root, {})
    (root / "gone.py").unlink()
    (root / "main.py").unlink()
    os.mkfifo(root / "main.py")
    found = looked(root)
    (service,) = found.services
    assert [entry.path for entry in service.entries] == ["wsgi.py"]
    assert named(found).keys() == {"gone.py", "main.py"}


def test_a_file_that_vanishes_while_it_is_looked_at(tmp_path: Path) -> None:
    root = tree(tmp_path / "shop", {"app.py": FLASK, "requirements.txt": "flask\n", "wsgi.py": "from app import app\n"})

    class Losing(WorkingTree):
        """Whatever is read is gone for the next one."""

        def read(self, path: str) -> bytes | None:
            content = super().read(path)
            for victim in ("requirements.txt", "wsgi.py"):
                (root / victim).unlink(missing_ok=True)
            return content

    found = look(Losing(root))
    assert found.services[0].entries[0].path == "app.py"


def test_names_that_are_no_text_and_deep_folders(tmp_path: Path) -> None:
    root = tree(tmp_path / "shop", {"app.py": FLASK})
    for name in (b"caf\xe9.py", b"new\nline.py", b"esc\x1b[31m.py"):
        with open(os.path.join(os.fsencode(root), name), "wb") as file:
            file.write(FLASK.encode())
    deep = "/".join(["d"] * 1500)
    blob = git(root, "hash-object", "-w", "app.py").strip()
    git(root, "add", "-A")
    git(root, "update-index", "--add", "--cacheinfo", f"100644,{blob},{deep}/manage.py")
    git(root, "update-index", "--add", "--cacheinfo", f"100644,{blob},späte/größe.py")
    found = looked(root)
    assert "odd-names" in codes(found)
    assert next(note for note in found.notes if note.code == "odd-names").what.startswith("3 ")
    assert found.services[0].entries[0].path == "app.py"


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe\x00f\x00l",
        b"\xef\xbb\xbfimport flask\r\n\r\napp = flask.Flask('x')\r\n",
        b"# -*- coding: latin-1 -*-\r\n# caf\xe9\r\nfrom flask import Flask\r\napp = Flask('x')\r\n",
        b"from flask import Flask\rapp = Flask('x')\r",
        b"Flask = 1\n" + b"(" * 50_000,
        b"Flask = 1\n" + b"-" * 200_000 + b"1\n",
        b"Flask = x" + b".a" * 100_000,
        b"Flask" + b"[0]" * 50_000,
        b"Flask = 1\n" + b"".join(b" " * i + b"if x:\n" for i in range(90)) + b" " * 95 + b"pass\n",
        b"Flask\0\0\0",
        b"class A(Flask): pass\n" * 15_000,
        b"from flask import Flask\n" + b"app = Flask('x')\n" * 20_000,
        b"INSTALLED_APPS = [" + b"'x', " * 60_000 + b"]\n",
        b'f"""{f"""{f"""' * 3000 + b"Flask",
    ],
)
def test_no_python_makes_it_raise_or_hang(tmp_path: Path, content: bytes) -> None:
    root = tree(tmp_path / "shop", {"app.py": content, "requirements.txt": "flask\n"})
    began = time.process_time()
    found = looked(root)
    assert time.process_time() - began < 30
    assert found.services[0].frameworks == ("flask",)


def test_windows_lines_marks_and_encodings_keep_the_line_numbers(tmp_path: Path) -> None:
    root = tree(
        tmp_path / "shop", {"app.py": b"\xef\xbb\xbf# caf\xe9\r\nfrom flask import Flask\r\n\r\napp = Flask('x')\r\n"}
    )
    entry = looked(root).services[0].entries[0]
    assert (entry.line, entry.certainty) == (4, "sure")


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("package.json", b"[" * 200_000),
        (
            "package.json",
            b'{"scripts": {"start": ["x"], "test": 5}, "bin": {"a": 1}, "workspaces": {"packages": "x"}, "main": {}}',
        ),
        (
            "package.json",
            b'{"scripts": "x", "dependencies": ["express"], "name": {"a": 1}, "workspaces": [1, null, "***/**/**"]}',
        ),
        ("package.json", b'{"scripts": {"start": "' + b"node " * 40_000 + b'"}}'),
        ("pyproject.toml", b"a = " + b"[" * 100_000),
        ("pyproject.toml", b"[project]\nname = 5\ndependencies = 7\nscripts = 1\n[tool]\nuv = 3\npoetry = []\n"),
        ("pyproject.toml", b"tool = 1\nproject = 2\ndependency-groups = {a = [{include-group = 'a'}]}\n"),
        ("pyproject.toml", b"[tool.uv.workspace]\nmembers = [1, '../..', '**/**/**/**/x*y*z*']\n[tool.uv]\n"),
        ("pyproject.toml", b"a." * 50_000 + b"b = 1\n"),
        ("setup.cfg", b"[options]\ninstall_requires = %(x)s\n  flask\n[options]\n"),
        ("setup.py", b"from setuptools import setup\nsetup(install_requires=open('x').read(), **{})\n"),
        ("requirements.txt", b"-r requirements.txt\n-r ../../../etc/passwd\n-r ./requirements.txt\n" * 5000),
        ("Pipfile", b"[packages]\nflask = 1\n[packages]\n"),
        ("go.mod", b"module " + b"x" * 300_000 + b"\nrequire (" + b"\n github.com/a/b v1" * 20_000),
        ("go.work", b"use (" + b" a/b/c" * 50_000),
        ("composer.json", b'{"require": ["slim/slim"], "bin": [1], "name": 3}'),
        ("Gemfile", b"gem " * 100_000),
        ("config.ru", b"run " * 100_000),
        (".github/workflows/a.yml", b"[" * 250_000),
        (".github/workflows/a.yml", b"a: &a [" + b"*a, " * 5000 + b"]"),
        (".github/workflows/a.yml", b"on: &a\n  x: *a\njobs: *a\n"),
        (".github/workflows/a.yml", b"on: {push: {}}\njobs: [1]\nname: {a: b}\n"),
        (".github/workflows/a.yml", b"on: push\n? [a, b]\n: c\njobs: {a: {steps: [x, {run: 1}, {uses: []}]}}\n"),
        (
            ".github/workflows/a.yml",
            b"a: &b [x,x,x,x,x,x,x,x,x]\n" + b"".join(b"c%d: &b [*b,*b,*b,*b,*b]\n" % i for i in range(60)),
        ),
        ("index.html", b"<script " * 60_000),
        ("webpack.config.js", b"entry: { a: " * 30_000),
        ("Procfile", b"web: " + b"a:" * 200_000),
        ("server.js", b"express(" * 40_000),
        ("server.js", b"http.createServer()" + b".on('x')" * 30_000),
        ("main.go", b"package main\nfunc main() {" + b"gin.New(" * 40_000),
        ("index.php", b"<?php $a = new App" + b"->a()" * 30_000),
        ("app.rb", b"require 'sinatra'\n" + b"class A < Sinatra::Base\n" * 5000),
    ],
)
def test_no_manifest_makes_it_raise_or_hang(tmp_path: Path, path: str, content: bytes) -> None:
    beside = {
        "app.py": FLASK,
        "index.js": "x",
        "a/main.go": "package main\n",
        "lib/a.php": "<?php\n",
        "go.mod": "module x\n",
    }
    if path.endswith(".php"):
        beside["composer.json"] = '{"require": {"slim/slim": "4"}}'
    root = tree(tmp_path / "shop", {**beside, path: content})
    began = time.process_time()
    found = looked(root)
    assert time.process_time() - began < 30
    assert "flask" in [name for service in found.services for name in service.frameworks]


def test_what_others_wrote_is_passed_over(tmp_path: Path) -> None:
    root = tree(
        tmp_path / "shop",
        {
            "app.py": FLASK,
            "node_modules/express/package.json": '{"main": "index.js"}',
            "node_modules/express/index.js": "const app = express()",
            "venv/lib/python3.11/site-packages/flask/app.py": FLASK,
            "myenv/pyvenv.cfg": "home = /usr\n",
            "myenv/lib/thing.py": FLASK,
            "vendor/github.com/gin-gonic/gin/gin.go": "package gin",
            "vendor/go.mod": "module x",
            "examples/demo/app.py": FLASK,
            "tests/fixtures/app/package.json": "{}",
            "docs/requirements.txt": "sphinx\n",
        },
    )
    found = looked(root)
    assert [(service.path, service.runtime) for service in found.services] == [("", "python")]
    assert [entry.path for entry in found.services[0].entries] == ["app.py"]
    told = next(note.what for note in found.notes if note.code == "vendored")
    assert told == "7 tracked files lie in folders of others' code (myenv, node_modules, vendor, …): passed over"


def test_a_checkout_that_cannot_be_written_to(tmp_path: Path) -> None:
    root = tree(tmp_path / "shop", {"app.py": FLASK})
    folders = [root, *(path for path in root.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        found = looked(root)
    finally:
        for folder in folders:
            folder.chmod(stat.S_IRWXU)
    assert found.services[0].frameworks == ("flask",)
    assert ("read-only" in codes(found)) == (os.geteuid() != 0)


def many(folder: Path, count: int) -> Path:
    """A repository of `count` files of all runtimes."""
    root = tree(
        folder,
        {
            "app/main.py": FLASK,
            "requirements.txt": "flask\n",
            "web/package.json": '{"dependencies": {"express": "1"}, "scripts": {"start": "node server.js"}}',
            "web/server.js": "const app = require('express')();\n",
            "go.mod": "module x\n",
            "main.go": "package main\n\nfunc main() {}\n",
        },
    )
    kinds = [
        ("app", ".py", "x = 1\n"),
        ("web/src", ".ts", "export const a = 1\n"),
        ("pkg", ".go", "package pkg\n"),
        ("doc", ".md", "#\n"),
    ]
    for index in range(count // len(kinds)):
        for start, suffix, text in kinds:
            inner = root / start / f"m{index // 250:04}"
            if index % 250 == 0:
                inner.mkdir(parents=True)
            (inner / f"f{index}{suffix}").write_text(text)
    git(root, "add", "-A")
    return root


def test_ten_thousand_files_take_few_reads_and_little_time(tmp_path: Path) -> None:
    """Under a second on an ordinary machine; the bound is for one that is busy with other things."""
    root = many(tmp_path / "shop", 10_000)
    reader = WorkingTree(root)
    began = time.process_time()
    found = look(reader)
    assert time.process_time() - began < 5
    assert reader.reads < 1_000
    assert len(reader.paths()) > 9_900
    assert [service.frameworks for service in found.services] == [("flask",), ("go",), ("express",)]


@pytest.mark.slow
def test_a_hundred_thousand_files_and_a_thousand_projects(tmp_path: Path) -> None:
    root = tree(tmp_path / "shop", {"app.py": FLASK})
    made = {"package.json": "{}", "go.mod": "module x\n", "pyproject.toml": "[project]\nname = 'x'\n", "x.py": FLASK}
    for index in range(1_000):
        (root / f"svc{index}").mkdir()
        for name, text in made.items():
            (root / f"svc{index}" / name).write_text(text)
    git(root, "add", "-A")
    # The rest is in the index alone: what is read of it has vanished.
    blob = git(root, "hash-object", "-w", "app.py").strip()
    lines = "".join(f"100644 {blob} 0\tpart{index // 100}/f{index}.py\n" for index in range(100_000))
    subprocess.run(["git", "-C", str(root), "update-index", "--index-info"], input=lines.encode(), check=True)
    reader = WorkingTree(root)
    began = time.process_time()
    found = look(reader)
    assert time.process_time() - began < 60
    assert reader.reads < 12_000
    assert len(found.services) == 200
    assert "too-many" in codes(found)
