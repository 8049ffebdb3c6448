"""What stands on a pull request of Splat's: the change as it is now, and what reviewers left there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from healer.event import BRANCH, MARK, visible
from healer.markdown import cut
from healer.redact import redact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from healer.edge.github_api import Api
    from healer.gate import Permission

_MAY = frozenset({"admin", "maintain", "write"})
_MOST_FILES, _MOST_REMARKS, _MOST_PEOPLE = 6, 20, 5
_PATCH, _WORDS, _LINES = 4_000, 1_500, 4


def remarks(
    api: Api, number: int, base: str, permission: Callable[[str], Permission | None], *, own: bool = True
) -> dict[str, str]:
    """Titled texts for the context: each changed file's diff against the commit `base` ("" for the branch that it goes
    to), and the review comments by people with write permission, oldest first. Empty for a pull request that is not
    open, from a fork, or, where it is to be Splat's `own`, not on a branch of Splat's.

    Four requests, and one for each person who left something.
    """
    pull = api.ask("GET", f"/pulls/{number}", but=(404,))
    if pull is None or pull["state"] != "open" or not _is_here(pull["head"], pull["base"]):
        return {}
    if own and not BRANCH.fullmatch(pull["head"]["ref"]):
        return {}
    base = base or quote(pull["base"]["ref"], safe="")
    compared = api.ask("GET", f"/compare/{base}...{pull['head']['sha']}", but=(404,))
    return remarks_on(api, number, compared, permission)


def remarks_on(
    api: Api,
    number: int,
    compared: dict[str, Any] | None,
    permission: Callable[[str], Permission | None],
    until: str = "",
) -> dict[str, str]:
    """The same for a pull request that is known to be Splat's, and `compared` as GitHub tells it. What was written or
    edited later than `until` (ISO, "" for now) is left out. Two requests, and one for each person.
    """
    told = dict(_diffs(compared))
    left = [
        *(_Remark.of_line(each) for each in api.pages(f"/pulls/{number}/comments") or ()),
        *(_Remark.of_review(each) for each in api.pages(f"/pulls/{number}/reviews") or ()),
    ]
    left = [remark for remark in left if not (until and remark.last > until)]
    if texts := list(_by_writers(left, permission)):
        told["Review comments on that pull request"] = "\n\n".join(texts)
    return told


def _is_here(head: dict[str, Any], base: dict[str, Any]) -> bool:
    return head["repo"] is not None and bool(head["repo"]["id"] == base["repo"]["id"])


def _diffs(compared: dict[str, Any] | None) -> Iterator[tuple[str, str]]:
    files = compared.get("files") or () if compared else ()
    for file in files[:_MOST_FILES]:
        if patch := file.get("patch"):
            yield f"What the pull request changes now in {cut(file['filename'], 150)}", redact(cut(patch, _PATCH))


class _Remark:
    """Something a person left on a pull request."""

    def __init__(self, told: dict[str, Any], place: str, quoted: str) -> None:
        user = told.get("user") or {}
        self.person, self.login = int(user.get("id") or 0), str(user.get("login") or "")
        self.at = str(told.get("created_at") or told.get("submitted_at") or "")
        self.last = max(self.at, str(told.get("updated_at") or ""))
        self.body, self.place, self.quoted = str(told.get("body") or ""), place, quoted

    @classmethod
    def of_line(cls, told: dict[str, Any]) -> _Remark:
        line = told.get("line") or told.get("original_line") or "?"
        hunk = str(told.get("diff_hunk") or "").split("\n")[-_LINES:]
        return cls(told, f"{told.get('path')}, line {line}", "\n".join(f"    {each[:300]}" for each in hunk if each))

    @classmethod
    def of_review(cls, told: dict[str, Any]) -> _Remark:
        asks = told.get("state") == "CHANGES_REQUESTED"
        return cls(told, "about all of it" + (", who asks for changes" if asks else ""), "")

    @property
    def says(self) -> str:
        return cut(visible(self.body).strip(), _WORDS)


def _by_writers(left: Iterable[_Remark], permission: Callable[[str], Permission | None]) -> Iterator[str]:
    """The texts of those who may write here, by what the API says of the very account."""
    known: dict[int, bool] = {}
    worth = [remark for remark in left if remark.person and MARK not in remark.body and remark.says]
    for remark in sorted(worth, key=lambda remark: remark.at)[-_MOST_REMARKS:]:
        if remark.person not in known:
            if len(known) >= _MOST_PEOPLE:
                continue
            found = permission(remark.login)
            known[remark.person] = found is not None and found.user == remark.person and found.value in _MAY
        if known[remark.person]:
            parts = [f"{remark.login}, {remark.place}:", remark.quoted, remark.says]
            yield redact("\n".join(filter(None, parts)))
