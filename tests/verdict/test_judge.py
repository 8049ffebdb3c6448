"""What the judge makes of projects that are not as tidy as they might be, in the real sandbox."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from healer.settings import CheckSettings
from tests.verdict.apps import App, inline, judged, prepared, shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from healer.edge.sandbox import Sandbox
    from healer.verdict import Baseline, Ran, Verdict

pytestmark = pytest.mark.slow

CART = "def total(cart):\n    return min(cart)\n\n\ndef other(cart):\n    return len(cart)\n"
TESTS = "import unittest\n\nfrom cart import other, total\n\n\nclass CartTest(unittest.TestCase):\n{}"
OWN = (
    "    def test_total(self):\n        self.assertEqual(total([2, 1]), 1)\n\n"
    "    def test_other(self):\n        self.assertEqual(other([1]), 1)\n"
)
NEW = "    def test_empty(self):\n        self.assertEqual(total([]), 0)\n\n"
TRACE = """Traceback (most recent call last):
  File "/app/main.py", line 3, in <module>
    total([])
  File "/app/cart.py", line 2, in total
    return min(cart)
ValueError: min() arg is an empty sequence
"""
EXPECT = {"path": "cart.py"}
FIX = [{"path": "cart.py", "find": "min(cart)", "replace": "min(cart, default=0)"}]
TEST = {"name": "test_empty", "edits": [{"path": "test_cart.py", "find": OWN, "replace": NEW + OWN}]}
FILES = {"cart.py": CART, "test_cart.py": TESTS.format(OWN), "main.py": "from cart import total\n\ntotal([])\n"}
FAST = CheckSettings(timeout=120)


def data(**more: Any) -> dict[str, Any]:
    return {"runtime": "python", "expect": EXPECT, "answer": {"edits": FIX, "test": TEST}} | more


def healed(
    folder: Path,
    files: dict[str, str] | None = None,
    settings: CheckSettings = FAST,
    answer: dict[str, Any] | None = None,
    trace: str = TRACE,
    **more: Any,
) -> tuple[Baseline, Verdict]:
    app: App = inline(folder, FILES | (files or {}), data(**more), trace)
    with app.open() as sandbox:
        baseline = prepared(app, sandbox, settings)
        return baseline, judged(app, sandbox, baseline, answer or {}, settings)


def names(verdict: Verdict, status: str) -> list[str]:
    return [check.name for check in verdict.checks if check.status == status]


def test_a_plain_project_is_proven(tmp_path: Path) -> None:
    _, verdict = healed(tmp_path)
    assert verdict.proven, shown(verdict)
    assert [check.name for check in verdict.checks] == ["syntax", "compile", "red", "green", "suite"]


def test_a_set_up_that_fails_is_said_with_the_end_of_its_output(tmp_path: Path) -> None:
    settings = CheckSettings(setup=("echo installing; echo 'no such package: zebra' >&2; exit 3",), timeout=120)
    baseline, verdict = healed(tmp_path, settings=settings)
    assert not baseline.ready
    assert "ended with 3" in baseline.unavailable
    assert "no such package: zebra" in baseline.checks[0].output
    assert (verdict.accepted, verdict.proven, verdict.suite) == (True, False, "unavailable")
    assert names(verdict, "unavailable") == ["set-up", "regression test", "suite"]


def test_what_the_set_up_made_is_there_later(tmp_path: Path) -> None:
    own = TESTS.format("    def test_made(self):\n        self.assertEqual(open('made').read(), 'x')\n\n" + OWN)
    settings = CheckSettings(setup=("printf x > made",), timeout=120)
    _, verdict = healed(tmp_path, {"test_cart.py": own}, settings)
    assert verdict.proven, shown(verdict)


def test_a_missing_service_makes_the_suite_unavailable(tmp_path: Path) -> None:
    body = (
        "    def setUp(self):\n        import socket\n        socket.create_connection(('127.0.0.1', 5432), 2)\n\n"
        + OWN
    )
    files = {
        "test_cart.py": TESTS.format(body),
        "test_plain.py": TESTS.format("").replace("\nclass CartTest(unittest.TestCase):\n", ""),
    }
    test = {"name": "test_empty", "edits": [{"path": "test_plain.py", "find": "", "replace": TESTS.format(NEW)}]}
    baseline, verdict = healed(tmp_path, files, answer={"test": test})
    assert "service that the sandbox has not" in baseline.unavailable
    assert verdict.suite == "unavailable"
    # The regression test needs no service, so it proves the fix all the same.
    assert verdict.proven, shown(verdict)


def test_what_failed_before_is_not_counted(tmp_path: Path) -> None:
    own = TESTS.format("    def test_old(self):\n        self.fail('long broken')\n\n" + OWN)
    _, verdict = healed(tmp_path, {"test_cart.py": own})
    assert verdict.proven, shown(verdict)
    assert "1 failed before" in verdict.checks[-1].detail


def test_a_flaky_test_of_the_project_is_told_from_a_broken_one(tmp_path: Path) -> None:
    # Green on the base; on the patch it fails the first time.
    flaky = (
        "    def test_clock(self):\n        import cart, inspect, os\n"
        "        if 'default' in inspect.getsource(cart):\n            self.assertEqual(os.environ['SEEN'], '2')\n\n"
    )
    app = inline(
        tmp_path, FILES | {"test_cart.py": TESTS.format(OWN), "test_clock.py": TESTS.format(flaky)}, data(), TRACE
    )
    with app.open() as sandbox:
        checks = Counting(sandbox)
        baseline = prepared(app, checks, FAST)
        verdict = judged(app, checks, baseline, {}, FAST)
    assert verdict.accepted, shown(verdict)
    assert verdict.flaky == ("test_clock.CartTest.test_clock",), shown(verdict)


def test_only_new_complaints_of_a_linter_count(tmp_path: Path) -> None:
    lint = (
        "import sys\nlines = enumerate(open('cart.py').read().splitlines(), 1)\n"
        "bad = [f'cart.py:{n}: {line.strip()}' for n, line in lines if 'return' in line]\n"
        "print('\\n'.join(bad))\nsys.exit(bool(bad))\n"
    )
    settings = CheckSettings(lint=("python3 lint.py",), timeout=120)
    shifted = [
        {
            "path": "cart.py",
            "find": "    return min(cart)",
            "replace": "    if not cart:\n        cart = [0]\n    return min(cart)",
        }
    ]
    _, good = healed(tmp_path / "good", {"lint.py": lint}, settings, {"edits": shifted})
    assert good.proven, shown(good)
    assert "lint" in names(good, "passed")
    worse = [
        {
            "path": "cart.py",
            "find": "    return min(cart)",
            "replace": "    if not cart:\n        return 0\n    return min(cart)",
        }
    ]
    _, bad = healed(tmp_path / "bad", {"lint.py": lint}, settings, {"edits": worse})
    assert bad.failed is not None
    assert bad.failed.name == "lint"
    assert "return 0" in bad.failed.output
    assert "min(cart)" not in bad.failed.output


def test_a_linter_that_is_not_there_refuses_nothing(tmp_path: Path) -> None:
    _, verdict = healed(tmp_path, settings=CheckSettings(lint=("no-such-linter .",), timeout=120))
    assert verdict.proven
    assert names(verdict, "unavailable") == ["lint"]


def test_a_command_of_the_user_with_a_known_runner_still_gives_ids(tmp_path: Path) -> None:
    settings = CheckSettings(test="python3 -m unittest test_cart", timeout=120)
    baseline, verdict = healed(tmp_path, settings=settings)
    assert {test.id for test in baseline.suite.results} == {
        "test_cart.CartTest.test_other",
        "test_cart.CartTest.test_total",
    }
    assert verdict.proven, shown(verdict)
    assert verdict.tests == 3


def test_a_command_of_the_user_that_says_nothing_is_judged_by_its_end(tmp_path: Path) -> None:
    settings = CheckSettings(test="python3 -c 'import cart; assert cart.other([1]) == 1'", timeout=120)
    _, verdict = healed(tmp_path / "a", settings=settings)
    assert (verdict.accepted, verdict.suite) == (True, "green"), shown(verdict)
    broken = [*FIX, {"path": "cart.py", "find": "len(cart)", "replace": "len(cart) + 1"}]
    _, verdict = healed(tmp_path / "b", settings=settings, answer={"edits": broken})
    assert verdict.failed is not None
    assert verdict.failed.name == "suite"


class Counting:
    """The real sandbox; a command finds in `SEEN` how often it ran before."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox, self._seen = sandbox, Counter[tuple[str, ...]]()
        self.root, self.lacks, self.put = sandbox.root, sandbox.lacks, sandbox.put

    def run(self, command: Sequence[str], *, env: Mapping[str, str] | None = None, **more: Any) -> Ran:
        seen = self._seen[tuple(command)]
        self._seen[tuple(command)] += 1
        return self._sandbox.run(command, env={**(env or {}), "SEEN": str(seen)}, **more)


@pytest.mark.parametrize(("fails_in", "state"), [("1", "green"), ("[12]", "broken")])
def test_a_command_of_the_user_is_run_again_when_it_fails(tmp_path: Path, fails_in: str, state: str) -> None:
    settings = CheckSettings(test=f"case $SEEN in {fails_in}) exit 4; esac", timeout=120)
    app = inline(tmp_path, FILES, data(), TRACE)
    with app.open() as sandbox:
        checks = Counting(sandbox)
        baseline = prepared(app, checks, settings)
        verdict = judged(app, checks, baseline, {"test": None}, settings)
    assert verdict.suite == state, shown(verdict)
    assert verdict.accepted == (state == "green")
    assert bool(verdict.flaky) == (state == "green")
    assert "ended with 4, then ended with " in next(check.detail for check in verdict.checks if check.name == "suite")


def test_without_any_plan_only_the_syntax_is_judged(tmp_path: Path) -> None:
    app = inline(tmp_path, {"cart.py": CART}, data(), TRACE)
    with app.open() as sandbox:
        baseline = prepared(app, sandbox, FAST)
        verdict = judged(app, sandbox, baseline, {"test": None}, FAST)
    assert baseline.plan is None
    assert "checks.test" in baseline.unavailable
    assert (verdict.accepted, verdict.proven, verdict.suite) == (True, False, "unavailable")


def test_an_answer_without_a_test_is_accepted_but_not_proven(tmp_path: Path) -> None:
    _, verdict = healed(tmp_path, answer={"test": None})
    assert (verdict.accepted, verdict.proven, verdict.suite) == (True, False, "green")


def test_a_suite_that_hangs_on_the_base_is_unavailable_and_named(tmp_path: Path) -> None:
    own = TESTS.format("    def test_wait(self):\n        import time\n        time.sleep(99)\n\n" + OWN)
    files = {"test_cart.py": TESTS.format(OWN), "test_slow.py": own}
    baseline, verdict = healed(tmp_path, files, CheckSettings(timeout=8))
    assert "hung in test_slow.CartTest.test_wait" in baseline.unavailable
    assert verdict.proven, shown(verdict)


def test_a_patch_that_makes_the_suite_hang_is_refused_and_named(tmp_path: Path) -> None:
    hangs = [*FIX, {"path": "cart.py", "find": "    return len(cart)", "replace": "    while True:\n        pass"}]
    _, verdict = healed(tmp_path, settings=CheckSettings(timeout=8), answer={"edits": hangs, "test": TEST_ALONE})
    assert verdict.failed is not None
    assert verdict.failed.name == "suite"
    assert "hung in test_cart.CartTest.test_other" in verdict.failed.detail


TEST_ALONE = {"name": "test_empty", "edits": [{"path": "test_empty.py", "find": "", "replace": TESTS.format(NEW)}]}


def test_an_exception_that_the_function_itself_handles_is_not_the_reported_one(tmp_path: Path) -> None:
    handled = "def total(cart):\n    try:\n        return min(cart)\n    except ValueError:\n        return None\n"
    odd = {"name": "test_odd", "edits": [{"path": "test_odd.py", "find": "", "replace": (
        "import unittest\n\nfrom cart import total\n\n\nclass OddTest(unittest.TestCase):\n"
        "    def test_odd(self):\n        self.assertEqual(total([]), 0)\n"
    )}]}  # fmt: skip
    tests = (
        "import unittest\n\nfrom cart import total\n\n\nclass CartTest(unittest.TestCase):\n"
        "    def test_total(self):\n        self.assertEqual(total([1]), 1)\n"
    )
    fix = [{"path": "cart.py", "find": "return None", "replace": "return 0"}]
    _, verdict = healed(tmp_path, {"cart.py": handled, "test_cart.py": tests}, answer={"edits": fix, "test": odd})
    assert verdict.failed is not None
    assert verdict.failed.name == "red"


def test_a_program_that_the_test_starts_is_watched_too(tmp_path: Path) -> None:
    program = {"name": "test_program", "edits": [{"path": "test_program.py", "find": "", "replace": (
        "import subprocess\nimport sys\nimport unittest\n\n\nclass ProgramTest(unittest.TestCase):\n"
        "    def test_program(self):\n        done = subprocess.run([sys.executable, 'main.py'])\n"
        "        self.assertEqual(done.returncode, 0)\n"
    )}]}  # fmt: skip
    _, verdict = healed(tmp_path, answer={"test": program})
    assert verdict.proven, shown(verdict)


def test_a_crash_on_import_is_shown_by_a_test_file_that_cannot_be_loaded(tmp_path: Path) -> None:
    files = {"config.py": "LIMITS = {}\nMOST = LIMITS['most']\n"}
    trace = """Traceback (most recent call last):
  File "/app/main.py", line 1, in <module>
    import config
  File "/app/config.py", line 2, in <module>
    MOST = LIMITS['most']
KeyError: 'most'
"""
    answer = {
        "edits": [{"path": "config.py", "find": "LIMITS['most']", "replace": "LIMITS.get('most', 9)"}],
        "test": {"name": "test_most", "edits": [{"path": "test_config.py", "find": "", "replace": (
            "import unittest\n\nimport config\n\n\nclass ConfigTest(unittest.TestCase):\n"
            "    def test_most(self):\n        self.assertEqual(config.MOST, 9)\n"
        )}]},
    }  # fmt: skip
    _, verdict = healed(tmp_path, files, trace=trace, answer=answer)
    assert verdict.proven, shown(verdict)


def test_one_project_of_several_is_tested_where_it_lives(tmp_path: Path) -> None:
    files = {f"services/shop/{path}": text for path, text in FILES.items()} | {
        "services/shop/setup.cfg": "",
        "pyproject.toml": "",
    }
    moved = {
        "edits": [{**FIX[0], "path": "services/shop/cart.py"}],
        "test": {"name": "test_empty", "edits": [{**TEST["edits"][0], "path": "services/shop/test_cart.py"}]},  # type: ignore[dict-item]
    }
    trace = TRACE.replace("/app/", "/app/services/shop/")
    app = inline(tmp_path, files, data(expect={"path": "services/shop/cart.py"}, answer=moved), trace)
    with app.open() as sandbox:
        baseline = prepared(app, sandbox, FAST)
        verdict = judged(app, sandbox, baseline, {}, FAST)
    assert baseline.plan is not None
    assert baseline.plan.workdir == "services/shop"
    assert verdict.proven, shown(verdict)


def test_no_secret_of_an_output_reaches_the_verdict(tmp_path: Path) -> None:
    secret = "ghp_" + "a1B2" * 9
    test = {"name": "test_empty", "edits": [{"path": "test_cart.py", "find": OWN, "replace": (
        f"    def test_empty(self):\n        self.assertEqual(total([]), 0, '{secret}')\n\n" + OWN
    )}]}  # fmt: skip
    bad = [{"path": "cart.py", "find": "min(cart)", "replace": "min(cart, default=1)"}]
    _, verdict = healed(tmp_path, answer={"test": test, "edits": bad})
    assert verdict.failed is not None
    assert verdict.failed.name == "green"
    assert secret not in repr(verdict.checks) + verdict.feedback


def test_a_test_that_forges_what_the_observer_writes_is_refused(tmp_path: Path) -> None:
    forged = {"name": "test_forged", "edits": [{"path": "test_forged.py", "find": "", "replace": (
        "import inspect\nimport os\nimport unittest\n\nimport cart\n\n\nclass ForgedTest(unittest.TestCase):\n"
        "    def test_forged(self):\n        with open(os.environ['SPLAT_RESULTS'] + '/raised.jsonl', 'a') as raised:\n"
        "            raised.write('{}\\n')\n        self.assertIn('default', inspect.getsource(cart))\n"
    )}]}  # fmt: skip
    _, verdict = healed(tmp_path, answer={"test": forged})
    assert verdict.failed is not None
    assert verdict.failed.name == "tampering"
