"""`splat doctor` against an emulated GitHub: what it asks there changes nothing, and `--fix` makes labels alone."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

from tests.cli.test_console import splat
from tests.docs_pages import ROOT

if TYPE_CHECKING:
    from tests.github.runs import Gate

ONLY = ("--only", "access", "--only", "rights", "--only", "labels")
WORKFLOW = ".github/workflows/splat.yml"


def everything(gate: Gate) -> Any:
    """What a request could have left in the repository."""
    kinds = ("labels", "pulls?state=all", "issues?state=all", "git/matching-refs/heads/", "commits")
    return {kind: gate.shop.call("GET", f"{gate.shop.path}/{kind}") for kind in kinds}


def doctor(gate: Gate, *options: str) -> Any:
    where = {"GITHUB_REPOSITORY": gate.shop.full_name, "GITHUB_API_URL": gate.proxy.url, "GITHUB_TOKEN": "acme-token"}
    where["GITHUB_SERVER_URL"] = gate.proxy.url
    ended = splat("doctor", "--json", *ONLY, *options, cwd=gate.folder, **where)
    assert ended.stdout, ended.stderr
    return json.loads(ended.stdout)


def test_probing_leaves_nothing_behind_and_fix_makes_labels(gate: Gate) -> None:
    place = gate.folder / WORKFLOW
    place.parent.mkdir(parents=True)
    place.write_bytes((ROOT / "examples/workflows/splat.yml").read_bytes())
    for command in (["init", "-q"], ["add", "-A"], ["-c", "user.name=t", "-c", "user.email=t@e", "commit", "-qm", "x"]):
        subprocess.run(["git", *command], cwd=gate.folder, check=True)
    before = everything(gate)
    # The proxy looks into what is asked for before it hands it on; this is what GitHub says to nothing.
    gate.proxy.answers["POST .*/pulls"] = (422, b'{"message": "Invalid request."}')
    found = doctor(gate)
    assert everything(gate) == before
    words = {(each["name"], each["state"]) for each in found["checks"]}
    assert {("access", "ok"), ("access", "fail"), ("labels", "warn"), ("rights", "ok")} <= words, found
    assert all(asked.status >= 400 for asked in gate.proxy.written), gate.proxy.written
    fixed = doctor(gate, "--fix")
    names = {label["name"] for label in gate.shop.call("GET", f"{gate.shop.path}/labels?per_page=100")}
    assert {"splat", "auto-fix", "splat:stop", "splat:ignore"} <= names
    assert ("labels", "ok") in {(each["name"], each["state"]) for each in fixed["checks"]}
    assert everything(gate) | {"labels": 0} == before | {"labels": 0}
