"""P1: where the spool of one destination is. Loaded by `init`: nothing heavy here."""

from __future__ import annotations

import os
import sys

from splat.digest import sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from splat.options import Options

_PLAIN = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._-")


def of(options: Options) -> str:
    """The folder for what goes to the options' repository or URL, for the user that this process now is.

    A server may start as root and go on as another user: nothing of this is to be asked before the first error comes.
    """
    kind = options.transport if isinstance(options.transport, str) else type(options.transport).__qualname__
    target = {"http": options.url, "file": options.folder}.get(kind, f"{options.api_url}/{options.repo}")
    plain = "".join(each if each in _PLAIN else "-" for each in (options.repo if kind == "github" else kind))
    digest = sha256(f"{kind}\n{target}".encode("utf-8", "replace")).hexdigest()[:8]
    name = f"{plain[:60].lstrip('.-')}-{digest}"
    base = options.spool_dir or _user_cache()
    # In the folder that all users share it stands alone: one in between could be another's.
    place = os.path.join(base, name) if base else os.path.join(_shared(), f"splat-{_user()}-{name}")
    return f"{place}-{_user()}" if _is_others(place) else place


def _user_cache() -> str:
    """`splat` in the user's cache folder; "" where the user has none."""
    home = os.path.expanduser("~")
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", "")
    elif sys.platform == "darwin":
        base = os.path.join(home, "Library", "Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME", "") or os.path.join(home, ".cache")
    own = os.path.join(base, "splat")
    nearest = next((each for each in (own, base) if os.path.isdir(each)), os.path.dirname(base))
    return own if os.path.isabs(base) and _may_write(nearest) else ""


def _may_write(path: str) -> bool:
    """Whether this user may: the effective one, which is not always the real one that `os.access` asks for."""
    return os.access(path, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids)


def _is_others(path: str) -> bool:
    try:
        return hasattr(os, "geteuid") and os.lstat(path).st_uid != os.geteuid()
    except OSError:
        return False


def _shared() -> str:
    import tempfile

    try:
        return tempfile.gettempdir()
    except OSError:  # nothing can be written anywhere (rule P6), which is said when it matters
        return os.path.join(os.sep, "tmp")


def _user() -> object:
    return os.geteuid() if hasattr(os, "geteuid") else "user"


def waits_in(folder: str) -> bool:
    """Whether a process that is gone left something there. Looks at names alone."""
    try:
        names = os.listdir(folder)
    except OSError:
        return False
    return any(name.endswith(".json") or is_left(name) for name in names)


def is_left(name: str) -> bool:
    """Whether a file is what a process had in its hands (P4, P7) that is gone."""
    if name.endswith(".taken"):
        owner = name.rpartition(".taken")[0].rpartition(".")[2]
    elif name.endswith(".journal"):
        owner = name.partition("-")[0]
    else:
        return False
    return owner.isascii() and owner.isdigit() and len(owner) <= 10 and gone(int(owner))


def gone(pid: int) -> bool:
    """Whether no process has that number, or only this one, which knows what it took."""
    if pid == os.getpid():
        return True
    if os.name == "nt":  # there signal 0 is no question
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False
