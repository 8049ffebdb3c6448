"""The ground floor: one short name for one bug, the same in the engine and in every SDK.

`sdk/SPEC.md` gives signature version 1 byte by byte; the rule numbers in this folder (S…) are its own.

    text.py        white space, the exception's type                      S1-S3
    paths.py       a printed path as the app's root sees it               S4
    functions.py   a printed function name without its decoration         S5
    messages.py    a message without its variable parts                   S6
    canonical.py   which frame speaks for a chain, and the canonical text S7-S13
"""

from healer.signature.canonical import canonical, signature
from healer.signature.functions import clean_function
from healer.signature.messages import fold_message
from healer.signature.paths import root_relative

__all__ = ["canonical", "clean_function", "fold_message", "root_relative", "signature"]
