"""`Pipfile`: a line in `[packages]`."""

from __future__ import annotations

import tomllib

from healer.outcome import Rejected


def add(data: bytes, name: str) -> bytes | Rejected:
    """The file with one more package."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        text = data.decode("utf-8")
        document = tomlkit.parse(text)
        packages = document.get("packages")
        if packages is None:
            return Rejected("none", "it has no [packages]")
        packages.append(name, "*")
        after = tomlkit.dumps(document)
        if tomllib.loads(after).get("packages") != tomllib.loads(text).get("packages", {}) | {name: "*"}:
            return Rejected("format", "it could not be changed without touching more")
    except (ValueError, RecursionError, TOMLKitError, TypeError, AttributeError) as error:
        return Rejected("syntax", f"it cannot be read ({str(error)[:100]})")
    return after.encode("utf-8")
