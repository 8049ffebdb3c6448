"""What a found secret is."""

from __future__ import annotations

from dataclasses import dataclass

MARK = "[REDACTED]"


@dataclass(frozen=True, slots=True)
class Secret:
    """One secret in a text, from `start` up to `end`.

    `kind` is the published shape it has ("github-token", "private-key", "card-number"), "header" for the whole value of
    an Authorization or Cookie header, "named" for a quoted value behind a telling name, and "named-bare" for an
    unquoted one, which in program text is a guess.
    """

    kind: str
    start: int
    end: int
