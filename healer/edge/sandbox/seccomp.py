"""A filter for the system calls that namespaces leave open.

Kernel keyrings are shared across namespaces: a key in the healer's session keyring (Kerberos, encrypted homes) could be
read inside. The others are large parts of the kernel that no test suite needs, with a history of ways out. Each
answers ENOSYS, which programs take for an old kernel.
"""

from __future__ import annotations

import os
import struct
from functools import lru_cache

# Numbers of add_key, request_key, keyctl, perf_event_open, bpf, userfaultfd, open_by_handle_at, io_uring_setup,
# io_uring_enter and io_uring_register, as the kernel's tables have them, and the audit name of each architecture.
_ARCHITECTURES = {
    "x86_64": (0xC000003E, (248, 249, 250, 298, 321, 323, 304, 425, 426, 427)),
    "aarch64": (0xC00000B7, (217, 218, 219, 241, 280, 282, 265, 425, 426, 427)),
}
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER_AT, _ARCHITECTURE_AT = 0, 4
_X32 = 0x40000000
"""Numbers from here on are a second table of the same calls on x86."""
_ALLOW, _NO_SUCH_CALL = 0x7FFF0000, 0x00050000 | 38


@lru_cache
def program(machine: str = "") -> bytes:
    """The filter as the kernel takes it; empty, so none, on an architecture whose numbers are not known here.

    Calls of another architecture than the native one (32-bit programs) are refused as a whole: they have other numbers.
    """
    known = _ARCHITECTURES.get(machine or os.uname().machine)
    if not known:
        return b""
    architecture, numbers = known
    refuse = len(numbers) + 1
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_EQUAL, 0, refuse + 2, architecture),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_AT_LEAST, refuse, 0, _X32),
        *((_EQUAL, refuse - 1 - index, 0, number) for index, number in enumerate(numbers)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _NO_SUCH_CALL),
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)
