"""C, I, D2 to D4: what the vectors say of an issue's title, body, marker and block."""

from __future__ import annotations

import hashlib
import re

from splat.block import counted, marker_of
from splat.issue import body, title
from splat.text import fence, span
from tests.vectors import expand, vectors


@vectors("issue", "titles")
def test_title(vector):
    assert title({"exceptions": expand(vector["exceptions"])}) == vector["expected"]


@vectors("issue", "spans")
def test_span(vector):
    assert span(expand(vector["text"]), table=vector["table"]) == vector["expected"]


@vectors("issue", "fences")
def test_fence(vector):
    assert fence(expand(vector["text"]), "text", vector["limit"]) == vector["expected"]


@vectors("issue", "bodies")
def test_body(vector):
    text = body(expand(vector["report"]), public=vector.get("public", False))
    if "expected" in vector:
        assert text.split("\n") == vector["expected"]
    left_out = re.findall("^Left out to fit: (.*)[.]$", text, re.MULTILINE)
    assert left_out == ([", ".join(vector["left_out"])] if vector["left_out"] else [])
    encoded = text.encode("utf-8")
    assert (len(encoded), hashlib.sha256(encoded).hexdigest()) == (vector["bytes"], vector["sha256"])


@vectors("issue", "markers")
def test_marker(vector):
    assert marker_of(vector["body"]) == vector["expected"]


@vectors("issue", "updates")
def test_count(vector):
    add = vector["add"]
    before = expand(vector["body"])
    assert counted(before, add["count"], add["first"], add["last"], add["release"] or "") == vector["expected"]
