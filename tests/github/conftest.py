"""One emulator for the tests of a file, for it answers 5,000 requests an hour; each test has its own repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.github.kit import Proxy, Shop, emulator
from tests.github.runs import Gate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def github() -> Iterator[int]:
    with emulator() as port:
        yield port


@pytest.fixture
def gate(github: int, tmp_path: Path) -> Iterator[Gate]:
    """A repository where mona may write, nobody else is known, and Splat writes as `splat-bot`."""
    with Proxy(github, permissions={"mona": "write", "acme": "admin", "acme-errors": "write"}).serving() as proxy:
        yield Gate(Shop(github), proxy, tmp_path)
