"""Every frame of a report that lies in the tree, found again where it is now."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from healer.context.locate import Place, Then, locate
from healer.context.names import function_names
from healer.context.paths import Finder
from healer.context.sourcemap import MOST_BYTES, map_reference, original
from healer.context.value import Archive, Suspect
from healer.runtimes.layout import folder_of, join

if TYPE_CHECKING:
    from collections.abc import Mapping

    from healer.context.paths import Candidate
    from healer.context.sources import Library
    from healer.context.value import Tree
    from healer.frames import Frame
    from healer.report import Report

#: Deep recursion repeats itself: this many frames from each end of an exception say all there is.
_FRAMES = 120
_EXCEPTIONS = 30
_MOST_MAPPED = 20


class Detective:
    """Finds suspects of one report in one tree; remembers what it found for each frame."""

    def __init__(self, report: Report, tree: Tree, library: Library, mapping: Mapping[str, str]) -> None:
        self._report = report
        self._library = library
        self._archive = tree if isinstance(tree, Archive) and report.release else None
        self._finder = Finder(library.files, mapping, library.content)
        self._known: dict[tuple[str, int | None, str, str], Place | None] = {}
        self._found: dict[tuple[str, bool], tuple[Candidate, ...]] = {}
        self._homes: dict[str, int] = {}
        self._old: dict[str, list[str]] = {}
        self._mapped = 0

    def suspects(self) -> tuple[Suspect, ...]:
        """From the outermost call to the crash; causes first, the surfaced exception's frames last."""
        frames = [
            frame for exception in reversed(self._report.exceptions[:_EXCEPTIONS]) for frame in _ends(exception.frames)
        ]
        # Frames with one answer first: where they lie settles the others.
        for frame in sorted(frames, key=lambda frame: len(self._candidates(frame))):
            self._place(frame)
        places = [(frame, self._place(frame)) for frame in frames]
        return tuple(Suspect(frame, place.path, place.line, place.function) for frame, place in places if place)

    def _candidates(self, frame: Frame) -> tuple[Candidate, ...]:
        key = (frame.path, frame.in_app)
        if key not in self._found:
            self._found[key] = self._finder.find(frame.path, in_app=frame.in_app)
        return self._found[key]

    def _place(self, frame: Frame) -> Place | None:
        # The same frame again, as in recursion, costs nothing.
        key = (frame.path, frame.line, frame.function, frame.source)
        if key not in self._known:
            self._known[key] = self._search(frame)
        return self._known[key]

    def _search(self, frame: Frame) -> Place | None:
        candidates = self._candidates(frame)
        places = [(candidate, place) for candidate in candidates if (place := self._at(frame, candidate)) is not None]
        if not places:
            return None
        candidate, place = max(places, key=lambda pair: self._weight(*pair))
        unsure = not place.proven and (len(candidates) > 1 or bool(function_names(frame.function)))
        if unsure and ((candidate.depth == 1 and not candidate.whole) or not candidate.exact):
            return None
        home = _home(candidate)
        self._homes[home] = self._homes.get(home, 0) + 1
        return self._unbuilt(frame, place)

    def _weight(self, candidate: Candidate, place: Place) -> tuple[int, int, bool, int]:
        """What the place says, then where other frames were found, then the shorter path."""
        return (place.trust, self._homes.get(_home(candidate), 0), candidate.whole, -candidate.path.count("/"))

    def _at(self, frame: Frame, candidate: Candidate) -> Place | None:
        then = Then.of(frame.source, frame.pre_context, frame.post_context)
        if not then.text or not then.before + then.after:
            then = self._then(frame, candidate, then)
        return locate(frame, candidate.path, self._library, then=then, exact=candidate.exact)

    def _then(self, frame: Frame, candidate: Candidate, told: Then) -> Then:
        """The line as it stood in the release that crashed; what the frame told where that is unknown or not it."""
        if self._archive is None or frame.line is None or not candidate.exact:
            return told
        if candidate.path not in self._old:
            content = self._archive.read_at(self._report.release, candidate.path)
            self._old[candidate.path] = content.decode("utf-8", "replace").split("\n") if content else []
        lines, number = self._old[candidate.path], frame.line
        if number > len(lines):
            return told
        then = Then.of(lines[number - 1], lines[max(0, number - 9) : number - 1], lines[number : number + 8])
        return then if told.text in ("", then.text) else told

    def _unbuilt(self, frame: Frame, place: Place) -> Place:
        """The place in the source that a built file came from, by the map beside it; else the place itself."""
        if self._report.runtime != "javascript" or self._mapped >= _MOST_MAPPED:
            return place
        content = self._library.content(place.path, always=True)
        reference, inline = map_reference(content) if content else ("", b"")
        beside = join(folder_of(place.path), reference) if reference else None
        beside = beside if beside in self._library.files else f"{place.path}.map"
        held = inline or (self._library.content(beside, always=True) if beside in self._library.files else None)
        if not held or len(held) > MOST_BYTES:
            return place
        self._mapped += 1
        came_from = original(held, frame.line or place.line, frame.column)
        if came_from is None:
            return place
        for path in self._sources(came_from.source, place.path if inline else beside):
            lines = self._library.lines(path)
            if came_from.line <= len(lines):
                module = self._library.module(path, always=True)
                around = module.around(came_from.line, "function") if module else None
                return Place(path, came_from.line, around.qualified if around else "", place.trust)
        return place

    def _sources(self, source: str, beside: str) -> list[str]:
        """The tracked files that a map's source may be: relative to the map, else by its end."""
        near = None if "://" in source else join(folder_of(beside), posixpath.normpath(source.lstrip("/")))
        if near in self._library.files:
            return [near]
        return [candidate.path for candidate in self._finder.find(source) if candidate.exact]


def _ends(frames: tuple[Frame, ...]) -> tuple[Frame, ...]:
    return frames if len(frames) <= 2 * _FRAMES else frames[:_FRAMES] + frames[-_FRAMES:]


def _home(candidate: Candidate) -> str:
    """The folder of the tree that the runtime's paths start from, as far as this candidate tells."""
    return "/".join(candidate.path.split("/")[: -candidate.depth])
