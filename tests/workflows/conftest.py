"""One emulator and one cache of packages for all tests of this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.github.kit import Shop, emulator
from tests.workflows.guard import Guard

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def github() -> Iterator[int]:
    with emulator() as port:
        yield port


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("uv-cache")


@pytest.fixture
def shop(github: int) -> Shop:
    return Shop(github)


@pytest.fixture
def guard(github: int) -> Iterator[Guard]:
    with Guard(github, permissions={"mona": "write", "acme": "admin", "acme-errors": "write"}).serving() as guard:
        yield guard
