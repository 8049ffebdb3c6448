"""One short name for one bug: 16 hexadecimal digits, the same here as the engine computes from the printed trace.

The rule numbers (S…) are those of `sdk/SPEC.md`. Light to import: an app's thread calls it.

    text.py       white space, types, function names                       S1-S3, S5
    paths.py      a path as the app's root sees it                         S4
    messages.py   a message without its variable parts                     S6
    canonical.py  which frame speaks for a chain, and the canonical text   S7-S14
"""

from splat.signature.canonical import canonical, signature, signature_of
from splat.signature.paths import below, root_relative, segments
from splat.signature.text import field, function_name, type_name

__all__ = [
    "below",
    "canonical",
    "field",
    "function_name",
    "root_relative",
    "segments",
    "signature",
    "signature_of",
    "type_name",
]
