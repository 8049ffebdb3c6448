"""What holds for every test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    import pytest

# How long an example takes says how busy the machine is. What has to be fast is measured where it is asserted.
settings.register_profile("splat", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("splat")

#: Minutes each, on a slow machine.
_LONGEST = (
    "workflows/test_act.py",
    *(f"setup/init/test_crashes_{name}.py" for name in ("javascript", "others", "python")),
    *("github/test_repair.py", "github/test_jobs.py", "verdict/test_apps.py", "setup/init/test_init.py"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first: at the end no worker is left alone with it (scripts/test hands out files)."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}

    def turn(item: pytest.Item) -> int:
        named = (number for number, name in enumerate(_LONGEST) if item.path.as_posix().endswith(f"/tests/{name}"))
        return next(named, len(_LONGEST) + (item.path not in slow))

    items.sort(key=turn)
