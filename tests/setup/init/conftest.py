"""One GitHub and one browser a file, for the projects that crash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.ports import free_port
from tests.setup.github.browser import chromium
from tests.setup.init.crashes import kit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def github() -> Iterator[Any]:
    with kit.Emulator(free_port()) as emulator:
        yield emulator


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser
