"""`.github/splat.yml` with what was found. The words beside each setting are those of the schema."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from healer import REPOSITORY
from healer.settings import CONFIG_PATH, data
from healer.setup.dockerfile import copied
from healer.setup.plan import Part, Word, created

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from healer.setup.choices import Choices
    from healer.setup.plan import Files
    from healer.setup.value import Found, Service

SCHEMA = f"https://raw.githubusercontent.com/{REPOSITORY}/v1/healer/data/settings.schema.json"
_HEAD = f"""\
# yaml-language-server: $schema={SCHEMA}
# Written by `splat init`, which brings it up to date and keeps what you change here. All settings there are:
# https://github.com/{REPOSITORY}/blob/v1/docs/configuration.md
"""
_DETECTED = (
    "# This was found, and is detected anew whenever it is needed. Where it should be otherwise, take the marks away",
    "# and change it: what stands here counts.",
)

_DETECTED_EACH = (
    "# Several projects are here. How each is set up and tested is detected when it is healed; what `checks` says",
    "# would hold for all:",
)
_MOST_TOLD = 20


def propose_settings(found: Found, files: Files, choices: Choices, mine: frozenset[str]) -> Part:
    """The file, unless there is one that Splat did not write."""
    if CONFIG_PATH not in mine and files.read(CONFIG_PATH) is not None:
        return Part(words=(Word("has-settings", "was not written by `splat init`: left as it is", CONFIG_PATH),))
    text = settings_text(found, files, choices)
    return Part((created(CONFIG_PATH, text.encode(), "the settings, with what was found"),))


def settings_text(found: Found, files: Files, choices: Choices) -> str:
    """YAML; a comment above each setting. Paths are set where they are certain. What is detected anyway stands there as
    a comment: the engine's own commands are better than their short form (an environment of their own, results it can
    read), and follow the project.
    """
    rules = json.loads(data("settings.schema.json"))["properties"]
    certain = _certain(found, files)
    active = _gate(choices) | ({"paths": certain} if certain else {})
    groups = [line for name, value in active.items() for line in _group(name, value, rules[name])]
    detected = {"checks": _checks(found), "paths": {} if certain else _paths(found, files)}
    told = [line for name, value in detected.items() if value for line in _group(name, value, rules[name])]
    if told:
        groups += ["", *_DETECTED, *(f"# {line}".rstrip() for line in told)]
    if len(tested := _tested(found)) > 1:
        groups += ["", *_DETECTED_EACH, *(_each(service) for service in tested[:_MOST_TOLD])]
    return _HEAD + "\n".join(groups) + "\n"


def _gate(choices: Choices) -> dict[str, Any]:
    return {"gate": {"labels": list(choices.labels), "mention": choices.mention}}


def _tested(found: Found) -> list[Service]:
    """The projects of which it is known how they are tested; those that run by themselves, where there are any."""
    tested = [service for service in found.services if service.tests is not None]
    return [service for service in tested if not service.library] or tested


def _checks(found: Found) -> dict[str, Any]:
    """How the one project that has tests is set up and tested."""
    told = [service.tests for service in _tested(found) if service.tests is not None]
    if len(told) != 1:
        return {}
    (tests,) = told
    values = {"setup": list(tests.setup), "test": tests.run, "workdir": tests.plan.workdir}
    return {name: value for name, value in values.items() if value}


def _each(service: Service) -> str:
    assert service.tests is not None
    folder = service.tests.plan.workdir.encode("unicode_escape").decode()
    return f"#   {folder or '.'}: {'; '.join((*service.tests.setup, service.tests.run))}"


def _certain(found: Found, files: Files) -> dict[str, str]:
    """What the images of all services agree on: two of them may have their code in the same place."""
    told: dict[str, set[str]] = {}
    for folder in {service.path for service in found.services if service.path}:
        for place, path in copied(folder, files).items():
            told.setdefault(place, set()).add(path)
    return {place: min(paths) for place, paths in sorted(told.items()) if len(paths) == 1}


def _paths(found: Found, files: Files) -> dict[str, str]:
    """Where a container has the code: `WORKDIR` in the Dockerfile of a service that is not at the top."""
    told = ((_workdir(service, files), service.path) for service in found.services if service.path)
    return {workdir: path for workdir, path in told if workdir}


def _workdir(service: Service, files: Files) -> str:
    content = files.read(f"{service.path}/Dockerfile") or b""
    words = [line.split() for line in content[:100_000].decode("utf-8", "replace").splitlines()]
    told = [line[1].strip("\"'") for line in words if len(line) == 2 and line[0].upper() == "WORKDIR"]
    return told[-1].rstrip("/") if told and told[-1].startswith("/") and "$" not in told[-1] else ""


def _group(name: str, value: Mapping[str, Any], rule: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    yield f"# {rule['description']}"
    yield f"{name}:"
    for key, inner in value.items():
        about = rule.get("properties", {}).get(key, {}).get("description", "")
        if about:
            yield f"  # {about}"
        if isinstance(inner, list) and name == "checks":
            yield f"  {_scalar(key)}:"
            yield from (f"    - {_scalar(item)}" for item in inner)
        elif isinstance(inner, list):
            yield f"  {_scalar(key)}: [{', '.join(_scalar(item) for item in inner)}]"
        else:
            yield f"  {_scalar(key)}: {_scalar(inner)}"


def _scalar(value: str) -> str:
    """A text as YAML writes it, in quotes only where it needs them."""
    import yaml

    return yaml.safe_dump([value], default_flow_style=True, width=1_000_000, allow_unicode=True).strip()[1:-1]
