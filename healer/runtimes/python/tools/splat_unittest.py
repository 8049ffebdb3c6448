"""Writes the id and outcome of every unittest test as it ends; run as a module it also finds and runs the tests.

    python -m splat_unittest [file ...]      without files: every test*.py and *_test.py below the working folder

Unlike `unittest discover` it also finds tests in folders that are no packages.
"""
# ruff: noqa
# mypy: ignore-errors

import json
import os
import sys
import traceback
import unittest

_file = os.path.join(os.environ.get("SPLAT_RESULTS", "."), "results.jsonl")
_skipped_folders = {"node_modules", "venv", "env", "build", "dist", "site-packages", "__pycache__"}


def _write(**record):
    with open(_file, "a", encoding="utf-8", errors="replace") as results:
        results.write(json.dumps(record) + "\n")


def _identity(test):
    # A module that cannot be imported shows up as a test of this made-up class; its name alone is stable.
    return test.id().replace("unittest.loader._FailedTest.", "")


def _trace(error):
    try:
        return "".join(traceback.format_exception(*error))[-20000:]
    except Exception:
        return str(error[1])[-20000:]


def install():
    base = unittest.TestResult
    if getattr(base, "_splat", False):
        return
    base._splat = True
    bad = {}

    def wrap(name, before):
        inner = getattr(base, name)

        def method(self, *arguments, **named):
            before(self, *arguments)
            return inner(self, *arguments, **named)

        method.__name__ = name
        setattr(base, name, method)

    def start(result, test):
        bad.pop(id(test), None)
        _write(start=_identity(test))

    def failed(status):
        def before(result, test, error):
            # setUpClass and setUpModule fail with a stand-in test that is never started or stopped.
            if isinstance(test, unittest.TestCase):
                bad.setdefault(id(test), (status, _trace(error)))
            else:
                _write(id=str(test), status="error", trace=_trace(error))

        return before

    def subtest(result, test, part, error):
        if error is not None:
            bad.setdefault(id(test), ("failed", _trace(error)))

    def skipped(result, test, reason):
        if isinstance(test, unittest.TestCase):
            bad.setdefault(id(test), ("skipped", str(reason)))

    def unexpected(result, test):
        bad.setdefault(id(test), ("failed", "unexpected success"))

    def stop(result, test):
        status, trace = bad.pop(id(test), ("passed", ""))
        _write(id=_identity(test), status=status, trace=trace)

    wrap("startTest", start)
    wrap("addFailure", failed("failed"))
    wrap("addError", failed("error"))
    wrap("addSubTest", subtest)
    wrap("addSkip", skipped)
    wrap("addUnexpectedSuccess", unexpected)
    wrap("stopTest", stop)
    wrap("stopTestRun", lambda result: _write(done=True))


def _found():
    for folder, folders, files in os.walk("."):
        folders[:] = sorted(
            name
            for name in folders
            if name not in _skipped_folders
            and not name.startswith(".")
            and not os.path.exists(os.path.join(folder, name, "pyvenv.cfg"))
        )
        for name in sorted(files):
            if name.endswith(".py") and (name.startswith("test") or name.endswith("_test.py")):
                yield os.path.normpath(os.path.join(folder, name))


def _load(loader, path):
    """Import a test file by the name its packages give it; a folder that is no package goes on the path."""
    parts = path[:-3].split("/")
    top = len(parts) - 1
    while top > 0 and os.path.exists(os.path.join(*(parts[:top] + ["__init__.py"]))):
        top -= 1
    folder = os.path.abspath(os.path.join(*parts[:top])) if top else os.getcwd()
    if folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        return loader.loadTestsFromName(".".join(parts[top:]))
    except (Exception, SystemExit):
        # One file that cannot be loaded must not hide the others.
        _write(id=path, status="error", trace=_trace(sys.exc_info()))
        traceback.print_exc()
        return unittest.TestSuite()


def main():
    install()
    sys.path.insert(0, os.getcwd())
    loader = unittest.TestLoader()
    suite = unittest.TestSuite(_load(loader, path) for path in (sys.argv[1:] or _found()))
    outcome = unittest.TextTestRunner(verbosity=2).run(suite)
    sys.exit(not outcome.wasSuccessful())


if __name__ == "__main__":
    sys.modules["splat_unittest"] = sys.modules["__main__"]
    main()
