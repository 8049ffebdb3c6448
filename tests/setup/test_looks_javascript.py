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
        ({"start": "node server"}, {"server/index.js": ""}, "server/index.js"),
        ({"start": "NODE_ENV=production node server"}, {"server.js": ""}, "server.js"),
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


@pytest.mark.parametrize(
    ("name", "text"),
    [("esbuild.js", ""), ("scripts/build.mjs", ""), ("watch.js", "const { build } = require('esbuild');\n"),
     ("gulpfile.js", ""), ("dev.mjs", "import webpack from 'webpack';\n")],
)  # fmt: skip
def test_what_only_builds_is_no_service(tmp_path: Path, name: str, text: str) -> None:
    assert service(tmp_path / "shop", {"scripts": {"dev": f"node {name} --dev"}}, {name: text}).library


def test_a_server_that_bundles_for_itself_is_one(tmp_path: Path) -> None:
    text = "const express = require('express');\nrequire('webpack');\nconst app = express();\n"
    manifest: dict[str, object] = {"scripts": {"dev": "node build.js"}, "dependencies": {"express": "4"}}
    found = service(tmp_path / "shop", manifest, {"build.js": text})
    assert [(each.path, each.kind) for each in found.entries if each.certainty == "sure"] == [
        ("build.js", "main"), ("build.js", "app")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("held", "files", "path"),
    [
        ({"react-scripts": "5"}, {"public/index.html": "<p></p>", "src/index.js": ""}, "src/index.js"),
        ({"react": "19", "@craco/craco": "7"}, {"src/index.tsx": "", "src/App.tsx": ""}, "src/index.tsx"),
        # Its bundler stands at the top of the workspace.
        ({"react": "19"}, {"vite.config.mts": "", "index.tsx": "",
            "index.html": '<script>1</script><script type="module" src="index.tsx"></script>'}, "index.tsx"),
        ({"react": "18", "vite": "5"}, {"src/main.tsx": "", "src/old.tsx": "", "index.html":
            '<!-- <script src="src/old.tsx"></script> -->\n<script type="module">\n const a = 1;\n'
            "import('/src/main.tsx').then(m => m.render(a));\n</script>"}, "src/main.tsx"),
        ({"vue": "3", "vite": "5"}, {"src/a.ts": "", "index.html":
            '<script type="module">import { run } from "./src/a.ts"; run()</script>'}, "src/a.ts"),
    ],
)  # fmt: skip
def test_what_a_browser_loads_first(tmp_path: Path, held: dict[str, object], files: dict[str, str], path: str) -> None:
    found = service(tmp_path / "shop", {"dependencies": held}, files)
    assert [(each.path, each.kind) for each in found.entries if each.certainty == "sure"] == [(path, "browser")]


def test_a_hostile_page_is_read_in_time(tmp_path: Path) -> None:
    page = "<!--" * 20_000 + "-->" + '<script type="module">import {' * 5_000
    files = {"index.html": page, "src/main.ts": ""}
    (entry,) = service(tmp_path / "shop", {"dependencies": {"vite": "5", "vue": "3"}}, files).entries
    assert (entry.path, entry.certainty) == ("src/main.ts", "likely")


@pytest.mark.parametrize(
    ("manifest", "lock", "setup", "run"),
    [
        ({"scripts": {"test": "jest"}}, "# AUTOGENERATED\n# yarn lockfile v1\n", "yarn install --frozen-lockfile",
            "yarn test"),
        ({"scripts": {"test": "jest"}}, "__metadata:\n  version: 8\n", "yarn install --immutable", "yarn test"),
        ({"devDependencies": {"vitest": "3"}}, "# yarn lockfile v1\n", "yarn install --frozen-lockfile", "npx vitest"),
        ({}, "# yarn lockfile v1\n", "yarn install --frozen-lockfile", "node --test"),
    ],
)  # fmt: skip
def test_the_words_for_set_up_and_tests(
    tmp_path: Path, manifest: dict[str, object], lock: str, setup: str, run: str
) -> None:
    found = service(tmp_path / "shop", manifest, {"index.js": "", "yarn.lock": lock}).tests
    assert found is not None
    assert (found.setup, found.run) == ((setup,), run)
