"""Which commands set a repository up and test it, from its files alone."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healer.runtimes import RUNTIMES, check_reader
from healer.runtimes.checks import below, nearest

if TYPE_CHECKING:
    from healer.frames import RuntimeName
    from healer.runtimes.checks import CheckPlan


def planned(runtime: RuntimeName, files: dict[str, str], hint: str = "") -> CheckPlan | None:
    def read(path: str) -> bytes | None:
        return files[path].encode() if path in files else None

    return check_reader(runtime).plan(frozenset(files), read, hint)


def node(script: str | None = None, *, scripts: Any = (), **more: Any) -> dict[str, str]:
    of_test = {"test": script} if script else {}
    return {"package.json": json.dumps({"scripts": of_test | dict(scripts), **more})}


@pytest.mark.parametrize(
    ("files", "runner"),
    [
        ({"pytest.ini": "", "tests/test_a.py": ""}, "pytest"),
        ({"pyproject.toml": "[tool.pytest.ini_options]", "a.py": ""}, "pytest"),
        ({"setup.cfg": "[tool:pytest]\n", "a.py": ""}, "pytest"),
        ({"tests/test_a.py": "def test_a():\n    pass\n"}, "pytest"),
        ({"tests/test_a.py": "import unittest\nclass A(unittest.TestCase): ..."}, "unittest"),
        ({"tests/test_a.py": "import unittest", "requirements-dev.txt": "pytest==8\n"}, "pytest"),
        ({"manage.py": "import django", "shop/tests.py": ""}, "django"),
        ({"manage.py": "import django", "conftest.py": ""}, "pytest"),
        ({"pyproject.toml": "not [ toml", "tests/test_a.py": "import unittest"}, "unittest"),
    ],
)
def test_python_runners(files: dict[str, str], runner: str) -> None:
    plan = planned("python", files)
    assert plan is not None
    assert plan.runner == runner


def test_a_python_project_without_needs_is_not_set_up() -> None:
    plan = planned(
        "python", {"tests/test_a.py": "import unittest", "pyproject.toml": "[project]\nname='x'\nversion='1'"}
    )
    assert plan is not None
    assert plan.setup == ()


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"requirements.txt": "flask==3\n"}, "-r requirements.txt"),
        ({"requirements.txt": "flask", "requirements/test.txt": "x"}, "-r requirements/test.txt"),
        (
            {"pyproject.toml": "[project]\ndependencies=['flask']\n[project.optional-dependencies]\ntest=['x']"},
            ".[test]",
        ),
        ({"pyproject.toml": "[dependency-groups]\ndev=['attrs', {include-group='test'}]\ntest=['mock>5']"}, "mock>5"),
        ({"setup.py": ""}, "-e ."),
        ({"uv.lock": "", "pyproject.toml": "[dependency-groups]\ntest=['x']"}, "uv sync -q --frozen --group test"),
        ({"poetry.lock": "", "pyproject.toml": "[tool.poetry]"}, "poetry install"),
        ({"Pipfile.lock": "", "Pipfile": ""}, "pipenv sync --dev"),
        ({"pytest.ini": ""}, "import pytest"),
    ],
)
def test_python_set_up(files: dict[str, str], said: str) -> None:
    plan = planned("python", files)
    assert plan is not None
    assert said in " ".join(plan.setup[0])


def script_of(files: dict[str, str]) -> str:
    plan = planned("python", files)
    assert plan is not None
    return plan.setup[0][-1]


def test_python_is_set_up_in_one_call_of_pip() -> None:
    """A package that the tests need may need the project's published namesake, which would then take its place."""
    pyproject = "[project]\nname='x'\nversion='1'\n[project.optional-dependencies]\ntest=['a']\n"
    script = script_of(
        {"requirements/test.txt": "b", "pyproject.toml": pyproject + "[dependency-groups]\ntest=['c>1']"}
    )
    at_once = next(line for line in script.splitlines() if line.endswith("&& exit 0"))
    assert at_once.endswith("-r requirements/test.txt -e '.[test]' pytest -- 'c>1' && exit 0")
    by_itself = script.partition(at_once)[2].splitlines()
    assert [next(at for at, line in enumerate(by_itself) if word in line) for word in ("-r ", "'c>1'", "-e ")] == [
        3,
        4,
        5,
    ]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"poetry.lock": "", "pyproject.toml": "[tool.poetry.group.dev.dependencies]\nmock='^5.1'"}, "'mock>=5.1'"),
        (
            {"Pipfile.lock": "", "Pipfile": "[packages]\nflask={version='==3.0', extras=['async']}"},
            "'flask[async]>=3.0'",
        ),
        ({"Pipfile": "[dev-packages]\nmock='*'"}, "-- mock"),
        (
            {
                "tox.ini": "[testenv]\ndeps =\n  mock>=5\n  -r{toxinidir}/ci.txt\n  py27: six\n",
                "ci.txt": "",
                "setup.py": "",
            },
            "-r ci.txt",
        ),
        ({"tox.ini": "[testenv]\ndeps = mock>=5\n", "setup.py": ""}, "'mock>=5'"),
        ({"setup.py": "extras_require={'dev': ['a'], 'tests': ['b']}"}, "'.[tests]'"),
        ({"setup.cfg": "[options.extras_require]\ntest =\n  a\n[x]\ndev = 1\n", "setup.py": ""}, "'.[test]'"),
        ({"uv.lock": "", "pyproject.toml": "[dependency-groups]\ntest=['x']"}, "pytest -- x"),
    ],
)
def test_python_set_up_goes_on_without_its_own_tool(files: dict[str, str], said: str) -> None:
    script = script_of(files)
    assert said in script
    assert "six" not in script


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ("[build-system]\nrequires=['hatch-vcs']\n[project]\nname='a'\ndependencies=['b']", "SCM_PRETEND_VERSION=99.0"),
        ("[build-system]\nrequires=['setuptools_scm>=8']\n[project]\nname='a.b'\ndependencies=['b']", "_FOR_A_B=99.0"),
        ("[build-system]\nrequires=['flit_core']\n[project]\nname='a'\ndependencies=['b']", ""),
    ],
)
def test_a_version_that_git_would_tell_is_made_up(files: str, said: str) -> None:
    for lock in ({}, {"uv.lock": ""}):
        script = script_of({"pyproject.toml": files, **lock})
        assert said in script
        assert ("PRETEND" in script) == bool(said)


def test_a_project_that_cannot_be_installed_still_gets_what_it_needs() -> None:
    extras = "[project.optional-dependencies]\ntests=['mock', 'a[mypy]']\nmypy=['lint>1']\ndocs=['sphinx']"
    script = script_of({"pyproject.toml": f"[project]\nname='a'\ndependencies=['b']\n{extras}"})
    assert "-- b mock 'lint>1'; } && some=0" in script


def test_what_is_for_development_is_left_out_where_tests_have_their_own() -> None:
    groups = "[dependency-groups]\ntest=['mock']\ndev=['sphinx', 'ruff==0.9']\n"
    assert "sphinx" in script_of({"pyproject.toml": groups.replace("test=['mock']\n", "")})
    script = script_of({"pyproject.toml": groups})
    assert "sphinx" not in script
    assert "ruff" not in script
    assert "ruff==0.9 " in script_of({"pyproject.toml": groups + "[tool.ruff]\nline-length=9"})
    files = {"requirements/test.txt": "a", "requirements/dev.txt": "b", "setup.py": ""}
    assert "dev.txt" not in script_of(files)


@pytest.mark.parametrize(
    ("name", "chosen"),
    [
        ("test_a", ("-k", "test_a")),
        ("tests/test_x.py::TestX::test_a[.so or]", ("-k", "test_a")),
        ("shop.tests.TestX.test_a", ("-k", "test_a")),
        ("", ()),
        ("it works", ()),
        ("test_a or not test_b", ("-k", "test_b")),
        ("contest_a", ()),
        ("test_a; rm -rf /", ()),
    ],
)
def test_one_python_test_is_chosen_by_its_name(name: str, chosen: tuple[str, ...]) -> None:
    plan = planned("python", {"pytest.ini": ""})
    assert plan is not None
    command = check_reader("python").one(plan, "tests/test_x.py", name)
    assert command == ("python3", "-m", "pytest", "tests/test_x.py", *chosen)


def test_a_requirement_is_never_shell_text() -> None:
    plan = planned("python", {"pyproject.toml": "[dependency-groups]\ntest=['x; touch /tmp/owned', '$(id)']"})
    assert plan is not None
    import shlex

    words = shlex.split(plan.setup[0][-1])
    inner = shlex.split(words[-1]) if words[:2] == ["sh", "-c"] else words
    assert "x; touch /tmp/owned" in inner
    assert "$(id)" in inner


def test_python_tools_run_only_where_configured() -> None:
    plain = planned("python", {"pytest.ini": ""})
    configured = planned("python", {"pyproject.toml": "[tool.ruff]\nline-length=9\n[tool.mypy]\nstrict=true\n"})
    assert plain is not None
    assert configured is not None
    assert plain.lint + plain.types == ()
    assert [command[0] for command in configured.lint + configured.types] == ["ruff", "mypy"]


@pytest.mark.parametrize(
    ("files", "runner", "suite"),
    [
        (node("vitest"), "vitest", "vitest run --reporter=json"),
        (node("jest --config x.js"), "jest", "jest --config x.js --ci --json"),
        (node("npm run lint && mocha -R dot test/*.js"), "mocha", "mocha  test/*.js --reporter"),
        (node("tsc -p . && mocha dist/test"), "mocha", "tsc -p . && mocha dist/test"),
        (node("npm run unit", scripts={"unit": "node --test test/"}), "node --test", "node --test --test-reporter="),
        (node("node --import tsx --test --test-reporter=spec a.ts"), "node --test", "node --import tsx --test --test-"),
        (node(devDependencies={"jest": "1"}), "jest", "jest --ci"),
        (node('echo "Error: no test specified" && exit 1'), "node --test", "node --test "),
        (node("node test.js"), "command", "node test.js"),
        (node("npm test"), "command", "npm test"),
        (node("npm run lint && npm run unit", scripts={"lint": "eslint", "unit": "c8 borp"}), "borp", "c8 borp --rep"),
        (
            node("mocha", main="dist/a.js", scripts={"build": "rollup -c"}),
            "mocha",
            "npm run -s build >/dev/null || echo",
        ),
        (
            node("mocha", exports={".": [{"require": "./x.cjs"}]}, scripts={"prepare": "tsc"}),
            "mocha",
            "npm run -s prep",
        ),
        (node("npm run build && mocha", main="a.js", scripts={"build": "tsc -p ."}), "mocha", "tsc -p . && mocha --r"),
        ({"test/a.test.js": ""}, "node --test", "node --test "),
        ({"package.json": "[1, 2"}, "node --test", "node --test "),
    ],
)
def test_node_runners(files: dict[str, str], runner: str, suite: str) -> None:
    plan = planned("javascript", files)
    assert plan is not None
    assert plan.runner == runner
    assert suite in plan.suite[-1]
    assert "spec a.ts" not in plan.suite[-1]


@pytest.mark.parametrize(
    "manifest",
    [
        node("mocha", scripts={"build": "rollup -c"}),
        node("mocha", main="./lib.js", bin={"x": "lib.js"}, scripts={"build": "rollup -c"}) | {"lib.js": ""},
        node("mocha", main="dist/a.js", scripts={"build": "echo"}),
    ],
)
def test_nothing_is_built_where_nothing_says_so(manifest: dict[str, str]) -> None:
    plan = planned("javascript", manifest)
    assert plan is not None
    assert plan.suite[-1] == 'mocha --reporter "$SPLAT_TOOLS/splat_mocha.cjs"'


@pytest.mark.parametrize(
    ("scripts", "lint"),
    [
        ({"lint": "npm run lint:js && npm run lint:css", "lint:js": "eslint lib --cache"}, 'eslint lib --cache "$@"'),
        ({"lint": "eslint --fix ."}, "eslint"),
        ({"lint": "eslint . | tee out"}, "eslint"),
        ({"test": "eslint lib && node --test"}, 'eslint lib "$@"'),
        ({}, "eslint"),
    ],
)
def test_node_code_is_linted_as_its_own_script_does_it(scripts: dict[str, str], lint: str) -> None:
    plan = planned("javascript", node(scripts=scripts, devDependencies={"eslint": "9"}) | {"eslint.config.js": ""})
    assert plan is not None
    assert lint == plan.lint[0][2 if plan.lint[0][0] == "sh" else 0]


def test_one_file_for_node_test_can_be_run_whoever_runs_them_all() -> None:
    files = node("node scripts/all.js") | {"test/a.js": "const { test } = require('node:test')"}
    plan = planned("javascript", files)
    assert plan is not None
    command = check_reader("javascript").one(plan, "test/a.js", "a")
    assert command is not None
    assert command[2].startswith("node --test --test-reporter=")
    assert plan.suite[-1] == "node scripts/all.js"
    borp = planned("javascript", files | node("borp"))
    assert borp is not None
    assert (check_reader("javascript").one(borp, "test/a.js", "a") or ())[2].startswith("node --test ")
    other = planned("javascript", files | {"test/a.js": "require('tap')"})
    assert other is not None
    assert check_reader("javascript").one(other, "test/a.js", "a") is None


@pytest.mark.parametrize(
    ("script", "single"),
    [
        ("borp --coverage --check-coverage --lines 100 test/*.js", "borp --reporter="),
        ("mocha --require ./setup.js 'test/**/*.js'", "mocha --require ./setup.js --reporter"),
        ("node --test test/", "node --test --test-reporter"),
        ("NODE_ENV=test node --test 'test/*.js'", "NODE_ENV=test node --test --test-reporter"),
    ],
)
def test_one_node_file_takes_the_place_of_all(script: str, single: str) -> None:
    plan = planned("javascript", node(script))
    assert plan is not None
    command = check_reader("javascript").one(plan, "test/a.js", "a")
    assert command is not None
    assert single in command[2]
    assert command[-1] == "test/a.js"
    assert "test/" not in command[2].replace("./setup.js", "")


@pytest.mark.parametrize(
    ("script", "alone"),
    [
        ("tsc && node --test dist/", False),
        ("npm run build && mocha 'dist/**/*.test.js'", False),
        ("tsc && node --import tsx --test src/*.test.ts", True),
        ("tsc --noEmit && node --experimental-strip-types --test", True),
        ("tsc && mocha -r ts-node/register 'src/**/*.ts'", True),
        ("tsc && vitest run", True),
        ("node --test", True),
    ],
)
def test_the_source_of_a_test_that_is_built_first_is_not_run_alone(script: str, alone: bool) -> None:
    plan = planned("javascript", node(scripts={"build": "tsc", "test": script}))
    assert plan is not None
    reader = check_reader("javascript")
    assert (reader.one(plan, "src/a.test.ts", "a") is not None) == alone
    assert reader.one(plan, "dist/a.test.js", "a") is not None


@pytest.mark.parametrize(
    ("lock", "command"),
    [
        ("package-lock.json", "npm ci --ignore-scripts"),
        ("pnpm-lock.yaml", "pnpm install --frozen-lockfile --ignore-scripts"),
        ("yarn.lock", "yarn install --frozen-lockfile --ignore-scripts"),
        ("README", "npm install --ignore-scripts"),
    ],
)
def test_node_set_up_runs_no_scripts_of_strangers(lock: str, command: str) -> None:
    plan = planned("javascript", node(dependencies={"a": "1"}) | {lock: ""})
    assert plan is not None
    assert command in plan.setup[0][-1]


def test_a_workspace_is_installed_where_its_lock_is() -> None:
    files = {"package-lock.json": "", "package.json": "{}", "packages/a/src/x.js": ""}
    files["packages/a/package.json"] = node("node --test", dependencies={"b": "1"})["package.json"]
    plan = planned("javascript", files, "packages/a/src/x.js")
    assert plan is not None
    assert plan.workdir == "packages/a"
    assert plan.setup[0][-1].startswith("cd ../../ && npm ci")


def test_go_knows_its_module_and_its_test() -> None:
    plan = planned("go", {"svc/go.mod": "", "svc/go.sum": "", "svc/cart/cart.go": ""}, "svc/cart/cart.go")
    assert plan is not None
    assert (plan.workdir, plan.setup[0]) == ("svc", ("go", "mod", "download"))
    command = check_reader("go").one(plan, "svc/cart/cart_test.go", "TestTotal/empty; rm -rf /")
    assert command is not None
    assert command[-3:] == ("-run", "^TestTotal$", "./cart")
    assert planned("go", {"main.go": ""}) is None


@pytest.mark.parametrize(
    ("files", "runner", "setup"),
    [
        ({"Gemfile": "", "spec/a_spec.rb": ""}, "rspec", 1),
        ({"Gemfile": "", "test/a_test.rb": ""}, "minitest", 1),
        ({"test/test_a.rb": ""}, "minitest", 0),
        ({"Gemfile": "gem 'rspec'", "lib/a.rb": ""}, "rspec", 1),
    ],
)
def test_ruby_runners(files: dict[str, str], runner: str, setup: int) -> None:
    plan = planned("ruby", files)
    assert plan is not None
    assert (plan.runner, len(plan.setup)) == (runner, setup)


@pytest.mark.parametrize(
    ("manifest", "setup"),
    [
        ({}, 0),
        ({"require": {"php": ">=8"}}, 0),
        ({"require": {"monolog/monolog": "^3"}}, 1),
        ({"require-dev": {"phpunit/phpunit": "^9"}}, 1),
        ({"require": []}, 0),
    ],
)
def test_php_set_up(manifest: dict[str, Any], setup: int) -> None:
    plan = planned("php", {"composer.json": json.dumps(manifest), "tests/ATest.php": ""})
    assert plan is not None
    assert (plan.runner, len(plan.setup)) == ("phpunit", setup)
    assert plan.suite[-1] == "tests"


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_repository_of_something_else_has_no_plan(runtime: RuntimeName) -> None:
    assert planned(runtime, {"README.md": "", "src/main.c": ""}) is None


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_file_outside_the_project_cannot_be_run(runtime: RuntimeName) -> None:
    manifests = {
        "python": "setup.py",
        "javascript": "package.json",
        "go": "go.mod",
        "ruby": "Gemfile",
        "php": "composer.json",
    }
    plan = planned(runtime, {f"a/{manifests[runtime]}": "{}"}, "a/x")
    assert plan is not None
    assert check_reader(runtime).one(plan, "b/test_x", "x") is None


def test_the_nearest_manifest_counts() -> None:
    files = {"package.json", "a/package.json", "a/b/c/x.js", "z/package.json"}
    assert nearest(files, "a/b/c/x.js", ("package.json",)) == "a"
    assert nearest(files, "y/x.js", ("package.json",)) == ""
    assert nearest({"z/go.mod", "b/go.mod"}, "", ("go.mod",)) == "b"
    assert nearest({"z/go.mod"}, "main.go", ("go.mod",)) == "z"
    assert nearest({"a"}, "a", ("go.mod",)) is None
    assert below({"a/b", "ab/c"}, "a") == {"b"}


hostile = st.one_of(st.binary(max_size=200), st.from_regex(rb"[\[\]{}\"'=:,a-z \n]{0,80}", fullmatch=True))
names = [
    "pyproject.toml",
    "setup.cfg",
    "requirements.txt",
    "package.json",
    "go.mod",
    "Gemfile",
    "composer.json",
    "test/test_a.py",
]


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(names), hostile), st.sampled_from(RUNTIMES))
def test_no_manifest_makes_a_plan_throw(files: dict[str, bytes], runtime: RuntimeName) -> None:
    check_reader(runtime).plan(frozenset(files), files.get, "test/test_a.py")


wild = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["scripts", "test", "dependencies", "devDependencies", "require", "autoload", "project", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(wild)
def test_no_shape_of_a_json_manifest_makes_a_plan_throw(value: object) -> None:
    content = json.dumps(value).encode()
    for runtime, name in (("javascript", "package.json"), ("php", "composer.json")):
        check_reader(runtime).plan(frozenset({name}), {name: content}.get)


@pytest.mark.parametrize(
    ("runtime", "files"),
    [
        ("python", {"tests/test_a.py": "\n" * 2_000_000}),
        ("python", {"tests/test_a.py": " " * 2_000_000}),
        ("python", {"requirements.txt": "[" * 1_000_000, "setup.cfg": "files " * 300_000}),
        (
            "javascript",
            node("npm run a;" * 500, scripts={"a": "npm run b;" * 500, "b": "npm run c;" * 500, "c": "true;" * 99}),
        ),
        ("javascript", node("node " * 300_000)),
        ("javascript", node("mocha " + "'" * 100_001)),
        ("ruby", {"Gemfile": "rspec" * 300_000}),
    ],
)
def test_a_hostile_manifest_is_planned_in_no_time(runtime: RuntimeName, files: dict[str, str]) -> None:
    begun = time.process_time()
    assert planned(runtime, files) is not None
    assert time.process_time() - begun < 3
