"""`splat init --try` on the emulated GitHub: the SDK is the real one, the run is played (tests/workflows runs it)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from healer.cli.init_try import Tried, try_out
from healer.outcome import ConfigError
from healer.setup.github import Place
from healer.setup.github_try import left_behind, prefix, takes_base, trial
from tests.github.kit import MONA, Shop, emulator
from tests.setup.github.trying import Desk, branches, files_of, fixed, issues, merged
from tests.workflows.files import CALLER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def github() -> Iterator[int]:
    with emulator() as port:
        yield port


@pytest.fixture
def shop(github: int) -> Shop:
    return Shop(github)


@pytest.fixture
def desk(github: int, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with Desk(github, permissions={MONA: "write"}).serving() as desk:
        for name, value in environ(desk).items():
            monkeypatch.setenv(name, value)
        yield desk


def environ(desk: Desk) -> dict[str, str]:
    return {"GITHUB_TOKEN": f"{MONA}-token", "GITHUB_API_URL": desk.url}


def place(desk: Desk, shop: Shop) -> Place:
    return Place.at("github.com", "acme", shop.name, environ(desk))


def tried(desk: Desk, shop: Shop, **more: Any) -> tuple[Tried, str]:
    said: list[str] = []
    found = try_out(place(desk, shop), said.append, pause=0.05, **more)
    return found, "\n".join(said)


def test_from_a_crash_to_a_pull_request_and_nothing_left(desk: Desk, shop: Shop) -> None:
    merged(shop)
    seen: dict[str, Any] = {}

    def work(number: int, inputs: Mapping[str, str]) -> tuple[str, dict[str, str]]:
        [issue] = issues(shop, "open")
        seen["issue"] = shop.call("GET", f"{shop.path}/issues/{issue}")
        seen["files"] = files_of(shop, inputs["base"])
        seen["inputs"] = dict(inputs)
        fixed(shop, inputs)
        return "success", {"Gate": "success", "Heal": "success", "Publish": "success", "Answer": "skipped"}

    desk.work = work
    found, said = tried(desk, shop)
    assert desk.errors == []
    assert found.fixed
    assert [stage.name for stage in found.stages] == [
        "branch", "issue", "run", "job", "job", "job", "pull-request", "clean",
    ]  # fmt: skip
    issue = seen["issue"]
    assert issue["body"].startswith("<!-- splat:1 signature=")
    assert "ZeroDivisionError" in issue["title"]
    assert "GITHUB_TOKEN" not in issue["body"]
    assert {label["name"] for label in issue["labels"]} == {"splat", "splat-try"}
    assert seen["inputs"] == {"issue": str(issue["number"]), "base": seen["inputs"]["base"]}
    word = seen["inputs"]["base"].rpartition("-")[2]
    assert seen["files"] >= {f"splat-try-{word}/till.py", f"splat-try-{word}/test_till.py"}
    assert (branches(shop), issues(shop, "open")) == ([], [])
    [pull] = shop.call("GET", f"{shop.path}/pulls?state=all")
    assert pull["state"] == "closed"
    assert "fix: nothing bought costs nothing" in said
    assert "-token" not in said


def test_a_run_that_ends_without_a_fix_says_why_and_leaves_nothing(desk: Desk, shop: Shop) -> None:
    merged(shop)

    def work(number: int, inputs: Mapping[str, str]) -> tuple[str, dict[str, str]]:
        shop.comment(int(inputs["issue"]), "There is no `ANTHROPIC_API_KEY`.")
        return "failure", {"Gate": "success", "Heal": "failure", "Publish": "success"}

    desk.work = work
    found, said = tried(desk, shop)
    assert not found.fixed
    assert "(failure) without a pull request" in found.reason
    assert "ANTHROPIC_API_KEY" in said
    assert (branches(shop), issues(shop, "open")) == ([], [])
    assert "cancel 7001" in desk.asked


def test_a_run_that_never_ends_is_cancelled(desk: Desk, shop: Shop) -> None:
    merged(shop)
    desk.work = lambda number, inputs: time.sleep(4) or ("success", {})  # type: ignore[func-returns-value]
    found, _ = tried(desk, shop, minutes=0)
    assert "takes too long" in found.reason
    assert "cancel 7001" in desk.asked
    assert branches(shop) == []


def test_no_workflow_on_the_default_branch_is_said_before_anything_is_made(desk: Desk, shop: Shop) -> None:
    with pytest.raises(ConfigError, match="not on `main` yet"):
        tried(desk, shop)
    merged(shop, CALLER.read_text().replace("      base:\n", "      other:\n"))
    with pytest.raises(ConfigError, match="cannot be told what to heal"):
        tried(desk, shop)
    assert [asked for asked in desk.written if asked.status < 300] == []


def test_what_github_refuses_names_the_way_and_is_taken_back(desk: Desk, shop: Shop) -> None:
    merged(shop)
    desk.refuses = True
    found, _ = tried(desk, shop)
    assert "may not start a workflow" in found.reason
    assert "Actions" in found.reason
    assert (branches(shop), issues(shop, "open")) == ([], [])


def test_what_could_not_be_taken_back_is_taken_back_by_the_next_call(desk: Desk, shop: Shop) -> None:
    merged(shop)
    desk.work = lambda number, inputs: (fixed(shop, inputs), ("success", {"Gate": "success"}))[1]
    desk.answers["PATCH .*/pulls/.*"] = (403, b'{"message": "no"}')
    found, said = tried(desk, shop)
    assert found.fixed
    assert found.left
    assert "takes it back" in said
    [left] = branches(shop)
    assert left.startswith("splat-try/mona-"), "the one by which all else is found goes last"
    del desk.answers["PATCH .*/pulls/.*"]
    desk.work = lambda number, inputs: ("success", {"Gate": "success"})
    found, said = tried(desk, shop)
    assert f"left {left} behind" in said
    assert found.left == ()
    assert branches(shop) == []
    assert [pull["state"] for pull in shop.call("GET", f"{shop.path}/pulls?state=all")] == ["closed"]


def test_ctrl_c_takes_everything_back(desk: Desk, shop: Shop) -> None:
    merged(shop)
    desk.work = lambda number, inputs: time.sleep(60) or ("success", {})  # type: ignore[func-returns-value]
    script = (
        "import sys; from healer.cli.init_try import try_out; from healer.setup.github import Place; import os\n"
        f"try_out(Place.at('github.com', 'acme', {shop.name!r}, os.environ), pause=0.2)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        env=os.environ | environ(desk),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    until = time.monotonic() + 200
    while not any(asked.startswith("dispatch") for asked in desk.asked):
        assert process.poll() is None, process.stdout and process.stdout.read()
        assert time.monotonic() < until
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    printed, _ = process.communicate(timeout=300)
    assert process.returncode != 0
    assert "branches deleted" in printed
    assert (branches(shop), issues(shop, "open")) == ([], [])


def test_other_people_s_tries_stay(desk: Desk, shop: Shop) -> None:
    merged(shop)
    head = shop.call("GET", f"{shop.path}/git/ref/heads/main")["object"]["sha"]
    kept = ["splat-try/monalisa-0123456789", "splat-try/mona-x/y", "splat-try/mona-short", "splat/0123456789abcdef"]
    for name in kept:
        shop.call("POST", f"{shop.path}/git/refs", {"ref": f"refs/heads/{name}", "sha": head})
    desk.work = lambda number, inputs: ("success", {})
    tried(desk, shop)
    assert sorted(branches(shop)) == sorted(kept)


# --- pure ------------------------------------------------------------------------------------------------------------


def test_names() -> None:
    one = trial("Mona_Lisa[bot]", "0123456789")
    assert one.branch == "splat-try/mona-lisa-bot-0123456789"
    assert left_behind(one.branch, "Mona_Lisa[bot]") == one
    assert left_behind("splat-try/mona-0123456789", "Mona_Lisa[bot]") is None
    assert prefix("") == "splat-try/app-"
    assert prefix("--") == "splat-try/app-"


@pytest.mark.parametrize(
    ("text", "takes"),
    [
        (CALLER.read_text(), True),
        ("on: push\njobs: {a: {uses: splat-heal/splat/.github/workflows/heal.yml@v1}}", False),
        ("on: {workflow_dispatch: {inputs: {issue: }}}\njobs: {a: {uses: /.github/workflows/heal-oidc.yml@v1}}", False),
        ("on: push\njobs: {a: {runs-on: x}}", None),
        ("", None), ("[]", None), ("a: [", None), ("jobs: 5", None), ("jobs: {a: 5}", None), ("[" * 5000, None),
    ],
)  # fmt: skip
def test_which_workflow_can_be_told(text: str, takes: bool | None) -> None:
    assert takes_base(text) is takes


def test_the_program_crashes_and_its_tests_pass(tmp_path: Any) -> None:
    for path, text in trial("mona", "0123456789").files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    folder = tmp_path / "splat-try-0123456789"
    ran = subprocess.run(
        [sys.executable, "-m", "unittest", "-q"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    ran = subprocess.run([sys.executable, "till.py"], cwd=folder, capture_output=True, text=True, check=False)
    assert "ZeroDivisionError" in ran.stderr
