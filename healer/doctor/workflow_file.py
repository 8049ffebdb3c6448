"""A workflow's file against what GitHub reads: each mistake with its line, its column, and the word that was meant."""

from __future__ import annotations

import json
import re
from difflib import get_close_matches
from importlib.resources import files
from itertools import starmap
from typing import TYPE_CHECKING, Any, NamedTuple

from healer.doctor.cron import wrong_cron
from healer.doctor.expressions import flaws_in
from healer.doctor.value import Check
from healer.settings.document import doubled
from healer.settings.mistakes import position

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What a `uses:` says that calls Splat: its workflow, or its action.
CALLS = re.compile(r"[\w.-]{1,100}/[\w.-]{1,100}/\.github/workflows/(heal(?:-oidc)?)\.yml@([\w./-]{1,200})")
ACTION = re.compile(r"[\w.-]{1,100}/splat@([\w./-]{1,200})")
#: And what is meant to.
_MEANT = re.compile(r"/splat(?:[@/]|$)|/heal(?:-oidc)?(?:\.ya?ml)?(?:@|$)")
_OURS = "splat-heal/splat/.github/workflows/heal.yml@v1"
_MOST, _DEEPEST, _NEAR = 20, 60, 0.75
_MEND = "GitHub starts nothing from a file that it cannot read; `splat init` writes one that it can."
_LATER = "GitHub may be newer than this version of Splat; if it is not, nothing starts."
#: YAML 1.2, as GitHub reads it: here `on` and `yes` are texts.
_NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_PLAIN = {"true": True, "false": False, "null": None, "~": None, "": None}
_JOB = frozenset({"github", "needs", "vars", "inputs"})
_CALL = _JOB | {"strategy", "matrix"}
_STEP = _CALL | {"job", "runner", "env", "steps"}
_ALL = _STEP | {"secrets", "jobs"}
_KINDS = {dict: "a map", list: "a list", type(None): "nothing", bool: "true or false"}

_Path = tuple[str | int, ...]


class Wrong(NamedTuple):
    """A mistake at `path`, or at its key `key`; `sure` is False for what a newer GitHub may know."""

    path: _Path
    key: str
    what: str
    sure: bool = True


def mistakes_in(path: str, content: bytes) -> tuple[Check, ...]:
    """A row a mistake, at most 20, in the file's order. `content` is YAML that can be read: `read_yaml` took it."""
    import yaml

    root = yaml.compose(content, Loader=yaml.SafeLoader)
    found: set[tuple[int, int, str, bool]] = set()
    try:
        for each in (*starmap(Wrong, doubled(root)), *_wrong(_plain(root))):
            found.add((*position(root, each.path, each.key), each.what, each.sure))
    except RecursionError:
        found = {(1, 1, "it is nested too deeply", True)}
    return tuple(
        Check("workflow", "fail" if sure else "warn", f"{path}:{line}:{column}: {what}", _MEND if sure else _LATER)
        for line, column, what, sure in sorted(found)[:_MOST]
    )


def meant(document: Any) -> bool:
    """Whether it is there to call Splat, whatever else is wrong with it."""
    return any(_calls(path, text) for path, text in _texts(document, ()))


def schema() -> dict[str, Any]:
    """GitHub's keys, and the inputs and secrets of Splat's own workflows."""
    found: dict[str, Any] = json.loads(files("healer.data").joinpath("workflow.schema.json").read_bytes())
    return found


def _plain(node: Any, depth: int = 0) -> Any:
    """The document as GitHub has it, keys as texts. Raises RecursionError for one that holds itself."""
    import yaml

    if depth > _DEEPEST:
        raise RecursionError
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): _plain(value, depth + 1) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_plain(value, depth + 1) for value in node.value]
    text = str(node.value)
    if node.style or (node.tag == "tag:yaml.org,2002:str" and not _NUMBER.fullmatch(text)):
        return text
    if text.lower() in _PLAIN:
        return _PLAIN[text.lower()]
    return float(text) if _NUMBER.fullmatch(text) else text


def _wrong(document: Any) -> Iterator[Wrong]:
    import jsonschema

    if not isinstance(document, dict):
        yield Wrong((), "", "it is no workflow, which is a map with the keys `on` and `jobs`")
        return
    for error in jsonschema.Draft202012Validator(schema()).iter_errors(document):
        yield from _told(error)
    for path, text in _texts(document, ()):
        if _calls(path, text) and not CALLS.fullmatch(text) and not ACTION.fullmatch(text):
            what = f"{text[:100]!r} calls nothing of Splat's, did you mean {_OURS!r}?"
            yield Wrong(path, "", what)
    yield from _schedules(document)
    yield from _expressions(document)


def _told(error: Any) -> Iterator[Wrong]:
    """A schema's complaint, in our words."""
    path, rule, value = tuple(error.absolute_path), error.schema, error.instance
    which = rule.get("description", "a map")
    if error.validator == "additionalProperties":
        known = [*rule["properties"], *(("uses",) if which.endswith("without `uses`") else ())]
        for name in sorted(value.keys() - set(known)):
            near = get_close_matches(name, known, n=1, cutoff=_NEAR)
            meant = f", did you mean {near[0]!r}?" if near else ""
            what = f"unknown key {name[:60]!r} in {which}{meant}"
            yield Wrong(path, name, what, bool(near) or name == "<<" or which.startswith("a job that"))
    elif error.validator == "required":
        for name in (name for name in error.validator_value if name not in value):
            yield Wrong(path, "", f"`{name}` is missing in {which}")
    elif error.validator == "enum":
        allowed = [str(each) for each in error.validator_value]
        near = get_close_matches(str(value), allowed, n=1)
        meant = f"did you mean {near[0]!r}?" if near else f"it can be {', '.join(allowed[:6])}"
        # Events come and go.
        yield Wrong(path, "", f"unknown value {str(value)[:60]!r}, {meant}", bool(near) or len(allowed) < 6)
    elif error.validator == "minProperties":
        yield Wrong(path, "", "no job is there")
    else:
        kind = _KINDS.get(type(value)) or repr(value)[:60]
        yield Wrong(path, "", f"it has to be {rule.get('title', 'a map')}, and is {kind}")


def _texts(value: Any, path: _Path) -> Iterator[tuple[_Path, str]]:
    """Every text, wherever it stands."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs if len(path) < _DEEPEST else ():
        if isinstance(inner, str):
            yield (*path, key), inner
        else:
            yield from _texts(inner, (*path, key))


def _calls(path: _Path, text: str) -> bool:
    """Whether a text is there to call Splat: one that does, or a `uses:` of others' repositories that nearly does."""
    if CALLS.fullmatch(text) or ACTION.fullmatch(text):
        return True
    return path[-1] == "uses" and bool(_MEANT.search(text)) and not text.startswith(("./", "docker://"))


def _schedules(document: dict[str, Any]) -> Iterator[Wrong]:
    on = document.get("on")
    rules = on.get("schedule") if isinstance(on, dict) else None
    for number, rule in enumerate(rules if isinstance(rules, list) else ()):
        cron = rule.get("cron") if isinstance(rule, dict) else None
        if isinstance(cron, str) and (why := wrong_cron(cron)):
            yield Wrong(("on", "schedule", number, "cron"), "", why)


def _expressions(document: dict[str, Any]) -> Iterator[Wrong]:
    """Of every job's texts. Where which context may be used is GitHub's table."""
    for path, text in _texts(document.get("jobs"), ("jobs",)):
        for flaw in flaws_in(text, _contexts(path), bare=path[-1] == "if"):
            yield Wrong(path, "", flaw.what, flaw.sure)


def _contexts(path: _Path) -> frozenset[str]:
    if len(path) < 3:
        return _ALL
    if path[2] == "if":
        return _JOB
    if path[2] in ("with", "secrets"):
        return _CALL | {"secrets"} if path[2] == "secrets" else _CALL
    return _STEP if path[-1] == "if" else _ALL
