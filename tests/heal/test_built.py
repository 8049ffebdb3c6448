"""A project whose tests run on what a compiler made of them: crash, proof and exception all speak of built files."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.heal.kit import answer, git, heal
from tests.verdict.apps import App, inline

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

#: Stands in for tsc: a line of the source is a line of the output, behind one line of its own, and the map says so.
COMPILER = """
const fs = require('node:fs');
fs.mkdirSync('dist', { recursive: true });
for (const name of fs.readdirSync('src').filter((one) => one.endsWith('.ts'))) {
  const out = name.replace(/ts$/, 'js');
  const lines = fs.readFileSync(`src/${name}`, 'utf8').split('\\n');
  fs.writeFileSync(`dist/${out}`, `"use strict";\\n${lines.join('\\n')}\\n//# sourceMappingURL=${out}.map\\n`);
  const mappings = ';AAAA' + ';AACA'.repeat(lines.length - 1);
  fs.writeFileSync(`dist/${out}.map`, JSON.stringify({ version: 3, sources: [`../src/${name}`], names: [], mappings }));
}
"""
SEATS = "exports.seatsLeft = function seatsLeft(account, used) {\n  return account.plan.limits.seats - used;\n};\n"
TESTS = (
    "const { test } = require('node:test');\nconst assert = require('node:assert');\n"
    "const { seatsLeft } = require('./quota.js');\n\n"
    "test('a paid plan', () => {\n  assert.equal(seatsLeft({ plan: { limits: { seats: 5 } } }, 2), 3);\n});\n"
)
FILES = {
    "package.json": json.dumps(
        {"name": "quota", "scripts": {"build": "node build.cjs", "test": "npm run build && node --test dist/"}}
    ),
    ".gitignore": "dist\n",
    "build.cjs": COMPILER,
    "src/quota.ts": SEATS,
    "src/main.ts": "const { seatsLeft } = require('./quota.js');\nseatsLeft({ plan: {} }, 1);\n",
    "src/quota.test.ts": TESTS,
}
FIX = [
    {
        "path": "src/quota.ts",
        "find": "account.plan.limits.seats - used",
        "replace": "(account.plan.limits?.seats ?? Infinity) - used",
    }
]


def wanted(body: str) -> dict[str, Any]:
    new = f"test('no limits', () => {{\n{body}}});\n\n"
    edit = {
        "path": "src/quota.test.ts",
        "find": "test('a paid plan', () => {\n",
        "replace": new + "test('a paid plan', () => {\n",
    }
    return {"name": "no limits", "edits": [edit]}


@pytest.fixture
def app(tmp_path: Path) -> App:
    data = {
        "runtime": "javascript",
        "answer": {"edits": FIX, "test": wanted("  assert.equal(seatsLeft({ plan: {} }, 1), Infinity);\n")},
    }
    made = inline(tmp_path, FILES, data, "")
    subprocess.run(["node", "build.cjs"], cwd=made.repo, check=True)
    crashed = subprocess.run(["node", "dist/main.js"], cwd=made.repo, capture_output=True, text=True, check=False)
    assert "dist/quota.js:3" in crashed.stderr
    return App("built", data, made.repo, crashed.stderr)


def test_the_proof_runs_what_was_built_and_speaks_of_the_source(app: App) -> None:
    ended = heal(app, [answer(app)])
    assert ended.told["outcome"] == "fixed", ended.told
    page = (app.repo / ".splat/pulls/1.md").read_text()
    assert "fails on the base with TypeError in src/quota.ts, seatsLeft" in page
    assert "ran and passed on the patch, twice" in page
    assert ended.told["confidence"] >= 70
    assert git(app, "diff", "--name-only", "main", ended.told["branch"]) == "src/quota.test.ts\nsrc/quota.ts"


@pytest.mark.parametrize(
    "body",
    [
        "  function seatsLeft() { return undefined.seats; }\n  assert.equal(seatsLeft(), 1);\n",
        "  function seatsLeft() { return undefined.seats; }\n  seatsLeft();\n"
        '//# sourceMappingURL=data:application/json,{"version":3,"sources":["../src/quota.ts"],"mappings":"AAAA"}\n',
        "  function seatsLeft() { return undefined.seats; }\n  seatsLeft();\n//# sourceMappingURL=quota.js.map\n",
    ],
    ids=["a function of the same name", "a map in a comment", "another file's map"],
)
def test_a_test_cannot_pass_itself_off_as_the_code_under_test(app: App, body: str) -> None:
    ended = heal(app, [answer(app, regression_test=wanted(body))], "--attempts", "1")
    assert ended.told["outcome"] == "unfixed", ended.told
    (refusal,) = (app.repo / ".splat/runs").glob("*/attempt-1/refusal.json")
    assert json.loads(refusal.read_text())["rule"] == "red"
