"""Checks the SDKs' vectors: their shape, their names, and what must hold for every answer whoever computed it.

lint_vectors.py [FILE ...]     all of sdk/vectors by default; exit status 1 when something is wrong
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FOLDER = Path(__file__).resolve().parent.parent / "sdk" / "vectors"
SCHEMA = FOLDER / "schema.json"
CUT = "... [truncated]"
MARKER = re.compile("<!-- splat:1 signature=[0-9a-f]{16} -->")
HIDDEN = re.compile("[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
JSON = dict[str, Any]


def expand(value: Any, above: tuple[Any, ...] = ()) -> Any:
    """What a builder builds; every other value as it is."""
    if isinstance(value, list):
        made: list[Any] = []
        made.extend(expand(each, (*above, made)) for each in value)
        return made
    if not isinstance(value, dict):
        return value
    builder = next((key for key in value if key.startswith("$")), "")
    if builder:
        return _build(builder, value, above)
    mapping: JSON = {}
    for key, each in value.items():
        mapping[key] = expand(each, (*above, mapping))
    return mapping


def _build(builder: str, value: JSON, above: tuple[Any, ...]) -> Any:
    what = value[builder]
    match builder:
        case "$join":
            return "".join(expand(part) for part in what)
        case "$repeat":
            return what * value["count"]
        case "$list":
            return [expand(what) for _ in range(value["count"])]
        case "$map":
            return {f"k{number:05d}": expand(what) for number in range(value["count"])}
        case "$nest":
            inner = expand(what)
            for _ in range(value["depth"]):
                inner = [inner]
            return inner
        case "$cycle":
            return above[-what]
    raise ValueError(f"{builder} is no builder")


def lint(path: Path) -> list[str]:
    """What is wrong in one file, each with its place."""
    try:
        file = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        return [f"{path.name}: not JSON: {error}"]
    validator = Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
    wrong = [f"{path.name}: {error.json_path}: {error.message[:200]}" for error in validator.iter_errors(file)]
    if wrong:
        return wrong
    if file["area"] != path.stem:
        wrong.append(f"{path.name}: its area is {file['area']}")
    if not path.read_bytes().isascii():
        wrong.append(f"{path.name}: is not ASCII; an editor may change what it cannot show")
    wrong += [f"{path.name}: {problem}" for problem in _names(file)]
    rules = _RULES.get(file["area"], {})
    for group, rule in rules.items():
        for vector in file[group]:
            wrong += [f"{path.name}: {group}/{vector['name']}: {problem}" for problem in rule(vector)]
    return wrong


def _names(file: JSON) -> Iterator[str]:
    for group, vectors in file.items():
        if not isinstance(vectors, list):
            continue
        names = [vector["name"] for vector in vectors if "name" in vector]
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield f"{group}: two are named {name}"
        inputs = [json.dumps(_input(vector), sort_keys=True) for vector in vectors]
        for text in sorted({text for text in inputs if inputs.count(text) > 1}):
            yield f"{group}: two ask the same: {text[:100]}"


def _input(vector: JSON) -> JSON:
    answers = ("name", "comment", "expected", "expected_length", "expected_end", "same_as")
    return {key: value for key, value in vector.items() if key not in answers}


def _signature(vector: JSON) -> Iterator[str]:
    if hashlib.sha256(vector["canonical"].encode()).hexdigest()[:16] != vector["signature"]:
        yield "the signature is not that of the canonical text"


def _redacted(vector: JSON) -> Iterator[str]:
    text, expected = expand(vector["text"]), expand(vector["expected"])
    secrets = vector.get("secrets", [])
    for secret in secrets:
        if secret not in text:
            yield f"{secret!r} is not in the text"
        if secret in expected:
            yield f"{secret!r} is in the answer"
    if secrets and "[REDACTED]" not in expected:
        yield "nothing is redacted"
    if not secrets and text != expected:
        yield "the text changes, and no secret is named"


def _cut(vector: JSON) -> Iterator[str]:
    text, expected, limit = expand(vector["text"]), expand(vector["expected"]), vector["limit"]
    if len(expected) > limit:
        yield f"the answer has {len(expected)} code points, over {limit}"
    if len(text) <= limit and text != expected:
        yield "a text within its limit changes"
    if len(text) > limit and not (expected.endswith(CUT) and text.startswith(expected.removesuffix(CUT))):
        yield "a long text is not its beginning and the mark"


def _kept(vector: JSON) -> Iterator[str]:
    last = 0
    for first, end in vector["expected"]:
        if not last <= first <= end <= vector["count"]:
            yield f"[{first}, {end}] is no range of what is there"
        last = end


def _suppressed(vector: JSON) -> Iterator[str]:
    came = sum(event.get("times", 1) for event in vector["events"] if event["what"] == "error")
    came += sum(event["count"] for event in vector["events"] if event["what"] == "errors")
    if "expected" in vector:
        sent = sum(each.get("count", 1) for each in vector["expected"])
        closed = vector["events"][-1]["what"] == "close"
        if sent > came or (closed and sent != came):
            yield f"{came} errors came and {sent} went out"
    for each in vector.get("expected") or vector.get("expected_end", []):
        if ("signature" in each) == (each["what"] == "overflow"):
            yield f"{each['what']}: a signature where none belongs, or none where one does"


def _title(vector: JSON) -> Iterator[str]:
    if re.search("[@`]|#[0-9]|[Gg][Hh]-[0-9]", vector["expected"]) or HIDDEN.search(vector["expected"]):
        yield "the title pings, refers or hides something"


def _body(vector: JSON) -> Iterator[str]:
    if "expected" not in vector:
        return
    text = "\n".join(vector["expected"])
    encoded = text.encode()
    if (len(encoded), hashlib.sha256(encoded).hexdigest()) != (vector["bytes"], vector["sha256"]):
        yield "bytes or sha256 are not those of the lines"
    if len(MARKER.findall(text)) != 1 or not MARKER.match(text):
        yield "there is not one marker, at the start"
    if text.count("<!--") != 3:
        yield "there are comments beside the marker and the block's two"
    if HIDDEN.search(text):
        yield "there is a hidden character"
    documents = [line for line in vector["expected"] if line.startswith("{") and '"schema":"splat-report/1"' in line]
    if len(documents) != 1 or json.loads(documents[0])["signature"] not in text.split("\n", 1)[0]:
        yield "there is not one report, with the marker's signature"


def _updated(vector: JSON) -> Iterator[str]:
    if vector["expected"] is None:
        return
    block = re.compile("<!-- splat:seen .*?<!-- splat:end -->", re.DOTALL)
    before, after = expand(vector["body"]), vector["expected"]
    if block.sub("", before, count=1) != block.sub("", after, count=1):
        yield "something outside the block changes"


def _decided(vector: JSON) -> Iterator[str]:
    expected = vector["expected"]
    if ("number" in expected) != (expected["do"] in {"count", "wait", "regression"}):
        yield "a number where none belongs, or none where one does"
    if expected.get("number") and expected["number"] not in {issue["number"] for issue in vector["issues"]}:
        yield "no such issue"


def _written(vector: JSON) -> Iterator[str]:
    if json.loads(vector["expected"]) != expand(vector["report"]):
        yield "the text does not read back as the report"
    if re.search("[<>&`]|[^ -~]", vector["expected"]):
        yield "the text holds what can act"


_RULES: dict[str, dict[str, Callable[[JSON], Iterator[str]]]] = {
    "signature": {"vectors": _signature},
    "redaction": {"texts": _redacted},
    "truncation": {"texts": _cut, "lists": _kept},
    "suppression": {"vectors": _suppressed},
    "issue": {"titles": _title, "bodies": _body, "updates": _updated},
    "dedup": {"decisions": _decided},
    "report": {"valid": _written},
}


def main(names: list[str]) -> int:
    paths = [Path(name) for name in names] or sorted(path for path in FOLDER.glob("*.json") if path != SCHEMA)
    wrong = [problem for path in paths for problem in lint(path)]
    for problem in wrong:
        print(problem, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
