"""`.splat/runs/<id>/`: everything a run saw, asked, was told and decided. Secrets are redacted here too."""

from __future__ import annotations

import dataclasses
import json
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from healer.edge.folder import write_atomically
from healer.markdown import cut
from healer.redact import redact

#: Fields that lead back up the walk; each stage is written once, under its own name.
_BACK = frozenset({"event", "report", "context", "proposal", "patch", "verdict", "confidence"})
#: Characters of one file. A conversation of many turns repeats its beginning in each of them.
_CAP = 5_000_000
_SHORTEST = 200


class Journal:
    """Writes one run's folder, file by file, each of them whole."""

    def __init__(self, runs: Path) -> None:
        self.id = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(2)}"
        self.folder = runs / self.id

    def keep(self, name: str, value: object) -> None:
        """Write `value` under `name`: text as it is, anything else as JSON; redacted, capped."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = value[:_CAP] if isinstance(value, str) else _as_json(plain_value(value))
        write_atomically(path, redact(text) + ("" if text.endswith("\n") else "\n"))


def _as_json(value: Any) -> str:
    """JSON of at most about `_CAP` characters: where there is more, the longest texts are cut, and it stays JSON."""
    longest = _CAP
    while True:
        text = json.dumps(value, indent=2, ensure_ascii=False)
        if len(text) <= _CAP or longest < _SHORTEST:
            return text
        longest //= 4
        value = _with_texts_cut(value, longest)


def _with_texts_cut(value: Any, longest: int) -> Any:
    if isinstance(value, dict):
        return {key: _with_texts_cut(item, longest) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_texts_cut(item, longest) for item in value]
    return cut(value, longest) if isinstance(value, str) else value


def plain_value(value: Any) -> Any:
    """Dataclasses, tuples, sets and bytes as what JSON knows; fields that lead back up the walk are left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in dataclasses.fields(value) if field.name not in _BACK]
        return {name: plain_value(getattr(value, name)) for name in names}
    if isinstance(value, dict) or hasattr(value, "items"):
        return {str(key): plain_value(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_value(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(plain_value(item) for item in value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, Path):
        return str(value)
    return value if isinstance(value, (str, int, float, bool, type(None))) else repr(value)[:500]
