"""Where a secret comes from: a variable, a file, standard input; never the command line, which everybody can read."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from healer.outcome import UsageError

#: In words, for help and errors.
SOURCE = "env, env:NAME, a file, or - for standard input"
_MOST_BYTES = 48 * 1024
_LOOKS_SECRET = ("sk-ant-", "github_pat_", "ghp_", "gho_", "ghs_", "-----BEGIN")


def read_secret(source: str, name: str) -> str:
    """A secret's value from where the user said it is; never from the command line itself. Raises UsageError."""
    if source.startswith(_LOOKS_SECRET):
        raise UsageError(
            "A secret stands on the command line, where every process of this machine can read it",
            next_step=f"Put it in a file or a variable, and revoke this one. Give {SOURCE}.",
        )
    if source == "env" or source.startswith("env:"):
        variable = source.partition(":")[2] or name
        if not os.environ.get(variable):
            raise UsageError("The variable is not set", where=variable[:100], next_step=f"Give {SOURCE}.")
        return os.environ[variable]
    try:
        if source == "-":
            data = sys.stdin.buffer.read(_MOST_BYTES + 1)
        else:
            with Path(source).open("rb") as file:
                data = file.read(_MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", "") or "no such file"
        raise UsageError(f"Cannot read the secret: {why}", where=source[:200], next_step=f"Give {SOURCE}.") from None
    if len(data) > _MOST_BYTES:
        raise UsageError("This is too long for a secret", where=source[:200], next_step="GitHub takes 48 KiB.")
    try:
        return data.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise UsageError("The secret is no text", where=source[:200], next_step="It is in UTF-8.") from None
