"""What the jobs on a runner read: the event's payload, and the request that `splat gate` wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from healer.outcome import UsageError

if TYPE_CHECKING:
    from healer.handover import Request

#: GitHub sends no larger payload.
_MOST_PAYLOAD = 26 * 1024 * 1024


def read_files(folder: Path) -> Request:
    """The request in a folder. Raises UsageError where a file is missing or not of the shape."""
    from healer.handover import HINT, REQUEST, read_request

    return read_request(_bytes(folder / REQUEST), _bytes(folder / HINT))


def _bytes(path: Path) -> bytes:
    from healer.handover.request import MAX_BYTES

    try:
        with path.open("rb") as source:
            return source.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(
            f"Cannot read the request: {error.strerror}",
            where=str(path),
            next_step="Give the folder that `splat gate` wrote, with both its files.",
        ) from None


def read_payload(path: str) -> Any:
    """The event's parsed JSON. Raises UsageError for what cannot be read, is too large or no JSON."""
    try:
        with Path(path).open("rb") as source:
            data = source.read(_MOST_PAYLOAD + 1)
        if len(data) > _MOST_PAYLOAD:
            raise ValueError("it is too large")
        return json.loads(data)
    except OSError as error:
        what = f"Cannot read the event: {error.strerror}"
    except (ValueError, RecursionError) as error:
        what = f"The event is no JSON: {str(error)[:100]}"
    raise UsageError(what, where=path, next_step="Give the file that GitHub Actions names in GITHUB_EVENT_PATH.")
