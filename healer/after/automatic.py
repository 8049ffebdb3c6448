"""GitHub's own auto-merge, once Splat switched it on, merges whatever is pushed later: here it is taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from healer.after.conditions import Condition
    from healer.after.merging import MergeSite
    from healer.ci import Pull, Seen

#: A person who commanded the merge stands in for it.
_NOT_ASKED = "confidence"


def taken_back(site: MergeSite, pull: Pull, seen: Seen, found: Iterable[Condition], own: int) -> str:
    """What is to be said of a pull request's auto-merge, "" where it stays, or is none. `found` are the conditions of a
    merge, where they were looked at; `own` is the numeric id that Splat writes as: what a person switched on is theirs.
    """
    if not own or pull.automatic != own:
        return ""
    unmet = any(not each.met and each.name != _NOT_ASKED for each in found)
    if not (seen.stranger or seen.state == "failed" or unmet):
        return ""
    if site.not_automatic(pull):
        return "Splat had switched on GitHub's auto-merge for what was there before, and has switched it off again."
    return f"**Switch auto-merge off by hand:** Splat's token may not, and GitHub would merge this. {pull.url}"
