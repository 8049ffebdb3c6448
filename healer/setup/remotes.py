"""A remote's address, as git prints it, read as a host, an owner and a repository."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from healer.setup.value import Forge, Remote

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_LONGEST = 2_000
_URL = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]{0,20})://(?:[^@/]{0,500}@)?(?P<host>[^/:@]{1,255})(?::(?P<port>\d{1,5}))?/(?P<path>.+)"
)
_SCP = re.compile(r"(?:[^@/:]{1,100}@)?(?P<host>[^/:@]{2,255}):(?P<path>[^:].*)")
_OWNER, _NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}"), re.compile(r"[A-Za-z0-9_.-]{1,100}")
#: Hosts that have a name of their own for the same thing.
_SAME = {"www.github.com": "github.com", "ssh.github.com": "github.com"}
#: Forges of others, by host or its beginning.
_OTHERS = re.compile(
    r"(gitlab|bitbucket|gitea|forgejo|codeberg|gerrit|phabricator)\.|([\w-]{1,60}\.)?(gitlab\.com|bitbucket\.org|codeberg\.org)$"
    r"|(ssh\.)?dev\.azure\.com$|[\w-]{1,60}\.visualstudio\.com$|git\.sr\.ht$|(git-codecommit\.|source\.developers\.)"
    r"|(gitee|huggingface)\.|([\w-]{1,60}\.)?heroku\.com$|gitlab-"
)


def remote(name: str, address: str, real_host: Callable[[str], str] = str) -> Remote:
    """The remote `name` at `address`. `real_host` says what a name of the user's ssh configuration stands for."""
    found = _parts(address)
    if found is None:
        return Remote(name, "", "", "", "other")
    host, path, is_ssh = found
    host = real_host(host) if is_ssh else host
    host = _SAME.get(host.lower(), host.lower())
    parts = [part for part in path.split("?")[0].split("/") if part]
    owner, repository = (parts[0], parts[1].removesuffix(".git")) if len(parts) == 2 else ("", "")
    if not (_OWNER.fullmatch(owner) and _NAME.fullmatch(repository)) or repository in (".", ".."):
        return Remote(name, host, "", "", "other")
    return Remote(name, host, owner, repository, _forge(host))


def _parts(address: str) -> tuple[str, str, bool] | None:
    """Host, path and whether ssh reads the host's name; None for what is on this machine or cannot be read."""
    if len(address) > _LONGEST or address.startswith((".", "/", "~", "\\")):
        return None
    if found := _URL.fullmatch(address):
        scheme, host, port = found["scheme"], found["host"], found["port"]
        if scheme in ("http", "https"):
            usual = {"http": "80", "https": "443"}[scheme]
            return f"{host}:{port}" if port and port != usual else host, found["path"], False
        return (host, found["path"], "ssh" in scheme) if scheme in ("ssh", "git", "git+ssh", "ssh+git") else None
    if "://" in address or "::" in address:
        return None
    found = _SCP.fullmatch(address)
    return (found["host"], found["path"], True) if found else None


def _forge(host: str) -> Forge:
    if host == "github.com":
        return "github"
    # A name without a dot that ssh's configuration does not explain cannot be reached by the API.
    bare = "." not in host and not host.startswith("localhost")
    return "other" if bare or _OTHERS.match(host) else "enterprise"


def first(remotes: Sequence[Remote], hints: Mapping[str, str]) -> tuple[Remote, ...]:
    """`remotes`, with the one that Splat would use in front: what gh was told, what the branch follows, `origin`.

    `hints` are git's settings by their small name, with `branch` for the remote that the current branch follows.
    """
    told = [remote.name for remote in remotes if hints.get(f"remote.{remote.name}.gh-resolved") == "base"]
    wanted = [*told, hints.get("branch", ""), "origin", "upstream"]

    def rank(remote: Remote) -> tuple[bool, int, str]:
        place = wanted.index(remote.name) if remote.name in wanted else len(wanted)
        return remote.forge == "other", place, remote.name

    return tuple(sorted(remotes, key=rank))
