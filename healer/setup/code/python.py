"""Python: two lines in the file where each service begins, and its framework's one."""

from __future__ import annotations

import io
import tokenize
from typing import TYPE_CHECKING

from healer.outcome import Rejected
from healer.setup.code.apps import app_splice
from healer.setup.code.lines import DJANGO_APP, INTEGRATIONS, import_lines, install, start_lines
from healer.setup.code.place import head_of, imported_roots, start_splices
from healer.setup.code.source import read_source
from healer.setup.code.syntax import read_syntax
from healer.setup.dependency import add_dependency
from healer.setup.plan import Part, Paste, Word, inserted, together

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from healer.setup.choices import Choices
    from healer.setup.code.source import Source
    from healer.setup.code.syntax import Syntax
    from healer.setup.plan import Change, Files, Splice
    from healer.setup.value import Entry, Service

SDK = "splat-sdk"


def propose(service: Service, files: Files, choices: Choices, *, named: bool) -> Part:
    """The dependency, and the lines. Nothing for a service that has none to begin with."""
    if service.library:
        word = Word("library", f"{service.name} has nothing that runs by itself: no SDK is put into it", service.path)
        return Part(words=(word,))
    start = start_lines(service, choices, named=named)
    paths = list(dict.fromkeys(entry.path for entry in _entries(service)))
    parts = [_file(path, service, files, start) for path in paths] or [_unknown(service, start)]
    return together([add_dependency(service, files, SDK), *parts])


def _entries(service: Service) -> list[Entry]:
    """The places to write to: those of frameworks; where there is none, those that are run."""
    sure = [entry for entry in service.entries if entry.certainty == "sure"]
    apps = [entry for entry in sure if entry.framework in INTEGRATIONS and entry.kind not in ("main", "config")]
    return apps or [entry for entry in sure if entry.kind == "main"]


def _unknown(service: Service, start: list[str]) -> Part:
    """Nothing is certain: what to paste, and where that may be."""
    likely = next((each for each in service.entries if each.certainty != "unsure"), None) or next(
        iter(service.entries), None
    )
    framework = likely.framework if likely else service.frameworks[0] if service.frameworks else "python"
    lines = [*import_lines(framework), *start]
    if framework == "django":
        lines.append(f'INSTALLED_APPS = ["{DJANGO_APP}", *INSTALLED_APPS]')
    elif framework in INTEGRATIONS:
        lines.append(install(framework, (likely.name if likely and likely.kind == "app" else "") or "app"))
    why = f"it is not certain that {service.name} begins there ({likely.why})" if likely else (
        f"where {service.name} begins could not be found"
    )  # fmt: skip
    return Part(pastes=(Paste(likely.path if likely else service.path, tuple(lines), why),))


def _file(path: str, service: Service, files: Files, start: list[str]) -> Part:
    entries = [entry for entry in _entries(service) if entry.path == path]
    # Django's settings are loaded by all of its processes: started there, it is started once.
    started = any(entry.kind == "settings" for entry in _entries(service))
    with_start = entries[0].kind == "settings" or not (started and _loads_django(files.read(path) or b""))
    made = _change(path, entries, service, files, start if with_start else [])
    if isinstance(made, Part):
        return made
    if isinstance(made, Rejected):
        lines = [*_imports(entries), *(start if with_start else []), *(_line(entry) for entry in entries)]
        return Part(pastes=(Paste(path, tuple(line for line in lines if line), made.reason),))
    return Part(changes=(made,))


def _loads_django(data: bytes) -> bool:
    return b"DJANGO_SETTINGS_MODULE" in data or b"django.conf" in data


def _imports(entries: Sequence[Entry]) -> list[str]:
    return sorted({line for entry in entries for line in import_lines(entry.framework)})


def _line(entry: Entry) -> str:
    """As a person would write it, for pasting."""
    if entry.kind == "settings":
        return f'INSTALLED_APPS = ["{DJANGO_APP}", *INSTALLED_APPS]'
    if entry.framework not in INTEGRATIONS or entry.kind == "main":
        return ""
    return install(entry.framework, entry.name or "app")


def _change(
    path: str, entries: Sequence[Entry], service: Service, files: Files, start: list[str]
) -> Change | Part | Rejected:
    if why := files.blocked(path):
        return Rejected("blocked", why)
    data = files.read(path)
    if data is None:
        return Rejected("unreadable", "it cannot be read")
    source = read_source(data)
    if isinstance(source, Rejected):
        return source
    syntax = read_syntax(source)
    if isinstance(syntax, Rejected):
        return syntax
    if taken := _taken(source, syntax, service, files, path):
        return taken
    splices = _splices(source, syntax, entries, service, files, start)
    if isinstance(splices, Rejected):
        return splices
    change = inserted(path, data, splices, "Splat's SDK")
    return change if _still_python(change) else Rejected("place", "with the lines it would be no Python any more")


def _still_python(change: Change) -> bool:
    source = read_source(change.after or b"")
    return not isinstance(source, Rejected) and not isinstance(read_syntax(source), Rejected)


def _splices(
    source: Source, syntax: Syntax, entries: Sequence[Entry], service: Service, files: Files, start: list[str]
) -> list[Splice] | Rejected:
    head = head_of(source, syntax)
    splices = start_splices(source, head, _imports(entries), start, lambda root: _is_own(root, service, files))
    for entry in entries:
        if entry.kind == "main" or entry.framework not in INTEGRATIONS:
            continue
        splice = app_splice(source, syntax, entry)
        if isinstance(splice, Rejected):
            return splice
        if splice.at < source.starts[head.end]:
            return Rejected("place", "the app is made among the imports")
        splices.append(splice)
    return splices


def _taken(source: Source, syntax: Syntax, service: Service, files: Files, path: str) -> Part | Rejected | None:
    """What already has the name `splat` here: Splat itself, or something else."""
    if _is_own("splat", service, files):
        return Rejected("name", "the project has a module of its own that is called `splat`")
    names = set(_names(source))
    if "splat" not in names:
        return None
    if not any("splat" in imported_roots(each) for each in syntax.statements):
        return Rejected("name", "it uses the name `splat` for something else")
    return Part(words=(Word("has-splat", "imports splat already: left as it is", path),))


def _names(source: Source) -> Iterator[str]:
    """All names in the code; comments and texts do not count."""
    text = "".join(line.rstrip("\r\n") + "\n" for line in source.lines)  # `tokenize` knows no other end
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return (token.string for token in tokens if token.type == tokenize.NAME)


def _is_own(root: str, service: Service, files: Files) -> bool:
    """True for a module of the repository: beside the service, in its `src`, or at the top."""
    folders = {service.path, f"{service.path}/src".lstrip("/"), "", "src"}
    known = files.paths()
    places = (f"{folder}/{root}".lstrip("/") for folder in folders)
    return any(f"{place}.py" in known or f"{place}/__init__.py" in known for place in places)
