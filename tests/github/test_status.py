"""`splat status` on a GitHub, and on one that holds more than is read."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import pytest

from healer.edge.github_status import MOST_REQUESTS
from healer.gate import Fate, Ledger, Run, stamp, write_ledger
from tests.cli.test_console import splat
from tests.github.kit import BOT, MONA, STRANGER
from tests.web import Quiet, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.github.runs import Gate

NOW = datetime.now(UTC)
SIGNATURE = "0123456789abcdef"


def ledger(*runs: tuple[str, float], ago: timedelta = timedelta(minutes=9)) -> str:
    at = stamp(datetime.now(UTC) - ago)
    made = tuple(Run(n, 1, f"k{n}", at, "heal", 1, spent, state) for n, (state, spent) in enumerate(runs, start=1))  # type: ignore[arg-type]
    return write_ledger(Ledger(made)) + "\n\nwords"


def state(confidence: int) -> str:
    return f'Words\n\nFixes #{{issue}}\n\n<!-- splat:state {{{{"confidence":{confidence},"dollars":0.25,"v":1}}}} -->\n'


def told(where: dict[str, str], *options: str, cwd: Path) -> dict[str, Any]:
    ended = splat("status", "--json", *options, cwd=cwd, **where)
    assert ended.stdout, ended.stderr
    assert ended.returncode == 0, ended
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def where(gate: Gate) -> dict[str, str]:
    return {
        "GITHUB_REPOSITORY": gate.shop.full_name,
        "GITHUB_API_URL": gate.proxy.url,
        "GITHUB_SERVER_URL": gate.proxy.url,
        "GITHUB_TOKEN": f"{MONA}-token",
    }


def test_what_became_of_it_all(gate: Gate) -> None:
    shop = gate.shop
    first, second = (shop.issue("It fails", ("splat",))["number"] for _ in range(2))
    shop.issue("A wish", ("wish",))
    shop.comment(first, ledger(("unfixed", 0.5), ("fixed", 0.25)), by=BOT)
    shop.comment(second, ledger(("running", 1.0)), by=BOT)
    shop.comment(second, ledger(("fixed", 99.0)), by=STRANGER)
    merged = shop.pull(f"splat/{SIGNATURE}", state(95).format(issue=first))["number"]
    changed = shop.pull(f"splat/{SIGNATURE}-2", state(85).format(issue=first))["number"]
    closed = shop.pull(f"splat/{SIGNATURE}-3", state(60).format(issue=second))["number"]
    waiting = shop.pull(f"splat/{SIGNATURE}-4", state(75).format(issue=second))["number"]
    shop.pull("feature", "Fixes #1", by=MONA)
    for number in (merged, changed):
        shop.call("PUT", f"{shop.path}/pulls/{number}/merge", {})
    shop.call("PATCH", f"{shop.path}/pulls/{closed}", {"state": "closed"})
    bot, mona = shop.user(BOT), shop.user(MONA)
    commit = {"sha": "a", "author": {"id": bot["id"]}, "commit": {"message": f"x\n\nSplat-Signature: {SIGNATURE}"}}
    theirs = {"sha": "b", "author": {"id": mona["id"]}, "commit": {"message": "y"}}
    base_taken_in = theirs | {"parents": [{}, {}]}
    for number, commits in ((merged, [commit, base_taken_in]), (changed, [commit, theirs])):
        gate.proxy.answers[rf"GET .*/pulls/{number}/commits"] = (200, json.dumps(commits).encode())
    found = told(where(gate), cwd=gate.folder)
    assert found["incidents"] == {"open": 2}
    assert [run["issue"] for run in found["running"]] == [second]
    assert [fix["number"] for fix in found["open_fixes"]] == [waiting]
    assert found["open_fixes"][0]["confidence"] == 75
    assert found["fixes"] == {
        "merged_unmodified": 1, "merged_modified": 1, "merged_unknown": 0, "closed": 1, "open": 1
    }  # fmt: skip
    assert found["acceptance_rate"] == pytest.approx(2 / 3)
    assert found["unmodified_rate"] == 0.5
    assert (found["spent_usd"]["since"], found["spent_usd"]["reserved"]) == (0.75, 1.0)
    assert found["usd_per_merged_fix"] == 0.375
    assert 500 < found["median_seconds_to_pull_request"] < 700
    assert "1 comments look like Splat's" in found["left_out"][0]
    assert not gate.proxy.written


def test_tries_are_left_out_and_what_held_is_told(gate: Gate) -> None:
    shop = gate.shop
    trial = "splat-try/mona-0a1b2c"
    main = shop.call("GET", f"{shop.path}/git/ref/heads/main")["object"]["sha"]
    shop.call("POST", f"{shop.path}/git/refs", {"ref": f"refs/heads/{trial}", "sha": main})
    first = shop.issue("It fails", ("splat",))["number"]
    shop.issue("A try's own", ("splat", "splat-try"))
    held, failed = (shop.pull(f"splat/{SIGNATURE}{end}", state(90).format(issue=first))["number"] for end in ("", "-2"))
    told_of = {"title": "fix: the till", "head": f"splat/{SIGNATURE}-2", "base": trial, "body": state(90)}
    tried = shop.call("POST", f"{shop.path}/pulls", told_of, BOT)["number"]
    back = shop.pull(f"splat-revert/{SIGNATURE}-{failed}", "Takes it back")["number"]
    shop.pull(f"splat-revert/{SIGNATURE}-{held}", "Takes it back, if somebody merges it")
    for number in (held, failed, back):
        shop.call("PUT", f"{shop.path}/pulls/{number}/merge", {})
    shop.call("PATCH", f"{shop.path}/pulls/{tried}", {"state": "closed"})
    fates = (Fate(held, outcome="verified"), Fate(failed, outcome="failed", revert=back))
    shop.comment(first, write_ledger(Ledger(fates=fates)), by=BOT)
    found = told(where(gate), cwd=gate.folder)
    assert found["incidents"] == {"open": 1}
    assert found["acceptance_rate"] == 1
    assert (found["fixes"]["closed"], found["fixes"]["open"]) == (0, 0)
    assert found["after_merge"] == {"verified": 1, "failed": 1, "taken_back": 1}
    assert "`splat init --try`: 1." in found["left_out"][0]


def test_the_page_is_written_and_named(gate: Gate) -> None:
    gate.shop.issue("It fails", ("splat",), title="<script>alert(1)</script>")
    ended = splat("status", "--html", "status.html", cwd=gate.folder, **where(gate))
    assert ended.returncode == 0, ended.stderr
    assert b"status.html" in ended.stdout
    text = (gate.folder / "status.html").read_text()
    assert "&lt;script&gt;" in text
    assert "<script>" not in text


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((401, b'{"message": "Bad credentials"}'), b"refuses the token"),
        ((404, b'{"message": "Not Found"}'), b"may not do this"),
    ],
)
def test_what_github_refuses_is_named(answer: tuple[int, bytes], words: bytes, gate: Gate) -> None:
    gate.proxy.answers["GET .*"] = answer
    ended = splat("status", cwd=gate.folder, **where(gate))
    assert (ended.returncode, words in ended.stderr, b"next:" in ended.stderr) == (2, True, True)


# More than is read


_BODY = ledger(("fixed", 0.01))


class Huge(Quiet):
    """A repository of 5,000 open incidents, each with Splat's comment, and 3,000 merged fixes."""

    protocol_version = "HTTP/1.1"
    asked: list[str]

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        wanted = dict(parse_qsl(query))
        self.asked.append(path)
        content = json.dumps(self._found(path, wanted)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _found(self, path: str, wanted: dict[str, str]) -> Any:
        first = (int(wanted.get("page", 1)) - 1) * int(wanted.get("per_page", 100)) + 1
        user = {"id": 7, "login": "bot", "type": "Bot"}
        now = NOW.isoformat()
        if path.startswith("/user"):
            return user
        if path.endswith("/commits"):
            return [{"author": user, "commit": {"message": "x\n\nSplat-Signature: 0"}, "parents": [{}]}]
        numbers = range(first, min(first + 100, 5_001))
        if path.endswith("/issues/comments"):
            return [{"id": n, "user": user, "issue_url": f"x/{n}", "updated_at": now, "body": _BODY} for n in numbers]
        if path.endswith("/pulls"):
            return [] if wanted["state"] == "open" else [self._pull(n, user, now) for n in numbers if n <= 3_000]
        return [
            {"id": n, "number": n, "title": "x", "created_at": now, "updated_at": now}
            for n in numbers
            if wanted["labels"] == "splat"
        ]

    def _pull(self, number: int, user: Any, now: str) -> Any:
        head = {"ref": f"splat/{number:016x}", "repo": {"id": 1}}
        times = {"created_at": now, "updated_at": now, "merged_at": now, "closed_at": now}
        return {"id": number, "number": number, "user": user, "state": "closed", "head": head, "base": head, **times}


@contextmanager
def huge() -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []
    with serving(Huge, asked=asked) as port:
        yield f"http://localhost:{port}", asked


def test_five_thousand_issues_take_few_requests(tmp_path: Path) -> None:
    with huge() as (url, asked):
        environ = {"GITHUB_REPOSITORY": "acme/shop", "GITHUB_API_URL": url, "GITHUB_SERVER_URL": url}
        found = told(environ | {"GITHUB_TOKEN": "bot-token", "SPLAT_GATE_LABELS": "splat"}, cwd=tmp_path)
    assert found["requests"] == len(asked) <= MOST_REQUESTS == 185
    assert found["incidents"]["open"] == 5_000
    assert found["spent_usd"]["since"] == pytest.approx(50.0)
    # Of 3,000 merged fixes the last 1,000 are read, and 40 looked into; both is said.
    assert found["fixes"]["merged_unmodified"] == 40
    assert found["fixes"]["merged_unknown"] == 960
    assert len(found["left_out"]) == 2
