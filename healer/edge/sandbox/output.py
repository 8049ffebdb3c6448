"""A stream of any length in bounded memory."""

from __future__ import annotations

from collections import deque

KEEP = 64 * 1024
"""Bytes of output kept from the start, and as many from the end."""


class CappedOutput:
    """Keeps the first and the last bytes of a stream, and counts what fell out between them."""

    def __init__(self, keep: int = KEEP) -> None:
        self._keep = keep
        self._head = bytearray()
        self._tail: deque[bytes] = deque()
        self._tail_size = 0
        self._cut = 0

    def add(self, data: bytes) -> None:
        """Take the next bytes; memory stays bounded at a few chunks however many come."""
        room = self._keep - len(self._head)
        if room > 0:
            self._head += data[:room]
            data = data[room:]
        if data:
            self._tail.append(data)
            self._tail_size += len(data)
        while self._tail and self._tail_size - len(self._tail[0]) >= self._keep:
            gone = self._tail.popleft()
            self._tail_size -= len(gone)
            self._cut += len(gone)

    def text(self) -> str:
        """What was kept, decoded with replacement, with a line in the middle that says how much is missing."""
        tail = b"".join(self._tail)
        over = max(0, len(tail) - self._keep)
        head, tail, cut = bytes(self._head), tail[over:], self._cut + over
        if not cut:
            return (head + tail).decode("utf-8", "replace")
        note = f"\n[... {cut:,} bytes left out ...]\n"
        return head.decode("utf-8", "replace") + note + tail.decode("utf-8", "replace")
