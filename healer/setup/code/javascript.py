"""JavaScript and TypeScript: two lines in the file where each service begins, and its framework's one."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from healer.outcome import Rejected
from healer.setup.code import chosen
from healer.setup.code.javascript_apps import gives
from healer.setup.code.javascript_lines import CALLS, SDK, Style, import_line, install, start_lines
from healer.setup.code.javascript_next import next_part
from healer.setup.code.javascript_place import start_splices, style_of
from healer.setup.code.tree import read_tree
from healer.setup.dependency import add_dependency, by_hand
from healer.setup.plan import Part, Paste, Word, inserted, together

if TYPE_CHECKING:
    from collections.abc import Sequence

    from healer.setup.choices import Choices
    from healer.setup.code.tree import Tree
    from healer.setup.plan import Change, Files, Splice
    from healer.setup.value import Entry, Service

_MOST_PASTES = 4
_NAME = re.compile(r"\bsplat\b")
#: What does not begin a statement of its own, but goes on with one that has no semicolon; comments may come first.
_GOES_ON = re.compile(rb"(?:\s|//[^\n]*\n|/\*(?:[^*]|\*(?!/))*\*/)*(?:[(\[`+\-]|/(?![/*]))")
_RELAY = "Browsers hold no token: your server passes their reports on. In Express: app.use('/splat', splat.relay())"


@dataclass(frozen=True, slots=True)
class _Site:
    service: Service
    files: Files
    choices: Choices
    named: bool

    @property
    def package_type(self) -> str:
        """`type` of package.json."""
        try:
            manifest = json.loads(self.files.read(self.service.manifest) or b"{}")
        except (ValueError, RecursionError):
            return ""
        return str(manifest.get("type", "")) if isinstance(manifest, dict) else ""

    def start(self, style: Style, *, browser: bool) -> list[str]:
        return start_lines(self.service, self.choices, style, named=self.named, browser=browser)


def is_app(entry: Entry) -> bool:
    """Whether a line of a framework's goes there."""
    return entry.framework in CALLS and entry.kind in ("app", "factory")


def propose(service: Service, files: Files, choices: Choices, *, named: bool) -> Part:
    """The dependency, and the lines. Nothing for a service that has none to begin with."""
    site = _Site(service, files, choices, named)
    dependency = add_dependency(service, files, SDK)
    lines = together(list(_parts(site)))
    if service.manifest and dependency.pastes:  # without the dependency the app would not start any more
        told = "once the SDK is a dependency"
        pastes = [
            _paste(path, [each for each in _sure(site) if each.path == path], site, told) for path in _paths(site)
        ]
        return dependency + Part(pastes=tuple(pastes))
    used = lines.changes or any(word.code == "has-splat" for word in lines.words)
    return (dependency if used else by_hand(dependency, service, SDK)) + lines


def _paths(site: _Site) -> list[str]:
    return list(dict.fromkeys(entry.path for entry in _sure(site)))


def _sure(site: _Site) -> list[Entry]:
    sure = chosen.sure_entries(site.service, site.choices, is_app)
    browser = [entry for entry in site.service.entries if entry.kind == "browser" and entry.certainty == "sure"]
    return [entry for entry in sure if entry.framework != "next"] + [
        each for each in browser if each.framework != "next"
    ]


def _parts(site: _Site) -> list[Part]:
    if "next" in site.service.frameworks:
        return [next_part(site.service, site.files, site.choices, named=site.named)]
    parts = [_file(path, site) for path in _paths(site)]
    if any(word.code == "has-splat" for part in parts for word in part.words):
        return parts
    if any(entry.kind == "browser" for entry in _sure(site)):
        parts.append(Part(words=(Word("relay", "reports of the browser need a server", site.service.path, _RELAY),)))
    return [*parts, _to_paste(site)]


def _file(path: str, site: _Site) -> Part:
    entries = [entry for entry in _sure(site) if entry.path == path]
    made = _change(path, entries, site)
    if isinstance(made, Rejected):
        return Part(pastes=(_paste(path, entries, site, made.reason),))
    return made if isinstance(made, Part) else Part(changes=(made,))


def _change(path: str, entries: Sequence[Entry], site: _Site) -> Change | Part | Rejected:
    if why := site.files.blocked(path):
        return Rejected("blocked", f"it {why}")
    data = site.files.read(path)
    tree = read_tree(path, data)
    if isinstance(tree, Rejected) or data is None:
        return tree if isinstance(tree, Rejected) else Rejected("unreadable", "it cannot be read")
    if SDK in tree.source.text:
        return Part(words=(Word("has-splat", "has Splat's SDK already: left as it is", path),))
    if _NAME.search(tree.source.text):
        return Rejected("name", "it uses the name `splat` for something else")
    style = style_of(path, tree, site.package_type)
    splices = _splices(tree, style, entries, site)
    if isinstance(splices, Rejected):
        return splices
    change = inserted(path, data, splices, "Splat's SDK")
    after = read_tree(path, change.after)
    return Rejected("place", "with the lines it would not be read any more") if isinstance(after, Rejected) else change


def _splices(tree: Tree, style: Style, entries: Sequence[Entry], site: _Site) -> list[Splice] | Rejected:
    browser = any(entry.kind == "browser" for entry in entries)
    apps = [entry for entry in entries if is_app(entry)]
    before = min((entry.line - 1 for entry in apps), default=len(tree.source.lines))
    splices = start_splices(tree, style, import_line(style), site.start(style, browser=browser), before)
    if isinstance(splices, Rejected):
        return splices
    for entry in apps:
        splice = _behind(tree, style, entry)
        if isinstance(splice, Rejected):
            return splice
        if any(splice.at < other.at for other in splices):
            return Rejected("place", "the app is made among the imports")
        splices.append(splice)
    return splices if style.end else [_ended(tree, splice) for splice in splices]


def _behind(tree: Tree, style: Style, entry: Entry) -> Splice | Rejected:
    """The line behind what makes an app, where that is certain."""
    statement = tree.statement(entry.line - 1)
    if statement is None or not entry.name or "." in entry.name.removeprefix("this."):
        return Rejected("place", f"the app is not bound to a name on line {entry.line}")
    splice = tree.behind(statement, [install(entry, style)])
    if isinstance(splice, Rejected) or gives(tree, statement, entry):
        return splice
    return Rejected("place", f"whether `{entry.name}` is the app is not certain on line {entry.line}")


def _ended(tree: Tree, splice: Splice) -> Splice:
    """With a semicolon where the code behind it would be taken for more of the same expression."""
    if not _GOES_ON.match(tree.source.data[splice.at :]):
        return splice
    text = splice.added.rstrip()
    return replace(splice, added=text + b";" + splice.added[len(text) :])


def _to_paste(site: _Site) -> Part:
    likely = chosen.likely_entries(site.service, site.choices, is_app)[:_MOST_PASTES]
    why = "{name} may begin there: {why}. If it does: splat init --entry {path}"
    begun = any(each.kind != "browser" for each in _sure(site))
    pastes = [
        _paste(
            each.path,
            [each],
            site,
            why.format(name=site.service.name, why=each.why, path=shlex.quote(each.path)),
            begun=begun,
        )
        for each in likely
    ]
    if not pastes and not _sure(site):
        pastes = [_paste(site.service.path, (), site, f"where {site.service.name} begins could not be found")]
    return Part(pastes=tuple(pastes))


def _paste(path: str, entries: Sequence[Entry], site: _Site, why: str, *, begun: bool = False) -> Paste:
    """The lines of these places of one file. `begun`: another file has the start."""
    tree = read_tree(path, site.files.read(path)) if path else Rejected("none", "")
    style = (
        Style(site.package_type == "module") if isinstance(tree, Rejected) else style_of(path, tree, site.package_type)
    )
    browser = any(entry.kind == "browser" for entry in entries)
    lines = [import_line(style), *([] if begun and not browser else site.start(style, browser=browser))]
    for entry in entries:
        if is_app(entry):
            lines += [f"// behind what gives {entry.name or 'app'} its value:", install(entry, style)]
    return Paste(path, tuple(lines), why)
