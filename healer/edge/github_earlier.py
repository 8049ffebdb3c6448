"""An earlier fix of the same error: merged, and then the error was reported again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from healer.event import BRANCH
from healer.markdown import cut, plain
from healer.redact import redact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from healer.edge.github_api import Api

_MOST_FILES, _PATCH, _TITLE = 6, 4_000, 200
_TOLD = (
    "What it changed is in the code that you see, and the error was reported again: do not do the same once more, look "
    "for what it missed."
)


def earlier_fix(api: Api, number: int) -> dict[str, str]:
    """Titled texts for the context; none where the pull request was not merged, or is not from a branch of Splat's.
    Two requests.
    """
    pull = api.ask("GET", f"/pulls/{number}", but=(404,))
    if pull is None or not pull.get("merged_at") or not _is_ours(pull["head"], pull["base"]):
        return {}
    compared = api.ask("GET", f"/compare/{pull['base']['sha']}...{pull['head']['sha']}", but=(404,))
    parts = [_TOLD, redact(cut(plain(pull["title"]), _TITLE)), *_diffs(compared)]
    return {f"An earlier fix of this error, pull request {number}, which did not hold": "\n\n".join(parts)}


def _is_ours(head: dict[str, Any], base: dict[str, Any]) -> bool:
    return bool(BRANCH.fullmatch(head["ref"])) and head["repo"] is not None and head["repo"]["id"] == base["repo"]["id"]


def _diffs(compared: dict[str, Any] | None) -> Iterator[str]:
    for file in (compared or {}).get("files", ())[:_MOST_FILES]:
        if patch := file.get("patch"):
            yield f"{cut(file['filename'], 150)}:\n{redact(cut(patch, _PATCH))}"
