"""PHP: a `vendor/autoload.php` as Composer would have made it, of Debian's packages and the SDK of this repository."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SDK = Path(__file__).resolve().parents[3] / "sdk" / "php"
SHARE = "/usr/share/php"
#: Composer's names to Debian's autoloaders.
_PACKAGES = {
    "slim/slim": f"{SHARE}/Slim/autoload.php",
    "laravel/framework": f"{SHARE}/Illuminate/autoload.php",
    "symfony/framework-bundle": f"{SHARE}/Symfony/autoload.php",
}
_LOADER = """\
spl_autoload_register(static function (string $class): void {
    foreach (json_decode(%s, true) as $prefix => $folder) {
        if (strncmp($class, $prefix, strlen($prefix)) === 0) {
            $file = $folder . '/' . strtr(substr($class, strlen($prefix)), '\\\\', '/') . '.php';
            is_file($file) && require $file;
        }
    }
});
"""


def prepare(root: Path, crash: dict[str, Any]) -> dict[str, str]:
    """The environment that a project's app runs in; the SDK is there only where composer.json asks for it."""
    folder = root / crash.get("workdir", "")
    manifest = _manifest(folder)
    required = manifest.get("require", {})
    lines = ["<?php", *(f"require_once '{_PACKAGES[name]}';" for name in required if name in _PACKAGES)]
    prefixes = _prefixes(folder)
    for each in manifest.get("repositories", []):
        prefixes |= _prefixes(folder / each["url"])
    lines.append(_LOADER % _literal(json.dumps(prefixes)))
    installed = []
    if "splat-heal/sdk" in required:
        lines.append(f"require_once '{SDK}/autoload.php';")
        installed.append(json.loads((SDK / "composer.json").read_text()))
    (folder / "vendor" / "composer").mkdir(parents=True)
    (folder / "vendor" / "autoload.php").write_text("\n".join([*lines, "return true;", ""]))
    (folder / "vendor" / "composer" / "installed.json").write_text(json.dumps({"packages": installed}))
    return {"APP_KEY": "base64:" + "A" * 43 + "="}


def _manifest(folder: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((folder / "composer.json").read_text())
    return value


def _prefixes(folder: Path) -> dict[str, str]:
    found = _manifest(folder).get("autoload", {}).get("psr-4", {})
    return {prefix: str((folder / where).resolve()) for prefix, where in found.items()}


def _literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
