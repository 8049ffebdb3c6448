"""Each project under tests/apps/init is seen as the data beside it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.setup.trees import APPS, NAMES, expected, looked, project

if TYPE_CHECKING:
    from pathlib import Path

    from healer.setup.value import Entry, Found, Service


@pytest.mark.parametrize("name", NAMES)
def test_a_project_is_seen_as_it_is(name: str, tmp_path: Path) -> None:
    wanted = expected(name)
    root = project(name, tmp_path / name)
    found = looked(root)

    assert [(service.path, service.runtime) for service in found.services] == [
        (service["path"], service["runtime"]) for service in wanted["services"]
    ]
    for service, about in zip(found.services, wanted["services"], strict=True):
        check_service(service, about, root)
    check_rest(found, wanted)


def check_service(service: Service, about: dict[str, Any], root: Path) -> None:
    seen = (
        list(service.frameworks),
        service.manager,
        service.manifest,
        service.lock,
        service.library,
        service.workspace,
    )
    assert seen == (
        about["frameworks"],
        about["manager"],
        about["manifest"],
        about["lock"],
        about.get("library", False),
        about.get("workspace"),
    )
    assert service.name == about.get("name", service.path.rpartition("/")[2] or root.name)
    for path in filter(None, (service.manifest, service.lock)):
        assert (root / path).is_file()
    assert service.tests is not None
    assert (service.tests.plan.runner, service.tests.run, list(service.tests.setup)) == (
        about["runner"],
        about["run"],
        about["setup"],
    )
    assert service.tests.plan.workdir == about["path"]
    if about["entry"] is None:
        assert not service.entries
        return
    check_entry(service.entries[0], about["entry"], root)
    for wanted in about.get("also", []):
        rest = [entry for entry in service.entries if (entry.path, entry.kind) == (wanted["path"], wanted["kind"])]
        assert rest, (wanted, service.entries)
        check_entry(rest[0], wanted, root)


def check_entry(entry: Entry, about: dict[str, Any], root: Path) -> None:
    seen = (entry.path, entry.framework, entry.kind, entry.certainty)
    assert seen == (about["path"], about["framework"], about["kind"], about["certainty"]), entry
    assert entry.why
    lines = (root / entry.path).read_text().splitlines()
    if about["at"]:
        assert lines[entry.line - 1].startswith(about["at"]), entry
        assert entry.line <= entry.end <= len(lines)
    else:
        assert entry.line == 0, entry
    assert entry.name == about.get("name", entry.name)
    assert entry.function == about.get("function", entry.function)


def check_rest(found: Found, wanted: dict[str, Any]) -> None:
    assert {flow.path: {"name": flow.name, "dispatch": flow.dispatch, "ci": flow.ci} for flow in found.workflows} == {
        path: {key: about[key] for key in ("name", "dispatch", "ci")}
        for path, about in wanted.get("workflows", {}).items()
    }
    assert [flow.path for flow in found.workflows if flow.splat] == [
        path for path, about in wanted.get("workflows", {}).items() if about.get("splat")
    ]
    assert [[seen.path, seen.how, seen.line] for seen in found.splat.sdk] == wanted.get("sdk", [])
    assert [[seen.path, seen.how, seen.line] for seen in found.splat.py_splat] == wanted.get("py_splat", [])
    assert [[seen.product, seen.path, seen.how, seen.line] for seen in found.others] == wanted.get("others", [])
    assert found.splat.settings == wanted.get("settings", "")
    notes = [note.code for note in found.notes if note.code != "no-default-branch"]
    assert notes == wanted.get("notes", []), found.notes
    assert found.remote is not None
    assert (found.remote.full_name, found.branch, found.default_branch, found.dirty) == (
        "octo/shop",
        "main",
        "main",
        False,
    )


def test_there_are_enough_projects() -> None:
    """Two layouts each of the popular frameworks; as many folders as there is data."""
    assert {path.name for path in APPS.iterdir() if path.is_dir()} == set(NAMES)
    frameworks = [name for app in NAMES for service in expected(app)["services"] for name in service["frameworks"]]
    for framework in (
        "flask",
        "django",
        "fastapi",
        "celery",
        "express",
        "fastify",
        "next",
        "rails",
        "sinatra",
        "laravel",
    ):
        assert frameworks.count(framework) >= 2, framework
    assert len(NAMES) >= 24
