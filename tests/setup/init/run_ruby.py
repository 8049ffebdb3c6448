"""Ruby: the SDK is built and installed as a gem; Bundler finds it beside those of the system."""

from __future__ import annotations

import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from tests.heal.kit import ENVIRON

SDK = Path(__file__).resolve().parents[3] / "sdk" / "ruby"


def prepare(root: Path, crash: dict[str, Any]) -> dict[str, str]:
    """The environment that a project's app runs in, its bundle resolved from what is installed."""
    environ = {
        "GEM_PATH": f"{_installed()}:{_said('gem', 'env', 'path')}",
        "HOME": str(root.parent),
        "LANG": "C.UTF-8",
        "BUNDLE_DISABLE_VERSION_CHECK": "1",
        "BUNDLE_SILENCE_ROOT_WARNING": "1",
        "RAILS_ENV": "production",
        "RACK_ENV": "production",
        "APP_ENV": "production",
    }
    top = root / crash.get("workdir", "")
    _said("bundle", "install", "--local", cwd=top, environ=environ)
    return environ


@cache
def _installed() -> str:
    """A folder of gems with the SDK alone."""
    folder = Path(tempfile.mkdtemp(prefix="splat-gems-"))
    gem = str(folder / "splat-sdk.gem")
    _said("gem", "build", "-q", "splat-sdk.gemspec", "-o", gem, cwd=SDK)
    _said("gem", "install", "--local", "--no-document", "--install-dir", str(folder / "home"), gem)
    return str(folder / "home")


def _said(*command: str, cwd: Path | None = None, environ: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        command, cwd=cwd, env=ENVIRON | (environ or {}), capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()
