"""Opening the page where the person sits, or saying where it is."""

from __future__ import annotations

import sys
import webbrowser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def show(address: str, environ: Mapping[str, str], say: Callable[[str], None], *, wanted: bool = True) -> bool:
    """True where a browser was started. Otherwise it is said how to get there, over SSH too."""
    if wanted and _has_screen(environ) and _opened(address):
        say(f"Opened in your browser: {address}")
        return True
    say(f"Open this address in a browser on this machine: {address}")
    if environ.get("SSH_CONNECTION"):
        port = address.rpartition(":")[2].partition("/")[0]
        say(f"You are here over SSH: on your own machine, first run `ssh -L {port}:127.0.0.1:{port} HOST`.")
    return False


def _has_screen(environ: Mapping[str, str]) -> bool:
    """False where a browser would open on another desk, or as text in this very terminal."""
    if environ.get("SSH_CONNECTION"):
        return False
    if sys.platform.startswith("linux"):
        return bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY") or environ.get("BROWSER"))
    return True


def _opened(address: str) -> bool:
    try:
        return webbrowser.open(address)
    except (OSError, webbrowser.Error):
        return False
