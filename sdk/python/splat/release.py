"""Which commit runs and what was deployed, from what platforms say in the environment, else from `.git`."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Mapping, Optional

#: Set to the commit by the platform that built or runs the app; the first that looks like one counts.
COMMIT_VARIABLES = (
    "HEROKU_SLUG_COMMIT",
    "HEROKU_BUILD_COMMIT",
    "VERCEL_GIT_COMMIT_SHA",
    "RENDER_GIT_COMMIT",
    "RAILWAY_GIT_COMMIT_SHA",
    "CF_PAGES_COMMIT_SHA",
    "CODEBUILD_RESOLVED_SOURCE_VERSION",
    "BUILD_SOURCEVERSION",
    "BITBUCKET_COMMIT",
    "CIRCLE_SHA1",
    "CI_COMMIT_SHA",
    "GITHUB_SHA",
    "GIT_COMMIT",
    "GIT_SHA",
    "COMMIT_SHA",
    "COMMIT_REF",
    "SOURCE_VERSION",
    "SOURCE_COMMIT",
)
#: Names what was deployed, where a platform has a word for it.
DEPLOY_VARIABLES = ("HEROKU_RELEASE_VERSION", "VERCEL_DEPLOYMENT_ID", "RAILWAY_DEPLOYMENT_ID", "K_REVISION")
_HEX = frozenset("0123456789abcdefABCDEF")
_MOST_BYTES = 1_000_000


def release(environ: Mapping[str, str], root: str) -> str:
    """The commit that runs; "" where nothing tells. Reads at most four small files."""
    for name in COMMIT_VARIABLES:
        value = environ.get(name, "").strip()
        if _is_commit(value):
            return value.lower()
    try:
        return _of_checkout(root)
    except (OSError, ValueError):
        return ""


def deploy(environ: Mapping[str, str]) -> str:
    """The platform's name for this deployment; "" where it has none."""
    return next((environ[name].strip() for name in DEPLOY_VARIABLES if environ.get(name, "").strip()), "")


def _is_commit(text: str) -> bool:
    return 7 <= len(text) <= 64 and _HEX.issuperset(text)


def _of_checkout(root: str) -> str:
    folder = _git_folder(root)
    if folder is None:
        return ""
    head = _read(os.path.join(folder, "HEAD")).strip()
    if not head.startswith("ref: "):
        return head if _is_commit(head) else ""
    name = head[5:].strip()
    if ".." in name or os.path.isabs(name):
        return ""
    # A linked work tree keeps its branches in the main one's folder.
    shared = os.path.join(folder, "commondir")
    if os.path.isfile(shared):
        folder = os.path.normpath(os.path.join(folder, _read(shared).strip()))
    loose = os.path.join(folder, *name.split("/"))
    if os.path.isfile(loose):
        commit = _read(loose).strip()
        return commit if _is_commit(commit) else ""
    for line in _read(os.path.join(folder, "packed-refs")).splitlines():
        commit, _, ref = line.partition(" ")
        if ref == name and _is_commit(commit):
            return commit
    return ""


def _git_folder(root: str) -> Optional[str]:
    place = os.path.join(root, ".git")
    if os.path.isdir(place):
        return place
    if not os.path.isfile(place):
        return None
    told = _read(place).strip()
    return os.path.normpath(os.path.join(root, told[8:].strip())) if told.startswith("gitdir: ") else None


def _read(path: str) -> str:
    with open(path, "rb") as file:
        return file.read(_MOST_BYTES).decode("utf-8", "replace")
