"""What the SDK has to say for itself: each kind once a process, then silence.

On the logger `splat` where the app has loaded logging (which prints it on stderr when nothing is configured), else on
stderr. Never raises.
"""

from __future__ import annotations

import sys

_MOST_KINDS = 100
#: Of an error's message, code points: what is redacted is more than what is shown.
_MOST_READ, _MOST_SHOWN = 1_000, 300
_said: set[str] = set()
_debug = False


def warn(text: str, kind: str | None = None) -> None:
    """Say `text` unless something of this `kind` (the text itself unless given) was said before."""
    kind = text if kind is None else kind
    if kind in _said or len(_said) >= _MOST_KINDS:
        return
    _said.add(kind)
    _say(text, "warning")


def debug(text: str) -> None:
    """Say `text` each time, when the option `debug` is on."""
    if _debug:
        _say(text, "debug")


def set_debug(on: bool) -> None:
    """Turn `debug` on or off."""
    global _debug  # noqa: PLW0603
    _debug = on


def why(error: BaseException) -> str:
    """The error's type and message, for a warning: without secrets, since a warning ends up in a log. Never raises."""
    try:
        from splat.redact import redact_text

        return f"{type(error).__name__}: {redact_text(str(error)[:_MOST_READ])[:_MOST_SHOWN]}"
    except Exception:
        return "an error that cannot be shown"


def _say(text: str, level: str) -> None:
    try:
        logging = sys.modules.get("logging")
        if level == "warning" and logging is not None and hasattr(logging, "getLogger"):
            logging.getLogger("splat").warning("splat: %s", text)
        elif sys.stderr is not None:
            sys.stderr.write(f"splat: {text}\n")
    except Exception:
        pass


def forget() -> None:
    """A new start: all may be said again."""
    _said.clear()
