"""`splat init` on one machine: what it writes, what it leaves alone, and what it takes out again."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from healer.settings import CONFIG_PATH, load_settings, mistakes_in
from healer.setup.record import RECORD_PATH, Record, digest, read_record
from healer.setup.undo import undo
from tests.heal.kit import ENVIRON, SPLAT
from tests.setup.init.held import Held
from tests.setup.init.kit import CI, FLASK, SHOP, git, notes, repository, run, snapshot, told

ROOT = Path(__file__).resolve().parents[3]
WORKFLOW = ".github/workflows/splat.yml"
EXPECTED = """\
\"\"\"The shop.\"\"\"

import os

import splat
import splat.integrations.flask
from flask import Flask

splat.init(repo="acme/shop")

app = Flask(__name__)
splat.integrations.flask.install(app)
"""


def test_all_of_it(tmp_path: Path) -> None:
    repo = repository(tmp_path / "shop", SHOP)
    before = snapshot(repo)
    proposed = told(repo)
    assert proposed["outcome"] == "proposed"
    assert snapshot(repo) == before, "nothing is written without a yes"
    written = told(repo, "--yes")
    assert written["outcome"] == "written"
    assert written["diff"] == proposed["diff"]
    assert (repo / "app.py").read_text().startswith(EXPECTED)
    assert (repo / "requirements.txt").read_bytes() == b"flask\nrequests\nsplat-sdk"
    workflow = yaml.safe_load((repo / WORKFLOW).read_text())
    assert workflow[True]["workflow_run"]["workflows"] == ["Tests"]
    assert workflow["permissions"] == {}
    settings = (repo / CONFIG_PATH).read_bytes()
    assert mistakes_in(settings) == ()
    assert load_settings(settings, environ={}).gate.labels == ("splat", "auto-fix")
    assert b"$schema=" in settings
    assert load_settings(settings, environ={}).checks.test == "", "what is detected is not frozen"
    active, _, found = settings.partition(b"# This was found")
    uncommented = re.sub(rb"(?m)^# ", b"", found.partition(b"counts.\n")[2])
    both = load_settings(active + uncommented, environ={})
    assert (both.checks.setup, both.checks.test) == (("pip install -r requirements.txt",), "pytest")
    after = snapshot(repo)
    assert told(repo, "--yes")["outcome"] == "nothing"
    assert snapshot(repo) == after, "a second run changes nothing"
    assert told(repo, "--remove", "--yes")["outcome"] == "removed"
    assert snapshot(repo) == before


def test_the_last_words_say_where_the_package_and_the_app_s_token_come_from(tmp_path: Path) -> None:
    repo = repository(tmp_path / "shop", SHOP)
    said = run(repo, "--yes", "--offline").stdout
    page = (
        "https://github.com/settings/personal-access-tokens/new?name=Errors%20of%20shop&target_name=acme&issues=write"
    )
    assert "1. No registry has the SDK yet. How it comes into your repository: https://" in said
    assert f"set SPLAT_TOKEN, a token with `Issues: read and write` on this repository alone: {page}\n" in said
    assert "SPLAT_TOKEN" not in run(repository(tmp_path / "other", SHOP), "--yes", "--offline", "--no-code").stdout


def test_the_diff_is_one_that_git_applies(tmp_path: Path) -> None:
    one, other = (repository(tmp_path / name, SHOP) for name in ("one", "other"))
    diff = told(one)["diff"]
    subprocess.run(["git", "apply", "-"], input=diff, text=True, cwd=other, check=True)
    told(one, "--yes")
    assert snapshot(one) == snapshot(other)


def test_without_a_terminal_it_only_shows(tmp_path: Path) -> None:
    repo = repository(tmp_path / "shop", SHOP)
    before = snapshot(repo)
    done = run(repo, "--offline")
    assert done.returncode == 0
    assert "+splat.integrations.flask.install(app)" in done.stdout
    assert "splat init --yes" in done.stdout
    assert snapshot(repo) == before


def test_on_a_branch_the_checkout_stays(tmp_path: Path) -> None:
    repo = repository(tmp_path / "shop", SHOP)
    (repo / "app.py").write_text(FLASK + "# not committed\n")
    (repo / "staged.py").write_text("x = 1\n")
    git(repo, "add", "staged.py")
    before, status = snapshot(repo), git(repo, "status", "--porcelain=v2", "--branch")
    answer = told(repo, "--yes", "--branch")
    assert answer["branch"] == "splat-init"
    assert snapshot(repo) == before
    assert git(repo, "status", "--porcelain=v2", "--branch") == status
    assert git(repo, "rev-parse", "splat-init^") == git(repo, "rev-parse", "HEAD")
    assert git(repo, "log", "-1", "--format=%an", "splat-init") == "T"
    changed = git(repo, "diff", "--name-only", "main", "splat-init").split()
    assert changed == sorted(["app.py", "requirements.txt", WORKFLOW, CONFIG_PATH, RECORD_PATH])
    assert "not committed" not in git(repo, "show", "splat-init:app.py")
    assert told(repo, "--yes", "--branch")["outcome"] == "nothing"
    assert told(repo, "--remove", "--yes", "--branch")["outcome"] == "removed"
    assert git(repo, "diff", "main", "splat-init") == ""
    git(repo, "branch", "other")
    assert told(repo, "--yes", "--branch", "main", code=2)["error"] == "This branch is checked out"


def test_what_a_person_changed_stays(tmp_path: Path) -> None:
    repo = repository(tmp_path / "shop", SHOP)
    told(repo, "--yes")
    workflow = repo / WORKFLOW
    workflow.write_text(workflow.read_text().replace('cron: "23 5 * * *"', 'cron: "0 1 * * *"'))
    config = repo / CONFIG_PATH
    config.write_text(config.read_text() + "limits: {dollars: 0.5}\n")
    app = repo / "app.py"
    app.write_text(app.read_text() + "\n\n@app.get('/more')\ndef more():\n    return 'more'\n")
    assert told(repo, "--yes")["outcome"] == "nothing"
    # Another label: brought into both files, beside what was changed in them.
    assert told(repo, "--yes", "--label", "heal-me")["outcome"] == "written"
    assert 'cron: "0 1 * * *"' in workflow.read_text()
    assert "github.event.label.name == 'heal-me'" in workflow.read_text()
    assert "auto-fix'" not in workflow.read_text()
    assert load_settings(config.read_bytes(), environ={}).gate.labels == ("heal-me",)
    assert load_settings(config.read_bytes(), environ={}).limits.dollars == 0.5
    left = told(repo, "--remove", "--yes")
    assert {paste["path"] for paste in left["paste"]} == {WORKFLOW, CONFIG_PATH}
    assert app.read_text() == FLASK + "\n\n@app.get('/more')\ndef more():\n    return 'more'\n"
    assert workflow.exists()
    assert told(repo, "--remove", "--yes", "--force")["paste"] == []
    assert not workflow.exists()
    assert not (repo / RECORD_PATH).exists()


def test_what_runs_by_itself_is_named_where_there_is_more_of_it(tmp_path: Path) -> None:
    libraries = {f"libs/{name}/package.json": json.dumps({"name": name}) for name in "abcd"}
    libraries |= {f"libs/{name}/index.js": "module.exports = 1;\n" for name in "abcd"}
    repo = repository(tmp_path / "shop", SHOP | libraries)
    answer = told(repo, "--yes")
    assert 'splat.init(repo="acme/shop")\n' in (repo / "app.py").read_text()
    (word,) = (note for note in answer["notes"] if note["code"] == "library")
    assert word["what"].startswith("4 projects have nothing that runs by itself")
    other = {"worker/requirements.txt": "flask\n", "worker/app.py": FLASK}
    repo = repository(tmp_path / "two", SHOP | other)
    told(repo, "--yes")
    assert 'service="worker"' in (repo / "worker/app.py").read_text()


def test_lines_that_were_sorted_or_edited(tmp_path: Path) -> None:
    repo = repository(tmp_path / "shop", SHOP)
    told(repo, "--yes")
    app = repo / "app.py"
    lines = app.read_text().replace("import splat.integrations.flask\n", "")
    app.write_text(lines.replace("import os\n", "import os\nimport splat.integrations.flask\n"))
    assert told(repo, "--yes")["outcome"] == "nothing"
    told(repo, "--remove", "--yes")
    assert "splat" not in app.read_text()
    assert app.read_text().split() == FLASK.split()


def test_a_file_that_was_renamed(tmp_path: Path) -> None:
    repo = repository(tmp_path / "shop", SHOP)
    told(repo, "--yes")
    git(repo, "add", "-A")
    git(repo, "mv", "app.py", "web.py")
    told(repo, "--remove", "--yes")
    assert (repo / "web.py").read_text() == FLASK
    assert (repo / "requirements.txt").read_bytes() == b"flask\nrequests"


def test_an_edited_line_is_left_and_said(tmp_path: Path) -> None:
    repo = repository(tmp_path / "shop", SHOP)
    told(repo, "--yes")
    app = repo / "app.py"
    app.write_text(app.read_text().replace('repo="acme/shop")', 'repo="acme/shop", locals="off")'))
    mine = app.read_bytes()
    assert told(repo, "--yes")["outcome"] == "nothing"
    left, waiting = told(repo, "--remove", "--yes")["paste"]
    assert (left["path"], waiting["path"]) == ("app.py", "requirements.txt")
    assert "splat-sdk" in (repo / "requirements.txt").read_text(), "the app still imports it"
    assert 'splat.init(repo="acme/shop", locals="off")' in left["lines"]
    assert app.read_bytes() == mine
    app.write_text(FLASK)
    assert told(repo, "--remove", "--yes")["paste"] == []
    assert (repo / "requirements.txt").read_bytes() == b"flask\nrequests"
    assert not (repo / RECORD_PATH).exists()


def test_windows_line_endings_and_a_missing_last_one(tmp_path: Path) -> None:
    files = {"app.py": FLASK.rstrip().replace("\n", "\r\n"), "requirements.txt": "flask\r\nsentry-sdk\r\nzope\r\n"}
    repo = repository(tmp_path / "shop", files)
    before = snapshot(repo)
    (beside,) = [note for note in told(repo, "--yes")["notes"] if note["code"] == "beside"]
    assert (beside["what"], beside["where"]) == ("Sentry is here too, and stays as it is", "requirements.txt")
    for path in files:
        content = (repo / path).read_bytes()
        assert content.count(b"\n") == content.count(b"\r\n")
    assert not (repo / "app.py").read_bytes().endswith(b"\n")
    told(repo, "--remove", "--yes")
    assert snapshot(repo) == before


def test_turned_line_endings_are_found_too(tmp_path: Path) -> None:
    repo = repository(tmp_path / "shop", {"app.py": FLASK, "requirements.txt": "flask\n"})
    told(repo, "--yes")
    for path in ("app.py", "requirements.txt"):
        (repo / path).write_bytes((repo / path).read_bytes().replace(b"\n", b"\r\n"))
    told(repo, "--remove", "--yes")
    assert (repo / "app.py").read_bytes() == FLASK.replace("\n", "\r\n").encode()


# --- bad input


def test_no_git(tmp_path: Path) -> None:
    answer = told(tmp_path, "--yes", code=2)
    assert answer["error"] == "This is not a git repository"
    assert "git init" in answer["next_step"]


def test_no_remote(tmp_path: Path) -> None:
    repo = repository(tmp_path / "shop", SHOP, remote="")
    answer = told(repo, "--yes", code=2)
    assert "--github OWNER/NAME" in answer["next_step"]
    told(repo, "--yes", "--github", "acme/other")
    assert 'repo="acme/other"' in (repo / "app.py").read_text()


@pytest.mark.parametrize("remote", ["https://gitlab.com/acme/shop.git", "git@work:acme/shop.git"])
def test_a_remote_that_is_not_on_github_is_not_taken_for_one(tmp_path: Path, remote: str) -> None:
    repo = repository(tmp_path / "shop", SHOP, remote=remote)
    before = snapshot(repo)
    answer = told(repo, "--yes", code=2)
    assert "`origin`" in answer["where"]
    assert "--github OWNER/NAME" in answer["next_step"]
    assert snapshot(repo) == before
    tried = run(repo, "--try")
    assert tried.returncode == 2
    assert "splat init --try --github OWNER/NAME" in tried.stderr
    shown = told(repo, "--yes", "--dry-run", "--github", "octo/shop")
    assert 'splat.init(repo="octo/shop")' in shown["diff"]
    assert all("--repo" not in note["next_step"] for note in shown["notes"])


def test_the_settings_say_how_tests_run_though_a_package_of_tools_lies_beside(tmp_path: Path) -> None:
    tools = {
        "package.json": '{"name": "tools", "devDependencies": {"prettier": "3"}}',
        "requirements.txt": "flask\npytest\n",
    }
    repo = repository(tmp_path / "shop", SHOP | tools)
    told(repo, "--yes")
    text = (repo / ".github/splat.yml").read_text()
    assert "#     - pip install -r requirements.txt\n" in text
    assert "#   test: pytest\n" in text


def test_of_several_projects_the_settings_say_how_each_is_tested(tmp_path: Path) -> None:
    web = '{"name": "web", "scripts": {"start": "node index.js", "test": "vitest run"}}'
    repo = repository(
        tmp_path / "shop", SHOP | {"web/package.json": web, "web/index.js": "", "web/package-lock.json": "{}"}
    )
    told(repo, "--yes")
    text = (repo / ".github/splat.yml").read_text()
    assert "#   .: pip install -r requirements.txt; pytest\n#   web: npm ci; npm test\n" in text
    assert "checks:" not in text
    assert run_config(repo) == 0


def run_config(repo: Path) -> int:
    return subprocess.run(
        [SPLAT, "config", "check"], cwd=repo, check=False, env=ENVIRON, capture_output=True
    ).returncode


def test_a_detached_head_and_a_dirty_tree_work_and_are_said(tmp_path: Path) -> None:
    repo = repository(tmp_path / "shop", SHOP)
    git(repo, "checkout", "-q", "--detach")
    (repo / "requirements.txt").write_text("flask\nrequests\n# mine\n")
    answer = told(repo, "--yes")
    assert {"detached", "dirty"} <= notes(answer)
    assert "# mine" in (repo / "requirements.txt").read_text()


def test_a_workflow_of_the_same_name_is_kept(tmp_path: Path) -> None:
    repo = repository(tmp_path / "shop", {**SHOP, WORKFLOW: CI})
    before = snapshot(repo)
    answer = told(repo, "--yes")
    assert "workflow-taken" in notes(answer)
    assert (repo / WORKFLOW).read_text() == CI
    assert (repo / ".github/workflows/splat-heal.yml").exists()
    assert told(repo, "--yes")["outcome"] == "nothing"
    told(repo, "--remove", "--yes")
    assert snapshot(repo) == before
    refused = told(repo, "--yes", "--workflow", WORKFLOW, code=2)
    assert refused["where"] == WORKFLOW


def test_a_syntax_error_is_left_alone(tmp_path: Path) -> None:
    broken = FLASK + "def broken(:\n"
    repo = repository(tmp_path / "shop", {**SHOP, "app.py": broken})
    told(repo, "--yes")
    assert (repo / "app.py").read_text() == broken


def test_links_are_not_written_through(tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("flask\n")
    repo = repository(tmp_path / "shop", {"app.py": FLASK})
    (repo / "requirements.txt").symlink_to(outside)
    (tmp_path / "elsewhere").mkdir()
    (repo / ".github").symlink_to(tmp_path / "elsewhere")
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "links")
    answer = told(repo, "--yes", code=2)
    assert ".github" in answer["error"] + answer["where"]
    assert outside.read_text() == "flask\n"
    assert not list((tmp_path / "elsewhere").iterdir())
    assert (repo / "app.py").read_text() == FLASK


def test_what_fails_half_way_is_put_back(tmp_path: Path) -> None:
    """The disk is full, as far as the last file is concerned."""
    shop = tmp_path / "shop"
    shop.mkdir()
    (shop / "a.txt").write_text("a")
    (shop / "b.txt").write_text("b")
    before = snapshot(shop)
    script = """
import resource, sys
from pathlib import Path
from healer.edge.setup_files import write_changes
from healer.setup.plan import Change, created
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
write_changes(Path(sys.argv[1]), [
    created("new/folder/file", b"new", ""), Change("a.txt", b"a", b"changed"), Change("b.txt", b"b", None),
    created("large", b"x" * 2000, ""),
])
"""
    command = [sys.executable, "-c", script, str(shop)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert "Nothing was changed" in done.stderr, done.stderr
    assert snapshot(shop) == before


@pytest.mark.parametrize("written", [1, 2, 4])
def test_a_run_that_was_killed_is_continued(tmp_path: Path, written: int) -> None:
    from healer.edge.setup_branch import merge_texts
    from healer.edge.setup_files import TreeFiles, write_changes
    from healer.setup.choices import Choices
    from healer.setup.propose import propose
    from tests.setup.trees import looked

    repo = repository(tmp_path / "shop", SHOP)
    before = snapshot(repo)
    found = looked(repo)
    files = TreeFiles(found.root, frozenset(SHOP))
    changes = propose(found, files, Choices("acme/shop"), merge_texts).changes
    assert changes[0].path == RECORD_PATH, "what was done before the end can be taken back"
    write_changes(repo, changes[:written])
    told(repo, "--yes")
    assert (repo / "app.py").read_text().startswith(EXPECTED)
    assert (repo / WORKFLOW).exists()
    assert told(repo, "--yes")["outcome"] == "nothing"
    told(repo, "--remove", "--yes")
    assert snapshot(repo) == before


_KILLED = """
import os, pathlib, sys
from healer.edge.setup_files import write_changes
from healer.setup.plan import created
pathlib.Path.replace = lambda *arguments: os._exit(9)
write_changes(pathlib.Path(sys.argv[1]), [created("app.txt", b"x", "")])
"""


def test_who_is_killed_leaves_nothing_to_commit(tmp_path: Path) -> None:
    repo = repository(tmp_path / "shop", SHOP)
    assert subprocess.run([sys.executable, "-c", _KILLED, str(repo)], check=False).returncode == 9
    assert git(repo, "status", "--porcelain") == ""


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_checkout(tmp_path: Path) -> None:
    repo = repository(tmp_path / "shop", SHOP)
    repo.chmod(0o500)
    try:
        answer = told(repo, "--yes", code=2)
        assert "cannot be written" in answer["error"]
    finally:
        repo.chmod(0o700)


def test_a_record_is_not_believed(tmp_path: Path) -> None:
    repo = repository(tmp_path / "shop", SHOP)
    told(repo, "--yes")
    secret = tmp_path / "secret"
    secret.write_text("mine")
    record = json.loads((repo / RECORD_PATH).read_text())
    for path in ("../secret", "/etc/hostname", ".git/config", "app.py/../../secret", RECORD_PATH):
        entry = {"path": path, "created": True, "before": "", "after": "", "splices": []}
        record["files"].append(entry)
    record["files"].append(
        {"path": ".github/workflows/ci.yml", "created": True, "before": "", "after": "0", "splices": []}
    )
    record["folders"] += ["..", "/tmp", ".github"]
    (repo / RECORD_PATH).write_text(json.dumps(record))
    answer = told(repo, "--remove", "--yes")
    assert secret.read_text() == "mine"
    assert (repo / ".git/config").exists()
    assert (repo / ".github/workflows/ci.yml").read_text() == CI
    assert [paste["path"] for paste in answer["paste"]] == [".github/workflows/ci.yml"]
    (repo / RECORD_PATH).write_text("<<<<<<< HEAD\n")
    assert "cannot be read" in told(repo, "--remove", "--yes", code=2)["error"]


FORGED = {
    "a file of the project, as Splat's own": {"created": True, "after": digest(b"check()\n")},
    "a line of the project": {"splices": [{"at": 0, "removed": "", "added": "check()\n"}]},
    "code in place of our line": {"splices": [{"at": 0, "removed": "evil()\n", "added": "import splat\n"}]},
    "code in place of nothing": {"splices": [{"at": 0, "removed": "evil()\n", "added": ""}]},
    "a line that is no argument of ours": {"splices": [{"at": 0, "removed": "", "added": "import splat\ncheck()\n"}]},
    "another package": {"splices": [{"at": 0, "removed": "py-splat @ https://x/y.whl", "added": "splat-sdk"}]},
}


@pytest.mark.parametrize("what", FORGED)
def test_a_record_takes_out_nothing_that_is_not_splats(what: str) -> None:
    text = b"import splat\ncheck()\n" if "import" in str(FORGED[what]) else b"check()\n"
    entry = {"path": "guard.py", "created": False, "before": "", "after": digest(text)} | FORGED[what]
    record = json.dumps({"format": 1, "files": [entry], "folders": []}).encode()
    undone = undo(read_record(record) or Record(), Held({"guard.py": text, RECORD_PATH: record}), force=True)
    assert [change.path for change in undone.changes] == [RECORD_PATH]
    assert [(paste.path, paste.lines) for paste in undone.left] == [("guard.py", ())]


def test_a_workflow_of_others_is_not_splats_because_the_record_says_so(tmp_path: Path) -> None:
    repo = repository(tmp_path / "shop", SHOP)
    told(repo, "--yes")
    record = json.loads((repo / RECORD_PATH).read_text())
    record["files"].append({"path": ".github/workflows/ci.yml", "created": True, "after": digest(CI.encode())})
    (repo / RECORD_PATH).write_text(json.dumps(record))
    told(repo, "--yes", "--label", "heal-me")
    assert (repo / ".github/workflows/ci.yml").read_text() == CI
    told(repo, "--remove", "--yes", "--force")
    assert (repo / ".github/workflows/ci.yml").read_text() == CI


def test_the_record_is_small_and_edits_are_joined_without_its_help(tmp_path: Path) -> None:
    repo = repository(tmp_path / "shop", SHOP)
    told(repo, "--yes")
    assert (repo / RECORD_PATH).stat().st_size < 2_000
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "Splat")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", str(repo), str(clone))
    git(clone, "remote", "set-url", "origin", "https://github.com/acme/shop.git")
    workflow = clone / WORKFLOW
    for label, hour in (("one", "1"), ("two", "2")):  # the second base is nowhere but in the record
        text = workflow.read_text()
        workflow.write_text(text.replace('cron: "23 5 * * *"', 'cron: "23 1 * * *"').replace("23 1 ", f"23 {hour} "))
        told(clone, "--yes", "--label", label)
        assert f"23 {hour} * * *" in workflow.read_text()
        assert f"'{label}'" in workflow.read_text()


@pytest.mark.parametrize("workspace", [True, False])
def test_what_is_taken_out_stays_in_the_lock_until_it_is_made_anew(tmp_path: Path, workspace: bool) -> None:
    folder = "services/shop/" if workspace else ""
    app = {f"{folder}app.py": FLASK, f"{folder}pyproject.toml": '[project]\nname = "shop"\ndependencies = ["flask"]\n'}
    repo = repository(tmp_path / "shop", app | {"uv.lock": "version = 1\n", "other/uv.lock": 'name = "splat-sdk"\n'})
    told(repo, "--yes")
    assert "lock" not in notes(told(repo, "--remove")), "the lock never heard of it"
    (repo / "uv.lock").write_text('[[package]]\nname = "splat-sdk"\n')
    removed = told(repo, "--remove", "--yes")
    assert [(each["where"], each["next_step"]) for each in removed["notes"] if each["code"] == "lock"] == [
        ("uv.lock", "Run `uv lock`, and commit what it writes.")
    ]


def test_nothing_to_remove(tmp_path: Path) -> None:
    repo = repository(tmp_path / "shop", SHOP)
    assert told(repo, "--remove", "--yes", code=2)["where"] == RECORD_PATH


@pytest.mark.parametrize(
    "flags", [("--label", "a,b"), ("--label", "${{ x }}"), ("--mention", "splat"), ("--service", "no")]
)
def test_answers_that_cannot_be(tmp_path: Path, flags: tuple[str, str]) -> None:
    repo = repository(tmp_path / "shop", SHOP)
    before = snapshot(repo)
    told(repo, "--yes", *flags, code=2)
    assert snapshot(repo) == before


def test_a_name_that_is_taken(tmp_path: Path) -> None:
    repo = repository(tmp_path / "shop", {**SHOP, "splat.py": "def splat(): pass\n"})
    answer = told(repo, "--yes")
    assert (repo / "app.py").read_text() == FLASK
    (paste,) = [each for each in answer["paste"] if each["path"] == "app.py"]
    assert "module of its own" in paste["why"]
    assert paste["lines"][-1] == "splat.integrations.flask.install(app)"


def test_a_browser_gets_no_token(tmp_path: Path) -> None:
    files = {
        "package.json": '{"name": "web", "dependencies": {"react-dom": "19"}, "devDependencies": {"vite": "7"}}',
        "index.html": '<script type="module" src="/main.js"></script>',
        "main.js": 'import { createRoot } from "react-dom/client"\n\ncreateRoot(document.body)\n',
    }
    repo = repository(tmp_path / "web", files)
    answer = told(repo, "--yes")
    (note,) = [each for each in answer["notes"] if each["code"] == "relay"]
    assert "splat.relay()" in note["next_step"]
    assert 'splat.init({ url: "/splat" })\n' in (repo / "main.js").read_text()


def test_without_ci_the_workflow_waits_for_none(tmp_path: Path) -> None:
    repo = repository(tmp_path / "shop", {"app.py": FLASK, "requirements.txt": "flask\n"})
    assert "no-ci" in notes(told(repo, "--yes", "--label", "it's", "--label", "splat", "--mention", "/heal"))
    workflow = yaml.safe_load((repo / WORKFLOW).read_text())
    assert "workflow_run" not in workflow[True]
    assert "schedule" in workflow[True]
    assert "startsWith" not in (repo / WORKFLOW).read_text(), "no word on a line that is not there"
    condition = workflow["jobs"]["splat"]["if"]
    assert "workflow_run" not in condition
    assert "github.event.label.name == 'it''s'" in condition
    assert "'/heal'" in condition
    assert condition.count("(") == condition.count(")")
    assert 'trigger_label="it\'s"' in (repo / "app.py").read_text()


@pytest.mark.parametrize("labels", [(), ("--label", "fix me"), ("--label", "splat", "--label", "b")])
def test_the_workflow_passes_its_linters(tmp_path: Path, labels: tuple[str, ...]) -> None:
    repo = repository(tmp_path / "shop", {**SHOP, ".github/workflows/b.yml": CI.replace("Tests", '"Lint: {all}"')})
    told(repo, "--yes", *labels)
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "github-workflows", str(repo / WORKFLOW)]
    subprocess.run(command, check=True, capture_output=True)
    linter = ROOT / ".tools" / "actionlint"
    if linter.exists():
        done = subprocess.run([linter, str(repo / WORKFLOW)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
