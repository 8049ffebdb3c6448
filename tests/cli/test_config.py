"""`splat config`: where a setting came from, and what is wrong with it."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from healer.settings import SETTABLE, MergeSettings, Settings, mistakes_in, variable
from healer.settings.origin import INPUTS, explained
from tests.cli.test_console import EVIL, splat
from tests.docs_pages import ROOT

if TYPE_CHECKING:
    from pathlib import Path

FILE = b"limits: {dollars: 2}\nmodels:\n  - claude-haiku-5-5\nchecks:\n  env: {A: b}\n  timeout: 10\n"
WRONG = b"limits:\n  dollers: 2\n  attempts: 99\nmodles: [x]\nmodels: 3\nmerge: {method: squish}\n"


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / ".github").mkdir()
    (tmp_path / ".github/splat.yml").write_bytes(FILE)
    return tmp_path


def told(*arguments: str, cwd: Path, **environ: str) -> Any:
    ended = splat("config", *arguments, "--json", cwd=cwd, **environ)
    return json.loads(ended.stdout)


def test_every_setting_is_explained_and_no_other() -> None:
    found = {each.key: each for each in explained(None, {})}
    assert found.keys() >= SETTABLE.keys()
    assert {key.partition(".")[0] for key in found} == set(Settings.__slots__) - {"in_actions", "sources", "warnings"}
    assert all(each.about for each in found.values())
    assert all(each.origin == "default" and each.value == each.default for each in found.values())


def test_each_origin_is_told(repo: Path) -> None:
    listed = told(cwd=repo, SPLAT_LIMITS_MINUTES="3", SPLAT_LIMITS_DOLLARS="4")["settings"]
    assert {each["key"]: each["origin"] for each in listed} == {
        "models": ".github/splat.yml:2",
        "checks.env": ".github/splat.yml:5",
        "checks.timeout": ".github/splat.yml:6",
        "limits.minutes": "SPLAT_LIMITS_MINUTES",
        "limits.dollars": "SPLAT_LIMITS_DOLLARS",
    }


def test_an_input_of_the_action_is_named_where_it_is_one(repo: Path) -> None:
    one = told("explain", "limits.dollars", cwd=repo, SPLAT_LIMITS_DOLLARS="4", GITHUB_ACTIONS="true")["settings"][0]
    assert one["origin"] == "SPLAT_LIMITS_DOLLARS (the action's input `dollars`)"
    assert one["value"] == 4
    assert one["default"] == 1


def test_the_action_s_inputs_are_those_that_it_gives_to_settings() -> None:
    steps = yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"]
    given = {
        name: value.removeprefix("${{ inputs.").removesuffix(" }}")
        for step in steps
        for name, value in step.get("env", {}).items()
        if name in map(variable, SETTABLE) and value.startswith("${{ inputs.") and " " not in value[4:-3]
    }
    assert given == {variable(key): name for key, name in INPUTS.items()}


def test_a_committed_file_is_read_where_that_was_asked_for(repo: Path) -> None:
    git = ["git", "-C", repo, "-c", "user.name=t", "-c", "user.email=t@e"]
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-qm", "x"], check=True)
    (repo / ".github/splat.yml").write_text("")
    assert told(cwd=repo)["settings"] == []
    assert len(told("--base", "HEAD", cwd=repo)["settings"]) == 4


@pytest.mark.parametrize("asked", ["limits.dolars", "dollars", "SPLAT_LIMITS_DOLARS", "dolars"])
def test_what_was_meant_is_said(asked: str, repo: Path) -> None:
    ended = splat("config", "explain", asked, cwd=repo)
    assert ended.returncode == 2
    assert b"limits.dollars" in ended.stderr


def test_a_group_is_explained_as_a_whole(repo: Path) -> None:
    assert {each["key"] for each in told("explain", "merge", cwd=repo)["settings"]} == {
        f"merge.{name}" for name in MergeSettings.__slots__
    }


def test_every_mistake_is_named_with_its_place(repo: Path) -> None:
    (repo / ".github/splat.yml").write_bytes(WRONG)
    ended = splat("config", "check", cwd=repo)
    assert ended.returncode == 2
    lines = ended.stdout.decode().splitlines()
    assert lines[0] == ".github/splat.yml:2:3: limits: unknown setting 'dollers', did you mean 'dollars'?"
    assert lines[1].startswith(".github/splat.yml:3:13: limits.attempts: 99 is greater")
    assert lines[2] == ".github/splat.yml:4:1: the file: unknown setting 'modles', did you mean 'models'?"
    assert [line.partition(": ")[0] for line in lines[3:]] == [".github/splat.yml:5:9", ".github/splat.yml:6:17"]
    found = told("check", cwd=repo)
    assert not found["valid"]
    assert [(each["line"], each["column"]) for each in found["mistakes"]] == [(2, 3), (3, 13), (4, 1), (5, 9), (6, 17)]


def test_a_file_without_mistakes_and_no_file_at_all(repo: Path, tmp_path: Path) -> None:
    assert splat("config", "check", cwd=repo).returncode == 0
    (repo / ".github/splat.yml").unlink()
    ended = splat("config", "check", cwd=repo)
    assert (ended.returncode, b"all is as by default" in ended.stdout) == (0, True)


def test_a_variable_and_a_price_are_checked_too(repo: Path) -> None:
    assert not told("check", cwd=repo, SPLAT_LIMITS_ATTEMPTS="many")["valid"]
    (repo / ".github/splat.yml").write_text("models: [claude-nobody-knows]\n")
    found = told("check", cwd=repo)
    assert "No price is known" in found["mistakes"][0]["what"]
    assert told("check", cwd=repo, SPLAT_LIMIT_DOLLARS="1")["warnings"]


@pytest.mark.parametrize(
    "content", [b"[" * 5000, b"\xff\xfe\x00", b"a: &a [*a]\nb: *a", EVIL.encode(), b"? [a]\n: 1\n", b"1: 2\nnull: 3\n"]
)
def test_hostile_files_are_refused_in_words(content: bytes, repo: Path) -> None:
    (repo / ".github/splat.yml").write_bytes(content)
    for arguments in (("check",), (), ("explain", "limits")):
        ended = splat("config", *arguments, cwd=repo)
        assert ended.returncode == 2, ended
        assert b"itself is broken" not in ended.stderr
        assert b"\x1b" not in ended.stdout + ended.stderr


def test_a_group_that_stands_there_twice_is_refused(repo: Path) -> None:
    """Its first limits would be forgotten in silence."""
    (repo / ".github/splat.yml").write_text("limits: {dollars: 1}\nchecks: {test: x}\nlimits: {attempts: 2}\n")
    ended = splat("config", "check", cwd=repo)
    assert ended.returncode == 2
    assert b".github/splat.yml:1:1: the file: 'limits' stands here, and once more in line 3" in ended.stdout
    assert splat("config", cwd=repo).returncode == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"x: y\nmodels: [\xe9]\n", b"splat.yml:2: Not valid YAML: byte 0xe9 is not UTF-8"), (b"a: \x07", b"U+0007")],
)
def test_what_no_text_holds_is_named_with_its_line(content: bytes, words: bytes, repo: Path) -> None:
    (repo / ".github/splat.yml").write_bytes(content)
    assert words in splat("config", "check", cwd=repo).stdout


def test_small_screens_cut_no_name(repo: Path) -> None:
    ended = splat("config", cwd=repo, COLUMNS="40", SPLAT_LIMITS_DOLLARS="3", SPLAT_LIMIT_DOLLARS="3")
    assert b"limits.dollars = 3.0" in ended.stdout
    assert b"did you mean SPLAT_LIMITS_DOLLARS?" in ended.stderr


def test_what_is_no_file_is_neither_followed_nor_waited_for(repo: Path) -> None:
    place = repo / ".github/splat.yml"
    place.unlink()
    os.mkfifo(place)
    assert splat("config", "check", cwd=repo).returncode == 2
    place.unlink()
    place.symlink_to("/etc/passwd")
    ended = splat("config", "check", cwd=repo)
    assert (ended.returncode, b"root:" in ended.stdout) == (2, False)


def test_a_file_that_is_wrong_everywhere_has_a_list_that_ends() -> None:
    assert len(mistakes_in("".join(f"k{number}: 1\n" for number in range(2000)).encode())) == 50
