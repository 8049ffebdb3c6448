"""What the documents claim is what runs."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from healer import outcome
from healer.cli import VERBS
from healer.cli.run import INTERRUPTED
from healer.edge.sandbox import bubblewrap, isolated, sandbox
from healer.edge.sandbox.advice import APPARMOR_PROFILE
from healer.settings import Settings, load_settings
from healer.testing import ScriptedClaude
from tests.docs_pages import ROOT, Page, every_page
from tests.heal.kit import ENVIRON, SPLAT

if TYPE_CHECKING:
    from pathlib import Path

README, CLI, SANDBOX, CONFIGURATION, CONTRIBUTING = map(
    Page, ("README.md", "docs/cli.md", "docs/sandbox.md", "docs/configuration.md", "CONTRIBUTING.md")
)
PAGES = (README, CLI, SANDBOX, CONFIGURATION, CONTRIBUTING)
BLOCKS = [(page, number) for page in PAGES for number in range(len(page.blocks("sh")))]
#: Lines of shell blocks that no test runs, and why.
NOT_RUN = {
    "scripts/test --fast": "runs this test's neighbours",
    "scripts/test": "runs this test",
    "scripts/check": "scripts/test begins with it",
    "scripts/bench heal": "measures for two minutes, and whatever runs beside it",
}
#: Options in the documents that are not `splat`'s, and whose they are.
FOREIGN = {
    "--security-opt": "docker",
    "--no-install-package": "uv",
    "--cases": "scripts/bench_context.py",
    "--repos": "scripts/bench_context.py",
    "--fast": "scripts/test",
    "--enable-source-maps": "node",
    "--prefix": "npm",
}
#: Verbs that a document names to say that they are missing.
MISSING_VERBS: set[str] = set()
KEY = "sk-ant-for-the-test"
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")


# What is written


def test_the_configuration_page_is_current() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "configuration_page.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", every_page(), ids=lambda page: page.path)
def test_every_link_leads_somewhere(page: Page) -> None:
    for target in page.links():
        path, _, fragment = target.partition("#")
        if path.startswith(("https://", "mailto:")):
            continue
        place = ((ROOT / page.path).parent / path if path else ROOT / page.path).resolve()
        assert place.exists(), f"{page.path}: {target}"
        assert place.is_relative_to(ROOT), f"{page.path}: {target}"
        if fragment:
            anchors = Page(str(place.relative_to(ROOT))).anchors()
            assert fragment in anchors, f"{page.path}: {target}; there are {sorted(anchors)}"


def test_the_exit_codes_are_the_program_s() -> None:
    rows = {int(code): meaning for code, meaning in README.table("exit code")[1:]}
    words = {"FIXED": "fixed", "BROKEN": "broken", "USAGE": "bad usage or configuration"}
    words |= {"DECLINED": "declined", "UNFIXED": "no acceptable fix"}
    codes = {name: value for name, value in vars(outcome).items() if name.startswith("EXIT_")}
    assert rows.keys() == {*codes.values(), INTERRUPTED}
    for name, code in codes.items():
        assert rows[code].startswith(words[name.removeprefix("EXIT_")]), (name, rows[code])
    assert "Ctrl-C" in rows[INTERRUPTED]


def test_the_verbs_are_the_program_s() -> None:
    listed = re.findall(r"^splat (\w+)  +(.+)$", CLI.blocks("")[0], re.MULTILINE)
    assert dict(listed).keys() == VERBS.keys()
    named = {verb for page in every_page() for verb in re.findall(r"(?<!@)\bsplat ([a-z]+)", _quoted(page))}
    assert named == VERBS.keys() | MISSING_VERBS


@cache
def options_of(verb: str) -> frozenset[str]:
    shown = subprocess.run([SPLAT, *verb.split(), "--help"], env=ENVIRON, capture_output=True, text=True, check=True)
    return frozenset(OPTION.findall(shown.stdout))


@pytest.mark.parametrize("page", every_page(), ids=lambda page: page.path)
def test_every_option_that_is_named_exists(page: Page) -> None:
    anywhere = {option for verb in ("", *VERBS) for option in options_of(verb)} | {"--version"}
    for quoted in _quoted(page).splitlines():
        verb, *words = re.split(r"(?<![\w/.-])splat +", quoted)[-1].split() or [""]
        known = options_of(verb) if verb in VERBS else anywhere | FOREIGN.keys()
        assert set(OPTION.findall(" ".join([verb, *words]))) <= known, f"{page.path}: {quoted}"


@pytest.mark.parametrize("verb", VERBS)
def test_every_option_that_exists_is_named(verb: str) -> None:
    everywhere = "".join(CLI.text.partition("\n## ")[0])
    own = CLI.section(next(line for line in CLI.text.splitlines() if re.match(rf"## `splat {verb}\b", line)))
    missing = options_of(verb) - {"--help"} - set(OPTION.findall(everywhere + own))
    assert not missing, f"docs/cli.md does not name {sorted(missing)} of `splat {verb}`"


def test_nothing_that_is_excepted_here_is_gone() -> None:
    commands = {command for page in PAGES for command in page.commands()}
    assert commands >= NOT_RUN.keys()
    quoted = "\n".join(_quoted(page) for page in every_page())
    assert set(OPTION.findall(quoted)) >= FOREIGN.keys()
    for option, whose in FOREIGN.items():
        assert whose in ("docker", "uv", "node", "npm") or f'"{option}"' in (ROOT / whose).read_text()


def test_every_script_and_file_that_is_named_is_there() -> None:
    for page in every_page():
        for script in re.findall(r"(?<![\w/.])scripts/\w+\b(?!\.)", _quoted(page)):
            assert os.access(ROOT / script, os.X_OK), f"{page.path}: {script}"
    for path in CONTRIBUTING.spans():
        if re.fullmatch(r"[a-z_]+/[\w/.]*", path):
            assert any((ROOT / under / path).exists() for under in ("", "healer")), f"CONTRIBUTING.md: {path}"


def test_the_figures_are_the_program_s() -> None:
    limits, policy = Settings().limits, Settings().policy
    assert f"At most {policy.max_files} files and {policy.max_lines} lines" in README.text
    assert f"Below {Settings().confidence.draft_below} the pull request is a draft" in README.text
    assert f"{limits.attempts} attempts, ${limits.dollars:.2f}, {limits.minutes:g} minutes" in README.text
    assert f"({limits.dollars:.2f})" in CLI.section("## `splat heal`")
    said = " ".join(SANDBOX.text.split())
    assert f"{isolated.PROCESSES:,} processes; {isolated.FILE_BYTES >> 30} GiB a file; " in said
    assert f"; {sandbox.DISK_BYTES >> 30} GiB of disk, " in said
    assert f"; {isolated.OPEN_FILES:,} open files; " in said
    assert f"Splat becomes user {bubblewrap.UNPRIVILEGED} first" in said
    assert APPARMOR_PROFILE in SANDBOX.blocks("")


def test_the_example_of_a_configuration_is_one() -> None:
    settings = load_settings(CONFIGURATION.blocks("yaml")[0].encode(), environ={})
    assert settings.limits.dollars == 0.5
    assert settings.checks.test == "pytest -q"


def _quoted(page: Page) -> str:
    """What a page gives as code, a line each."""
    blocks = [body for language in ("sh", "") for body in page.blocks(language)]
    return "\n".join([*page.spans(), *blocks])


# What is run


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh clone, and beside it `my-app`, whose crash is in `crash.log`."""
    place = tmp_path_factory.mktemp("fresh") / "splat"
    done = subprocess.run(["git", "clone", "-q", ROOT, place], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"this checkout cannot be cloned: {done.stderr.strip()}")
    app = place.parent / "my-app"
    shutil.copytree(place / "examples" / "shop", app)
    git = ["git", "-c", "user.name=T", "-c", "user.email=t@example.com"]
    remote = ["remote", "add", "origin", "https://github.com/example/my-app.git"]
    for arguments in (["init", "-q"], remote, ["add", "--all"], ["commit", "-qm", "The shop"]):
        subprocess.run([*git, *arguments], cwd=app, check=True)
    crashed = subprocess.run(CRASHING, cwd=app, capture_output=True, text=True, check=False)
    assert "AttributeError" in crashed.stderr
    (app / "crash.log").write_text(crashed.stderr)
    return place


CRASHING = [sys.executable, "-B", "-m", "shop", "orders/friday.json"]


@pytest.fixture(scope="module")
def app(clone: Path) -> Path:
    return clone.parent / "my-app"


def recorded() -> dict[str, Any]:
    answer: dict[str, Any] = json.loads((ROOT / "examples/recorded/shop.json").read_text())
    return answer


def shell(script: str, folder: Path, answers: list[Any]) -> subprocess.CompletedProcess[str]:
    """Run it as a person would who has uv, which `scripts/setup` would otherwise fetch for this clone alone."""
    path = f"{ENVIRON['PATH']}:{ROOT / '.venv-uv/bin'}"
    with ScriptedClaude(answers) as claude:
        return subprocess.run(
            ["sh", "-euc", script.replace("ANTHROPIC_API_KEY=…", f"ANTHROPIC_API_KEY={KEY}")],
            cwd=folder,
            env=ENVIRON | {"PATH": path, "ANTHROPIC_BASE_URL": claude.url},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )


@pytest.mark.slow
@pytest.mark.parametrize(("page", "number"), BLOCKS, ids=[f"{page.path}-{number}" for page, number in BLOCKS])
def test_a_shell_block_runs(page: Page, number: int, clone: Path) -> None:
    lines = [line for line in page.blocks("sh")[number].splitlines() if line.partition("  #")[0].strip() not in NOT_RUN]
    done = shell("\n".join(lines), clone, [recorded()] * 3)
    assert done.returncode == 0, done.stdout + done.stderr
    if "splat heal" in "".join(lines):
        assert "splat: fixed" in done.stdout
    if "scripts/demo" in lines:
        assert done.stdout.startswith("Demo with a scripted model"), "the first line says who answers"
        assert "splat: fixed" in done.stdout
        assert list((clone / ".demo/shop/.splat/pulls").glob("*.md"))


@pytest.mark.slow
def test_the_tools_leave_a_clone_as_it_was(clone: Path) -> None:
    shell("scripts/setup; scripts/demo", clone, [])
    status = subprocess.run(["git", "status", "--porcelain"], cwd=clone, capture_output=True, text=True, check=True)
    assert not status.stdout


@pytest.mark.slow
def test_a_crash_is_read_from_a_pipe(app: Path) -> None:
    piped = next(span for span in README.spans() if "| splat" in span)
    program = f"myapp() {{ {sys.executable} -B -m shop orders/friday.json; }}; PATH={SPLAT.parent}:$PATH\n"
    done = shell(f"export ANTHROPIC_API_KEY={KEY}; {program}{piped}", app, [recorded()])
    assert done.returncode == 0, done.stderr
    assert "splat: fixed" in done.stdout


ENDINGS: dict[str, tuple[list[str], list[Any]]] = {
    "fixed": (["--trace", "crash.log"], [recorded()]),
    "unfixed": (["--trace", "crash.log", "--attempts", "1"], [recorded() | {"edits": []}]),
    "declined": (["--trace", "network.log"], []),
    "error": (["--trace", "none.log"], []),
}


@pytest.mark.slow
@pytest.mark.parametrize("ending", ENDINGS)
def test_the_keys_of_the_json_are_those_listed(ending: str, app: Path) -> None:
    (app / "network.log").write_text((app / "crash.log").read_text().replace("AttributeError", "ConnectionError"))
    options, answers = ENDINGS[ending]
    done = shell(f"ANTHROPIC_API_KEY={KEY} {SPLAT} heal --json {' '.join(options)}", app, answers)
    told = json.loads(done.stdout)
    assert told["outcome"] == ending
    head, *rows = CLI.table("key")
    column = head.index(ending)
    keys = {key for row in rows if row[column] for key in re.findall(r"`(\w+)`", row[0].partition(":")[0])}
    assert told.keys() - {"outcome"} == keys
    codes = next(row for row in rows if row[0] == "`exit_code`")[column]
    assert str(told["exit_code"]) in codes.split(", ")
    assert done.returncode == told["exit_code"]
    if "run" in told:
        assert set(told["seconds"]) == set(
            re.findall(r"`(\w+)`", CLI.text.partition("`seconds`: ")[2].partition("|")[0])
        )


@pytest.mark.slow
def test_the_files_of_a_run_are_those_listed(app: Path) -> None:
    runs = app / ".splat" / "runs"
    for options, answers in (ENDINGS["fixed"], ENDINGS["unfixed"]):
        shell(f"ANTHROPIC_API_KEY={KEY} {SPLAT} heal {' '.join(options)}", app, answers)
    written = {path.name for path in runs.rglob("*") if path.is_file()}
    named = {name.rpartition("/")[2] for row in CLI.table("file")[1:] for name in re.findall(r"`([^`]+)`", row[0])}
    assert written == named


@pytest.mark.slow
def test_the_context_s_json_is_as_shown(app: Path) -> None:
    shown = json.loads(CLI.blocks("json")[0])
    told = json.loads(shell(f"{SPLAT} context --json --trace crash.log", app, []).stdout)
    assert told.keys() == shown.keys()
    assert told["files"][0].keys() == shown["files"][0].keys()
    assert told["suspects"][0].keys() == shown["suspects"][0].keys()
    assert told["budget"] == shown["budget"]
