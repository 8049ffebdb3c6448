"""JavaScript and TypeScript: two lines in the file where each service begins, and its framework's one."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from healer.outcome import Rejected
from healer.setup.code import chosen
from healer.setup.code.javascript_apps import gives
from healer.setup.code.javascript_lines import CALLS, SDK, Style, import_line, install, start_lines
from healer.setup.code.javascript_next import next_part
from healer.setup.code.javascript_place import start_splices, style_of
from healer.setup.code.site import likely_part, shown, there, with_dependency, written
from healer.setup.code.tree import read_tree
from healer.setup.dependency import add_dependency
from healer.setup.plan import Part, Paste, Word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from healer.setup.choices import Choices
    from healer.setup.code.tree import Tree
    from healer.setup.plan import Files, Splice
    from healer.setup.value import Entry, Service

_NAME = re.compile(r"\bsplat\b")
#: What does not begin a statement of its own, but goes on with one that has no semicolon; comments may come first.
_GOES_ON = re.compile(rb"(?:\s|//[^\n]*\n|/\*(?:[^*]|\*(?!/))*\*/)*(?:[(\[`+\-]|/(?![/*]))")
_RELAY = (
    "Browsers hold no token: a server of yours in Node passes their reports on, in Express by"
    " app.use('/splat', splat.relay()). Where yours is in another language, a small one behind /splat does."
)


@dataclass(frozen=True, slots=True)
class _Site:
    """A package. `named`: its name is an option of `init`."""

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

    def entries(self) -> list[Entry]:
        sure = chosen.sure_entries(self.service, self.choices, is_app)
        browser = [each for each in self.service.entries if _for_browser([each]) and chosen.is_sure(each, self.choices)]
        return [each for each in (*sure, *browser) if each.framework != "next"]

    @property
    def begun(self) -> bool:
        """Whether a file gets the start of what runs in Node."""
        return any(each.kind != "browser" for each in self.entries())

    def start(self, style: Style, entries: Sequence[Entry]) -> list[str]:
        return start_lines(self.service, self.choices, style, named=self.named, browser=_for_browser(entries))

    def read(self, path: str, data: bytes | None) -> Tree | Rejected:
        return read_tree(path, data)

    def held(self, path: str, tree: Tree) -> Word | Rejected | None:
        if SDK in tree.source.text:
            return there(path)
        taken = _NAME.search(tree.source.text)
        return Rejected("name", "it uses the name `splat` for something else") if taken else None

    def splices(self, path: str, tree: Tree, entries: Sequence[Entry]) -> list[Splice] | Rejected:
        style = style_of(path, tree, self.package_type)
        apps = [entry for entry in entries if is_app(entry)]
        before = min((entry.line - 1 for entry in apps), default=len(tree.source.lines))
        splices = start_splices(tree, style, import_line(style), self.start(style, entries), before)
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

    def paste(self, path: str, entries: Sequence[Entry], why: str) -> Paste:
        tree = read_tree(path, self.files.read(path)) if path else Rejected("none", "")
        kind = self.package_type
        style = Style(kind == "module") if isinstance(tree, Rejected) else style_of(path, tree, kind)
        lines = [import_line(style), *([] if self._starts_elsewhere(entries) else self.start(style, entries))]
        for entry in entries:
            if is_app(entry):
                lines += [f"// behind what gives {entry.name or 'app'} its value:", install(entry, style)]
        return Paste(path, tuple(lines), why)

    def _starts_elsewhere(self, entries: Sequence[Entry]) -> bool:
        """Whether these are only more of a service that has the start in another file."""
        own = any(entry in self.entries() for entry in entries)
        return self.begun and not own and not _for_browser(entries)


def _for_browser(entries: Sequence[Entry]) -> bool:
    return any(entry.kind == "browser" for entry in entries)


def is_app(entry: Entry) -> bool:
    """Whether a line of a framework's goes there."""
    return entry.framework in CALLS and entry.kind in ("app", "factory")


def propose(service: Service, files: Files, choices: Choices, *, named: bool) -> Part:
    """The dependency, and the lines. Nothing for a service that has none to begin with."""
    site = _Site(service, files, choices, named)
    dependency = add_dependency(service, files, SDK)
    if service.manifest and dependency.pastes:
        return dependency + shown(site)
    if "next" in service.frameworks:
        lines, told = next_part(service, files, choices, named=named), Part()
    else:
        lines, told = written(site), _relay(site) + _to_paste(site)
    return with_dependency(dependency, lines, told, service, SDK)


def _relay(site: _Site) -> Part:
    word = Word("relay", "reports of the browser need a server", site.service.path, _RELAY)
    return Part(words=(word,)) if _for_browser(site.entries()) else Part()


def _to_paste(site: _Site) -> Part:
    begun = bool(site.entries())
    likely = chosen.likely_entries(site.service, site.choices, is_app)
    if not likely and not begun:
        likely = [each for each in site.service.entries if _for_browser([each])][:1]
    return likely_part(site, [[each] for each in likely], begun=begun)


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
