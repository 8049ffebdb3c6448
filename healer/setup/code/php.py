"""PHP: the start behind Composer's autoloader, where each service begins, and its framework's one line."""

from __future__ import annotations

import json
import posixpath
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from healer.outcome import Rejected
from healer.setup.code import chosen
from healer.setup.code.php_lines import BUNDLE, LUMEN, NEW_BUNDLE, SDK, install, start_lines
from healer.setup.code.php_place import Begin, at_head, in_bundles
from healer.setup.code.site import WAITS, likely_part, shown, there, with_dependency, written
from healer.setup.code.tree import read_tree
from healer.setup.dependency import add_dependency
from healer.setup.plan import Part, Paste, Word, together

if TYPE_CHECKING:
    from collections.abc import Sequence

    from healer.setup.choices import Choices
    from healer.setup.code.tree import Tree
    from healer.setup.plan import Files, Splice
    from healer.setup.value import Entry, Service

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
    """A project of Composer's. `start` are the lines of `init`, `vendor` is where Composer installs. `begun` are files
    that another one starts.
    """

    service: Service
    files: Files
    choices: Choices
    start: list[str]
    vendor: str
    begun: frozenset[str] = frozenset()

    def begin(self, path: str) -> Begin:
        return Begin(path, self.vendor)

    def entries(self) -> list[Entry]:
        """What is sure, what a person says, and all that Symfony begins with."""
        return [each for each in self.service.entries if chosen.is_sure(each, self.choices) or _begins_symfony(each)]

    def read(self, path: str, data: bytes | None) -> Tree | Rejected:
        # `artisan` and `bin/console` are PHP without the ending.
        return read_tree(path if path.endswith(".php") else f"{path}.php", data)

    def held(self, path: str, tree: Tree) -> Word | None:
        return there(path) if _NAME.search(tree.source.text) else None

    def splices(self, path: str, tree: Tree, entries: Sequence[Entry]) -> list[Splice] | Rejected:
        splices: list[Splice] = []
        for made in self._all_splices(path, tree, entries):
            if isinstance(made, Rejected):
                return made
            splices.append(made)
        if any(other.at < splices[0].at for other in splices[1:]):
            return Rejected("place", "the app is made before the classes are loaded")
        return splices

    def _all_splices(self, path: str, tree: Tree, entries: Sequence[Entry]) -> list[Splice | Rejected]:
        made: list[Splice | Rejected] = []
        if path not in self.begun:
            # Laravel's file is loaded when the classes are there already; Lumen's loads them itself.
            begin = self.begin(path)
            by_head = entries[0].framework == "laravel" and begin.autoload(tree) is None
            made.append(at_head(tree, self.start) if by_head else begin.behind_autoload(tree, self.start))
        for entry in entries:
            if entry.kind == "config":
                made.append(in_bundles(tree))
            elif _is_slim(entry):
                made.append(_behind_app(tree, entry))
        return made

    def paste(self, path: str, entries: Sequence[Entry], why: str) -> Paste:
        config = any(entry.kind == "config" for entry in entries)
        lines = [] if config or path in self.begun else list(self.start)
        for entry in entries:
            if entry.kind == "config":
                lines.append(BUNDLE)
            elif _is_slim(entry):
                lines += [f"// behind what gives {entry.name or '$app'} its value:", install(entry.name)]
        return Paste(path, tuple(lines), why)


def is_app(entry: Entry) -> bool:
    """Whether a line of a framework's goes there."""
    return _is_slim(entry) or (entry.framework, entry.kind) in (("laravel", "app"), ("symfony", "config"))


def _is_slim(entry: Entry) -> bool:
    return (entry.framework, entry.kind) == ("slim", "app")


def propose(service: Service, files: Files, choices: Choices, *, named: bool) -> Part:
    """The dependency, and the lines. Nothing for a service that has none to begin with."""
    manifest = files.read(service.manifest) or b""
    if old := _older(manifest or b"{}"):
        word = Word("php-version", f"the SDK needs PHP {_LEAST}: here it is {old}", service.manifest, _NEWER)
        return Part(words=(word,))
    site = _Site(service, files, choices, start_lines(service, choices, named=named), _vendor(service, files))
    dependency = add_dependency(service, files, SDK)
    if dependency.pastes or _OWN.search(manifest):
        places = shown(site, WAITS if dependency.pastes else "the project has a namespace Splat of its own")
        return dependency + (places if places.pastes else _to_paste(site))
    lines = written(replace(site, begun=_begun(site)))
    told = together([_to_paste(site), _lumen(site), _bundle(site)])
    return with_dependency(dependency, lines, told, service, SDK)


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


def _begins_symfony(entry: Entry) -> bool:
    is_front = entry.framework == "symfony" and posixpath.basename(entry.path) in _SYMFONY
    return is_front and entry.certainty == "likely"


def _begun(site: _Site) -> frozenset[str]:
    """The files that another one starts. Of Slim and plain PHP the one does that loads the classes, once for every
    request.
    """
    entries = site.entries()
    if site.service.frameworks[:1] in (("laravel",), ("symfony",)):
        return frozenset(chosen.by_path(entries)) - {entry.path for entry in entries if entry.kind != "config"}
    paths = list(chosen.by_path(sorted(entries, key=lambda entry: entry.kind != "main")))
    trees = {path: site.read(path, site.files.read(path)) for path in paths}
    loads = [path for path, tree in trees.items() if not isinstance(tree, Rejected) and site.begin(path).autoload(tree)]
    return frozenset(paths) - set(loads[:1] or paths[:1])


def _behind_app(tree: Tree, entry: Entry) -> Splice | Rejected:
    statement = tree.statement(entry.line - 1)
    if statement is None or not entry.name.startswith("$") or statement.type != "expression_statement":
        return Rejected("place", f"the app is not bound to a name on line {entry.line}")
    return tree.behind(statement, [install(entry.name)])


def _to_paste(site: _Site) -> Part:
    """What a person has to put somewhere: at each likely place, or, where nothing is known, into the service."""
    done = {entry.path for entry in site.entries()}
    # Symfony's requests and commands are all there is; its kernel is loaded by them.
    whole = bool(done) and site.service.frameworks[:1] == ("symfony",)
    likely = [] if whole else chosen.likely_entries(site.service, site.choices, is_app)
    return likely_part(site, [[each] for each in likely if each.path not in done], begun=bool(done))


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
