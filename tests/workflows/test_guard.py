"""The guard refuses what GitHub would: it is what the end-to-end tests rest on."""

from __future__ import annotations

import pytest

from tests.workflows.files import HEAL, jobs
from tests.workflows.guard import may

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
    assert may(verb, path, rights("gate")) is ("/issues/" in path or "/pulls" in path)


def test_nobody_touches_what_is_not_in_the_table() -> None:
    for path in (f"{SHOP}/hooks", f"{SHOP}/keys", f"{SHOP}/actions/secrets/X", "/user", "/graphql", f"{SHOP}/../x"):
        assert not may("PUT", path, {"contents": "write"}), path
        assert not may("POST", path, rights("heal")), path


def test_a_job_reads_what_it_may_read() -> None:
    assert may("GET", f"{SHOP}/issues/1", rights("heal"))
    assert may("GET", f"{SHOP}/collaborators/mona/permission", {})
    assert not may("GET", f"{SHOP}/contents/a.py", {})
    assert not may("GET", f"{SHOP}/actions/runs/1", rights("gate"))
