"""The vectors are sound, and the engine gives their answers where it implements what they ask."""

from __future__ import annotations

import copy
import importlib.util
import json
from pathlib import Path

import pytest

from healer.event import Event
from healer.outcome import Skipped, UsageError
from healer.redact import redact
from healer.report import Report, read_report, to_wire
from healer.runtimes import trace_reader
from healer.signature import root_relative

ROOT = Path(__file__).resolve().parent.parent
VECTORS = ROOT / "sdk" / "vectors"
_spec = importlib.util.spec_from_file_location("lint_vectors", ROOT / "scripts" / "lint_vectors.py")
assert _spec
assert _spec.loader
linter = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(linter)


def vectors(area: str, group: str):
    file = json.loads((VECTORS / f"{area}.json").read_text("utf-8"))
    return pytest.mark.parametrize("vector", file[group], ids=lambda vector: vector["name"])


@pytest.mark.parametrize("path", sorted(VECTORS.glob("*.json")), ids=lambda path: path.name)
def test_the_files_are_sound(path):
    assert linter.SCHEMA.name == path.name or linter.lint(path) == []


def test_every_area_has_its_file():
    areas = json.loads(linter.SCHEMA.read_text("utf-8"))["properties"]["area"]["enum"]
    assert sorted(path.stem for path in VECTORS.glob("*.json") if path != linter.SCHEMA) == sorted(areas)


def _broken(area: str):
    """One change that must be noticed, for each rule of the linter."""
    file = json.loads((VECTORS / f"{area}.json").read_text("utf-8"))

    def change(group: str, name: str, **values):
        changed = copy.deepcopy(file)
        next(vector for vector in changed[group] if vector.get("name") == name).update(values)
        return changed

    twice = copy.deepcopy(file)
    group = next(group for group, each in file.items() if isinstance(each, list) and "name" in each[0])
    twice[group].append(twice[group][0])
    yield "two are named", twice
    yield "Unevaluated", {**file, "extra": []}
    yield "required property", {**file, "area": "frames" if area != "frames" else "issue"}
    if area == "redaction":
        yield "in the answer", change("texts", "equals", expected="password=hunter2 [REDACTED]")
        yield "no secret is named", change("texts", "stays-author", expected="")
    if area == "truncation":
        yield "over", change("texts", "one-over", expected="a" * 101)
    if area == "suppression":
        yield "went out", change("vectors", "two", expected=[{"at": 0, "what": "report", "signature": "a" * 16}])
    if area == "issue":
        yield "pings", change("titles", "plain", expected="[Splat] @you")
        body = next(vector for vector in file["bodies"] if vector["name"] == "small")["expected"]
        yield "comments", change("bodies", "small", expected=[*body, "<!-- x -->"])
        yield "outside the block", change("updates", "new-release", expected="<!-- splat:seen x\n<!-- splat:end -->")
    if area == "dedup":
        yield "number", change("decisions", "open", expected={"do": "count"})
    if area == "report":
        yield "read back", change("valid", "smallest", expected="{}")
    if area == "signature":
        yield "canonical", change("vectors", file["vectors"][0]["name"], canonical="x")


@pytest.mark.parametrize("area", [path.stem for path in sorted(VECTORS.glob("*.json")) if path.stem != "schema"])
def test_the_linter_notices(area, tmp_path):
    for says, file in _broken(area):
        path = tmp_path / f"{area}.json"
        path.write_text(json.dumps(file), "utf-8")
        assert any(says in problem for problem in linter.lint(path)), says


def test_builders_build():
    built = linter.expand({"a": {"$join": ["x", {"$repeat": "y", "count": 3}]}, "b": {"$nest": 1, "depth": 2}})
    assert built == {"a": "xyyy", "b": [[1]]}
    assert linter.expand({"$list": {"$map": 0, "count": 2}, "count": 2}) == [{"k00000": 0, "k00001": 0}] * 2
    circle = linter.expand({"a": {"b": {"$cycle": 2}}})
    assert circle["a"]["b"] is circle


#: What users name, only SDKs are told.
ENGINE_KEEPS = {"extra-key", "extra-key-of-two-words"}
#: A lone word behind `session:` may be one's name; the engine, which shows its text to a model, takes it for that.
ENGINE_HIDES = {"stays-weak-name-then-prose"}


def _kept_by_the_engine(vector) -> list[str]:
    out = redact(linter.expand(vector["text"]))
    return [secret for secret in vector["secrets"] if secret in out]


@vectors("redaction", "texts")
def test_the_engine_shows_no_secret_either(vector):
    if "secrets" in vector:
        # A name that leaves the set was mended in the engine: take it out of the set here.
        assert bool(_kept_by_the_engine(vector)) == (vector["name"] in ENGINE_KEEPS)
    else:
        text = linter.expand(vector["text"])
        assert (redact(text) != text) == (vector["name"] in ENGINE_HIDES)


@vectors("frames", "frames")
def test_the_engine_knows_the_same_frames_as_the_apps(vector):
    if "libraries" in vector or "include" in vector:
        return  # what the process knows about itself, no trace tells
    assert trace_reader(vector["runtime"]).in_app(vector["path"]) == vector["in_app"]


@vectors("frames", "frames")
def test_the_path_in_a_report_has_the_signature_of_the_printed_path(vector):
    runtime, root = vector["runtime"], vector["root"]
    assert root_relative(vector["expected"], root, runtime) == root_relative(vector["path"], root, runtime)


def _rendered(vector) -> str:
    return "\n".join(vector["expected"])


@vectors("issue", "bodies")
def test_the_engine_reads_every_body_back(vector):
    if "expected" not in vector:
        return
    report = read_report(Event("trace", _rendered(vector)))
    assert isinstance(report, Report)
    given = linter.expand(vector["report"])
    assert report.signature == given["signature"]
    wire = to_wire(report)
    for name in ("service", "release", "logs", "request", "tags", "contexts", "dependencies"):
        if not vector.get("public") or name not in {"logs", "request"}:
            assert wire.get(name) == given.get(name)
        else:
            assert name not in wire
    assert [(each["type"], each.get("message", "")) for each in given["exceptions"]] == [
        (each.type, each.message) for each in report.exceptions
    ]
    assert [
        (frame["path"], frame["line"], frame["in_app"], frame["source"] or "")
        for each in given["exceptions"]
        for frame in each["frames"]
    ] == [(frame.path, frame.line, frame.in_app, frame.source) for each in report.exceptions for frame in each.frames]


@vectors("issue", "bodies")
def test_without_its_report_a_body_is_no_trace(vector):
    if "expected" not in vector:
        return
    lines = [line for line in vector["expected"] if not line.startswith('{"')]
    assert isinstance(read_report(Event("trace", "\n".join(lines))), Skipped)


@vectors("report", "valid")
def test_the_engine_reads_what_is_valid(vector):
    report = read_report(Event("report", vector["expected"]))
    assert isinstance(report, Report)
    wire = to_wire(report)
    given = linter.expand(vector["report"])
    assert {name: wire[name] for name in given if name != "exceptions"} == {
        name: value for name, value in given.items() if name != "exceptions"
    }


@vectors("report", "invalid")
def test_the_engine_refuses_what_is_invalid(vector):
    with pytest.raises(UsageError) as caught:
        read_report(Event("report", vector["text"]))
    assert vector["where"] in {None, caught.value.where}
