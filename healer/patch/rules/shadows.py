"""Finds definitions that take the place of others in the same file: in Python and Ruby the later one simply wins."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from healer.patch.candidate import Change

_DEFINITION = re.compile(r"([ \t]{0,200})(class|module|def|async def)[ \t]{1,8}((?:self\.)?\w{1,200}[?!=]?)")
_IMPORT = re.compile(r"(?:from[ \t]{1,8}\S{1,200}[ \t]{1,8})?import[ \t]{1,8}\(?([\w ,.*]{1,1000})")


def shadowed(change: Change) -> str:
    """The name of a definition that would hide one that was in the file, or an imported one; "" when none would."""
    if not change.path.endswith((".py", ".rb")) or change.before is None:
        return ""
    before, after = _names(change.text_before), _names(change.text_after)
    return next((name for name, count in after.items() if count > 1 and count > before[name] > 0), "")


def _names(text: str) -> Counter[str]:
    """How often each qualified name is defined; imports count as definitions of the module's own names."""
    names: Counter[str] = Counter()
    around: list[tuple[int, str]] = []
    for line in text.split("\n"):
        if found := _DEFINITION.match(line):
            indent = len(found[1].expandtabs())
            while around and around[-1][0] >= indent:
                around.pop()
            names[".".join([*(name for _, name in around), found[3]])] += found[2] not in {"class", "module"}
            around.append((indent, found[3]))
        elif found := _IMPORT.match(line):
            names.update(part.split()[-1] for part in found[1].split(",") if part.split())
    return names
