"""S4: a path as the app's root sees it, the same on every host and in every release."""

from __future__ import annotations

from functools import lru_cache

from splat.signature.text import field

TYPE_CHECKING = False  # `import splat` may not load typing
if TYPE_CHECKING:
    from typing import List, Tuple


@lru_cache(maxsize=4096)
def root_relative(path: str, root: str = "") -> str:
    """The path below `root` with forward slashes; below nothing when `root` is "" or not above it.

    A URL loses scheme, host and query, a Windows path its drive.
    """
    inside = segments(path)[1]
    if below(path, root):
        inside = inside[len(segments(root)[1]) :]
    return "/".join(inside)


def below(path: str, folder: str) -> bool:
    """Whether the path lies inside the folder; never when the folder has no segment."""
    absolute, inside = segments(path)
    folder_absolute, above = segments(folder)
    return bool(above) and absolute == folder_absolute and len(inside) > len(above) and inside[: len(above)] == above


@lru_cache(maxsize=4096)
def segments(path: str) -> Tuple[bool, Tuple[str, ...]]:
    """Whether the path is absolute, and its segments with `.` and `..` worked out."""
    path = field(path).replace("\\", "/")
    if "://" in path:
        path = _without_host(path)
    path = _without_drive(path)
    absolute = path.startswith("/")
    made: List[str] = []
    for segment in path.split("/"):
        if segment == ".." and (absolute or made) and made[-1:] != [".."]:
            made[-1:] = []
        elif segment not in ("", "."):
            made.append(segment)
    return absolute, tuple(made)


def _without_host(path: str) -> str:
    import re  # few paths are URLs

    url = re.match(r"([A-Za-z][A-Za-z0-9+.-]{1,20})://[^/]*(.*)\Z", path)
    if not url:
        return path
    scheme, path = url.group(1).lower(), re.split(r"[?#]", url.group(2), maxsplit=1)[0]
    if scheme == "file":
        return path
    if scheme.startswith("webpack"):
        path = re.sub(r"\A/?\([0-9A-Za-z_-]+\)/", "", path)
    return path.lstrip("/")


def _without_drive(path: str) -> str:
    start = 1 if path.startswith("/") else 0
    letter = path[start : start + 1]
    has_drive = letter.isascii() and letter.isalpha() and path[start + 1 : start + 3] == ":/"
    return path[start + 2 :] if has_drive else path
