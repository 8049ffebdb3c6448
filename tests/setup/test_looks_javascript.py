"""Where JavaScript packages begin, by what starts them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from healer.edge.checkout import WorkingTree
from healer.setup.looks import look
from tests.setup.trees import tree

if TYPE_CHECKING:
    from pathlib import Path

    from healer.setup.value import Service

NODE = "#!/usr/bin/env node\nrequire('http');\n"


def service(folder: Path, manifest: dict[str, object], files: dict[str, str]) -> Service:
    root = tree(folder, {"package.json": json.dumps({"name": "shop"} | manifest)} | files)
    (found,) = look(WorkingTree(root)).services
    return found


@pytest.mark.parametrize(
    ("scripts", "files", "path"),
    [
        ({"start": "npm run start-server", "start-server": "node server/go.js"}, {"server/go.js": ""}, "server/go.js"),
        ({"start": "npm run build && node go.js", "build": "node make.js"}, {"go.js": "", "make.js": ""}, "go.js"),
        ({"start": "node -r ./first.js go.js"}, {"go.js": "", "first.js": ""}, "go.js"),
        ({"start": "node -r dotenv/config go.js"}, {"go.js": ""}, "go.js"),
        ({"start": "node --watch go.js"}, {"go.js": ""}, "go.js"),
        ({"dev": "nodemon --watch ./src --exec 'ts-node ./src/go.ts'"}, {"src/go.ts": "", "src/index.ts": ""},
            "src/go.ts"),
        ({"start": "node ./bin/serve"}, {"bin/serve": NODE}, "bin/serve"),
        ({}, {"server.js": "", "Dockerfile": 'FROM node\nENTRYPOINT [ "node", "server.js" ]\n'}, "server.js"),
        ({}, {"go.js": "", "Procfile": "web: node go.js\nworker: node no.js\n"}, "go.js"),
    ],
)  # fmt: skip
def test_what_starts_a_package(tmp_path: Path, scripts: dict[str, str], files: dict[str, str], path: str) -> None:
    found = service(tmp_path / "shop", {"scripts": scripts}, files)
    assert [each.path for each in found.entries if each.certainty == "sure"] == [path]


def test_scripts_that_run_each_other_come_to_an_end(tmp_path: Path) -> None:
    scripts = {"start": "npm run start:a", "start:a": "npm run start:b; node a.js", "start:b": "npm run start:a"}
    found = service(tmp_path / "shop", {"scripts": scripts}, {"a.js": ""})
    assert found.entries[0].path == "a.js"


def test_what_has_a_framework_and_no_known_start_is_no_library(tmp_path: Path) -> None:
    held: dict[str, object] = {"main": "src/app.ts", "scripts": {"start": "nps"}}
    files = {"src/app.ts": "createServer();\n"}
    assert not service(tmp_path / "a", held | {"dependencies": {"express": "4"}}, files).library
    assert service(tmp_path / "b", held | {"devDependencies": {"express": "4"}}, files).library


@pytest.mark.parametrize("folder", ["integration-tests", "push-examples", "x/orm_fixtures"])
def test_folders_of_tests_and_examples_are_no_services(tmp_path: Path, folder: str) -> None:
    manifest = json.dumps({"name": "in", "scripts": {"start": "node a.js"}})
    files = {f"{folder}/package.json": manifest, f"{folder}/a.js": "", "a.js": ""}
    assert service(tmp_path / "shop", {"scripts": {"start": "node a.js"}}, files).path == ""
