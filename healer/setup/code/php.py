"""PHP: the start behind Composer's autoloader, where each service begins, and its framework's one line."""

from __future__ import annotations

import json
import posixpath
import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from healer.outcome import Rejected
from healer.setup.code import chosen
from healer.setup.code.php_lines import BUNDLE, LUMEN, NEW_BUNDLE, SDK, install, start_lines
from healer.setup.code.php_place import Begin, at_head, in_bundles
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
_NAME = re.compile(r"\bSplat\\|\bnamespace\s{1,9}Splat\b")
_OWN = re.compile(rb'"Splat\\\\')
_LEAST = "8.1"
_NEWER = "Allow a newer PHP there, then run `splat init` again."
#: One of the versions that Composer may choose from, where it names a highest one: `^7.4`, `~8.0.0`, `7.*`.
_BOUND = re.compile(r"(\^|~)?v?(\d{1,3})(?:\.(\d{1,3}|\*))?(?:\.(\d{1,3}|\*))?$")
#: Where Symfony's requests and commands begin; its kernel is made by both.
_SYMFONY = ("index.php", "app.php", "console")


@dataclass(frozen=True, slots=True)
class _Site:
    """What all files of a service share. `start` are the lines of `init`, `vendor` is where Composer installs."""

    service: Service
    files: Files
    choices: Choices
    start: list[str]
    vendor: str

    def begin(self, path: str) -> Begin:
        return Begin(path, self.vendor)

    def tree(self, path: str) -> Tree | Rejected:
        # `artisan` and `bin/console` are PHP without the ending.
        return read_tree(path if path.endswith(".php") else f"{path}.php", self.files.read(path))


def is_app(entry: Entry) -> bool:
    """Whether a line of a framework's goes there."""
    return (entry.framework, entry.kind) in (("slim", "app"), ("laravel", "app"), ("symfony", "config"))


def propose(service: Service, files: Files, choices: Choices, *, named: bool) -> Part:
    """The dependency, and the lines. Nothing for a service that has none to begin with."""
    if old := _older(files.read(service.manifest) or b"{}"):
        word = Word("php-version", f"the SDK needs PHP {_LEAST}: here it is {old}", service.manifest, _NEWER)
        return Part(words=(word,))
    site = _Site(service, files, choices, start_lines(service, choices, named=named), _vendor(service, files))
    dependency = add_dependency(service, files, SDK)
    entries = _entries(site)
    paths = list(dict.fromkeys(entry.path for entry in entries))
    if dependency.pastes or _OWN.search(files.read(service.manifest) or b""):
        own = "once the SDK is a dependency" if dependency.pastes else "the project has a namespace Splat of its own"
        pastes = [_paste(path, [each for each in entries if each.path == path], site, own) for path in paths]
        return dependency + Part(pastes=tuple(pastes)) + (_to_paste(site) if not pastes else Part())
    begins = _begins(site, entries)
    lines = together(
        [_file(path, [each for each in entries if each.path == path], site, path in begins) for path in paths]
    )
    if any(word.code == "has-splat" for word in lines.words):
        return dependency + lines
    told = together([_to_paste(site), _lumen(site), _bundle(site)])
    return (dependency if lines.changes else by_hand(dependency, service, SDK)) + lines + told


def _read_manifest(content: bytes) -> dict[str, Any]:
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _vendor(service: Service, files: Files) -> str:
    """The folder that Composer installs into."""
    config = _read_manifest(files.read(service.manifest) or b"{}").get("config")
    told = config.get("vendor-dir") if isinstance(config, dict) else None
    return posixpath.normpath(posixpath.join(service.path, told if isinstance(told, str) and told else "vendor"))


def _older(manifest: bytes) -> str:
    """The PHP that composer.json asks for, where it cannot be one that the SDK runs on; "" where it can."""
    try:
        data = json.loads(manifest)
        required, platform = data.get("require", {}).get("php"), data.get("config", {}).get("platform", {}).get("php")
    except (ValueError, RecursionError, AttributeError):
        return ""
    for wanted in (platform, required):
        parts = re.split(r"\|\|?", wanted[:200]) if isinstance(wanted, str) and wanted.strip() else []
        if parts and all(_is_below(part.strip()) for part in parts):
            return str(wanted)
    return ""


def _is_below(constraint: str) -> bool:
    found = _BOUND.match(constraint)
    if found is None:
        return False
    sign, major, minor, patch = found.groups()
    if int(major) != 8:
        return int(major) < 8
    # `^8.0` and `~8.0` go up to 9, `~8.0.0` and `8.0.*` do not.
    return minor == "0" and (sign is None or (sign == "~" and patch is not None))


def _entries(site: _Site) -> list[Entry]:
    """Where lines go: what is sure, what a person says, and all that Symfony begins with."""
    named = site.choices.entries
    return [
        entry
        for entry in site.service.entries
        if entry.certainty == "sure"
        or (entry.certainty == "likely" and (entry.path in named or _begins_symfony(entry)))
    ]  # fmt: skip


def _begins_symfony(entry: Entry) -> bool:
    return entry.framework == "symfony" and posixpath.basename(entry.path) in _SYMFONY


def _begins(site: _Site, entries: Sequence[Entry]) -> set[str]:
    """The files that start Splat. Of Slim and plain PHP the one that loads the classes, once for every request."""
    if site.service.frameworks[:1] in (("laravel",), ("symfony",)):
        return {entry.path for entry in entries if entry.kind != "config"}
    paths = dict.fromkeys(entry.path for entry in sorted(entries, key=lambda entry: entry.kind != "main"))
    trees = {path: site.tree(path) for path in paths}
    loads = [path for path, tree in trees.items() if not isinstance(tree, Rejected) and site.begin(path).autoload(tree)]
    return set(loads[:1] or list(paths)[:1])


def _file(path: str, entries: Sequence[Entry], site: _Site, begins: bool) -> Part:
    made = _change(path, entries, site, begins)
    if isinstance(made, Rejected):
        return Part(pastes=(_paste(path, entries, site, made.reason, begins=begins),))
    return made if isinstance(made, Part) else Part(changes=(made,))


def _change(path: str, entries: Sequence[Entry], site: _Site, begins: bool) -> Change | Part | Rejected:
    if why := site.files.blocked(path):
        return Rejected("blocked", f"it {why}")
    data, tree = site.files.read(path), site.tree(path)
    if isinstance(tree, Rejected) or data is None:
        return tree if isinstance(tree, Rejected) else Rejected("unreadable", "it cannot be read")
    if _NAME.search(tree.source.text):
        return Part(words=(Word("has-splat", "has Splat's SDK already: left as it is", path),))
    splices = _splices(tree, entries, site, begins)
    if isinstance(splices, Rejected):
        return splices
    if not splices:
        return Part()
    change = inserted(path, data, splices, "Splat's SDK")
    after = read_tree("after.php", change.after)
    return Rejected("place", "with the lines it would not be read any more") if isinstance(after, Rejected) else change


def _splices(tree: Tree, entries: Sequence[Entry], site: _Site, begins: bool) -> list[Splice] | Rejected:
    splices: list[Splice] = []
    for made in _all_splices(tree, entries, site, begins):
        if isinstance(made, Rejected):
            return made
        splices.append(made)
    if any(other.at < splices[0].at for other in splices[1:]):
        return Rejected("place", "the app is made before the classes are loaded")
    return splices


def _all_splices(tree: Tree, entries: Sequence[Entry], site: _Site, begins: bool) -> list[Splice | Rejected]:
    made: list[Splice | Rejected] = []
    if begins:
        # Laravel's file is loaded when the classes are there already; Lumen's loads them itself.
        begin = site.begin(entries[0].path)
        by_head = entries[0].framework == "laravel" and begin.autoload(tree) is None
        made.append(at_head(tree, site.start) if by_head else begin.behind_autoload(tree, site.start))
    for entry in entries:
        if entry.kind == "config":
            made.append(in_bundles(tree))
        elif entry.framework == "slim" and entry.kind == "app":
            made.append(_behind_app(tree, entry))
    return made


def _behind_app(tree: Tree, entry: Entry) -> Splice | Rejected:
    statement = tree.statement(entry.line - 1)
    if statement is None or not entry.name.startswith("$") or statement.type != "expression_statement":
        return Rejected("place", f"the app is not bound to a name on line {entry.line}")
    return tree.behind(statement, [install(entry.name)])


def _to_paste(site: _Site) -> Part:
    """What a person has to put somewhere: at each likely place, or, where nothing is known, into the service."""
    done = {entry.path for entry in _entries(site)}
    found = chosen.likely_entries(site.service, site.choices, is_app)
    likely = [] if _begun(site, done) else [each for each in found if each.path not in done][:_MOST_PASTES]
    why = "{name} may begin there: {why}. If it does: splat init --entry {path}"
    pastes = [
        _paste(each.path, [each], site, why.format(name=site.service.name, why=each.why, path=shlex.quote(each.path)))
        for each in likely
    ]
    if not pastes and not _entries(site):
        pastes = [_paste(site.service.path, (), site, f"where {site.service.name} begins could not be found")]
    return Part(pastes=tuple(pastes))


def _begun(site: _Site, done: set[str]) -> bool:
    """Symfony's requests and commands are all there is; its kernel is loaded by them."""
    return bool(done) and site.service.frameworks[:1] == ("symfony",)


def _lumen(site: _Site) -> Part:
    """Lumen finds no service provider by itself."""
    if b'"laravel/lumen-framework"' not in (site.files.read(site.service.manifest) or b""):
        return Part()
    path = next((entry.path for entry in site.service.entries), site.service.path)
    return Part(pastes=(Paste(path, (LUMEN,), "Lumen has to be told of the provider, where the others are"),))


def _bundle(site: _Site) -> Part:
    """A kernel that lists its bundles itself."""
    listed = any(entry.kind == "config" for entry in site.service.entries)
    if site.service.frameworks[:1] != ("symfony",) or listed:
        return Part()
    path = next((entry.path for entry in site.service.entries if entry.path.endswith("Kernel.php")), site.service.path)
    inside = b"registerBundles" in (site.files.read(path) or b"")
    return Part(
        pastes=(
            Paste(
                path, (NEW_BUNDLE if inside else BUNDLE,), "Symfony has to be told of the bundle, where the others are"
            ),
        )
    )


def _paste(path: str, entries: Sequence[Entry], site: _Site, why: str, *, begins: bool = True) -> Paste:
    config = any(entry.kind == "config" for entry in entries)
    lines = [] if config or not begins else list(site.start)
    for entry in entries:
        if entry.kind == "config":
            lines.append(BUNDLE)
        elif is_app(entry) and entry.framework == "slim":
            lines += [f"// behind what gives {entry.name or '$app'} its value:", install(entry.name)]
    return Paste(path, tuple(lines), why)
