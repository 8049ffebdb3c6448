# Loaded by every Python process of a check, the children of the test runner too, through PYTHONPATH.
# ruff: noqa
# mypy: ignore-errors
import os
import sys

_here = os.path.dirname(os.path.abspath(__file__))

if os.environ.get("SPLAT_OBSERVE"):
    import splat_observer

    splat_observer.install()
if os.environ.get("SPLAT_UNITTEST"):
    import splat_unittest

    splat_unittest.install()

# There may be another sitecustomize, which this one hides.
try:
    from importlib.machinery import PathFinder

    _spec = PathFinder.find_spec("sitecustomize", [p for p in sys.path if os.path.abspath(p) != _here])
    if _spec is not None and _spec.loader is not None:
        import importlib.util

        _spec.loader.exec_module(importlib.util.module_from_spec(_spec))
except Exception:
    pass
