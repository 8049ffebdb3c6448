"""Django below WSGI and ASGI: nothing can be seen of us, and each error is captured once.

Each run is a process of its own: `django_run.py` asks every page of `django_app.py`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import lru_cache
from typing import Any, Dict

import pytest

SITES: Dict[str, Dict[str, str]] = {
    "production": {}, "debug": {"SITE_DEBUG": "1"}, "propagate": {"SITE_PROPAGATE": "1"},
    "handler500": {"SITE_HANDLER": "1"},
}  # fmt: skip


@lru_cache(None)
def run(kind: str, site: str, ours: str = "", hooks: str = "") -> Dict[str, Any]:
    """What `django_run.py` prints."""
    environ = {**os.environ, **SITES[site], "SITE_HOOKS": hooks, **({ours: "1"} if ours else {})}
    command = [sys.executable, "-W", "ignore", "-m", "tests.integrations.django_run", kind]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    seen: Dict[str, Any] = json.loads(done.stdout)
    return seen


@pytest.mark.slow
@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("kind", ["wsgi", "asgi"])
def test_as_if_it_were_not_there(kind: str, site: str) -> None:
    # A debug page prints the settings, so there the line in INSTALLED_APPS is a call instead.
    ours = "SITE_CALL" if site == "debug" else "SITE_SPLAT"
    without, with_it = run(kind, site), run(kind, site, ours)
    if site == "debug" and any(with_it[path]["seen"] != without[path]["seen"] for path in without):
        # It prints all variables, and one in many runs differs by itself; what we change differs again.
        run.cache_clear()
        without, with_it = run(kind, site), run(kind, site, ours)
    for path in without:
        assert with_it[path]["seen"] == without[path]["seen"], path


@pytest.mark.slow
@pytest.mark.parametrize("hooks", ["", "logging excepthook threads asyncio"])
@pytest.mark.parametrize("kind", ["wsgi", "asgi"])
def test_each_error_once_with_its_request(kind: str, hooks: str) -> None:
    for path, seen in run(kind, "production", "SITE_SPLAT", hooks).items():
        assert seen["errors"] == seen["expected"], path
        if seen["errors"]:
            request = seen["request"]
            assert request["path"] == path
            assert request["method"] == ("POST" if path == "/post-boom/" else "GET")
            # A middleware that fails before the view does so before there is a route.
            assert request.get("route", path) == seen["route"]
            if path == "/post-boom/" and kind == "wsgi":
                assert request["body"] == "a=1&password=[REDACTED]"
