"""What `splat init` and `splat doctor` know of a checkout before they do anything."""

from __future__ import annotations

from healer.setup.value import (
    Checkout,
    Entry,
    Existing,
    Found,
    Note,
    Remote,
    Repository,
    Seen,
    Service,
    Tests,
    Workflow,
)

__all__ = [
    "Checkout",
    "Entry",
    "Existing",
    "Found",
    "Note",
    "Remote",
    "Repository",
    "Seen",
    "Service",
    "Tests",
    "Workflow",
]
