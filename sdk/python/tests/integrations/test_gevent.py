"""Greenlets: what one sets, another does not see."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

pytest.importorskip("gevent")

PROGRAM = """
from gevent import monkey
monkey.patch_all()
import gevent, flask, splat, json, sys
from splat.integrations.flask import install
from tests.integrations.captured import capturing
from tests.integrations.kit import ask_wsgi

app = flask.Flask("greenlets")

@app.get("/<name>")
def page(name):
    splat.set_tag(name, "set")
    splat.add_breadcrumb(name)
    gevent.sleep(0.05)
    if name == "killed":
        gevent.sleep(60)
    raise RuntimeError(name) if name in "ab" else ValueError(name)

install(app)
with capturing(integrations=("logging", "excepthook", "threads")) as kept:
    jobs = [gevent.spawn(ask_wsgi, app, "/" + name) for name in ("a", "b", "c", "killed")]
    gevent.sleep(0.2)
    jobs[-1].kill()
    gevent.joinall(jobs)
    splat.capture_message("afterwards")
told = [
    [r["exceptions"][0]["type"], r.get("tags"), [c["message"] for c in r.get("breadcrumbs", [])], r.get("request")]
    for r in kept.reports
]
print(json.dumps([kept.errors, told]))
"""


@pytest.mark.slow
def test_greenlets_do_not_leak_and_a_killed_one_is_no_error() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    errors, told = json.loads(done.stdout.splitlines()[-1])
    assert errors == 4
    for kind, tags, crumbs, request in told:
        if kind == "Message":
            assert (tags, crumbs, request) == (None, [], None)
        else:
            (name,) = tags
            assert crumbs == [name]
            assert request["path"] == "/" + name
            assert name != "killed"
