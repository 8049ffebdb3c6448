"""Ruby: an initializer for Rails; else the lines in config.ru, in a Sinatra app, or where Sidekiq is set up."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from healer.outcome import Rejected
from healer.setup.code import chosen
from healer.setup.code.ruby_lines import INITIALIZER, REQUIREMENT, SDK, USE, Style, require_line, start_lines
from healer.setup.code.ruby_place import class_splice, require_splice, start_splice, style_of
from healer.setup.code.site import WAITS, likely_part, shown, there, with_dependency, written
from healer.setup.code.tree import read_tree
from healer.setup.dependency import add_dependency
from healer.setup.plan import Part, Paste, created, inserted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from healer.setup.choices import Choices
    from healer.setup.code.tree import Tree
    from healer.setup.plan import Files, Splice, Word
    from healer.setup.value import Entry, Service

_MOST_INITIALIZERS = 100
#: By this `splat init --remove` knows the initializer.
_HEAD = "# Written by `splat init`: what goes wrong becomes an issue."
_HAS = re.compile(r"\bSplat\.init\b|\bSplat::(?:Rack|Sidekiq)\b|\brequire[\s(]{1,9}[\"']splat(?:-sdk)?[\"']")
#: A Gemfile that only adds to what the gem of its folder needs.
_GEM = re.compile(rb"^gemspec\b", re.MULTILINE)
_BUNDLED = re.compile(r"^[^#\n]{0,80}\bBundler\.require\b", re.MULTILINE)
_TAKEN = re.compile(r"^\s{0,40}(?:class|module)\s{1,9}(?:::)?Splat\b|^\s{0,40}Splat\s{0,9}=", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Site:
    """An app or a gem. `named`: its name is an option of `init`."""

    service: Service
    files: Files
    choices: Choices
    named: bool

    def start(self, style: Style) -> list[str]:
        return start_lines(self.service, self.choices, style, named=self.named)

    def path(self, name: str) -> str:
        return posixpath.join(self.service.path, name)

    def entries(self) -> list[Entry]:
        """A config.ru stands for the apps that it runs; several classes without one are a person's to choose from."""
        sure = chosen.sure_entries(self.service, self.choices, is_app)
        paths = self.choices.entries
        named = [each for each in self.service.entries if each.path in paths and each.certainty != "unsure"]
        rackups = [entry for entry in sure if entry.path.endswith(".ru")]
        jobs = [entry for entry in sure if entry.framework == "sidekiq"]
        programs = [entry for entry in named if entry.kind == "main"]
        if rackups:
            return list(dict.fromkeys(rackups + jobs + programs))
        classic = [entry for entry in sure if entry.kind == "main"]
        classes = [entry for entry in sure if entry.kind == "app"]
        chosen_classes = [entry for entry in named if entry.kind == "app"]
        begins = classic or programs or chosen_classes or (classes if len(classes) == 1 else [])
        return list(dict.fromkeys(begins + jobs + programs + chosen_classes))

    def read(self, path: str, data: bytes | None) -> Tree | Rejected:
        # A program in `bin` has no ending.
        return read_tree(path if path.endswith((".rb", ".ru")) else "script.rb", data)

    def held(self, path: str, tree: Tree) -> Word | Rejected | None:
        if _HAS.search(tree.source.text):
            return there(path)
        taken = _TAKEN.search(tree.source.text)
        return Rejected("name", "it uses the name `Splat` for something else") if taken else None

    def splices(self, path: str, tree: Tree, entries: Sequence[Entry]) -> list[Splice] | Rejected:
        style = style_of(tree)
        program = all(entry.framework == "ruby" for entry in entries)
        start = start_splice(tree, style, self.start(style), use=_uses(entries), program=program)
        if isinstance(start, Rejected):
            return start
        splices = [start]
        for entry in (each for each in entries if each.kind == "app"):
            splice = class_splice(tree, entry)
            if isinstance(splice, Rejected):
                return splice
            if splice.at < splices[0].at:
                return Rejected("place", "the app is made among what the file loads")
            splices.append(splice)
        return splices

    def paste(self, path: str, entries: Sequence[Entry], why: str) -> Paste:
        """Those of all places of the file: who has them in hand writes there once."""
        tree = self.read(path, self.files.read(path)) if path else Rejected("none", "")
        style = Style() if isinstance(tree, Rejected) else style_of(tree)
        if path.endswith(INITIALIZER):
            return Paste(path, tuple(self.start(style)), why)
        entries = [entry for entry in self.service.entries if entry.path == path]
        lines = [require_line(style), *self.start(style)]
        if _uses(entries):
            lines.append(USE)
        for entry in entries:
            if entry.kind == "app":
                lines += [f"# in class {entry.name}:", USE]
        return Paste(path, tuple(lines), why)


def _uses(entries: Sequence[Entry]) -> bool:
    """Whether the framework's line stands in the file itself."""
    return any(entry.framework in ("sinatra", "rack") and entry.kind in ("config", "main") for entry in entries)


def is_app(entry: Entry) -> bool:
    """Whether a line of a framework's goes there, or the start of what runs jobs."""
    kinds = {"sinatra": ("config", "app", "main"), "rack": ("config",), "sidekiq": ("config",)}
    return entry.kind in kinds.get(entry.framework, ()) and not entry.path.endswith((".yml", ".yaml"))


def propose(service: Service, files: Files, choices: Choices, *, named: bool) -> Part:
    """The dependency, and the lines. Nothing for a service that has none to begin with."""
    site = _Site(service, files, choices, named)
    dependency = _dependency(site)
    rails = _is_rails(site)
    if dependency.pastes and (service.manifest or files.blocked(site.path("Gemfile"))):
        places = Part(pastes=(site.paste(site.path(INITIALIZER), (), WAITS),)) if rails else shown(site)
        return dependency + (places if places.pastes else _to_paste(site))
    lines, told = (_rails(site), Part()) if rails else (written(site), _to_paste(site))
    return with_dependency(dependency, lines, told, service, SDK)


def _dependency(site: _Site) -> Part:
    """A gem's own dependencies stand in its gemspec: what is in its Gemfile, nobody gets who installs it."""
    manifest = site.files.read(site.service.manifest) or b""
    folder = posixpath.dirname(site.path("x"))
    specs = [path for path in site.files.paths() if path.endswith(".gemspec") and posixpath.dirname(path) == folder]
    if len(specs) != 1 or not (site.service.manifest in specs or _GEM.search(manifest)) or _is_rails(site):
        return add_dependency(site.service, site.files, SDK)
    if SDK.encode() in (site.files.read(specs[0]) or b""):
        return Part()
    return Part(pastes=(Paste(specs[0], (REQUIREMENT,), "what a gem needs is written by hand"),))


def _is_rails(site: _Site) -> bool:
    return any(entry.framework == "rails" and entry.certainty == "sure" for entry in site.service.entries)


# --- Rails -----------------------------------------------------------------------------------------------------------


def _rails(site: _Site) -> Part:
    """The initializer. The gem's Railtie does the rest, once Bundler has loaded it."""
    path, app = site.path(INITIALIZER), site.path("config/application.rb")
    held = site.files.read(path)
    if held is not None and _HAS.search(held.decode("utf-8", "replace")):
        return Part(words=(there(path),))
    tree = read_tree(app, site.files.read(app))
    text = "" if isinstance(tree, Rejected) else tree.source.text
    why = ""
    if held is not None:
        why = "there is a file of this name"
    elif site.files.blocked(path):
        why = f"it {site.files.blocked(path)}"
    elif _TAKEN.search(text):
        why = f"{app} uses the name `Splat` for something else"
    elif beside := _called_by_name(site):
        why = f"what lies beside it is called by its file's name, as {beside} is"
    if why:
        return Part(pastes=(site.paste(path, (), why),))
    style = Style() if isinstance(tree, Rejected) else style_of(tree)
    frozen = ["# frozen_string_literal: true", ""] if text.startswith("# frozen_string_literal: true") else []
    newline = "\n" if isinstance(tree, Rejected) else tree.source.newline
    content = newline.join([*frozen, _HEAD, *site.start(style), ""]).encode("ascii")
    made = Part(changes=(created(path, content, "Splat's SDK"),))
    return made if _BUNDLED.search(text) else made + _loaded(app, tree, style, site)


def _called_by_name(site: _Site) -> str:
    """An initializer that is more than what Rails runs, where the app itself goes through the folder; "" for none."""
    folder = posixpath.dirname(site.path(INITIALIZER))
    for path in sorted(path for path in site.files.paths() if posixpath.dirname(path) == folder)[:_MOST_INITIALIZERS]:
        name = re.escape(posixpath.splitext(posixpath.basename(path))[0]).encode()
        if re.search(rb"^\s{0,40}def self\." + name + rb"\b", site.files.read(path) or b"", re.MULTILINE):
            return path
    return ""


def _loaded(path: str, tree: Tree | Rejected, style: Style, site: _Site) -> Part:
    """Where Bundler does not load the gems, Rails has to know of the SDK before it starts."""
    splice = tree if isinstance(tree, Rejected) else require_splice(tree, style)
    if why := site.files.blocked(path):
        splice = Rejected("blocked", f"it {why}")
    if isinstance(splice, Rejected):
        return Part(pastes=(Paste(path, (require_line(style),), f'behind `require "rails"`: {splice.reason}'),))
    return Part(changes=(inserted(path, site.files.read(path) or b"", [splice], "Splat's SDK"),))


# --- all others ------------------------------------------------------------------------------------------------------


def _to_paste(site: _Site) -> Part:
    sure = site.entries()
    likely = chosen.likely_entries(site.service, site.choices, is_app)
    if not sure:  # several classes, and perhaps a program that runs them
        classes = [each for each in chosen.sure_entries(site.service, site.choices, is_app) if is_app(each)]
        programs = [each for each in site.service.entries if (each.kind, each.certainty) == ("main", "likely")]
        likely = [*programs[:1], *classes] if classes else likely
    return likely_part(site, [entries[-1:] for entries in chosen.by_path(likely).values()], begun=bool(sure))
