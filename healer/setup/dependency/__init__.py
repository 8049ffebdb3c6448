"""The SDK as a dependency, in the file where a project keeps its own, and in nothing else."""

from __future__ import annotations

import posixpath
import re
from functools import partial
from typing import TYPE_CHECKING

from healer.outcome import Rejected
from healer.setup.dependency.locks import to_write
from healer.setup.plan import Change, Part, Paste, difference

if TYPE_CHECKING:
    from collections.abc import Callable

    from healer.setup.plan import Files
    from healer.setup.value import Service

#: What installs a package by hand, by runtime.
INSTALLS = {
    "python": "pip install",
    "javascript": "npm install",
    "go": "go get",
    "php": "composer require",
    "ruby": "gem install",
}
#: The same where another than the usual tool keeps the manifest.
ADDS = {"pnpm": "pnpm add", "yarn": "yarn add", "bun": "bun add", "bundler": "bundle add"}
_INCLUDED = re.compile(rb"(?m)^[ \t]{0,9}(?:-r|--requirement)[ \t=]{0,9}([\w./-]{1,200})[ \t\r]{0,9}(?:#|$)")
_MOST_INCLUDED = 4


def add_dependency(service: Service, files: Files, name: str) -> Part:
    """The manifest's change; lines to paste where that is not certain; nothing where it is a dependency already."""
    path = _manifest(service, files)
    data = files.read(path) if path else None
    if data is None:
        why = f"{service.name} has no file of dependencies"
        return Part(pastes=(Paste(path or service.path, (f"{INSTALLS[service.runtime]} {name}",), why),))
    after: bytes | Rejected | None = None
    if why := files.blocked(path):
        after = Rejected("blocked", f"it {why}")
    elif _is_named(data, name):
        return Part()
    else:
        after = _writer(path)(data, name)
    if isinstance(after, Rejected):
        return Part(pastes=(Paste(path, (name,), f"its dependencies: {after.reason}"),))
    change = Change(path, data, after, difference(data, after, name.encode()), "the SDK as a dependency", origin=data)
    return Part(changes=(change,), words=to_write(service, path, files))


def by_hand(part: Part, service: Service, name: str) -> Part:
    """The same for whoever puts the lines in: a dependency that no code uses yet is none to write."""
    if not part.changes:
        return part
    command = ADDS.get(service.manager or "", INSTALLS[service.runtime])
    return Part(pastes=(Paste(part.changes[0].path, (f"{command} {name}",), "with the lines that are put in by hand"),))


def _is_named(data: bytes, name: str) -> bool:
    """Whether the file speaks of the package, in any spelling of its name, or of an archive of it (`name-1.0…`)."""
    spelled = "[-_.]".join(re.escape(part) for part in name.split("-"))
    return re.search(rf"(?i)(?<![\w.-]){spelled}(?!\w|-(?!\d))".encode(), data) is not None


def _manifest(service: Service, files: Files) -> str:
    """What people edit, and every installation reads: the file that a requirements file includes (`-r base.txt`), and
    `requirements.in`, where `requirements.txt` is made of it.
    """
    path = _edited(service.manifest, files)
    for _ in range(_MOST_INCLUDED if path.endswith((".txt", ".in")) else 0):
        included = _INCLUDED.findall((files.read(path) or b"")[:500_000])
        inner = posixpath.normpath(posixpath.join(posixpath.dirname(path), included[0].decode())) if included else ""
        if len(included) != 1 or not _below(inner, service.path) or files.read(inner) is None:
            break
        path = _edited(inner, files)
    return path


def _edited(path: str, files: Files) -> str:
    source = path.removesuffix(".txt") + ".in"
    return source if path.endswith(".txt") and files.read(source) is not None else path


def _below(path: str, folder: str) -> bool:
    """Of the service alone: what lies beside it, others may share."""
    return not path.startswith(("/", "../")) and (not folder or path.startswith(f"{folder}/"))


def _writer(path: str) -> Callable[[bytes, str], bytes | Rejected]:
    from healer.setup.dependency import (
        gemfile,
        go_mod,
        json_file,
        pipfile,
        pyproject,
        requirements,
        setup_cfg,
        setup_py,
    )

    name = posixpath.basename(path)
    writers: dict[str, Callable[[bytes, str], bytes | Rejected]] = {
        "pyproject.toml": pyproject.add,
        "Pipfile": pipfile.add,
        "setup.cfg": setup_cfg.add,
        "setup.py": setup_py.add,
        "go.mod": go_mod.add,
        "Gemfile": gemfile.add,
        "gems.rb": gemfile.add,
    }
    if name.endswith((".txt", ".in")):
        return requirements.add
    if name in json_file.TABLES:
        return partial(json_file.add, json_file.TABLES[name])
    return writers.get(name, lambda data, sdk: Rejected("unknown", f"{name} is not a file that Splat can write to"))
