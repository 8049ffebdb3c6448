"""A right that is missing, a token that is refused: what a person reads in the log, in the summary and on the issue."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from healer.edge.github_rights import kind_of, lacking, ruled_out
from tests.github.jobs import SPLAT, Jobs, shown
from tests.recorded_events import delivery
from tests.verdict.apps import App, crash

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.github.runs import Gate

JOB, APP, PERSON = "ghs_" + "a" * 36, "ghs_" + "b" * 36, "github_pat_" + "c" * 40
FORBIDDEN = {"message": "Resource not accessible by integration"}


@contextmanager
def refusing(status: int, body: Any, accepted: str = "") -> Iterator[str]:
    """A GitHub that answers everything so."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            said = json.dumps(body).encode()
            self.send_response(status)
            if accepted:
                self.send_header("X-Accepted-GitHub-Permissions", accepted)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_POST = do_PATCH = do_GET

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("token", "app", "status", "said", "accepted", "reads"),
    [
        (JOB, "", 403, FORBIDDEN, "contents=read", ["`contents: read`", "`permissions:` of the job that calls Splat"]),
        (JOB, "", 403, FORBIDDEN, "", ["It needs `contents: read`"]),
        (
            APP,
            "my-splat",
            403,
            FORBIDDEN,
            "contents=read,issues=write",
            ["`contents: read` and `issues: write`", "Permissions & events", "accept"],
        ),
        (
            PERSON,
            "",
            403,
            {"message": "Resource not accessible by personal access token"},
            "",
            ["secret `token`", "Personal access tokens"],
        ),
        (PERSON, "", 403, {"message": "Resource protected by organization SAML enforcement."}, "", ["Configure SSO"]),
        (
            JOB,
            "",
            403,
            {"message": "your IP address is not permitted: the organization has an IP allow list"},
            "",
            ["IP allow list"],
        ),
        (JOB, "", 401, {"message": "Bad credentials"}, "", ["refuses the token", "run the job again"]),
        (APP, "my-splat", 401, {"message": "Bad credentials"}, "", ["app-private-key"]),
        (PERSON, "", 401, {"message": "Bad credentials"}, "", ["expired or was revoked", "secret `token`"]),
        ("", "", 200, {}, "", ["no token for GitHub", "`github-token`"]),
    ],
)
def test_the_first_job_says_which_and_where(
    token: str, app: str, status: int, said: Any, accepted: str, reads: list[str], tmp_path: Path
) -> None:
    event = tmp_path / "event.json"
    event.write_text(json.dumps(delivery("issues_labeled")))
    summary = tmp_path / "summary"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "SPLAT_", "GH_"))}
    with refusing(status, said, accepted) as address:
        told = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_REPOSITORY": "acme/shop",
            "GITHUB_API_URL": address,
            "GITHUB_TOKEN": token,
            "GITHUB_EVENT_NAME": "issues",
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_STEP_SUMMARY": str(summary),
            "SPLAT_APP_SLUG": app,
            "SPLAT_ACTOR_ID": "41898282",
        }
        done = subprocess.run(
            [SPLAT, "gate", "--out", tmp_path],
            env=kept | told,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )  # fmt: skip
    assert done.returncode == 2, done.stderr
    read = [done.stderr, summary.read_text().replace("\\", "")]
    for raw in read:
        text = " ".join(raw.replace("&gt;", ">").replace("&amp;", "&").split())
        for words in reads:
            assert words in text, text
        assert not token or token not in text


# --- on the issue


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> App:
    return crash("python", tmp_path_factory.mktemp("app"))


@pytest.fixture
def jobs(gate: Gate, app: App, tmp_path: Path) -> Jobs:
    return Jobs(gate, app, tmp_path)


_handed: dict[str, bytes] = {}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("request_", "status", "says", "accepted", "reads"),
    [
        (
            "POST {}/git/trees",
            403,
            "Resource not accessible by integration",
            "contents=write",
            "It needs `contents: write`",
        ),
        ("POST {}/git/commits", 403, "Resource not accessible by integration", "", "It needs `contents: write`"),
        (
            "POST {}/pulls",
            403,
            "Resource not accessible by integration",
            "pull_requests=write",
            "It needs `pull-requests: write`",
        ),
        ("POST {}/git/refs", 403, "Repository was archived so is read-only.", "", "The repository is archived"),
        (
            "POST {}/git/refs",
            422,
            "Repository rule violations found\n\nCannot create ref due to creations being restricted.",
            "",
            "Settings > Rules > Rulesets",
        ),
        ("GET {}/pulls", 403, "Resource not accessible by integration", "", "It needs `pull-requests: read`"),
    ],
)
def test_the_last_job_says_it_on_the_issue(
    jobs: Jobs, request_: str, status: int, says: str, accepted: str, reads: str
) -> None:
    issue = jobs.issue()
    assert jobs.labeled(issue).went
    if not _handed:
        assert jobs.heal().outputs["outcome"] == "fixed"
        _handed["it"] = jobs.handover.read_bytes()
    jobs.handover.write_bytes(_handed["it"])
    proxy = jobs.gate.proxy
    proxy.fault_says = says
    proxy.fault_headers |= {"x-accepted-github-permissions": accepted} if accepted else {}
    proxy.faults += [(request_.format(jobs.gate.shop.path) + r"(\?.*)?", status, False)] * 3
    ended = jobs.publish()
    assert ended.error is not None or ended.outputs["outcome"] in ("declined", "error")
    assert not jobs.branches(), "nothing is left half-made"
    body = shown(jobs.comment_body(issue)).replace("&gt;", ">")
    assert reads in body
    assert reads in ended.summary.replace("\\", "").replace("&gt;", ">")


# --- the words


@pytest.mark.parametrize(
    ("where", "accepted", "needs"),
    [
        (
            "POST /repos/o/r/issues/1/comments",
            "issues=write; pull_requests=write",
            "`issues: write` or `pull-requests: write`",
        ),
        ("POST /repos/o/r/issues/1/labels", "", "`issues: write`"),
        ("POST /repos/o/r/actions/workflows/x.yml/dispatches", "", "`actions: write`"),
        ("GET /repos/o/r/commits/abc/check-runs", "", "`checks: read`"),
        ("GET /repos/o/r/commits/abc/status", "", "`statuses: read`"),
        ("GET /repos/o/r/compare/a...b", "", "`contents: read`"),
        ("GET /repos/o/r/collaborators/mona/permission", "", "`metadata: read`"),
        ("GET /user", "", ""),
        ("GET /user", "<script>=write `x`", ""),
    ],
)
def test_the_right_is_named(where: str, accepted: str, needs: str) -> None:
    told = lacking(where, "Resource not accessible", accepted, "job")
    assert (f"It needs {needs}." in told) if needs else ("It needs" not in told)
    assert "<" not in told


def test_a_token_is_known_by_its_first_letters_alone() -> None:
    kinds = [kind_of(token, "") for token in (JOB, PERSON, "ghp_x", "v1.abc", "")]
    assert kinds == ["job", "personal", "personal", "", ""]
    assert kind_of(JOB, "my-app") == "app"
    assert ruled_out("Reference already exists") == ""
