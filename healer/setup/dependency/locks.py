"""Lock files: never written here. The project's own tool does that, and its command is named."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from healer.setup.plan import Word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from healer.setup.plan import Files
    from healer.setup.value import Service

#: What brings a lock file up to date, by the manager that owns it.
LOCKS = {
    "uv": "uv lock",
    "poetry": "poetry lock",
    "pdm": "pdm lock",
    "pipenv": "pipenv lock",
    "hatch": "hatch dep lock",
    "npm": "npm install",
    "pnpm": "pnpm install",
    "yarn": "yarn install",
    "bun": "bun install",
    "composer": "composer update splat-heal/sdk",
    "bundler": "bundle install",
}
#: Whose a lock file is, by its name.
_OWNERS = {
    "uv.lock": "uv",
    "poetry.lock": "poetry",
    "pdm.lock": "pdm",
    "Pipfile.lock": "pipenv",
    "package-lock.json": "npm",
    "npm-shrinkwrap.json": "npm",
    "pnpm-lock.yaml": "pnpm",
    "yarn.lock": "yarn",
    "bun.lock": "bun",
    "composer.lock": "composer",
    "Gemfile.lock": "bundler",
    "gems.locked": "bundler",
}
#: The SDK under the name that any of the registries has it by.
_SDK = re.compile(rb"splat[-_.](?:sdk|heal)")


def to_write(service: Service, manifest: str, files: Files) -> tuple[Word, ...]:
    """What has to be run now that the SDK is in `manifest`; nothing where no lock file is kept."""
    if manifest.endswith("go.mod"):
        command = _go(posixpath.dirname(manifest), files)
    elif manifest.endswith(".in"):
        command = f"pip-compile {manifest}"
    elif service.lock and service.manager in LOCKS:
        command = LOCKS[service.manager]
    else:
        return ()
    where = service.lock or _beside(manifest)
    return (Word("lock", "has to know the SDK too", where, f"Run `{command}`, and commit what it writes."),)


def still_naming(manifests: Iterable[str], files: Files) -> tuple[Word, ...]:
    """What has to be run now that the SDK is out of `manifests`: their lock files, those in the folders above too, that
    name it still.
    """
    told: dict[str, str] = {}
    for manifest in manifests:
        told |= {path: command for path, command in _locks_of(manifest, files) if _SDK.search(files.read(path) or b"")}
    return tuple(
        Word("lock", "still has the SDK", path, f"Run `{command}`, and commit what it writes.")
        for path, command in sorted(told.items())
    )


def _locks_of(manifest: str, files: Files) -> Iterator[tuple[str, str]]:
    if manifest.endswith(".in"):
        yield _beside(manifest), f"pip-compile {manifest}"
    folder = posixpath.dirname(manifest)
    while True:
        yield from ((posixpath.join(folder, name), LOCKS[owner]) for name, owner in _OWNERS.items())
        yield posixpath.join(folder, "go.sum"), _go(folder, files)
        if not folder:
            return
        folder = posixpath.dirname(folder)


def _beside(manifest: str) -> str:
    return (
        manifest.removesuffix(".mod") + ".sum" if manifest.endswith(".mod") else manifest.removesuffix(".in") + ".txt"
    )


def _go(folder: str, files: Files) -> str:
    vendored = files.read(posixpath.join(folder, "vendor", "modules.txt")) is not None
    return f"go mod tidy{' && go mod vendor' if vendored else ''}"
