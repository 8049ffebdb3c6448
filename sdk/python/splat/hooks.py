"""Which of the interpreter's own hooks are on."""

from __future__ import annotations

import sys
from importlib import import_module

from splat.later import no_longer, when_imported
from splat.warn import warn, why

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Collection

#: What has to be imported before a hook can be set; "" for what always is.
_HOOKS = {
    "excepthook": "",
    "threads": "threading",
    "unraisable": "",
    "asyncio": "asyncio.base_events",
    "logging": "logging",
}


def install(names: Collection[str]) -> None:
    """Set these hooks, now or when what they hook into is imported; take the others away."""
    for name, module in _HOOKS.items():
        _guarded(_set if name in names else _unset, name, module)


def _guarded(work: Callable[[str, str], None], name: str, module: str) -> None:
    try:
        work(name, module)
    except Exception as error:
        warn(f"the integration {name} is off: {why(error)}", f"hook {name}")


def _set(name: str, module: str) -> None:
    if not module:
        _install(name)
    else:
        when_imported(module, lambda: _install(name))


def _install(name: str) -> None:
    import_module(f"splat.integrations.{name}").install()


def _unset(name: str, module: str) -> None:
    if module:
        no_longer(module)
    hook = sys.modules.get(f"splat.integrations.{name}")
    if hook is not None:
        hook.uninstall()
