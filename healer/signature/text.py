"""S1-S3: what counts as white space, and an exception's type."""

from __future__ import annotations

import re

# Spelled out: `\s` means something else in each of the five languages.
_SPACE = re.compile(r"[\t\n\x0b\x0c\r ]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ADDRESS = re.compile(r"0[xX][0-9A-Fa-f]+")
_ANONYMOUS = "@anonymous"

#: No field of a canonical text is longer, in code points (S2).
MAX_FIELD = 1_000


def field(text: str) -> str:
    """S1, S2: lone surrogates replaced, runs of ASCII white space one space, trimmed, at most MAX_FIELD long."""
    return _SPACE.sub(" ", _SURROGATE.sub("\ufffd", text)).strip(" ")[:MAX_FIELD]


def type_name(name: str) -> str:
    """S3: the type without a leading backslash, an anonymous class's place, or an address."""
    name = field(name).lstrip("\\")
    cut = name.find(_ANONYMOUS)
    if cut >= 0:
        name = name[: cut + len(_ANONYMOUS)]
    return _ADDRESS.sub("0x", name)


def last_part(name: str) -> str:
    """The last part of a qualified type: what follows its last `.`, `::` or backslash."""
    for separator in ("\\", "::", "."):
        name = name.rpartition(separator)[2]
    return name
