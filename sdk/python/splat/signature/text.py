"""S1-S3 and S5: what counts as white space, an exception's type, a function's name.

Without regular expressions where nothing unusual is in the text: this runs on the app's thread.
"""

from __future__ import annotations

from functools import lru_cache

#: No field of a canonical text is longer, in code points (S2).
MAX_FIELD = 1_000

_TO_SPACE = dict.fromkeys(range(0x09, 0x0E), " ")
_ANONYMOUS = "@anonymous"


def field(text: str) -> str:
    """S2: lone surrogates replaced, runs of white space one space, trimmed, at most MAX_FIELD code points."""
    if not text.isascii():
        text = without_surrogates(text)
    words = text.translate(_TO_SPACE).split(" ")
    return " ".join([word for word in words if word])[:MAX_FIELD]


def without_surrogates(text: str) -> str:
    """Each lone surrogate is U+FFFD; all else as it was."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "".join(["\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text])
    return text


@lru_cache(maxsize=512)
def type_name(name: str) -> str:
    """S3: the type without a leading backslash, an anonymous class's place, or an address."""
    name = field(name).lstrip("\\")
    cut = name.find(_ANONYMOUS)
    if cut >= 0:
        name = name[: cut + len(_ANONYMOUS)]
    return _without_addresses(name) if "0x" in name or "0X" in name else name


def last_part(name: str) -> str:
    """S3: the last part of a qualified type."""
    for separator in ("\\", "::", "."):
        name = name.rpartition(separator)[2]
    return name


def function_name(name: str) -> str:
    """S5: what a printed trace calls the function, without the classes and functions it is defined in."""
    return field(name).rpartition(".")[2]


def _without_addresses(name: str) -> str:
    import re  # few types hold an address

    return re.sub("0[xX][0-9A-Fa-f]+", "0x", name)
