"""S4: a printed path as the app's root sees it, the same on every host and in every release."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from healer.signature.text import field

if TYPE_CHECKING:
    from healer.frames import RuntimeName

_URL = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]{1,20})://[^/]*([^\n]*)$")
_DRIVE = re.compile(r"^/?[A-Za-z]:/")
_LAYER = re.compile(r"^/?\([0-9A-Za-z_-]+\)/")
_RUN = re.compile(r"[0-9A-Za-z]+")
_HASH = re.compile(r"^[0-9a-f]{8,64}$")
_DIGIT = re.compile(r"[0-9]")


def root_relative(path: str, root: str = "", runtime: RuntimeName | None = None) -> str:
    """The path below `root` with forward slashes; below nothing when `root` is "" or not above it.

    A URL loses scheme, host and query; a Windows path its drive; a bundle's name (JavaScript) its content hash.
    """
    absolute, segments = _split(path)
    root_absolute, above = _split(root)
    if above and absolute == root_absolute and len(segments) > len(above) and segments[: len(above)] == above:
        segments = segments[len(above) :]
    if runtime == "javascript" and segments:
        segments[-1] = _RUN.sub(lambda run: _unhashed(run.group(), run.start()), segments[-1])
    return "/".join(segments)


def _split(path: str) -> tuple[bool, list[str]]:
    path = field(path).replace("\\", "/")
    if url := _URL.match(path):
        scheme, path = url.group(1).lower(), re.split(r"[?#]", url.group(2), maxsplit=1)[0]
        if scheme != "file":
            path = (_LAYER.sub("", path) if scheme.startswith("webpack") else path).lstrip("/")
    path = _DRIVE.sub("/", path)
    absolute = path.startswith("/")
    segments: list[str] = []
    for segment in path.split("/"):
        if segment == ".." and (absolute or segments) and segments[-1:] != [".."]:
            segments[-1:] = []
        elif segment not in ("", "."):
            segments.append(segment)
    return absolute, segments


def _unhashed(run: str, start: int) -> str:
    return "*" if start and _HASH.match(run) and _DIGIT.search(run) else run
