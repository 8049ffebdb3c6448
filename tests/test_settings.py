"""Settings: precedence, the place of a mistake, and what is refused."""

from __future__ import annotations

import ast
import re
import time
from pathlib import Path

import pytest

from healer.outcome import ConfigError
from healer.settings import SETTABLE, Settings, load_settings, variable
from healer.settings.variables import unknown


def test_the_command_line_beats_the_environment_beats_the_file() -> None:
    settings = load_settings(
        b"limits: {dollars: 2, attempts: 4, minutes: 9}",
        environ={"SPLAT_LIMITS_ATTEMPTS": "5", "SPLAT_LIMITS_DOLLARS": "3"},
        options={"limits.dollars": 0.5, "limits.minutes": None},
    )
    assert (settings.limits.dollars, settings.limits.attempts, settings.limits.minutes) == (0.5, 5, 9)
    assert settings.sources == {
        "limits.dollars": "command line",
        "limits.attempts": "environment",
        "limits.minutes": ".github/splat.yml",
    }


def test_an_empty_file_means_defaults() -> None:
    assert load_settings(b"", environ={}).limits == Settings().limits
    assert load_settings(b"# nothing yet\n", environ={}).models == Settings().models


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        (b"limits:\n  dolars: 2\n", ":2:3", "did you mean 'dollars'"),
        (b"limits:\n  attempts: 99\n", ":2:13", "99 is greater than the maximum of 10"),
        (b"models: claude\n", ":1:9", "not of type 'array'"),
        (b"a: [", ":1:5", "Not valid YAML"),
        (b"- 1\n", ":1:1", "not of type 'object'"),
        (b"sandbox: docker\n", ":1:10", "is not one of"),
        (b"\xff\xfe\x00", "", "Not valid YAML"),
        (b"[" * 5000, "", "Not valid YAML"),
        (b"models:\n  - !!int ''\n", "", "Not valid YAML"),
        (b"limits: {attempts: " + b"9" * 5000 + b"}\n", "", "Not valid YAML"),
        (b"models: [2020-13-45]\n", "", "Not valid YAML"),
        (b"limits: {dollars: .nan}\n", ":1:19", "limits.dollars: nan"),
        (b"prices:\n  m: {input: .nan, output: 1}\n", ":2:14", "prices.m.input: nan"),
        (b"prices: {m: {input: 1, output: .inf}}\n", ":1:32", "prices.m.output: inf"),
        (b'checks: {test: "a\\0b"}\n', ":1:16", "NUL"),
        (b"checks:\n  workdir: ..\n", ":2:12", "'..' is not a folder inside the repository"),
        (b"triage:\n  - {reason: x}\n  - {reason: x, type: '('}\n", ":3:23", "`(` is no regular expression"),
        (b"triage: [{reason: x, message: (a+)+b}]\n", ":1:31", "`(a+)+b` could take for ever"),
        (b"checks: {workdir: web/../../x}\n", ":1:19", "is not a folder inside the repository"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_column(text: bytes, where: str, what: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(text, environ={})
    assert where in caught.value.where
    assert what in caught.value.what


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("SPLAT_LIMITS_ATTEMPTS", "many"),
        ("SPLAT_LIMITS_ATTEMPTS", "0"),
        ("SPLAT_SANDBOX", "docker"),
        ("SPLAT_LIMITS_DOLLARS", "nan!"),
        ("SPLAT_LIMITS_DOLLARS", "nan"),
        ("SPLAT_CHECKS_TIMEOUT", "NaN"),
        ("SPLAT_CHECKS_WORKDIR", "../elsewhere"),
    ],
)
def test_a_wrong_variable_is_named(name: str, raw: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(None, environ={name: raw})
    assert caught.value.where == name


@pytest.mark.parametrize("text", [b"sandbox: none", None])
def test_no_sandbox_is_refused_in_actions(text: bytes | None) -> None:
    environ = {"GITHUB_ACTIONS": "true"} | ({} if text else {"SPLAT_SANDBOX": "none"})
    with pytest.raises(ConfigError, match="refused in GitHub Actions"):
        load_settings(text, environ=environ)


def test_one_command_is_a_list_of_one() -> None:
    settings = load_settings(b"checks: {setup: pip install -e ., lint: [ruff check, mypy]}", environ={})
    assert settings.checks.setup == ("pip install -e .",)
    assert settings.checks.lint == ("ruff check", "mypy")


def test_a_price_without_cache_figures_is_charged_as_uncached() -> None:
    price = load_settings(b"prices: {claude-next: {input: 3, output: 9}}", environ={}).prices["claude-next"]
    assert (price.cache_read, price.cache_write) == (3, 3.75)


def test_the_key_is_never_printed() -> None:
    assert "sk-ant-very-secret" not in repr(load_settings(None, environ={"ANTHROPIC_API_KEY": "sk-ant-very-secret"}))


LAUGHS = "".join(f"    B{i}: &x{i} [{','.join([f'*x{i - 1}'] * 9)}]\n" for i in range(1, 12))
MERGES = "".join(f"b{i}: &x{i}\n  <<: [{','.join([f'*x{i - 1}'] * 9)}]\n" for i in range(1, 9))


@pytest.mark.parametrize(
    "text",
    [f"checks:\n  env:\n    A: &x0 [l,l,l,l,l,l,l,l,l]\n{LAUGHS}", f"a: &x0 {{k: 1, l: 2}}\n{MERGES}"],
    ids=["laughs", "merges"],
)
def test_aliases_that_blow_up_are_refused_at_once(text: str) -> None:
    began = time.process_time()
    with pytest.raises(ConfigError, match="aliases"):
        load_settings(text.encode(), environ={})
    assert time.process_time() - began < 5


def test_an_alias_may_save_words() -> None:
    settings = load_settings(b"policy: {protected: &a [x/*], extra_paths: *a}", environ={})
    assert settings.policy.protected == settings.policy.extra_paths == ("x/*",)


def test_a_number_that_is_none_is_refused_from_the_command_line() -> None:
    with pytest.raises(ConfigError, match=r"limits\.dollars: nan"):
        load_settings(environ={}, options={"limits.dollars": float("nan")})


@pytest.mark.parametrize("workdir", ["web", "web/app", "a..b", "..a", "web/...", "."])
def test_a_folder_inside_the_repository_is_one(workdir: str) -> None:
    assert load_settings(f"checks: {{workdir: {workdir}}}".encode(), environ={}).checks.workdir == workdir


def test_a_variable_that_sets_nothing_is_named() -> None:
    environ = {"SPLAT_LIMITS_DOLARS": "1", "SPLAT_TRIAGE": "x", "SPLAT_EMPTY": "", "SPLATTER": "1"}
    assert load_settings(environ=environ).warnings == (
        "the variable SPLAT_LIMITS_DOLARS sets nothing; did you mean SPLAT_LIMITS_DOLLARS?",
        "the variable SPLAT_TRIAGE sets nothing; docs/configuration.md lists those that do",
    )


def test_no_variable_that_someone_reads_is_warned_of() -> None:
    known = {variable(key): "1" for key in SETTABLE} | dict.fromkeys(_variables_of_the_sdks(), "x")
    assert unknown(known | {"SPLAT_TOKEN": "x", "SPLAT_REPO": "a/b", "SPLAT_TREE": "/splat/tree"}) == ()


def _variables_of_the_sdks() -> set[str]:
    """What the SDKs' sources name, and the fields of the Python SDK's options."""
    sdk = Path(__file__).resolve().parent.parent / "sdk"
    sources = [path for path in sdk.rglob("*") if path.suffix in {".py", ".js", ".ts", ".go", ".rb", ".php"}]
    texts = [
        path.read_text(errors="replace")
        for path in sources
        if not {"tests", "test", "node_modules", ".venv"} & {*path.parts} and not path.stem.endswith("_test")
    ]
    found = {name for text in texts for name in re.findall(r"\bSPLAT_[A-Z_]*[A-Z]\b", text)}
    options = sdk / "python/splat/options.py"
    if options.exists():
        classes = [node for node in ast.walk(ast.parse(options.read_text())) if isinstance(node, ast.ClassDef)]
        fields = [field for each in classes if each.name == "Options" for field in each.body]
        found |= {f"SPLAT_{field.target.id.upper()}" for field in fields if isinstance(field, ast.AnnAssign)}
    return found


def test_a_list_of_a_variable_is_split_at_its_commas() -> None:
    settings = load_settings(environ={"SPLAT_POLICY_PROTECTED": "a/*, b/*"})
    assert settings.policy.protected == ("a/*", "b/*")
