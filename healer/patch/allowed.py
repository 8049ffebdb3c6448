"""What `policy.allow` may name."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from healer.outcome import ConfigError
from healer.patch.rules import NAMES

if TYPE_CHECKING:
    from healer.settings import Settings


def check_allowed(settings: Settings) -> None:
    """Raises ConfigError for a name in `policy.allow` that is no rule: a misspelt one would switch nothing off."""
    for name in settings.policy.allow:
        if name not in NAMES:
            near = get_close_matches(name, sorted(NAMES), n=1)
            raise ConfigError(
                f"policy.allow: there is no rule {name[:60]!r}" + (f", did you mean {near[0]!r}?" if near else ""),
                where=settings.sources.get("policy.allow", "policy.allow"),
                next_step="The rules are: " + ", ".join(sorted(NAMES)) + ".",
            )
