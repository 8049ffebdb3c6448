"""The versions of the runtime and of the packages near the crash, from the report, lock files and manifests."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from healer.context.installed import installed
from healer.context.paths import parts_of
from healer.runtimes.layout import above, folder_of, under

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from healer.context.piece import Scene
    from healer.context.sources import Library
    from healer.frames import RuntimeName
    from healer.report import Report

_MOST_PACKAGES = 12
#: Where a runtime's own version is asked for: file, and what stands before the version in it.
_RUNTIMES: Mapping[RuntimeName, tuple[tuple[str, str], ...]] = {
    "python": (
        (".python-version", r"\A"),
        ("pyproject.toml", r"^requires-python\s?=\s?"),
        ("setup.cfg", r"^python_requires\s?="),
    ),
    "javascript": ((".nvmrc", r"\A"), (".node-version", r"\A"), ("package.json", r'"node"\s?:\s?')),
    "go": (("go.mod", r"^go "),),
    "ruby": ((".ruby-version", r"\A"), ("Gemfile", r"^ruby "), ("Gemfile.lock", r"^RUBY VERSION\n\s{1,8}ruby ")),
    "php": (("composer.json", r'"php"\s?:\s?'),),
}
#: Where packages are pinned or at least bounded, best first: file, and the text around name ({}) and version.
_PACKAGES: Mapping[RuntimeName, tuple[tuple[str, str], ...]] = {
    "python": (
        ("uv.lock", r'^name = "{}"\nversion = "([^"\n]{{1,40}})'),
        ("poetry.lock", r'^name = "{}"\nversion = "([^"\n]{{1,40}})'),
        ("pdm.lock", r'^name = "{}"\nversion = "([^"\n]{{1,40}})'),
        ("requirements.txt", r"^{}(?:\[[\w,-]{{0,60}}\])?\s?([=<>~!][^#;\n]{{1,60}})"),
        ("requirements/default.txt", r"^{}(?:\[[\w,-]{{0,60}}\])?\s?([=<>~!][^#;\n]{{1,60}})"),
        ("pyproject.toml", r"""["']{}(?:\[[\w,-]{{0,60}}\])?\s?([=<>~!(][^"'#;\n]{{1,60}})"""),
        ("setup.cfg", r"^\s{{1,8}}{}\s?([=<>~!][^#;\n]{{1,60}})"),
    ),
    "javascript": (
        ("package-lock.json", r'"node_modules/{}": \{{\s{{0,20}}"version": "([^"\n]{{1,40}})'),
        ("yarn.lock", r'^"?{}@[^\n]{{1,200}}:\n\s{{1,4}}version:? "?([^"\n]{{1,40}})'),
        ("pnpm-lock.yaml", r"^\s{{2}}'?/?{}[@/](\d[^:'(\n]{{0,40}})"),
        ("package.json", r'"{}"\s?:\s?"([^"\n]{{1,60}})'),
    ),
    "go": (("go.mod", r"^\s{{0,4}}(?:require )?{} (v[^\s]{{1,60}})"),),
    "ruby": (
        ("Gemfile.lock", r"^ {{4}}{} \(([^)\n]{{1,40}})\)"),
        ("Gemfile", r"""^\s{{0,8}}gem ["']{}["'],\s?["']([^"'\n]{{1,40}})"""),
    ),
    "php": (
        ("composer.lock", r'"name": "{}",\s{{0,20}}"version": "([^"\n]{{1,40}})'),
        ("composer.json", r'"{}"\s?:\s?"([^"\n]{{1,60}})'),
    ),
}  # fmt: skip


def versions(report: Report, found: Sequence[Scene], library: Library) -> str:
    """One line a version that is known: the runtime's, then those of packages in the trace or imported by its files."""
    lines = [line for line in (_told(report), _asked(report.runtime, found[0].path, library)) if line]
    packages = dict.fromkeys((*_in_trace(report), *_imported(report.runtime, found, library)))
    for package in list(packages)[:_MOST_PACKAGES]:
        known = _version(report.runtime, package, found[0].path, library)
        if known:
            lines.append(f"{package} {known}")
    return "\n".join(lines)


def _told(report: Report) -> str:
    """What ran, in the report's own words."""
    contexts = report.details.get("contexts")
    runtime = contexts.get("runtime") if isinstance(contexts, dict) else None
    if isinstance(runtime, dict):
        runtime = f"{runtime.get('name', report.runtime)} {runtime.get('version', '')}"
    return f"ran on {runtime.strip()[:80]}" if isinstance(runtime, str) and runtime.strip() else ""


def _asked(runtime: RuntimeName, path: str, library: Library) -> str:
    """What the repository asks of the runtime."""
    for name, before in _RUNTIMES[runtime]:
        for text in _texts(name, path, library):
            found = re.search(before + r"""\s{0,4}["']?([^"'\n,]{1,40})""", text, re.MULTILINE)
            if found:
                return f"{runtime} {found[1].strip()} by {name}"
    return ""


def _version(runtime: RuntimeName, package: str, path: str, library: Library) -> str:
    for name, pattern in _PACKAGES[runtime]:
        for text in _texts(name, path, library):
            flags = re.MULTILINE | (re.IGNORECASE if runtime == "python" else 0)
            # A distribution may spell "-" where its module spells "_".
            spelt = re.escape(package).replace("_", "[-_]").replace(r"\-", "[-_]")
            found = re.search(pattern.format(spelt), text, flags)
            if found:
                return f"{found[1].strip()} by {name}"
    return ""


def _texts(name: str, path: str, library: Library) -> Iterator[str]:
    """The file of that name in the folder of `path`, else in the nearest folder above."""
    for folder in above(folder_of(path)):
        content = library.content(under(folder, name))
        if content is not None:
            yield content.decode("utf-8", "replace")
            return


def _in_trace(report: Report) -> Iterator[str]:
    """Installed packages that frames lie in, nearest to the crash first."""
    for exception in (report.root_cause, report.surfaced):
        for frame in list(reversed(exception.frames))[:60]:
            copy = None if frame.in_app else installed(parts_of(frame.path))
            if copy is not None:
                yield copy.package or copy.rest[0].removesuffix(".py")


def _imported(runtime: RuntimeName, found: Sequence[Scene], library: Library) -> Iterator[str]:
    """Packages that the files on the stack import from elsewhere."""
    for path in list(dict.fromkeys(scene.path for scene in found))[:3]:
        module = library.module(path)
        ours = {link.written for link in library.links(path)}
        for written in module.imports if module else ():
            if written not in ours and (name := _package(runtime, written.target)):
                yield name


def _package(runtime: RuntimeName, target: str) -> str:
    """The package that an import from outside the repository names, "" for the runtime's own."""
    if runtime == "python":
        name = target.partition(".")[0]
        return "" if name in sys.stdlib_module_names else name
    if runtime == "javascript":
        parts = target.split("/")
        name = "/".join(parts[: 2 if target.startswith("@") else 1])
        return "" if target.startswith((".", "/", "node:")) else name
    if runtime == "go":
        return target if "." in target.partition("/")[0] else ""
    return target.partition("/")[0] if runtime == "ruby" else ""
