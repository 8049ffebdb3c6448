"""The proposal as one unified diff."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from healer.setup.plan import Change

_NONE = "/dev/null"


def unified(changes: Sequence[Change], context: int = 3) -> str:
    """All changes in one, as `git apply` reads it, where the files are text in UTF-8. Others' bytes are spelled out."""
    return "".join(line for change in changes for line in _of(change, context))


def _of(change: Change, context: int) -> list[str]:
    before, after = _lines(change.before), _lines(change.after)
    told = list(
        difflib.unified_diff(
            before,
            after,
            _NONE if change.before is None else f"a/{change.path}",
            _NONE if change.after is None else f"b/{change.path}",
            n=context,
        )
    )
    head = [f"diff --git a/{change.path} b/{change.path}\n"]
    if change.before is None:
        head.append("new file mode 100644\n")
    if change.after is None:
        head.append("deleted file mode 100644\n")
    return [*head, *(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in told)]


def _lines(content: bytes | None) -> list[str]:
    """By line feeds alone: a carriage return is part of its line, as git has it."""
    text = (content or b"").decode("utf-8", "backslashreplace")
    return [line + "\n" for line in text.split("\n")[:-1]] + ([last] if (last := text.rpartition("\n")[2]) else [])
