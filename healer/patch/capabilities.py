"""What a patch can newly do: start processes, talk to the network, read the environment, run text as code, revive
objects, write files.

A token counts wherever it stands, in strings too, since a string may be run; only lines that are comments and nothing
else do not. A file gains a capability when it has more of its tokens after the patch than before. This marks a patch
for a person; it cannot prove that a patch is harmless.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Literal, get_args

from healer.patch.powers import POWERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from healer.frames import RuntimeName
    from healer.patch.candidate import Change

Capability = Literal["process", "network", "environment", "eval", "deserialisation", "file-writing"]
CAPABILITIES: tuple[Capability, ...] = get_args(Capability)

_COMMENT = re.compile(r"[ \t]*(?:#(?![\[{])|//|/?\*[^/]*\Z)")
#: Interpolation and a closing tag make code of what looks like a comment in a string; Go's directives are no comments.
_LIVE = re.compile(r"[{]|\?>|go:(?:linkname|generate|embed|cgo)|#cgo|export ")
_ESCAPE = re.compile(r"\\u\{([0-9A-Fa-f]{1,6})\}|\\u([0-9A-Fa-f]{4})|\\x([0-9A-Fa-f]{2})|\\([0-7]{3})(?![0-9])")
_SUFFIXES: dict[str, RuntimeName] = {
    ".py": "python", ".pyi": "python", ".js": "javascript", ".jsx": "javascript", ".mjs": "javascript",
    ".cjs": "javascript",
    ".ts": "javascript", ".tsx": "javascript", ".mts": "javascript", ".cts": "javascript", ".vue": "javascript",
    ".go": "go", ".rb": "ruby", ".rake": "ruby", ".erb": "ruby", ".php": "php", ".phtml": "php", ".inc": "php",
}  # fmt: skip


def new_capabilities(changes: Iterable[Change], runtime: RuntimeName) -> tuple[Capability, ...]:
    """The capabilities that any of the changes gains, in the order of `CAPABILITIES`."""
    gained: set[Capability] = set()
    for change in changes:
        suffix = change.path[change.path.rfind(".") :] if "." in change.path else ""
        spoken = _SUFFIXES.get(suffix.lower(), runtime)
        added = [line for _, line in change.added]
        removed = [line for _, line in change.removed]
        for capability, pattern in _patterns(spoken).items():
            if _count(pattern, added, spoken) > _count(pattern, removed, spoken):
                gained.add(capability)
    return tuple(capability for capability in CAPABILITIES if capability in gained)


@cache
def _patterns(runtime: RuntimeName) -> dict[Capability, re.Pattern[str]]:
    flags = re.IGNORECASE if runtime == "php" else 0
    return {capability: re.compile("|".join(POWERS[runtime][capability]), flags) for capability in CAPABILITIES}


def _count(pattern: re.Pattern[str], lines: list[str], runtime: RuntimeName) -> int:
    return sum(1 for _ in pattern.finditer(_spoken(lines, runtime)))


def _spoken(lines: list[str], runtime: RuntimeName) -> str:
    """The lines as the runtime reads them: without comments, escapes written out, in Python letters made ordinary."""
    text = "\n".join(line for line in lines if not _COMMENT.match(line) or _LIVE.search(line))
    text = _ESCAPE.sub(_letter, text)
    return text if text.isascii() or runtime != "python" else unicodedata.normalize("NFKC", text)


def _letter(escape: re.Match[str]) -> str:
    digits = escape[1] or escape[2] or escape[3]
    code = int(digits, 16) if digits else int(escape[4], 8)
    return chr(code) if 32 <= code < 0x110000 and not 0xD800 <= code < 0xE000 else escape[0]
