"""The files of ours that checks run beside the project: result writers and observers, in `<runtime>/tools/`."""

from __future__ import annotations

from importlib.resources import files


def tools(runtime: str) -> dict[str, bytes]:
    """File name to content; they are laid into $SPLAT_TOOLS."""
    folder = files(f"healer.runtimes.{runtime}").joinpath("tools")
    return {item.name: item.read_bytes() for item in folder.iterdir() if item.is_file()}
