"""`setup.py`: the first item of `install_requires=[…]`, where that is a list of texts."""

from __future__ import annotations

import ast
import re

from healer.outcome import Rejected
from healer.setup.code.source import read_source
from healer.setup.code.syntax import fault_of

_LIST = re.compile(rb"""\binstall_requires[ \t]{0,20}=[ \t]{0,20}\[(\s{0,200})(["'\]])""")


def add(data: bytes, name: str) -> bytes | Rejected:
    """The file with one more item: on a line of its own where the first one has its own."""
    source = read_source(data)
    if isinstance(source, Rejected):
        return source
    if (fault := fault_of(source)) is not None:
        return fault
    lists = list(_LIST.finditer(data))
    before = _required(data)
    if len(lists) != 1 or before is None:
        return Rejected("none", "install_requires is no list of texts that stands in the call")
    space, quote = lists[0][1], lists[0][2]
    item = b"%b%b%b" % (quote, name.encode(), quote) if quote != b"]" else b'"%b"' % name.encode()
    follows = b"," + (space if b"\n" in space else b" ") if quote != b"]" else b""
    at = lists[0].start(2)
    after = data[:at] + item + follows + data[at:]
    return after if _required(after) == [name, *before] else Rejected("format", "it could not be changed")


def _required(data: bytes) -> list[str] | None:
    """What the one `install_requires=` of the file lists."""
    calls = (node for node in ast.walk(ast.parse(data)) if isinstance(node, ast.keyword))
    lists = [node.value for node in calls if node.arg == "install_requires"]
    try:
        (value,) = (ast.literal_eval(each) for each in lists)
    except (ValueError, TypeError):
        return None
    return value if isinstance(value, list) and all(isinstance(each, str) for each in value) else None
