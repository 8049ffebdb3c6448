"""Ruby services: Rails, Sinatra, Rack and Sidekiq, and what each loads first."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from healer.setup.looks.calls import calls
from healer.setup.looks.draft import Draft, ranked
from healer.setup.looks.files import Area, areas, aside, join
from healer.setup.value import Entry, Service

if TYPE_CHECKING:
    from collections.abc import Iterator

    from healer.setup.looks.files import Files

_GEMS = {"rails": "rails", "railties": "rails", "sinatra": "sinatra", "sidekiq": "sidekiq", "rack": "rack"}
_ORDER = ("rails", "sinatra", "rack", "sidekiq", "ruby")
_GEM = re.compile(r"""^\s{0,40}gem[\s(]{1,9}["']([\w.-]{1,100})["']""", re.MULTILINE)
_ADDED = re.compile(r"""\.add(?:_runtime|_development)?_dependency[\s(]{1,9}["']([\w.-]{1,100})["']""")
_SINATRA = re.compile(r"""^\s{0,9}require\s{1,9}["']sinatra(/base)?["']""", re.MULTILINE)
#: What only a classic app calls at the top of a file.
_ROUTE = re.compile(
    r"^(?:get|post|put|patch|delete|head|options|before|after|error|not_found|helpers|configure|set|enable)[ (]",
    re.MULTILINE,
)
_RUN = re.compile(r"^\s{0,9}run[\s(]{1,9}([^\s#][^\n#]{0,200})", re.MULTILINE)
_EXECUTABLES = re.compile(r"\.executables\s{0,9}(?:\+|\|\|)?[=<]{1,2}\s{0,9}([^\n]{1,500})")
_WORD = re.compile(r"[\w.-]{1,100}")
#: Programs that come from others, or are for who develops.
_ODD_JOBS = ("bundle", "rake", "setup", "console", "rspec", "rubocop", "dev", "rails", "spring", "yarn", "test", "lint")
#: Folders of files that are written into other projects.
_TEMPLATES = frozenset(("generators", "templates", "skeleton"))
_MOST_FILES = 200


def drafts(files: Files) -> list[Draft]:
    """Every folder with a Gemfile, a config.ru or a gemspec; then a script without any."""
    folders = [
        folder
        for folder, names in files.folders.items()
        if not aside(folder)
        and _TEMPLATES.isdisjoint(folder.split("/"))
        and any(name in ("Gemfile", "gems.rb", "config.ru") or name.endswith(".gemspec") for name in names)
    ]
    found, orphans = areas(files, folders, (".rb", ".ru", ".rake"))
    services = [draft for area in found if (draft := _draft(area))]
    lonely = Area(files, "", tuple(path for path in orphans if "/" not in path))
    draft = _draft(lonely) if lonely.owned else None
    return services + ([draft] if draft is not None and not draft.service.library else [])


def _draft(area: Area) -> Draft | None:
    gemfile = area.first(("Gemfile", "gems.rb"))
    gemspecs = [area.path(name) for name in area.names() if name.endswith(".gemspec")]
    dependencies = dict.fromkeys(_GEM.findall(area.files.text(gemfile)), gemfile) if gemfile else {}
    for path in gemspecs:
        dependencies |= dict.fromkeys(_ADDED.findall(area.files.text(path)), path)
    entries = list(_entries(area, dependencies))
    if gemspecs and _is_gem(area, gemfile):
        entries = list(_of_gem(entries, "\n".join(area.files.text(path) for path in gemspecs)))
    if not area.owned and not entries:
        return None
    certain = {entry.framework for entry in entries if entry.certainty != "unsure"}
    named = {_GEMS[name] for name in dependencies if name in _GEMS} | certain
    # Both stand on Rack.
    hidden = {"rack"} if named & {"rails", "sinatra"} else set()
    frameworks = tuple(name for name in _ORDER[:-1] if name in named - hidden) or ("ruby",)
    manifest = gemfile or (gemspecs[0] if gemspecs else "")
    lock = area.first(("Gemfile.lock", "gems.locked")) if gemfile else ""
    service = Service(
        area.folder,
        "ruby",
        area.folder.rpartition("/")[2],
        frameworks,
        "bundler" if manifest else None,
        manifest,
        lock,
        None,
        ranked(entries, frameworks),
        library=all(entry.certainty == "unsure" for entry in entries),
    )
    return Draft(service, dependencies)


def _is_gem(area: Area, gemfile: str) -> bool:
    """Whether the folder is what others install: its Gemfile, if it has one, only adds to what the gem needs."""
    return not gemfile or re.search(r"^gemspec\b", area.files.text(gemfile), re.MULTILINE) is not None


def _of_gem(entries: list[Entry], gemspec: str) -> Iterator[Entry]:
    """Nothing of a gem is sure to be an app, and of its programs only those are that it installs."""
    told = " ".join(_EXECUTABLES.findall(gemspec))
    installed = set(_WORD.findall(told))
    listed = re.search(r"\bfiles\b|\bglob\b|Dir\b", told) is not None  # by what git, or the disk, says
    for entry in entries:
        name = entry.path.rpartition("/")[2]
        if entry.framework != "ruby" or (installed and (listed or name in installed)):
            yield replace(entry, certainty="likely") if entry.certainty == "sure" else entry


def _is_rails(area: Area) -> bool:
    """Whether Rails starts it, and loads its initializers."""
    text = area.text("config/application.rb")
    starts = area.has("config/environment.rb") or "initialize!" in text + area.text("config.ru")
    return starts and "Rails" in text


def _entries(area: Area, dependencies: dict[str, str]) -> Iterator[Entry]:
    rails = _is_rails(area)
    if rails:
        yield Entry(area.path("config/application.rb"), "rails", "main", "sure", "Rails loads it before the app")
        if area.has("config/environment.rb"):
            why = "Rails, its commands and config.ru load the app through it"
            yield Entry(area.path("config/environment.rb"), "rails", "main", "likely", why)
    else:
        yield from _sinatra(area)
        yield from _rack(area)
    if "sidekiq" in dependencies:
        yield from _sidekiq(area)
    if not rails:
        yield from _programs(area, dependencies)


def _sinatra(area: Area) -> Iterator[Entry]:
    classic: list[Entry] = []
    modular: list[Entry] = []
    routes: set[str] = set()
    for path in _sources(area):
        text = area.files.text(path)
        if "inatra" not in text:
            continue
        found = _SINATRA.search(text)
        if found and not found[1]:
            line = text.count("\n", 0, found.end()) + 1
            classic.append(
                Entry(path, "sinatra", "main", "sure", '`require "sinatra"` makes this file the app', line, line)
            )
            routes |= {path} if _ROUTE.search(text) else set()
        for call in calls(path, text, lambda callee: callee.startswith("class ") and "Sinatra::" in callee)[:5]:
            why = f"`class {call.name} < {call.callee.rpartition(' ')[2]}`"
            modular.append(Entry(path, "sinatra", "app", "sure", why, call.line, call.end, call.name))
    if modular:  # what has no route itself only loads Sinatra for the classes
        classic = [entry for entry in classic if entry.path in routes]
    highest = min((entry.path.count("/") for entry in classic), default=0)
    alone = sum(entry.path.count("/") == highest for entry in classic) == 1
    for entry in classic:  # which of several is run, and which are loaded by it, nobody says
        sure = alone and entry.path.count("/") == highest
        yield entry if sure else replace(entry, certainty="unsure" if alone else "likely")
    yield from modular


def _rack(area: Area) -> Iterator[Entry]:
    text = area.text("config.ru")
    run = _RUN.search(text)
    if not text:
        return
    framework = (
        "sinatra" if "inatra" in text or any("inatra" in area.files.text(path) for path in _sources(area)) else "rack"
    )
    line = text.count("\n", 0, run.start(1)) + 1 if run else 0
    why = f"`run {run[1].strip()[:80]}`" if run else "Rack servers load it"
    yield Entry(area.path("config.ru"), framework, "config", "sure" if run else "likely", why, line, line)


def _sidekiq(area: Area) -> Iterator[Entry]:
    for path in _sources(area, "sidekiq"):
        text = area.files.text(path)
        for call in calls(path, text, lambda callee: callee == "Sidekiq.configure_server")[:1]:
            yield Entry(
                path, "sidekiq", "config", "sure", "`Sidekiq.configure_server` stands there", call.line, call.end
            )
    if area.has("config/sidekiq.yml"):
        yield Entry(area.path("config/sidekiq.yml"), "sidekiq", "config", "unsure", "Sidekiq reads its options there")


def _sources(area: Area, word: str = "") -> list[str]:
    """The Ruby files that may make an app, those with a telling name or place first."""
    kept = [path for path in area.owned if path.endswith(".rb") and not aside(path) and "/db/" not in f"/{path}"]
    return sorted(kept, key=lambda path: (word not in path, path.count("/"), path))[:_MOST_FILES]


def _programs(area: Area, dependencies: dict[str, str]) -> Iterator[Entry]:
    """A program without a framework: what lies in `bin` or `exe`, or runs by `__FILE__ == $0`."""
    for folder in ("exe", "bin"):
        for name in area.files.folders.get(area.path(folder), ()):
            path = join(area.path(folder), name)
            if name not in _ODD_JOBS and _is_ruby(area, path):
                yield Entry(path, "ruby", "main", "likely", f"it is a program in `{folder}/`")
    for name in area.names():
        if "." not in name and name not in ("Gemfile", "Rakefile") and _is_ruby(area, area.path(name)):
            yield Entry(area.path(name), "ruby", "main", "likely", "it is a program")
    for path in [path for path in _sources(area) if path.count("/") <= area.folder.count("/") + 1]:
        text = area.files.text(path)
        found = re.search(
            r"^if (__FILE__ == (\$0|\$PROGRAM_NAME)|(\$0|\$PROGRAM_NAME) == __FILE__)", text, re.MULTILINE
        )
        if found:
            line = text.count("\n", 0, found.start()) + 1
            yield Entry(path, "ruby", "main", "likely", "it runs by `if __FILE__ == $0`", line, line)


def _is_ruby(area: Area, path: str) -> bool:
    return path.endswith(".rb") or re.match(r"#![^\n]{0,80}ruby", area.files.text(path)) is not None
