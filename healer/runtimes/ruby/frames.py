"""Reads one line of a Ruby backtrace, in either quote style, and tells the app's files from gems."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from healer.frames import Frame
from healer.runtimes.reading import MAX_LINE, number, posix

_LINE = re.compile(
    r"(?P<lead>[\s#]{0,40})(?:(?P<place>\d{1,6}): )?(?P<called>from )?"
    r"(?P<path>[^\s#].*?):(?P<line>\d{1,9})(?::in [`'](?P<function>[^'`]{0,400})')?(?P<text>: .*)?\s*$"
)
#: What a logger put before the first line of what it was given.
_LOGGED = re.compile(
    r"(?:\[[^\]]{1,80}\] ){1,4}"
    r"|[DIWEFA], \[[^\]]{1,80}\] +[A-Z]{3,7} -- [^:/]{0,80}: "  # Ruby's own Logger
    r"|[^/]{0,120}\b(?:DEBUG|INFO|WARN|ERROR|FATAL): "
)
_FILE = re.compile(r"(?:\.(?:rb|erb|rake|ru|haml|slim|jbuilder|builder|gemspec|thor|arb)|-e|Rakefile|Gemfile|\))$")
_EVAL = re.compile(r"\(eval at (.{1,1000}):(\d{1,9})\)$")
_FOREIGN = re.compile(
    r"/gems/[^/]{1,200}-\d[^/]{0,100}/"
    r"|/bundler/gems/"
    r"|(?:^|/)(?:lib|lib64)/(?:ruby|jruby|truffleruby)/"
    r"|/rubygems-integration/"
    r"|/\.rbenv/|/\.rvm/|/\.asdf/"
    r"|(?:^|/)vendor/(?:bundle|cache|ruby)/"
    r"|^/usr/(?:local/)?bin/"
    r"|^[\w-]{1,100} \(\d[\w.]{0,40}\) "  # Rails shortens a gem's folder to `rack (3.0.8)`
)


@dataclass(frozen=True, slots=True)
class Line:
    """One printed frame. `style` says how: `head` with a message behind it, `from`, `numbered` (the newest last),
    `hash` (rspec), or `bare`.
    """

    style: str
    frame: Frame
    text: str = ""


@lru_cache(maxsize=256)  # looking ahead and looking back meet the same lines again
def read_line(line: str) -> Line | None:
    """The frame in a line of text, None when it is none."""
    if (":in `" not in line and ":in '" not in line and ".rb:" not in line) or len(line) >= MAX_LINE:
        return None
    logged = _LOGGED.match(line) if line[0] in "[0123456789DIWEFA" else None
    match = _LINE.match(line, logged.end() if logged else 0)
    if match is None or not _is_frame(match):
        return None
    text = match["text"]
    if match["called"]:
        style = "numbered" if match["place"] else "from"
    elif text:
        style = "head"
    else:
        style = "hash" if "#" in match["lead"] else "bare"
    return Line(style, _frame(match), text[2:].strip() if text else "")


def _is_frame(match: re.Match[str]) -> bool:
    if match["function"] is not None:
        return True
    text = match["text"] or ""
    return _FILE.search(match["path"]) is not None and " " not in match["path"] and not text.startswith(": warning:")


def _frame(match: re.Match[str]) -> Frame:
    path, line = match["path"], number(match["line"])
    within = in_app(path)
    if evaluated := _EVAL.match(path):
        path, line = evaluated[1], number(evaluated[2])
        within = in_app(path)
    return Frame(path, line, function=match["function"] or "", in_app=within)


def in_app(path: str) -> bool:
    """False for Ruby's own code, gems, and code that has no file (`(eval)`, `<internal:kernel>`, `-e`)."""
    if not path or path.startswith(("<", "(")) or path == "-e":
        return False
    return _FOREIGN.search(posix(path)) is None
