"""Options: where they come from, which source wins, and what a wrong one does."""

from __future__ import annotations

import datetime
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

import splat
from splat import options, warn
from splat.options import Options, names, read
from splat.warn import why

PACKAGE = Path(__file__).resolve().parents[1]

#: name, as an argument, as TOML, as a variable, what it becomes (None: as given)
GIVEN = [
    ("repo", "a/b", '"c/d"', "e/f"),
    ("token", "one", '"two"', "three"),
    ("api_url", "https://one.example", '"https://two.example"', "https://three.example"),
    ("service", "one", '"two"', "three"),
    ("environment", "one", '"two"', "three"),
    ("release", "one", '"two"', "three"),
    ("deploy", "one", '"two"', "three"),
    ("url", "https://one.example", '"https://two.example"', "https://three.example"),
    ("folder", "/one", '"/two"', "/three"),
    ("spool_dir", "/one", '"/two"', "/three"),
    ("labels", ["one"], '["two"]', "three"),
    ("trigger_label", "one", '"two"', "three"),
    ("reporters", [1], "[2]", "3"),
    ("ignore", [KeyError], '["ValueError"]', "TypeError"),
    ("sample_rate", 0.1, "0.2", "0.3"),
    ("shutdown_timeout", 1, "1.5", "1.25"),
    ("locals", "off", '"values"', "shape"),
    ("redact", ["one"], '["two"]', "three"),
    ("integrations", ["threads"], '["logging"]', "asyncio"),
    ("include", ["/one"], '["/two"]', "/three"),
    ("transport", "none", '"console"', "file"),
]
FLAGS = [
    "debug",
    "include_source",
    "include_query",
    "include_headers",
    "include_body",
    "durable",
    "public_logs",
    "public_request",
    "public_locals",
]
EXPECTED = {
    "labels": [("one",), ("two",), ("three",)],
    "redact": [("one",), ("two",), ("three",)],
    "include": [("/one",), ("/two",), ("/three",)],
    "integrations": [("threads",), ("logging",), ("asyncio",)],
    "reporters": [(1,), (2,), (3,)],
    "ignore": [(KeyError,), ("ValueError",), ("TypeError",)],
    "sample_rate": [0.1, 0.2, 0.3],
    "shutdown_timeout": [1.0, 1.5, 1.25],
    "locals": ["off", "values", "shape"],
}


@pytest.fixture(autouse=True)
def fresh(monkeypatch, tmp_path):
    for name in [each for each in os.environ if each.startswith("SPLAT_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    warn.forget()


@pytest.fixture
def said(caplog):
    caplog.set_level(logging.WARNING, logger="splat")
    return lambda: [record.getMessage() for record in caplog.records if record.name == "splat"]


def toml(folder: Path, text: str) -> None:
    if sys.version_info < (3, 11):
        pytest.skip("pyproject.toml is read from Python 3.11 on")
    (folder / "pyproject.toml").write_text(f"[project]\nname = 'x'\n[tool.splat]\n{text}\n", "utf-8")


# --- precedence -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "argument", "in_toml", "variable"), GIVEN, ids=[each[0] for each in GIVEN])
def test_first_source_wins(name, argument, in_toml, variable, tmp_path):
    first, second, third = EXPECTED.get(name, [argument, in_toml.strip('"'), variable])
    environ = {f"SPLAT_{name.upper()}": variable}
    needed = {"transport": "console"} if name != "transport" else {}
    assert getattr(read({**needed}, environ), name) == third
    toml(tmp_path, f"{name} = {in_toml}")
    assert getattr(read({**needed}, environ), name) == second
    assert getattr(read({**needed, name: argument}, environ), name) == first
    assert getattr(read({**needed, name: None}, environ), name) == second
    (tmp_path / "pyproject.toml").unlink()
    assert getattr(read(needed, {}), name) == (getattr(Options(), name) if name != "transport" else "none")


@pytest.mark.parametrize("name", FLAGS)
def test_flags(name, tmp_path):
    default = getattr(Options(), name)
    for word in ("1", "true", "YES", " on "):
        assert getattr(read({}, {f"SPLAT_{name.upper()}": word}), name) is True
    for word in ("0", "false", "No", "off"):
        assert getattr(read({}, {f"SPLAT_{name.upper()}": word}), name) is False
    toml(tmp_path, f"{name} = {'false' if default else 'true'}")
    assert getattr(read({}, {f"SPLAT_{name.upper()}": str(default)}), name) is not default
    assert getattr(read({name: default}, {}), name) is default


def test_every_option_is_tested_and_an_argument_of_init():
    import inspect

    named = {each[0] for each in GIVEN} | set(FLAGS) | {"root", "before_send", "deploy_time", "enabled"}
    assert named == set(options.names())
    parameters = inspect.signature(splat.init).parameters
    assert set(parameters) - {"positional", "unknown"} == set(options.names())
    assert set(Options.__slots__) == set(options.names())


def test_root_of_argument_variable_and_default(tmp_path):
    assert read({}, {}).root == str(tmp_path)
    assert read({}, {"SPLAT_ROOT": "/var/app"}).root == "/var/app"
    assert read({"root": Path("/srv/app/")}, {"SPLAT_ROOT": "/var/app"}).root == "/srv/app"
    assert read({"root": "sub/.."}, {}).root == str(tmp_path)
    toml(tmp_path, 'root = "src"\nfolder = "reports"')
    assert read({}, {}).root == str(tmp_path / "src")
    assert read({}, {}).folder == str(tmp_path / "reports")


def test_pyproject_is_found_upwards_from_root(tmp_path):
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    toml(tmp_path, 'service = "far"')
    assert read({"root": deep}, {}).service == "far"
    (deep / "pyproject.toml").write_text("[tool.other]\nx = 1\n")  # names nothing of ours
    assert read({"root": deep}, {}).service == "far"
    toml(tmp_path / "a", 'service = "near"')
    assert read({"root": deep}, {}).service == "near"


def test_dashes_in_toml(tmp_path):
    toml(tmp_path, "sample-rate = 0.5")
    assert read({}, {}).sample_rate == 0.5


@pytest.mark.skipif(sys.version_info < (3, 11), reason="pyproject.toml is read from Python 3.11 on")
def test_a_table_in_another_form(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[tool]\nsplat.service = "x"\n')
    assert read({}, {}).service == "x"


# --- what is wrong ----------------------------------------------------------------------------------------------------

WRONG = [
    ("repo", "no-slash"),
    ("repo", 5),
    ("repo", "a/b/c"),
    ("repo", "../.."),
    ("token", ""),
    ("token", "two words"),
    ("token", 7),
    ("api_url", "ftp://x"),
    ("api_url", "http://ghe.example"),
    ("service", "a\nb"),
    ("environment", 5),
    ("release", object()),
    ("deploy_time", "yesterday"),
    ("root", 5),
    ("root", "a\0b"),
    ("transport", "pigeon"),
    ("transport", object()),
    ("url", "nowhere"),
    ("labels", 5),
    ("labels", [5]),
    ("labels", ["x" * 51]),
    ("trigger_label", "Splat"),
    ("trigger_label", "x" * 51),
    ("reporters", ["x"]),
    ("reporters", [True]),
    ("reporters", [-1]),
    ("before_send", "text"),
    ("ignore", [int]),
    ("ignore", ["not a name"]),
    ("ignore", 5),
    ("sample_rate", "lots"),
    ("sample_rate", 1.5),
    ("sample_rate", float("nan")),
    ("sample_rate", True),
    ("enabled", "maybe"),
    ("debug", 2),
    ("locals", "everything"),
    ("durable", "perhaps"),
    ("redact", {"a": 1}),
    ("integrations", ["fax"]),
    ("shutdown_timeout", 1e9),
    ("include", 5),
]


@pytest.mark.parametrize(("name", "value"), WRONG, ids=[f"{name}-{number}" for number, (name, _) in enumerate(WRONG)])
def test_a_wrong_value_warns_once_and_the_default_is_used(name, value, said):
    for _ in range(2):
        chosen = read({"transport": "console", name: value}, {"SPLAT_TOKEN": ""})
    default = {"root": os.getcwd(), "transport": "none"}.get(name, getattr(Options(), name))
    assert getattr(chosen, name) == default
    about = [each for each in said() if each.startswith(f"splat: {name}=")]
    assert len(about) == 1
    assert "should be" in about[0]


class Hostile:
    def __getattribute__(self, name):
        raise RuntimeError("no")

    def __str__(self):
        raise RuntimeError("no")

    __repr__ = __str__
    __len__ = __str__
    __iter__ = __str__
    __bool__ = __str__
    __fspath__ = __str__
    __eq__ = __str__  # type: ignore[assignment]
    __hash__ = None  # type: ignore[assignment]


@pytest.mark.parametrize("name", sorted(options.names()))
def test_any_object_does_no_harm(name):
    read({name: Hostile()}, {})


def test_a_wrong_value_of_a_source_is_not_passed_over_for_the_next(said):
    assert read({"sample_rate": 7}, {"SPLAT_SAMPLE_RATE": "0.5"}).sample_rate == 1.0
    assert read({}, {"SPLAT_SAMPLE_RATE": "7"}).sample_rate == 1.0
    assert any(
        "'shape'" not in each and "sample_rate= should be a number from 0 to 1, not 7; 1.0 is used" in each
        for each in said()
    )


def test_a_token_is_never_shown(said):
    read({"token": "ghp_very secret"}, {})
    assert "secret" not in "".join(said())
    assert "secret" not in repr(Options(token="secret"))


@pytest.mark.parametrize("name", [name for name in names() if name not in {"root", "url", "api_url"}])
def test_a_token_in_the_place_of_another_option_is_not_shown(name, said):
    secret = "ghp_" + "A1b2" * 9
    for value in (secret, secret + "\n", [secret + "!"], f"https://me:{secret}@github.com/", f"!{secret}!"):
        read({name: value}, {})
        read({}, {f"SPLAT_{name.upper()}": str(value)})
    assert secret[:12] not in "".join(said())


def test_what_fails_is_told_without_secrets():
    secret = "ghp_" + "A1b2" * 9
    assert why(RuntimeError(f"no {secret}")) == "RuntimeError: no [REDACTED]"
    assert len(why(RuntimeError("x " * 10_000))) < 400

    class Mute(Exception):
        def __str__(self):
            raise ValueError(secret)

    assert secret not in why(Mute())


def test_unknown_names_and_what_was_meant(said, tmp_path):
    toml(tmp_path, "enviroment = 'x'\nbefore_send = 'f'")
    read({"sampel_rate": 1, "nothing_like_it": 2}, {"SPLAT_REPOO": "a/b", "SPLAT_ZZZZ": "1", "SPLAT_TREE": "x"})
    text = "\n".join(said())
    assert "no option 'sampel_rate' (did you mean sample_rate?)" in text
    assert "no option 'nothing_like_it'; it is passed over" in text
    assert "no option 'enviroment' (did you mean environment?)" in text
    assert "SPLAT_REPOO is known (did you mean SPLAT_REPO?)" in text
    assert "before_send can only be an argument" in text
    assert "ZZZZ" not in text
    assert "SPLAT_TREE" not in text
    assert "did you mean values?" in _said_of({"locals": "value"}, said)


def _said_of(arguments, said):
    read(arguments, {})
    return said()[-2] + said()[-1]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="pyproject.toml is read from Python 3.11 on")
@pytest.mark.parametrize("text", ["[tool.splat]\nbroken = = 1", "[tool.splat]\n'a' = \xff", "tool.splat = 5\n[x]\n"])
def test_a_broken_pyproject_warns(text, tmp_path, said):
    (tmp_path / "pyproject.toml").write_bytes(text.encode("latin-1"))
    assert read({"service": "x", "transport": "console"}, {}).service == "x"
    assert len(said()) == (1 if "= =" in text or "\xff" in text or "splat = 5" in text else 0)


def test_a_token_in_pyproject_is_used_and_warned_of(tmp_path, said):
    toml(tmp_path, 'token = "abc"\nrepo = "a/b"')
    assert read({}, {}).token == "abc"
    assert "SPLAT_TOKEN" in said()[0]


# --- what is found out ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "transport"),
    [
        ({}, "none"),
        ({"repo": "a/b"}, "none"),
        ({"token": "x"}, "none"),
        ({"repo": "a/b", "token": "x"}, "github"),
        ({"url": "https://x"}, "http"),
        ({"repo": "a/b", "token": "x", "url": "https://x"}, "http"),
        ({"transport": "http"}, "none"),
        ({"transport": "file"}, "file"),
    ],
)
def test_the_transport_follows_from_the_rest(given, transport, said):
    assert read(given, {}).transport == transport
    assert bool(said()) == (transport == "none" and given.get("transport") != "none")


@pytest.mark.parametrize(
    ("given", "repo"),
    [
        ("a/b", "a/b"),
        ("https://github.com/a/b", "a/b"),
        ("https://github.com/a/b.git", "a/b"),
        ("git@github.com:a/b.git", "a/b"),
        ("https://ghe.example/a-1/b_2.c/", "a-1/b_2.c"),
        ("https://x-access-token:ghs_abc@github.com/a/b.git", "a/b"),
        ("ssh://git@github.com/a/b.git", "a/b"),
    ],
)
def test_a_repository_in_any_form(given, repo):
    assert read({"repo": given, "token": "x"}, {}).repo == repo


def test_other_readings():
    chosen = read(
        {
            "labels": "a, b,,a",
            "reporters": 5,
            "ignore": KeyError,
            "deploy_time": datetime.datetime(2026, 11, 21, 7, tzinfo=datetime.timezone.utc),
            "integrations": "none",
            "api_url": "http://localhost:4000/",
        },
        {},
    )
    assert chosen.labels == ("a", "b")
    assert chosen.reporters == (5,)
    assert chosen.ignore == (KeyError,)
    assert chosen.deploy_time == "2026-11-21T07:00:00.000Z"
    assert chosen.integrations == ()
    assert chosen.api_url == "http://localhost:4000"
    assert read({"deploy_time": "2026-11-21T07:00:00Z"}, {}).deploy_time == "2026-11-21T07:00:00.000Z"


def test_options_are_frozen():
    with pytest.raises(AttributeError, match="call init again"):
        Options().repo = "a/b"
    with pytest.raises(TypeError, match="wrong"):
        Options(wrong=1)
    assert Options(repo="a/b").replace(token="x").repo == "a/b"


COMMIT = "0123456789abcdef0123456789abcdef01234567"


def test_the_release_of_platforms(tmp_path):
    assert read({}, {}).release == ""
    assert read({}, {"GITHUB_SHA": COMMIT}).release == COMMIT
    assert read({}, {"COMMIT_REF": "main", "GIT_SHA": COMMIT.upper()}).release == COMMIT
    assert read({"release": "v1"}, {"GITHUB_SHA": COMMIT}).release == "v1"
    assert read({"release": ""}, {"GITHUB_SHA": COMMIT}).release == ""
    assert read({}, {"K_REVISION": "svc-00001"}).deploy == "svc-00001"


def test_the_release_of_a_checkout(tmp_path):
    def git(*words, where=tmp_path):
        return subprocess.run(
            ["git", "-c", "user.name=x", "-c", "user.email=x@x", *words],
            cwd=where,
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()

    git("init", "-q", "-b", "main")
    assert read({}, {}).release == ""
    git("commit", "-q", "--allow-empty", "-m", "x")
    head = git("rev-parse", "HEAD")
    assert read({}, {}).release == head
    git("pack-refs", "--all")
    assert read({}, {}).release == head
    git("worktree", "add", "-q", "../linked", "-b", "other")
    assert read({"root": tmp_path.parent / "linked"}, {}).release == head
    git("checkout", "-q", "--detach")
    assert read({}, {}).release == head
    (tmp_path / ".git" / "HEAD").write_text("ref: ../../../etc/passwd")
    assert read({}, {}).release == ""


# --- init -------------------------------------------------------------------------------------------------------------


def test_init_takes_anything(said):
    splat.init("a/b", Hostile(), nonsense=1, sample_rate="x", transport="none")  # type: ignore[arg-type]
    splat.close()
    text = "\n".join(said())
    assert "options by name only" in text
    assert "'nonsense'" in text


@pytest.mark.parametrize("version", ["3.9", "3.10"])
def test_older_pythons_warn_of_pyproject_once(version, tmp_path):
    from tests.interpreters import interpreter

    toml(tmp_path, 'service = "x"')
    program = (
        "import splat\nfrom splat import client\n"
        "for _ in range(2): splat.init(transport='console', environment='y', integrations='none')\n"
        "print(client.current().options.service, client.current().options.environment)"
    )
    done = subprocess.run(
        [interpreter(version), "-c", program],
        cwd=tmp_path,
        env={"PYTHONPATH": str(PACKAGE), "SPLAT_SERVICE": "of the variable", "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == "of the variable y\n"
    assert done.stderr.count("[tool.splat] is read from Python 3.11 on") == 1


def test_py_splat_beside_us_is_named(tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    (site / "splat").symlink_to(PACKAGE / "splat")
    program = "import splat; splat.init(transport='console', integrations='none')"
    for there in (False, True):
        if there:
            (site / "py_splat-1.0.0.dist-info").mkdir()
        done = subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONPATH": str(site)},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert ("py-splat and splat-sdk are both installed" in done.stderr) is there
