"""What Git LFS leaves in git in place of a file: three lines that name it."""

from __future__ import annotations

_HEADS = (b"version https://git-lfs.github.com/spec/", b"version https://hawser.github.com/spec/")
#: A pointer is shorter than this, says its specification.
MOST_BYTES = 1024


def is_pointer(content: bytes) -> bool:
    """True for a pointer of Git LFS, which is nobody's source and nobody's test data."""
    return len(content) < MOST_BYTES and content.startswith(_HEADS) and b"\noid sha256:" in content
