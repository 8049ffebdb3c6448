"""py-splat gives way to splat-sdk: both are imported as `splat`, so there cannot be both."""

from __future__ import annotations

import posixpath
import re
import tomllib

from healer.outcome import Rejected

OLD = "py-splat"
_REQUIREMENT = re.compile(rb"(?im)^py[-_.]splat(?![\w.-])[^\r\n#;]*(?<![ \t\\])")
_ITEM = re.compile(rb"""(?i)(["'])py[-_.]splat(?![\w.-])[^"'\r\n]*\1""")
_KEY = re.compile(rb"""(?im)^(["']?)py[-_.]splat\1([ \t]*=[ \t]*)(["'])[^"'\r\n]*\3""")


def give_way(path: str, data: bytes, name: str) -> bytes | Rejected:
    """The file of dependencies with `name` in the place of py-splat. Rejected where that is not one plain entry."""
    toml = posixpath.basename(path) in ("pyproject.toml", "Pipfile")
    tries = [(_ITEM, rb"\1%b\1"), (_KEY, rb"\1%b\1\2\3*\3")] if toml else [(_REQUIREMENT, b"%b")]
    for pattern, new in tries:
        if len(pattern.findall(data)) == 1:
            after = pattern.sub(new % name.encode(), data)
            return after if not toml or _is_toml(after) else Rejected("format", f"{OLD} could not be replaced")
    return Rejected("format", f"{OLD} is not one plain entry there")


def _is_toml(data: bytes) -> bool:
    try:
        tomllib.loads(data.decode("utf-8"))
    except ValueError:
        return False
    return True
