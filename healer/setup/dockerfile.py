"""Where an image has a service's code: what its Dockerfile copies where, as far as that is certain."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from healer.setup.plan import Files

_MOST_BYTES, _MOST_PATHS = 100_000, 4
_PLAIN = re.compile(r"[\w./-]{1,200}")


def copied(folder: str, files: Files) -> dict[str, str]:
    """Absolute path in the image to folder of the repository, by `folder`'s Dockerfile. {} where it is not certain.

    A Dockerfile does not say what it is built from: its own folder, or the top. Only where all that it copies is found
    from one of the two, and not from the other, is it known.
    """
    copies = list(_copies((files.read(posixpath.join(folder, "Dockerfile")) or b"")[:_MOST_BYTES]))
    tracked = files.paths()
    fitting = [
        context
        for context in (folder, "")
        if all(_is_there(_join(context, source), files, tracked) for source, _ in copies if source != ".")
    ]
    if len(fitting) != 1 or not any(source != "." for source, _ in copies):
        return {}
    told = {place: _join(fitting[0], source) for source, place in copies if place}
    paths = {place: path for place, path in told.items() if place != "/" and path and files.is_folder(path)}
    return dict(list(paths.items())[:_MOST_PATHS])


def _join(context: str, source: str) -> str:
    path = posixpath.normpath(posixpath.join(context, source.lstrip("/")))
    return "" if path == "." else path


def _is_there(path: str, files: Files, tracked: frozenset[str]) -> bool:
    return path in tracked or files.is_folder(path)


def _copies(content: bytes) -> Iterator[tuple[str, str]]:
    """Source, and where it is in the image of the last stage: "" where that is not known."""
    text = re.sub(r"\\[ \t]{0,20}\r?\n", " ", content.decode("utf-8", "replace"))
    workdir = ""
    last = max((number for number, line in enumerate(text.splitlines()) if line[:5].upper() == "FROM "), default=0)
    for line in text.splitlines()[last:]:
        verb, *words = line.split() or [""]
        if verb.upper() == "WORKDIR" and len(words) == 1:
            workdir = _absolute(words[0].strip("\"'"), workdir)
        if verb.upper() not in ("COPY", "ADD") or any(word.startswith("--from") for word in words):
            continue
        names = [word for word in words if not word.startswith("--")]
        *sources, place = names if all(_PLAIN.fullmatch(name) for name in names) and len(names) > 1 else ["", ""]
        for source in sources:
            if source:
                yield posixpath.normpath(source), _absolute(place, workdir)


def _absolute(place: str, workdir: str) -> str:
    if not _PLAIN.fullmatch(place) or not (place.startswith("/") or workdir):
        return ""
    return posixpath.normpath(posixpath.join(workdir, place))
