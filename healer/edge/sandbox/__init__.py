"""The sandbox: the project's and the model's code run in it, on a copy, and see nothing else.

docs/sandbox.md says what it keeps out, how, and what it cannot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from healer.edge.sandbox import setup_env
from healer.edge.sandbox.export import Listing, listing
from healer.edge.sandbox.folder import PrivateFolder, in_memory
from healer.edge.sandbox.isolated import Isolated
from healer.edge.sandbox.plain import Plain
from healer.edge.sandbox.probe import machine
from healer.edge.sandbox.room import check_room
from healer.edge.sandbox.sandbox import Sandbox
from healer.edge.sandbox.toolchains import find_toolchains
from healer.outcome import ConfigError, SandboxError

if TYPE_CHECKING:
    import threading
    from collections.abc import Mapping
    from pathlib import Path

    from healer.settings import Settings

__all__ = ["Listing", "Sandbox", "fits", "listing", "open_sandbox", "probe"]


def probe(settings: Settings) -> SandboxError | None:
    """None when the sandbox that the settings ask for can start; otherwise the error that says what to do.

    Cheap enough (a few hundredths of a second) to be asked before any money is spent.
    """
    try:
        _check_settings(settings)
        if settings.sandbox != "none":
            machine()
    except SandboxError as error:
        return error
    return None


def fits(found: Listing, settings: Settings) -> SandboxError | None:
    """None when a tree can be copied as often as the sandbox needs it, else what to do; after `probe` found nothing."""
    try:
        check_room(found, copies=_copies(settings))
    except SandboxError as error:
        return error
    return None


def _copies(settings: Settings) -> int:
    """Of a tree on the disk at once: without an overlay each run works on one of its own."""
    return 1 if settings.sandbox != "none" and machine().overlay else 2


def open_sandbox(
    repo: Path,
    commit: str,
    settings: Settings,
    environ: Mapping[str, str],
    leaving: threading.Event | None = None,
    *,
    light: bool = False,
    found: Listing | None = None,
) -> Sandbox:
    """A sandbox with the commit's tree in it; use it as a context manager.

    `environ` is the host's environment, of which a few variables go in (environment.py). What runs inside is killed
    within half a second once `leaving` is set, from any thread. `light` says that nothing large will be installed: the
    tree may then be held in memory, where ten thousand files are written in a second on any machine. `found` is the
    commit's listing, where it is known already. Raises SandboxError when it cannot start, or the commit does not fit
    the disk or cannot be read, ConfigError for `sandbox: none` in Actions.
    """
    _check_settings(settings)
    hidden = setup_env.secrets(environ)
    found = found or listing(repo, commit, environ)
    copies = _copies(settings)
    memory = in_memory(environ, found.bytes * copies) if light else None
    if memory is None:
        check_room(found, copies=copies)
    folder = PrivateFolder(memory)
    if settings.sandbox == "none":
        return _filled(Sandbox(folder, Plain(environ), leaving, hidden), repo, found, environ)
    try:
        way = Isolated(folder.path, environ, machine(), find_toolchains(environ))
        sandbox = Sandbox(folder, way, leaving, hidden)
    except BaseException:
        folder.close()
        raise
    return _filled(sandbox, repo, found, environ)


def _filled(sandbox: Sandbox, repo: Path, found: Listing, environ: Mapping[str, str]) -> Sandbox:
    try:
        sandbox.fill(repo, found, environ)
    except BaseException:
        sandbox.close()
        raise
    return sandbox


def _check_settings(settings: Settings) -> None:
    if settings.sandbox == "none" and settings.in_actions:
        raise ConfigError(
            "`sandbox: none` is refused in GitHub Actions: the repository's code would run beside your credentials",
            next_step="Remove it; `docs/sandbox.md` says how to make bubblewrap start on a runner.",
        )
