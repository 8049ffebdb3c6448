"""`.github/splat.yml` from end to end: what it says is done, or named as wrong before anything is paid for."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.heal.kit import ENVIRON, SPLAT, answer, git, heal
from tests.verdict.apps import App, crash

pytestmark = pytest.mark.slow


@pytest.fixture
def app(tmp_path: Path) -> App:
    return crash("python", tmp_path)


def configure(app: App, text: str) -> None:
    path = app.repo / ".github/splat.yml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    git(app, "add", "-A")
    git(app, "commit", "-q", "-m", "settings")


def printed_signature(app: App) -> str:
    (app.repo.parent / "crash.log").write_text(app.trace)
    command = [SPLAT, "signature", "--trace", "../crash.log"]
    return subprocess.run(command, cwd=app.repo, env=ENVIRON, check=True, capture_output=True, text=True).stdout.strip()


def test_the_signature_that_is_printed_can_be_ignored(app: App) -> None:
    mark = printed_signature(app)
    configure(app, f"ignore: ['{mark}']\n")
    ended = heal(app, [])
    assert (ended.code, ended.told["code"]) == (10, "ignored")
    assert mark in ended.told["reason"]
    assert ended.requests == []


def test_a_rule_that_wants_it_fixed_goes_before_what_is_ignored(app: App) -> None:
    configure(
        app, f"ignore: ['{printed_signature(app)}']\ntriage:\n  - {{reason: ours, action: fix, type: ValueError}}\n"
    )
    assert heal(app, [answer(app)]).told["outcome"] == "fixed"


def test_a_users_rule_declines_in_the_users_words(app: App) -> None:
    configure(app, "triage:\n  - {reason: The old cart goes next week., type: ^ValueError$, path: cart}\n")
    ended = heal(app, [])
    assert (ended.code, ended.told["code"]) == (10, "rule")
    assert ended.told["reason"].startswith("The old cart goes next week")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("policy: {allow: [not-in-trce]}\n", "did you mean 'not-in-trace'?"),
        ("models: [claude-sonnet-5-5, claude-nova]\n", "No price is known for the model 'claude-nova'"),
        ("triage:\n  - {reason: x, type: ^Nothing$, message: '('}\n", "is no regular expression"),
    ],
)
def test_a_mistake_is_named_before_anything_is_paid_for(app: App, text: str, said: str) -> None:
    configure(app, text)
    ended = heal(app, [answer(app)])
    assert ended.code == 2, ended.told
    assert said in ended.told["error"]
    assert ".github/splat.yml" in ended.told["where"]
    assert ended.requests == []


def test_an_app_that_ran_as_an_installed_package_is_its_repositorys_own(app: App) -> None:
    """All its frames lie in `site-packages`; the repository holds the package, so the crash is its own."""
    trace = app.trace.replace(f"{app.repo}/", "/usr/lib/python3.11/site-packages/")
    assert "site-packages/shop/cart.py" in trace
    ended = heal(app, [answer(app)], trace=trace)
    assert ended.told["outcome"] == "fixed", ended.told
    assert not ended.told["draft"], ended.told["draft_because"]
    verdict = (Path(ended.told["run"]) / "attempt-1/verdict.json").read_text()
    assert "fails on the base with ValueError in shop/cart.py" in verdict
    other = trace.replace("site-packages/shop", "site-packages/theirs")
    assert (declined := heal(app, [], trace=other)).told.get("code") == "no-app-frame", json.dumps(declined.told)


def test_what_looks_like_a_mistake_is_said_and_stops_nothing(app: App) -> None:
    configure(app, "paths: {/srv/app: services/shop}\n")
    ended = heal(app, [answer(app)], SPLAT_LIMITS_DOLARS="2")
    assert ended.told["outcome"] == "fixed"
    assert "warning: the variable SPLAT_LIMITS_DOLARS sets nothing; did you mean SPLAT_LIMITS_DOLLARS?" in ended.errors
    assert "splat: warning: paths: '/srv/app' leads to 'services/shop', and this commit has no such" in ended.errors
