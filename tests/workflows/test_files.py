"""What stands in the workflows: rights, pins, nothing of others in a script; and who starts a runner at all."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from healer import REPOSITORY
from healer.edge.sandbox.advice import APPARMOR_PROFILE
from healer.event import Trigger, read_event
from healer.settings import load_settings
from tests.recorded_events import delivery, every_case, name_of
from tests.workflows.files import ACTION, CALLER, EXAMPLES, HEAL, OIDC, ROOT, WORKFLOWS, jobs, program, read, steps

if TYPE_CHECKING:
    from pathlib import Path

READ, WRITE = "read", "write"
WRITES = {
    "contents": WRITE,
    "issues": WRITE,
    "pull-requests": WRITE,
    "actions": WRITE,
    "checks": READ,
    "statuses": READ,
}
#: The plan's table of who may touch what, and nothing besides.
RIGHTS = {
    "gate": {"contents": READ, "issues": WRITE, "pull-requests": WRITE},
    "heal": {"contents": READ, "issues": READ, "pull-requests": READ},
    "publish": WRITES,
    "answer": WRITES,
}
CREDENTIALS = re.compile(
    r"anthropic-api-key|claude-code-oauth-token|setup-env|federation|aws-bearer|aws-(?:secret-)?access-key"
    r"|aws-session-token|google-access-token|auth_token"
)
WRITERS = re.compile(r"secrets\.token|app-private-key|steps\.app\.")
EVERY = [*WORKFLOWS, *EXAMPLES, ACTION]
#: What may stand in `${{ }}` of a script: nothing. Elsewhere: what GitHub or the caller says, never what others wrote.
EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
OUTSIDE = re.compile(r"github\.(?:event\.(?!repository\.default_branch)|head_ref|ref_name)")


def ids(path: Path) -> str:
    return str(path.relative_to(ROOT))


def ran(*command: str) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


# --- the linters


@pytest.mark.slow
def test_actionlint_finds_nothing() -> None:
    assert ran(program("actionlint"), *map(str, [*WORKFLOWS, *EXAMPLES])) == ""


@pytest.mark.slow
def test_zizmor_finds_nothing() -> None:
    tool = str(ROOT / ".venv/bin/zizmor")
    # File by file: in a folder it looks for `.github/workflows` alone.
    options = ("--offline", "--no-progress", "--quiet", "--config", ".github/zizmor.yml")
    assert ran(tool, *options, *map(str, EVERY)) == ""


@pytest.mark.slow
def test_the_schemas_of_github_fit() -> None:
    tool = (sys.executable, "-m", "check_jsonschema", "--builtin-schema")
    assert ran(*tool, "vendor.github-workflows", *map(str, [*WORKFLOWS, *EXAMPLES])) == ""
    assert ran(*tool, "vendor.github-actions", str(ACTION)) == ""


# --- rights


@pytest.mark.parametrize("path", WORKFLOWS, ids=ids)
def test_nothing_is_granted_but_to_a_job(path: Path) -> None:
    assert read(path)["permissions"] == {}
    for job in jobs(path).values():
        assert job["permissions"], "a job says what it may"


def test_each_job_has_the_rights_of_the_plan() -> None:
    assert {name: job["permissions"] for name, job in jobs(HEAL).items()} == RIGHTS
    oidc = {name: dict(job["permissions"]) for name, job in jobs(OIDC).items()}
    assert oidc["heal"].pop("id-token") == WRITE
    assert oidc == RIGHTS


@pytest.mark.parametrize(
    "path", [path for path in WORKFLOWS if path not in (OIDC, ROOT / ".github/workflows/release.yml")], ids=ids
)
def test_an_identity_is_asked_for_nowhere_else(path: Path) -> None:
    assert "id-token: write" not in path.read_text()


def test_a_caller_grants_what_the_jobs_ask_for() -> None:
    together: dict[str, str] = {}
    for rights in RIGHTS.values():
        together |= {name: WRITE if WRITE in (level, together.get(name)) else READ for name, level in rights.items()}
    assert jobs(CALLER)["splat"]["permissions"] == together


def test_with_steps_of_one_s_own_the_jobs_have_the_same_rights() -> None:
    own = jobs(ROOT / "examples/workflows/splat-own-steps.yml")
    assert {name: job["permissions"] for name, job in own.items()} == {name: RIGHTS[name] for name in own}


@pytest.mark.parametrize("path", [HEAL, OIDC], ids=ids)
def test_credentials_are_in_the_one_step_that_needs_them(path: Path) -> None:
    for name, step in steps(path):
        told = json.dumps({key: value for key, value in step.items() if key != "uses"})
        phase = step.get("with", {}).get("phase")
        if CREDENTIALS.search(told):
            assert (name, phase) == ("heal", "heal")
        if WRITERS.search(told.replace("inputs.app-client-id == '' && secrets.token == ''", "")):
            assert name in ("gate", "publish", "answer")
            assert step["name"] == "Splat" or step["id"] == "app"


def test_what_a_cloud_gives_is_exported_to_no_other_step() -> None:
    names = [step.get("name") for step in jobs(OIDC)["heal"]["steps"]]
    assert names.index("Splat") == names.index("A token of Google's") + 1 == names.index("A role at AWS") + 2
    given = {step["id"]: step["with"] for step in jobs(OIDC)["heal"]["steps"] if step.get("id") in ("aws", "google")}
    assert given["aws"]["output-env-credentials"] is False
    allowed = json.loads(given["aws"]["inline-session-policy"])["Statement"]
    assert [each["Action"] for each in allowed] == [["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]]
    assert given["google"]["create_credentials_file"] is False
    assert given["google"]["export_environment_variables"] is False


def test_only_who_asks_a_cloud_waits_for_its_libraries() -> None:
    [extra] = [step["env"]["EXTRA"] for _, step in steps(ACTION) if "EXTRA" in step.get("env", {})]
    assert extra.startswith("${{ contains(fromJSON('[\"heal\", \"all\"]'), inputs.phase) && (inputs.aws-region != ''")
    assert set(re.findall(r"'(--[^']*)'", extra)) == {"--extra bedrock", "--extra vertex"}


def test_in_the_action_tokens_are_in_the_env_of_their_phase() -> None:
    for _, step in steps(ACTION):
        env = step.get("env", {})
        held = {name for name in env if re.search(r"TOKEN|KEY|SETUP_ENV|FEDERATION", name)}
        wanted = {key: {"GITHUB_TOKEN"} for key in ("gate", "look", "publish", "watch", "command", "after")}
        if step.get("id") == "heal":
            assert {"GITHUB_TOKEN", "ANTHROPIC_API_KEY", "AWS_BEARER_TOKEN_BEDROCK", "SPLAT_SETUP_ENV"} <= held
        else:
            assert held == wanted.get(step.get("id", ""), set())


# --- habits


@pytest.mark.parametrize("path", EVERY, ids=ids)
def test_what_comes_from_elsewhere_is_pinned_by_commit(path: Path) -> None:
    for uses, comment in re.findall(r"^ +(?:- )?uses: (\S+@\S+)( # \S+)?", path.read_text(), re.MULTILINE):
        if uses.startswith(REPOSITORY):
            assert path in EXAMPLES, "users take a tag of ours"
        else:
            assert re.fullmatch(r"[^@]+@[0-9a-f]{40}", uses), uses
            assert comment, f"{uses} says no version"


def test_the_same_action_has_the_same_pin_everywhere() -> None:
    pins: dict[str, set[str]] = {}
    for path in EVERY:
        for name, pin in re.findall(r"uses: ([^@\s]+)@([0-9a-f]{40} # \S+)", path.read_text()):
            pins.setdefault(name, set()).add(pin)
    assert [name for name, found in pins.items() if len(found) > 1] == []


@pytest.mark.parametrize("path", EVERY, ids=ids)
def test_no_script_holds_an_expression(path: Path) -> None:
    for _, step in steps(path):
        if "run" in step:
            assert "${{" not in step["run"]
            assert step.get("shell"), "every script names its shell"
        for word in EXPRESSION.findall(yaml.safe_dump({key: step[key] for key in step if key != "if"})):
            assert not OUTSIDE.search(word), word


@pytest.mark.parametrize("path", EVERY, ids=ids)
def test_a_checkout_leaves_no_token_behind(path: Path) -> None:
    for _, step in steps(path):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize("path", [*WORKFLOWS, ACTION], ids=ids)
def test_no_cache_that_others_can_write(path: Path) -> None:
    text = path.read_text()
    assert "actions/cache" not in text
    for _, step in steps(path):
        uses, told = step.get("uses", ""), step.get("with", {})
        if "setup-uv@" in uses:
            assert told["enable-cache"] == "false"
        if "setup-node@" in uses:
            assert told["package-manager-cache"] is False
        if "setup-go@" in uses:
            assert told["cache"] is False
        if "setup-ruby@" in uses:
            assert told["bundler-cache"] is False


@pytest.mark.parametrize("path", WORKFLOWS, ids=ids)
def test_every_job_ends_in_time(path: Path) -> None:
    for job in jobs(path).values():
        assert "timeout-minutes" in job
    for name, step in steps(path):
        if path in (HEAL, OIDC) and step.get("uses") == "./.splat":
            assert "timeout-minutes" in step, name


@pytest.mark.parametrize("path", [HEAL, OIDC], ids=ids)
def test_only_healing_waits_in_line(path: Path) -> None:
    assert "concurrency" not in read(path)
    assert [name for name, job in jobs(path).items() if "concurrency" in job] == ["heal"]
    told = jobs(path)["heal"]["concurrency"]
    assert (told["cancel-in-progress"], told["queue"]) == (False, "max"), "none is cancelled, none falls out"
    for word in ("github.repository", "outputs.signature", "outputs.issue"):
        assert word in told["group"]


def test_the_last_word_is_said_whatever_happened() -> None:
    assert jobs(HEAL)["publish"]["if"] == jobs(HEAL)["heal"]["if"].replace("!cancelled()", "always()")
    assert jobs(HEAL)["publish"]["if"].startswith("always() && ")
    assert jobs(HEAL)["publish"]["needs"] == ["gate", "answer", "heal"]


def test_healing_waits_for_no_look_at_checks_where_nothing_failed() -> None:
    answer, heal = jobs(HEAL)["answer"], jobs(HEAL)["heal"]
    assert answer["needs"] == "gate"
    assert answer["if"].endswith('!contains(fromJSON(\'["heal", "retry"]\'), needs.gate.outputs.ask)')
    assert heal["if"].startswith("!cancelled() && needs.gate.outputs.go == 'true'"), "a skipped job fails nothing"


def test_healing_ends_before_its_job_does_and_hands_over_what_there_is() -> None:
    job = jobs(HEAL)["heal"]
    assert read(HEAL)["on"]["workflow_call"]["inputs"]["timeout-minutes"]["default"] < job["timeout-minutes"]
    number = next(n for n, step in enumerate(job["steps"]) if step.get("uses") == "./.splat")
    assert job["steps"][number]["timeout-minutes"] == "${{ inputs.timeout-minutes }}"
    assert [step["if"] for step in job["steps"][number + 1 :]] == ["always()", "always()"]


def test_the_healer_runs_outside_of_the_checkout_and_alone() -> None:
    for _, step in steps(ACTION):
        if "healer" in step.get("run", ""):
            assert step["working-directory"] == "${{ runner.temp }}"
        if "-m healer" in step.get("run", ""):
            assert step["run"].startswith('exec "$RUNNER_TEMP/splat-venv/bin/python" -I -m healer ')
    install = next(step for _, step in steps(ACTION) if "uv sync" in step.get("run", ""))["run"]
    for word in ("--locked", "--no-config", "--no-dev", "--no-editable", '--project "$GITHUB_ACTION_PATH"'):
        assert word in install


def test_the_sandbox_is_made_to_start_before_all_else() -> None:
    first = next(steps(ACTION))[1]
    assert "scripts/setup-sandbox" in first["run"]
    assert APPARMOR_PROFILE in (ROOT / "scripts/setup-sandbox").read_text()


# --- what is said twice


def test_heal_oidc_is_heal_with_an_identity() -> None:
    assert ran(sys.executable, "scripts/oidc_workflow.py", "--check") == ""


def test_our_own_name_is_the_same_everywhere() -> None:
    texts = [path.read_text() for path in EVERY]
    named = [word for text in texts for word in re.findall(r"uses: ([\w-]+/[\w-]+)(?:/\.github\S*)?@v1", text)]
    assert set(named) == {REPOSITORY}
    assert read(ACTION)["author"] == REPOSITORY.partition("/")[0]


def test_the_inputs_of_the_action_are_used_and_known() -> None:
    text = ACTION.read_text()
    for name in read(ACTION)["inputs"]:
        assert f"inputs.{name}" in text.partition("\nruns:")[2], name
    for path in (HEAL, OIDC):
        for _, step in steps(path):
            if step.get("uses") == "./.splat":
                assert set(step["with"]) <= set(read(ACTION)["inputs"])


@pytest.mark.parametrize("path", [HEAL, OIDC], ids=ids)
def test_the_inputs_of_the_workflow_are_used(path: Path) -> None:
    text = path.read_text().partition("\njobs:")[2]
    called = read(path)["on"]["workflow_call"]
    for name in called["inputs"]:
        assert f"inputs.{name}" in text, name
    for name in called["secrets"]:
        assert f"secrets.{name}" in text, name


# --- who starts a runner

#: Every recorded delivery, and whether a runner starts for it.
STARTS = {
    "check_suite_completed": False,  # no trigger of the example's
    "deployment_status_pending": False,
    "deployment_status_preview": False,
    "deployment_status_production": True,
    "issue_comment_by_stranger": False,
    "issue_comment_created": True,
    "issue_comment_edited": False,
    "issue_comment_on_pull": True,
    "issue_comment_ordinary": False,
    "issues_labeled": True,
    "issues_labeled_by_reporter": True,
    "issues_opened": True,
    "issues_opened_by_reporter": False,  # only the SDK's own label
    "issues_opened_labeled_bug": False,
    "issues_opened_labeled_checkout": False,
    "issues_opened_labeled_splat": True,
    "issues_reopened": True,
    "issues_unlabeled": False,
    "pull_request_review_comment_created": True,
    "pull_request_review_comment_fork": False,
    "repository_dispatch": True,
    "repository_dispatch_deployed": True,
    "schedule": True,
    "status_failure": False,  # likewise
    "workflow_dispatch": True,
    "workflow_run_default_branch": False,
    "workflow_run_failed": True,
    "workflow_run_fork": False,
    "workflow_run_of_splat": False,
    "workflow_run_succeeded": True,
}


@pytest.mark.slow
def test_the_caller_turns_away_what_is_not_ours(tmp_path: Path) -> None:
    assert {case: starts(tmp_path / case, delivery(case), name_of(case)) for case in every_case()} == STARTS


@pytest.mark.slow
def test_the_caller_lets_in_whatever_the_gate_would_look_at(tmp_path: Path) -> None:
    settings = load_settings(None, environ={})
    asked = {case for case in every_case() if isinstance(read_event(name_of(case), delivery(case), settings), Trigger)}
    turned_away = {case for case in asked if not STARTS[case]}
    assert turned_away == {"check_suite_completed", "issue_comment_by_stranger", "status_failure"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("case", "changes", "wanted"),
    [
        ("issue_comment_created", {"comment__body": "<!-- splat:note x -->\nComment `@splat retry`."}, False),
        ("issue_comment_created", {"comment__author_association": "FIRST_TIMER"}, False),
        ("issue_comment_created", {"comment__author_association": "CONTRIBUTOR"}, True),
        ("issue_comment_created", {"action": "deleted"}, False),
        ("issues_labeled", {"repository__fork": True}, False),
        ("issue_comment_created", {"repository__fork": True}, False),
        ("repository_dispatch", {"repository__fork": True}, False),
        ("workflow_dispatch", {"repository__fork": True}, True),  # somebody wants it there
        ("issues_labeled", {"label__name": "AUTO-FIX"}, True),
        ("issues_labeled", {"label__name": "splat:stop"}, False),
        ("issues_labeled", {"label__name": "splat", "issue__body": None}, True),
        ("issues_labeled", {"label__name": "') || true || ('"}, False),
        ("issues_opened", {"issue__labels": []}, False),
        ("workflow_run_failed", {"workflow_run__head_branch": "feature/splat/x"}, False),
    ],
)
def test_the_filter_at_its_edges(tmp_path: Path, case: str, changes: dict[str, Any], wanted: bool) -> None:
    assert starts(tmp_path / "run", delivery(case, **changes), name_of(case)) is wanted


@pytest.mark.slow
def test_without_the_line_that_the_comment_names_people_s_branches_are_looked_at(tmp_path: Path) -> None:
    lines = CALLER.read_text().split("\n")
    [ours] = [line for line in lines if line.strip().startswith("&& startsWith(github.event.workflow_run")]
    more = yaml.safe_load("\n".join(line for line in lines if line != ours))["jobs"]["splat"]["if"]
    own = delivery("workflow_run_default_branch")
    assert starts(tmp_path / "own", own, "workflow_run", more)
    assert not starts(tmp_path / "fork", delivery("workflow_run_fork"), "workflow_run", more)


def starts(folder: Path, payload: Any, name: str, condition: str = "") -> bool:
    """Whether GitHub would start a runner: the caller's triggers, then its `if:` as act evaluates it."""
    trigger = read(CALLER)["on"].get(name, False)
    types = trigger.get("types") if isinstance(trigger, dict) else None
    if trigger is False or (types and payload.get("action") not in types):
        return False
    folder.mkdir()
    (folder / "event.json").write_text(json.dumps(payload))
    when = condition or jobs(CALLER)["splat"]["if"]
    job = {"if": when, "runs-on": "ubuntu-24.04", "steps": [{"run": "true"}]}
    told = {"on": {name: trigger if isinstance(trigger, list) else {}}, "jobs": {"filter": job}}
    (folder / "filter.yml").write_text(json.dumps(told))
    command = [program("act"), name, "--dryrun", "--workflows", "filter.yml", "--eventpath", "event.json"]
    env = {"PATH": "/usr/bin:/bin", "HOME": str(folder)}
    done = subprocess.run(
        [*command, "--platform", "ubuntu-24.04=-self-hosted"], cwd=folder, env=env, capture_output=True, text=True,
        timeout=60, check=True,
    )  # fmt: skip
    return "Run Set up job" in done.stdout
