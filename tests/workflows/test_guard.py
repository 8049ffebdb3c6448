"""The guard refuses what GitHub would: it is what the end-to-end tests rest on."""

from __future__ import annotations

import json

import pytest

from tests.workflows.files import HEAL, jobs
from tests.workflows.guard import is_workflow, may, may_ask

SHOP = "/repos/acme/shop"
WRITES = [
    ("POST", f"{SHOP}/git/refs"),
    ("PUT", f"{SHOP}/contents/a.py"),
    ("POST", f"{SHOP}/pulls"),
    ("PUT", f"{SHOP}/pulls/1/merge"),
    ("POST", f"{SHOP}/issues/1/comments"),
    ("PATCH", f"{SHOP}/issues/1"),
    ("POST", f"{SHOP}/actions/runs/1/cancel"),
    ("DELETE", f"{SHOP}/git/refs/heads/main"),
    ("POST", f"{SHOP}/dispatches"),
    ("POST", "/graphql"),
]


def rights(job: str) -> dict[str, str]:
    found: dict[str, str] = jobs(HEAL)[job]["permissions"]
    return found


@pytest.mark.parametrize(("verb", "path"), WRITES)
def test_the_job_that_thinks_writes_nowhere(verb: str, path: str) -> None:
    assert not may(verb, path, rights("heal"))


@pytest.mark.parametrize(("verb", "path"), WRITES)
def test_the_job_that_decides_writes_words_alone(verb: str, path: str) -> None:
    assert may(verb, path, rights("gate")) is ("/issues/" in path or path.endswith("/pulls"))


def test_nobody_touches_what_is_not_in_the_table() -> None:
    for path in (f"{SHOP}/hooks", f"{SHOP}/keys", f"{SHOP}/actions/secrets/X", "/user", "/graphql", f"{SHOP}/../x"):
        assert not may("PUT", path, {"contents": "write"}), path
        assert not may("POST", path, rights("heal")), path


DRAFT = "mutation($id: ID!) { convertPullRequestToDraft(input: {pullRequestId: $id}) { clientMutationId } }"
MERGE = "mutation($p: ID!) {\n enablePullRequestAutoMerge(input: {pullRequestId: $p}) { clientMutationId } }"


@pytest.mark.parametrize(
    ("query", "jobs_that_may"),
    [
        (DRAFT, {"gate", "publish", "answer"}),
        (MERGE, {"publish", "answer"}),
        (f"{DRAFT} {MERGE}", {"publish", "answer"}),
        ("mutation { deleteRepository(input: {}) { x } }", set()),
        (f"{DRAFT} mutation {{ mergePullRequest(input: {{}}) {{ x }} }}", set()),
        ("query { viewer { login } }", set()),
        ("", set()),
    ],
)
def test_graphql_is_as_narrow(query: str, jobs_that_may: set[str]) -> None:
    body = json.dumps({"query": query}).encode()
    assert {job for job in jobs(HEAL) if may_ask(body, rights(job))} == jobs_that_may


def test_a_workflow_is_in_nobody_s_tree() -> None:
    assert is_workflow(json.dumps({"tree": [{"path": "a.py"}, {"path": ".github/workflows/x.yml"}]}).encode())
    assert not is_workflow(json.dumps({"tree": [{"path": ".github/splat.yml"}]}).encode())
    assert not is_workflow(b"[]")


@pytest.mark.parametrize(
    ("verb", "path", "alone"),
    [
        ("POST", f"{SHOP}/pulls/comments/1/reactions", "pull-requests"),
        ("POST", f"{SHOP}/issues", "issues"),
        ("PUT", f"{SHOP}/pulls/1/merge", "contents"),
        ("POST", f"{SHOP}/actions/workflows/x.yml/dispatches", "actions"),
        ("POST", f"{SHOP}/actions/runs/1/rerun-failed-jobs", "actions"),
        ("GET", f"{SHOP}/commits/{'a' * 40}/check-runs", "checks"),
        ("GET", f"{SHOP}/commits/{'a' * 40}/status", "statuses"),
        ("GET", f"{SHOP}/compare/a...b", "contents"),
    ],
)
def test_one_permission_and_no_other_opens_an_endpoint(verb: str, path: str, alone: str) -> None:
    every = {name: "write" for job in jobs(HEAL) for name in rights(job)}
    assert {name for name in every if may(verb, path, {name: "write"})} == {alone}
    assert not may(verb, path, every | {alone: "none" if verb == "GET" else "read"})


def test_a_job_reads_what_it_may_read() -> None:
    assert may("GET", f"{SHOP}/issues/1", rights("heal"))
    assert may("GET", f"{SHOP}/collaborators/mona/permission", {})
    assert not may("GET", f"{SHOP}/contents/a.py", {})
    assert not may("GET", f"{SHOP}/actions/runs/1", rights("gate"))
