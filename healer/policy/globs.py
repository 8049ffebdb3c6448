"""Path globs as people write them in .gitignore, matched in time linear in path times pattern."""

from __future__ import annotations

from fnmatch import fnmatchcase


def matches(path: str, pattern: str) -> bool:
    """True when `pattern` covers `path`, a "/"-separated path from the root; letters' case makes no difference.

    A pattern without a slash matches any one part of the path, so "migrations" covers all below such a folder. With a
    slash it is anchored at the root, and what ends in "/" covers all below; "**" stands for any number of folders.
    """
    path, pattern = path.casefold(), pattern.casefold().removeprefix("./")
    if "/" not in pattern.rstrip("/"):
        parts = path.split("/")[:-1] if pattern.endswith("/") else path.split("/")
        return any(_covers(pattern.rstrip("/"), part) for part in parts)
    if pattern.endswith("/"):
        pattern += "**"
    return _anchored(path.split("/"), pattern.lstrip("/").split("/"))


def _anchored(parts: list[str], globs: list[str]) -> bool:
    """Matches part by part; `reached` holds how many parts the globs so far may have covered."""
    reached = {0}
    for glob in globs:
        if glob == "**":
            reached = set(range(min(reached), len(parts) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(parts) and _covers(glob, parts[at])}
        if not reached:
            return False
    return len(parts) in reached


def _covers(glob: str, part: str) -> bool:
    """Most globs are plain names: comparing those keeps them out of fnmatch's small cache of compiled patterns."""
    if "*" in glob or "?" in glob or "[" in glob:
        return fnmatchcase(part, glob)
    return part == glob
