# ruff: noqa: E501, RUF001 - tables of odd spellings are read as tables
"""Which paths a patch may touch."""

from __future__ import annotations

import os
import tempfile
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from healer.outcome import Rejected
from healer.policy import PROTECTED, collision, matches, misspelt, path_rule, role
from healer.settings import PolicySettings

DEFAULT = PolicySettings()

MISSPELT = [
    "", "/etc/passwd", "//srv/x", "..", "../x.py", "a/../../b.py", "a/..", "a/./b.py", "./a.py", "a//b.py", "a/", "/", ".",
    "..\\x.py", "a\\..\\..\\b.py", "C:\\x.py", "C:/x.py", "c:x.py", "\\\\host\\share\\x.py", "~/x.py", "~root/x.py",
    "a.py\0.txt", "a\nb.py", "a\tb.py", "a\x7fb.py", "a\x85b.py", "a.py ", " a.py", "a/b /c.py", "a/b./c.py", "a/... /c.py",
    "...", "a/.../b.py", ".git/config", ".GIT/config", ".Git/hooks/pre-commit", "a/.git/config", ".git", ".git./config",
    ".git /config", ".git::$INDEX_ALLOCATION/config", "GIT~1/config", "git~1/config", "a/GIT~2/x", ".g\u200cit/config",
    "\u200d.git/config", ".gi\u00adt/config", ".g\u2060it/x", "\ufeff.git/x", "\uff0egit/config", ".\uff47it/config",
    ".gıt\u202e/config", "a\u202eb.py", "a\u2028b.py", "a\ud800b.py", "\U000e0041.py", "a?.py", "a*.py", 'a".py', "a|b.py",
    "a<b.py", "x" * 201 + ".py", "a/" * 600 + "b.py",
]  # fmt: skip


@pytest.mark.parametrize("path", MISSPELT, ids=ascii)
def test_any_other_spelling_is_refused_whatever_the_settings(path: str) -> None:
    every = tuple(protection.rule for protection in PROTECTED)
    refusal = path_rule(path, PolicySettings(allow=("unsafe-path", *every), extra_paths=("**",)))
    assert isinstance(refusal, Rejected)
    assert refusal.rule == "unsafe-path"
    assert refusal.reason.isascii() or path.isprintable()


@pytest.mark.parametrize(
    "path",
    ["src/app.py", "a/b/c.py", "app/[id]/page.tsx", "src/(group)/x.ts", "src/@scope/x.js", "lib/ünïcode.rb", "a b/c d.py",
     ".hidden/x.py", "..x/y.py", "x..y.py", "%2e%2e/x.py", "a,b.php", "a=b.go", "日本/語.py", "gitx/a.py", "it's.rb",
     "celery/bin/worker.py", "app/tasks.py", "src/build/x.py", "lib/target/y.rb", "config/settings.py", "src/virtualenv/x.py"],
)  # fmt: skip
def test_ordinary_paths_pass(path: str) -> None:
    assert path_rule(path, DEFAULT) is None


PROTECTED_EXAMPLES = {
    "git-files": [".gitattributes", ".gitmodules", "a/.gitignore", ".githooks/pre-push", ".husky/pre-commit"],
    "codeowners": ["CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS", "codeowners"],
    "agent-instructions": ["CLAUDE.md", "a/b/AGENTS.md", "gemini.md", ".cursorrules", ".cursor/rules/x.mdc",
                           ".claude/settings.json", ".github/copilot-instructions.md", "x.instructions.md"],
    "ci-config": [".github/workflows/ci.yml", ".gitlab-ci.yml", ".circleci/config.yml", "Jenkinsfile", ".travis.yml",
                  "azure-pipelines.yml", ".buildkite/pipeline.yml", ".devcontainer/devcontainer.json"],
    "secret-file": [".env", ".env.local", "config/master.key", "tls/server.pem"],
    "dependency-file": ["pyproject.toml", "requirements.txt", "requirements-dev.txt", "uv.lock", "poetry.lock", "package.json",
                        "a/package-lock.json", "yarn.lock", "pnpm-lock.yaml", "go.mod", "go.sum", "Gemfile", "Gemfile.lock",
                        "x.gemspec", "composer.json", "composer.lock", "setup.py", "setup.cfg", "Cargo.lock", "bun.lockb"],
    "build-file": ["Makefile", "a/Dockerfile", "Dockerfile.dev", "Rakefile", "run.sh", "bin/deploy", "scripts/x.py",
                   "webpack.config.js", "vite.config.ts", "gulpfile.js", "noxfile.py", "tox.ini", "tsconfig.json",
                   "docker-compose.yml", "lib/tasks/x.rake", "packages/a/scripts/x.js"],
    "runner-config": ["conftest.py", "tests/conftest.py", "pytest.ini", "jest.config.js", "vitest.config.ts", ".rspec",
                      "spec/spec_helper.rb", "phpunit.xml", "phpunit.xml.dist", ".mocharc.yml", "test/test_helper.rb",
                      ".eslintrc.json", "mypy.ini"],
    "generated": ["static/app.min.js", "vendor/x/y.php", "node_modules/a/index.js", "a/_vendor/b.py", "x_pb2.py", "x.pb.go",
                  "dist/index.js", "__snapshots__/a.snap", "build/lib/x.py", ".splat/runs/1/x.py"],
    "binary": ["logo.png", "a/b.so", "x.wasm", "db.sqlite3", "m.pyc.zip"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "path"), [(rule, path) for rule, paths in PROTECTED_EXAMPLES.items() for path in paths]
)
def test_protected_paths(rule: str, path: str) -> None:
    refusal = path_rule(path, DEFAULT)
    assert refusal is not None
    assert refusal.rule == rule
    assert path in refusal.reason
    assert path_rule(path.upper(), DEFAULT) is not None, "letters' case is no way around"
    lifted = path_rule(path, PolicySettings(allow=(rule,)))
    assert lifted is None or lifted.rule != rule


def test_every_protection_has_an_example() -> None:
    assert {protection.rule for protection in PROTECTED} == set(PROTECTED_EXAMPLES)


def test_extra_paths_open_build_files_and_never_more() -> None:
    opened = PolicySettings(extra_paths=("**", "bin/"))
    assert path_rule("bin/tool", opened) is None
    for path in (".github/workflows/ci.yml", "package.json", "CLAUDE.md", ".env", "conftest.py", ".gitattributes"):
        assert path_rule(path, opened) is not None, path


def test_protected_globs_of_the_settings_overrule_extra_paths() -> None:
    refusal = path_rule("db/migrations/1.py", PolicySettings(protected=("migrations",), extra_paths=("db/**",)))
    assert refusal is not None
    assert (refusal.rule, "`migrations`" in refusal.reason) == ("protected", True)


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("*.sql", "a/b.sql", True), ("*.sql", "a.sqlx", False), ("migrations", "a/migrations/b.py", True),
        ("migrations/", "migrations", False), ("migrations/", "a/migrations/b.py", True), ("src/*.py", "src/a.py", True),
        ("src/*.py", "src/a/b.py", False), ("src/**", "src/a/b.py", True), ("src/**", "lib/src/a.py", False),
        ("**/x.py", "x.py", True), ("**/x.py", "a/b/x.py", True), ("a/**/b.py", "a/b.py", True), ("/a", "b/a", False),
        ("a/**/b/*.py", "a/x/b/y/b/z.py", True), ("SRC/A.py", "src/a.py", True), ("a/b/", "a/b/c/d", True), ("*", "a", True),
    ],
)  # fmt: skip
def test_globs(pattern: str, path: str, expected: bool) -> None:
    assert matches(path, pattern) is expected


def test_a_glob_of_many_stars_takes_no_time() -> None:
    assert not matches("a" * 200 + "/" + "b/" * 400 + "c", "**/*a*a*a*a*a*a*x/**/**/**/b/**/d")


@pytest.mark.parametrize(
    ("path", "other"),
    [("SRC/app.py", "src"), ("src/APP.py", "src/app.py"), ("src/app.py/x.py", "src/app.py"), ("src", "src"),
     ("docs/caf\u0065\u0301.py", "docs/caf\u00e9.py"), ("src/\uff41pp.py", "src/app.py"), ("docs/stra\u00dfe.py", "docs/strasse.py")],
)  # fmt: skip
def test_a_path_that_some_system_takes_for_another(path: str, other: str) -> None:
    tracked = frozenset({"src/app.py", "docs/caf\u00e9.py", "docs/strasse.py"})
    assert collision(path, tracked) == other
    assert collision("src/other.py", tracked) == ""
    assert collision("src/app.py", tracked) == ""


ROLES = {
    "python": {"test": ["tests/test_a.py", "a/b_test.py", "shop/tests.py", "tests/utils/test_x.py"],
               "support": ["tests/conftest.py", "tests/__init__.py", "tests/helpers.py", "tests/fixtures/test_data.py",
                           "tests/data.json", "tests/test_utils.py"],
               "code": ["src/testimony.py", "src/a.py", "contest.py"]},
    "javascript": {"test": ["test/a.js", "src/a.test.ts", "src/__tests__/index.mjs", "a.spec.jsx", "test/mocha/x.js",
                            "test/utils/a.test.js", "test.js"],
                   "support": ["test/helpers/a.js", "test/setup.js", "__tests__/__fixtures__/a.js", "test/utils/a.js",
                               "test/fixtures/x.test.js"],
                   "code": ["src/testing.js", "lib/latest.js", "src/spectrum.ts"]},
    "go": {"test": ["a_test.go", "pkg/b_test.go", "pkg/helpers_test.go"],
           "support": ["testdata/a.go", "x/testdata/b_test.go"], "code": ["a.go", "test.go.txt"]},
    "ruby": {"test": ["spec/a_spec.rb", "test/a_test.rb", "test/test_a.rb", "test/unit/x_test.rb"],
             "support": ["spec/spec_helper.rb", "spec/support/a.rb", "test/test_helper.rb", "spec/fixtures/a_spec.rb"],
             "code": ["lib/a.rb", "lib/latest.rb"]},
    "php": {"test": ["tests/ATest.php", "tests/Unit/FooTest.php", "src/Standards/X/Tests/A/BUnitTest.php"],
            "support": ["tests/bootstrap.php", "tests/TestCase.php", "tests/fixtures/ATest.php"],
            "code": ["src/Foo.php", "src/Contest.php"]},
}  # fmt: skip


@pytest.mark.parametrize(
    ("runtime", "expected", "path"),
    [(runtime, kind, path) for runtime, kinds in ROLES.items() for kind, paths in kinds.items() for path in paths],
)
def test_roles(runtime: str, expected: str, path: str) -> None:
    assert role(path, runtime) == expected  # type: ignore[arg-type]


SPELLINGS = st.lists(
    st.sampled_from(
        [
            "a",
            "b.py",
            "..",
            ".",
            "",
            "/",
            "\\",
            "~",
            ".git",
            ".GIT",
            "%2e%2e",
            "C:",
            "\0",
            " ",
            "\u200d",
            "x",
            "link",
            "ﬁ",
        ]
    )
    | st.text(max_size=4),
    max_size=8,
)


@settings(max_examples=300, deadline=None)
@given(SPELLINGS, st.sampled_from(["/", "", "//"]))
@example(["link", "x"], "/")
def test_no_accepted_path_leads_outside(parts: list[str], joint: str) -> None:
    path = joint.join(parts)
    if misspelt(path):
        return
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "tree").resolve()
        for spelling in {path, os.path.expanduser(path), os.path.expandvars(path), unicodedata.normalize("NFKC", path)}:
            resolved = os.path.realpath(root / spelling)
            assert os.path.commonpath([root, resolved]) == str(root)
            assert resolved != str(root)
            assert ".git" not in [part.lower() for part in Path(resolved).parts]
        target = root / path
        target.parent.mkdir(parents=True)
        target.write_bytes(b"x")
        assert os.listdir(folder) == ["tree"]
