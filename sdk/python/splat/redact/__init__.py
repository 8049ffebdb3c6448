"""What is secret goes before anything leaves the process or reaches a disk (rules K and X of `sdk/SPEC.md`).

    names.py   what a name tells about its value                    K1-K3   (the app's thread may ask)
    shapes.py  private keys, published tokens, Bearer, URL userinfo X2-X5
    named.py   values behind a name and a separator                 X6
    cards.py   card numbers                                         X9
    texts.py   all steps over one text, in their order              X1, X7, X8, X11, X12
    report.py  values of any shape, and a whole report              X10, X11

Only what is asked for is imported: the patterns compile on the worker's thread, not on the app's.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # the app's thread asks for names.py
if TYPE_CHECKING:
    from typing import Any

    from splat.redact.names import Names, names_of
    from splat.redact.report import RedactionError, redact_report, redact_value
    from splat.redact.shapes import MARK
    from splat.redact.texts import redact_source, redact_text

__all__ = [
    "MARK",
    "Names",
    "RedactionError",
    "names_of",
    "redact_report",
    "redact_source",
    "redact_text",
    "redact_value",
]

_HOMES = {
    "Names": "names",
    "RedactionError": "report",
    "names_of": "names",
    "redact_report": "report",
    "redact_value": "report",
    "MARK": "shapes",
    "redact_source": "texts",
    "redact_text": "texts",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
