"""`splat doctor` as a user runs it: a real repository, a real sandbox, GitHub and Claude as HTTP servers."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from healer.cli.doctor import CHECKS
from healer.doctor import project
from healer.settings import CheckSettings
from healer.testing import ScriptedClaude
from tests.cli.test_console import EVIL, splat
from tests.docs_pages import ROOT
from tests.setup.github.standin import TOKEN, StandIn
from tests.web import Quiet, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WORKFLOW = ".github/workflows/splat.yml"
EXAMPLE = (ROOT / "examples" / "workflows" / "splat.yml").read_text()
CI = "name: CI\non: [pull_request, workflow_dispatch]\njobs: {t: {runs-on: x, steps: [{run: pytest}]}}\n"
FRAME = '  File "/app/shop/cart.py", line 2, in total\n    return 1 / 0\n'
TRACE = f"Traceback (most recent call last):\n{FRAME}ZeroDivisionError: x\n"
FAST = ("--skip", "tests", "--skip", "sandbox", "--skip", "claude")


@dataclass
class Hub(StandIn):
    """With files of the default branch and checks of its newest commit too."""

    files: dict[str, str] = field(default_factory=dict)
    apps: tuple[str, ...] = ("github-actions",)
    forbidden: set[str] = field(default_factory=set)

    def _below(self, verb: str, path: str, data: Any) -> tuple[int, Any]:
        if path.startswith("/contents/"):
            text = self.files.get(path.removeprefix("/contents/"))
            if text is None:
                return 404, {"message": "Not Found"}
            return 200, {"encoding": "base64", "content": base64.b64encode(text.encode()).decode()}
        if path.startswith("/commits/"):
            kind = path.rpartition("/")[2]
            if kind in self.forbidden:
                return 403, {"message": "Resource not accessible by integration"}
            runs = [{"app": {"slug": slug}, "name": "x"} for slug in self.apps]
            return 200, {"check_runs": runs} if kind == "check-runs" else {"statuses": []}
        return super()._below(verb, path, data)


@pytest.fixture
def hub() -> Iterator[Hub]:
    hub = Hub(secrets={"ANTHROPIC_API_KEY": "x"}, allowed=True, files={WORKFLOW: EXAMPLE})
    hub.labels = {name: {"name": name} for name in ("splat", "auto-fix", "splat:stop", "splat:ignore")}
    with hub.serving():
        yield hub


def commit(repo: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (repo / path).parent.mkdir(parents=True, exist_ok=True)
        (repo / path).write_text(text)
    git = ("git", "-C", repo, "-c", "user.name=t", "-c", "user.email=t@e")
    for arguments in (("add", "-A"), ("commit", "-qm", "x")):
        subprocess.run([*git, *arguments], check=True)


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    repo = tmp_path / "repo"
    subprocess.run(["git", "-c", "init.defaultBranch=main", "init", "-q", repo], check=True)
    code = "def total():\n    return 1 / 0\n"
    files = {"shop/cart.py": code, "run.sh": "exit 0\n", WORKFLOW: EXAMPLE, ".github/workflows/ci.yml": CI}
    commit(repo, files | {".github/splat.yml": "checks: {test: sh run.sh}\n"})
    return repo


@dataclass(frozen=True)
class Ended:
    code: int
    told: Any

    def states(self, name: str) -> list[str]:
        return [each["state"] for each in self.told["checks"] if each["name"] == name]

    def words(self, name: str) -> str:
        return " ".join(f"{each['found']} {each['mend']}" for each in self.told["checks"] if each["name"] == name)


def doctor(repo: Path, *options: str, hub: Hub | None = None, given: str = "", **environ: str) -> Ended:
    where = {}
    if hub is not None:
        where = {"GITHUB_REPOSITORY": "acme/shop", "GITHUB_SERVER_URL": hub.url, "GITHUB_API_URL": f"{hub.url}/api/v3"}
        where["GITHUB_TOKEN"] = TOKEN
    bare = {name: "" for name in os.environ if name.startswith(("ANTHROPIC_", "GH_"))}
    ended = splat("doctor", "--json", *options, cwd=repo, given=given, **bare | where | environ)
    assert ended.stdout, ended.stderr
    assert b"itself is broken" not in ended.stderr
    return Ended(ended.returncode, json.loads(ended.stdout))


@pytest.mark.slow
def test_all_of_it_where_all_is_well(repo: Path, hub: Hub) -> None:
    with ScriptedClaude([]) as claude:
        key = {"ANTHROPIC_API_KEY": "sk-ant-test", "ANTHROPIC_BASE_URL": claude.url}
        found = doctor(repo, "--trace", "-", "--as-splat", hub=hub, given=TRACE, **key)
    assert {each["name"] for each in found.told["checks"]} == CHECKS.keys()
    assert {each["state"] for each in found.told["checks"]} == {"ok"}, found.told
    assert (found.code, found.told["works"]) == (0, True)
    assert "road `dispatch`" in found.words("ci")
    assert "shop/cart.py:2 in total" in found.words("trace")
    assert len(found.states("rights")) == 6
    assert not hub.written
    assert "sk-ant-test" not in json.dumps(found.told)
    assert TOKEN not in json.dumps(found.told)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("script", "settings", "words"),
    [
        ("echo 3 failed; exit 1\n", "", "ended with 1"),
        ("sleep 60\n", "timeout: 1, ", "did not end within 1 s"),
        ("exit 0\n", "setup: 'exit 7', ", "set-up command `exit 7` ended with 7"),
    ],
)
def test_tests_that_are_not_green_on_the_base(script: str, settings: str, words: str, repo: Path) -> None:
    commit(repo, {"run.sh": script, ".github/splat.yml": f"checks: {{{settings}test: sh run.sh}}\n"})
    found = doctor(repo, "--only", "tests")
    assert (found.code, found.states("tests"), words in found.words("tests")) == (20, ["fail"], True), found.told


@pytest.mark.parametrize(
    ("change", "name", "state", "words"),
    [
        ({"secrets": {}}, "secrets", "fail", "ANTHROPIC_API_KEY"),
        ({"allowed": False}, "pull-requests", "fail", "may not open pull requests"),
        ({"denied": {"administration"}}, "pull-requests", "unknown", "is not told"),
        ({"denied": {"secrets"}}, "secrets", "unknown", "is not told"),
        ({"denied": {"contents"}}, "rights", "warn", "may not `contents: write`"),
        ({"forbidden": {"status"}}, "rights", "warn", "may not `statuses: read`"),
        ({"labels": {}}, "labels", "warn", "`splat:stop`"),
        ({"files": {}}, "access", "fail", "not on the default branch"),
        ({"files": {WORKFLOW: "on: push"}}, "access", "warn", "another one on the default branch"),
        ({"name": "other"}, "access", "unknown", "GitHub shows no repository"),
    ],
)
def test_what_github_lacks_is_named(
    change: dict[str, Any], name: str, state: str, words: str, repo: Path, hub: Hub
) -> None:
    for attribute, value in change.items():
        setattr(hub, attribute, value)
    found = doctor(repo, *FAST, hub=hub)
    assert state in found.states(name), found.told
    assert words in found.words(name)
    assert found.code == {"fail": 20, "unknown": 10, "warn": 0}[state]
    assert not hub.written


def test_the_token_that_splat_writes_with_has_to_have_every_right(repo: Path, hub: Hub) -> None:
    hub.denied = {"actions"}
    found = doctor(repo, "--only", "rights", "--as-splat", hub=hub)
    assert (found.code, found.states("rights").count("fail")) == (20, 1)


def test_fix_mends_what_is_safe_and_no_more(repo: Path, hub: Hub) -> None:
    hub.labels, hub.allowed, hub.secrets = {}, False, {}
    found = doctor(repo, *FAST, "--fix", hub=hub)
    assert (found.states("labels"), found.states("pull-requests"), hub.allowed) == (["ok"], ["fail"], False)
    assert {"splat", "auto-fix", "splat:stop"} <= hub.labels.keys()
    assert not hub.secrets
    found = doctor(repo, *FAST, "--fix", "--allow-pull-requests", hub=hub)
    assert (found.states("pull-requests"), hub.allowed, found.code) == (["ok"], True, 20)
    assert any("pull-requests: GitHub Actions may" in each for each in found.told["fixed"])
    assert found.states("secrets") == ["fail"]


def test_fix_says_what_it_could_not_mend_and_mends_the_rest(repo: Path, hub: Hub) -> None:
    hub.labels, hub.allowed, hub.denied = {}, False, {"issues"}
    options = ("--only", "labels", "--only", "pull-requests", "--fix", "--allow-pull-requests")
    found = doctor(repo, *options, hub=hub)
    assert [each.partition(":")[0] for each in found.told["fixed"]] == ["pull-requests"]
    assert [each.partition(": Give the token")[0] for each in found.told["unfixed"]] == ["labels"]
    assert (hub.labels, hub.allowed) == ({}, True)
    hub.denied = {"administration"}
    hub.allowed = False
    found = doctor(repo, *options, hub=hub)
    assert ("labels: splat" in found.told["fixed"][0], hub.allowed) == (True, False)
    before = len(hub.written)
    assert (doctor(repo, *options, hub=hub).told["fixed"], len(hub.written)) == ([], before)


def test_offline_asks_nobody(repo: Path, hub: Hub) -> None:
    found = doctor(repo, "--offline", *FAST[:4], hub=hub)
    assert not hub.log
    skipped = {each["name"] for each in found.told["checks"] if each["state"] == "skipped"}
    assert skipped == {"access", "rights", "secrets", "pull-requests", "labels", "claude", "trace"}
    assert found.code == 0, found.told


def test_a_network_that_is_down_is_named_once(repo: Path, hub: Hub) -> None:
    down = {"GITHUB_API_URL": "http://localhost:1/api", "GITHUB_SERVER_URL": "http://localhost:1"}
    found = doctor(repo, *FAST, hub=hub, **down)
    assert "GitHub does not answer: ConnectionError" in found.words("access")
    assert all("See `access`." in found.words(name) for name in ("rights", "secrets", "labels", "pull-requests"))
    assert found.states("configuration") == ["ok"]
    assert (found.code, found.told["works"]) == (10, None)


def test_no_token_a_wrong_one_and_no_remote(repo: Path, hub: Hub) -> None:
    found = doctor(repo, "--only", "access", hub=hub, GITHUB_TOKEN="")
    assert ("There is no token" in found.words("access"), found.code) == (True, 10)
    found = doctor(repo, "--only", "access", hub=hub, GITHUB_TOKEN="ghp_wrong")
    assert ("refuses the token" in found.words("access"), found.code) == (True, 10)
    found = doctor(repo, "--only", "access")
    assert ("no remote" in found.words("access"), found.code) == (True, 20)
    (repo / WORKFLOW).unlink()
    found = doctor(repo, *FAST)
    assert (found.states("access"), found.states("rights"), found.code) == (["warn"], ["skipped"], 0), found.told


def test_a_repository_without_a_commit_or_a_remote(repo: Path, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path / "empty"], check=True)
    names = ("--only", "repository", "--only", "configuration", "--only", "ci", "--offline")
    ended = doctor(tmp_path / "empty", *names)
    assert (ended.states("repository"), ended.states("configuration")) == (["fail"], ["ok"])
    # The files say which road it is, whoever's the repository is.
    assert doctor(repo, *names).states("ci") == ["ok"]


def test_a_workflow_that_is_not_committed(repo: Path) -> None:
    committed = (repo / WORKFLOW).read_bytes()
    (repo / WORKFLOW).write_bytes(committed.replace(b"\n", b"\r\n"))
    assert doctor(repo, "--only", "workflow").states("workflow") == ["ok"]
    (repo / WORKFLOW).write_bytes(committed + b"# mine\n")
    ended = doctor(repo, "--only", "workflow")
    assert (ended.code, ended.states("workflow")) == (0, ["ok", "warn"])
    assert "not committed" in ended.words("workflow")


def test_a_workflow_that_github_cannot_read(repo: Path) -> None:
    (repo / WORKFLOW).write_text(EXAMPLE.replace("    with:\n", "    wiht:\n"))
    ended = doctor(repo, "--only", "workflow")
    assert (ended.code, ended.states("workflow")[0]) == (20, "fail")
    assert f"{WORKFLOW}:70:5: unknown key 'wiht' in a job that calls a workflow, did you mean 'with'?" in ended.words(
        "workflow"
    )


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"SPLAT_BACKEND": "bedrock", "AWS_REGION": "eu-west-1"}, "Set AWS_BEARER_TOKEN_BEDROCK"),
        (
            {"SPLAT_BACKEND": "vertex", "ANTHROPIC_VERTEX_PROJECT_ID": "my-project", "CLOUD_ML_REGION": "global"},
            "Set GOOGLE_OAUTH_ACCESS_TOKEN",
        ),
        ({"SPLAT_BACKEND": "cli", "PATH": "/usr/bin:/bin"}, "no `claude` command"),
        (
            {"SPLAT_BACKEND": "bedrock", "AWS_REGION": "eu-west-1", "AWS_BEARER_TOKEN_BEDROCK": "SEC"},
            "It was not asked",
        ),
    ],
)
def test_other_ways_to_claude_say_what_is_missing(environ: dict[str, str], words: str, repo: Path) -> None:
    found = doctor(repo, "--only", "claude", **environ)
    assert (found.states("claude"), found.code) == (["unknown"], 10)
    assert words in found.words("claude")
    assert "SEC" not in found.words("claude")


@pytest.mark.parametrize("environ", [{"COLUMNS": "40"}, {"COLUMNS": "40", "LC_ALL": "C", "PYTHONUTF8": "0"}])
def test_small_and_plain_screens_cut_no_place(environ: dict[str, str], repo: Path) -> None:
    (repo / ".github/splat.yml").write_text("checks:\n  tests: x\n")
    options = ("--repo", str(repo), "--only", "configuration", "--only", "repository")
    ended = splat("doctor", *options, PYTHONCOERCECLOCALE="0", **environ)
    told = ended.stdout.decode()
    assert ".github/splat.yml:2:3" in told
    assert "…" not in told
    assert "\\u" not in told
    assert told.isascii() == ("LC_ALL" in environ)
    assert all(len(line) <= 40 for line in told.splitlines()[:-1]), told


def test_no_repository_at_all(tmp_path: Path) -> None:
    found = doctor(tmp_path, *FAST)
    assert "not a git repository" in found.words("repository")
    assert found.code == 20


def test_every_mistake_of_the_settings_has_its_place(repo: Path) -> None:
    commit(repo, {".github/splat.yml": "limits: {dolars: 1}\nmodels: [claude-nobody]\nmodles: []\n"})
    found = doctor(repo, "--only", "configuration", "--only", "price")
    assert found.states("configuration") == ["fail", "fail"]
    assert "did you mean 'dollars'" in found.words("configuration")
    assert ".github/splat.yml:3:1" in found.words("configuration")
    commit(repo, {".github/splat.yml": "models: [claude-nobody]\n"})
    assert "No price is known" in doctor(repo, "--only", "price").words("price")


def test_a_trace_that_leads_elsewhere(repo: Path) -> None:
    lost = TRACE.replace("/app/shop/cart.py", "/srv/other/basket.py").replace("return 1 / 0", "return x")
    found = doctor(repo, "--only", "trace", "--trace", "-", given=lost)
    assert (found.states("trace"), found.code) == (["fail"], 20)
    assert "paths" in found.words("trace")
    found = doctor(repo, "--only", "trace", "--trace", "-", given="all is well\n")
    assert found.code == 20


def test_words_of_others_do_nothing(repo: Path) -> None:
    commit(repo, {WORKFLOW: EXAMPLE.replace("[CI]", json.dumps([EVIL])), ".github/workflows/a.yml": f"splat: [{EVIL}"})
    ended = splat("doctor", "--offline", "--skip", "tests", cwd=repo, GITHUB_ACTIONS="true", GITHUB_REPOSITORY="a/b")
    assert b"\x1b]0" not in ended.stdout
    assert b"\n::add-mask" not in ended.stdout


def test_a_rate_limit_is_no_missing_right(repo: Path) -> None:
    body = json.dumps({"message": "API rate limit exceeded for user ID 1."}).encode()
    reset = str(int(time.time()) + 3_000)
    with answering(403, body, x_ratelimit_remaining="0", x_ratelimit_reset=reset) as url:
        where = {"GITHUB_REPOSITORY": "acme/shop", "GITHUB_SERVER_URL": url, "GITHUB_API_URL": url}
        found = doctor(repo, *FAST, GITHUB_TOKEN=TOKEN, **where)
    assert "rate limit is used up" in found.words("access")
    assert (found.states("access"), set(found.states("rights")), found.code) == (["unknown"], {"unknown"}, 10)


# Servers that say one thing


@contextmanager
def answering(status: int, body: bytes, **headers: str) -> Iterator[str]:
    class Handler(Quiet):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST

    with serving(Handler) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.mark.parametrize(
    ("status", "kind", "words", "code"),
    [
        (401, "authentication_error", "does not accept the credential", 20),
        (404, "not_found_error", "does not know the model 'claude-sonnet-5-5'", 20),
        (529, "overloaded_error", "overloaded or down", 10),
    ],
)
def test_what_claude_refuses_is_named(status: int, kind: str, words: str, code: int, repo: Path) -> None:
    body = json.dumps({"type": "error", "error": {"type": kind, "message": "no"}}).encode()
    with answering(status, body) as url:
        environ = {"ANTHROPIC_API_KEY": "sk-ant-test", "ANTHROPIC_BASE_URL": url}
        found = doctor(repo, "--only", "claude", **environ)
    assert (words in found.words("claude"), found.code) == (True, code), found.told


def test_no_key_is_unknown_where_a_job_on_github_has_its_own(repo: Path) -> None:
    found = doctor(repo, "--only", "claude")
    assert (found.states("claude"), found.code) == (["unknown"], 10)
    (repo / WORKFLOW).unlink()
    assert doctor(repo, "--only", "claude").code == 20


# Projects


class Tracked:
    """A tree of these files."""

    base = "0" * 40

    def __init__(self, files: dict[str, str]) -> None:
        self._files = files

    def paths(self) -> frozenset[str]:
        return frozenset(self._files)

    def read(self, path: str) -> bytes | None:
        text = self._files.get(path)
        return None if text is None else text.encode()

    def history(self, path: str, first: int, last: int) -> tuple[str, ...]:
        return ()


def test_each_project_of_a_repository_is_tried_once() -> None:
    python = {"pyproject.toml": "[project]\nname='a'\n[tool.pytest.ini_options]\n", "a.py": "", "tests/test_a.py": ""}
    node = {"web/package.json": '{"scripts": {"test": "node --test"}}', "web/a.js": "", "web/lib/b.js": ""}
    found, more = project.plans(Tracked(python | node), CheckSettings())
    assert [(plan.runtime, plan.workdir) for plan in found if plan] == [("python", ""), ("javascript", "web")]
    assert more == 0
    assert project.plans(Tracked({}), CheckSettings()) == ((None,), 0)
    many = {f"p{n}/go.mod": "module x\n" for n in range(9)} | {f"p{n}/a.go": "package x\n" for n in range(9)}
    found, more = project.plans(Tracked(many), CheckSettings())
    assert (len(found), more) == (4, 5)
    assert len(project.plans(Tracked(many), CheckSettings(test="make test"))[0]) == 1


@pytest.mark.parametrize(
    "options",
    [("--fix", "--offline"), ("--allow-pull-requests",), ("--only", "tests", "--skip", "tests"), ("--only", "x")],
)
def test_what_cannot_be_asked_is_refused(options: tuple[str, ...], repo: Path) -> None:
    assert doctor(repo, *options).code == 2
