"""Where items go: one module a destination (sdk/SPEC.md, Transports)."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

    from splat.options import Options
    from splat.values import Transport


def make(options: Options, spool_dir: str, warn: Callable[..., None]) -> Transport:
    """The transport that the options name. Only its own module is loaded; called on the thread that delivers."""
    if not isinstance(options.transport, str):
        return options.transport
    if options.transport == "github":
        from splat.transports.github import GitHub

        return GitHub(options, spool_dir, warn)
    if options.transport == "http":
        from splat.transports.collector import Collector

        return Collector(options.url, warn)
    if options.transport == "file":
        from splat.transports.file import File

        return File(options.folder, warn)
    if options.transport == "console":
        from splat.transports.console import Console

        return Console()
    from splat.transports.none import Nowhere

    return Nowhere()
