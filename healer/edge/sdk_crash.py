"""A program crashes with the Python SDK in it, as it would in production: the issue is the SDK's own work."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from healer.outcome import SplatError
from healer.redact import redact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from healer.setup.github import Place

_SECONDS = 120
#: The program is run as its file, after the SDK; the token comes by the environment. What GitHub was told in time, it
#: was told by the SDK's own transport; the crash itself goes on to the interpreter, as in production.
_BOOT = """\
import runpy, sys
sys.path.insert(0, sys.argv[1])
import splat
splat.init(root=sys.argv[2], trigger_label=sys.argv[4], labels=(), environment="splat-try", locals="off")
try:
    runpy.run_path(sys.argv[3], run_name="__main__")
except Exception as error:
    splat.capture_exception(error)
    sys.exit(7 if splat.flush(90) else 8)
"""
_REPORTED, _UNTOLD = 7, 8


def sdk_folder() -> Path:
    """Where `import splat` finds the SDK: in the installed package, or in the checkout."""
    here = Path(__file__).resolve().parents[1]
    for folder in (here / "data" / "sdk-python", here.parent / "sdk" / "python"):
        if (folder / "splat" / "__init__.py").is_file():
            return folder
    raise SplatError("The Python SDK is missing from this installation", next_step="Install Splat again.")


def crash(
    place: Place, token: str, files: Mapping[str, str], program: str, label: str, environ: Mapping[str, str]
) -> None:
    """Run `program`, one of `files`, until it dies; the SDK files the issue, and puts `label` on it beside its own.

    Raises SplatError where it did not crash, or the SDK could not tell GitHub in time.
    """
    sdk = sdk_folder()
    told = {name: value for name, value in environ.items() if not name.startswith(("SPLAT_", "PYTHON"))}
    with tempfile.TemporaryDirectory(prefix="splat-try-") as folder:
        root = Path(folder).resolve()
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, "utf-8")
        told |= {"SPLAT_REPO": place.full_name, "SPLAT_TOKEN": token, "SPLAT_API_URL": place.api}
        told |= {"SPLAT_SPOOL_DIR": str(root / ".spool"), "SPLAT_DEBUG": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-E", "-s", "-c", _BOOT, str(sdk), str(root), str(root / program), label]
        try:
            done = subprocess.run(
                command, cwd=root, env=told, capture_output=True, text=True, timeout=_SECONDS, check=False,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise SplatError("The crashing program did not end", next_step="Is GitHub up? Run it again.") from None
    if done.returncode == _UNTOLD:
        said = redact(" ".join(done.stderr.split())[-300:])
        raise SplatError(f"The SDK could not file the issue: {said}", next_step="May the token write issues?")
    if done.returncode != _REPORTED:
        raise SplatError(f"The crashing program ended with {done.returncode}", next_step="Please report this.")
