"""The tools Claude may call: reading, from the base commit's git objects, within limits. An answer is always text."""

from __future__ import annotations

import json
import time
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import TYPE_CHECKING, Any

from healer.proposal.fence import middle_out, source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from healer.context import Tree
    from healer.proposal.model import ToolCall

_LINES = 400
_CHARACTERS = 16_000
_LISTED = 200
_HITS = 40
_HIT_WIDTH = 200
_SEARCHED_FILES = 3_000
_SEARCH_SECONDS = 2.0
#: Files whose only use is to hold a credential are nobody's business here, tracked or not.
_CLOSED = (
    ".env",
    ".env.*",
    "*.pem",
    "*.key",
    "*.p12",
    "*.pfx",
    "*.keystore",
    "id_rsa*",
    "id_ed25519*",
    ".npmrc",
    ".pypirc",
    ".netrc",
)
_EXAMPLES = (".env.example", ".env.sample", ".env.template", ".env.dist")


@cache
def definitions() -> tuple[Mapping[str, Any], ...]:
    """The tools as a request names them."""
    return tuple(json.loads(files("healer.prompts").joinpath("tools.json").read_bytes()))


class Librarian:
    """Answers tool calls about one tree, and remembers which files it read out. `first` are paths to search first."""

    def __init__(self, tree: Tree, first: Iterable[str] = ()) -> None:
        self._tree = tree
        self._first = frozenset(first)
        self.read: dict[str, None] = {}

    def answer(self, call: ToolCall) -> tuple[str, bool]:
        """What to tell Claude, and whether that is an error. Never raises over what was asked."""
        try:
            return source(middle_out(self._dispatch(call.name, call.arguments), _CHARACTERS)), False
        except _CannotError as problem:
            return str(problem), True

    def _dispatch(self, name: str, arguments: Any) -> str:
        if not isinstance(arguments, dict):
            raise _CannotError("The arguments are not an object.")
        if name == "read_file":
            return self._read_file(
                _text(arguments, "path"), _number(arguments, "first", 1), _number(arguments, "last", 0)
            )
        if name == "search":
            return self._search(_text(arguments, "text"), _text(arguments, "path_prefix", ""))
        if name == "list_files":
            return self._list_files(_text(arguments, "prefix", ""))
        raise _CannotError(f"There is no tool {name[:60]!r}: there are read_file, search and list_files.")

    def _read_file(self, path: str, first: int, last: int) -> str:
        lines = _lines(self._content(path))
        first = max(1, first)
        if first > max(1, len(lines)):
            raise _CannotError(f"{path} has {len(lines)} lines.")
        last = min(len(lines), last if last >= first else len(lines), first + _LINES - 1)
        self.read[path] = None
        body = "\n".join(f"{number:>5}| {line}" for number, line in enumerate(lines[first - 1 : last], first))
        rest = f"\n(lines {first} to {last} of {len(lines)})" if (first, last) != (1, len(lines)) else ""
        return f"{path}\n{body}{rest}"

    def _content(self, path: str) -> str:
        if path not in self._tree.paths():
            raise _CannotError("That is no tracked file of the repository; list_files shows what there is.")
        if _closed(path):
            raise _CannotError("Files that hold credentials are not shown.")
        content = self._tree.read(path)
        if content is None:
            raise _CannotError("That file is too large to be shown, or git has only a pointer to it.")
        if b"\x00" in content[:8_000]:
            raise _CannotError("That file is binary.")
        return content.decode("utf-8", "replace")

    def _search(self, text: str, prefix: str) -> str:
        if not text.strip() or "\n" in text or len(text) > 300:
            raise _CannotError("Give one line of text to search for, up to 300 characters.")
        wanted = [path for path in self._tree.paths() if path.startswith(prefix) and not _closed(path)]
        wanted.sort(key=lambda path: (path not in self._first, path))
        hits: list[str] = []
        until, searched = time.monotonic() + _SEARCH_SECONDS, 0
        for path in wanted[:_SEARCHED_FILES]:
            if len(hits) >= _HITS or time.monotonic() > until:
                break
            hits += islice(self._hits(path, text), _HITS - len(hits))
            searched += 1
        end = "" if searched == len(wanted) else f"\n(searched {searched} of {len(wanted)} files: narrow path_prefix)"
        return ("\n".join(hits) or "No line contains that text.") + end

    def _hits(self, path: str, text: str) -> Iterator[str]:
        content = self._tree.read(path)
        if content is None or b"\x00" in content[:8_000] or text.encode("utf-8", "replace") not in content:
            return
        for number, line in enumerate(_lines(content.decode("utf-8", "replace")), 1):
            if text in line:
                yield f"{path}:{number}: {line.strip()[:_HIT_WIDTH]}"

    def _list_files(self, prefix: str) -> str:
        found = sorted(path for path in self._tree.paths() if path.startswith(prefix))
        if not found:
            raise _CannotError("No tracked path begins so; an empty prefix lists from the start.")
        rest = f"\n(and {len(found) - _LISTED} more: lengthen the prefix)" if len(found) > _LISTED else ""
        return "\n".join(found[:_LISTED]) + rest


class _CannotError(Exception):
    """What was asked cannot be had; the message is for Claude."""


def _text(arguments: Mapping[str, Any], key: str, default: str | None = None) -> str:
    value = arguments.get(key, default)
    if not isinstance(value, str) or len(value) > 4_096:
        raise _CannotError(f"`{key}` must be a string of at most 4096 characters.")
    return value


def _number(arguments: Mapping[str, Any], key: str, default: int) -> int:
    value = arguments.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int):
        raise _CannotError(f"`{key}` must be a whole number.")
    return value


def _lines(content: str) -> list[str]:
    # Not splitlines(): it also breaks at form feeds and the like, and then no number is an editor's number.
    return content.removesuffix("\n").replace("\r\n", "\n").split("\n")


def _closed(path: str) -> bool:
    name = path.rpartition("/")[2].lower()
    return any(fnmatchcase(name, glob) for glob in _CLOSED) and name not in _EXAMPLES
