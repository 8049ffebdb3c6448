"""One emulator a file, one proxy and one repository a test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterator

import pytest

from tests.github_kit import Emulator, Proxy
from tests.transports.desk import Desk

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.fixture
def proxy(emulator: Emulator) -> Iterator[Proxy]:
    with Proxy(emulator.port) as serving:
        yield serving


@pytest.fixture
def desk(emulator: Emulator, proxy: Proxy, tmp_path: Path) -> Desk:
    """A private repository, and transports that report to it."""
    return Desk(emulator, proxy, emulator.repository(private=True), tmp_path / "spool")


@pytest.fixture
def public(emulator: Emulator, proxy: Proxy, tmp_path: Path) -> Desk:
    """The same with a repository that everyone can read."""
    return Desk(emulator, proxy, emulator.repository(private=False), tmp_path / "spool")
