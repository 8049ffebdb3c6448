"""Something to do when a module has been imported, so that `init` need not import it.

`logging` costs more than all of the SDK, `asyncio` three times as much; most apps load the one, many never the other.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, Callable, Dict, Optional

_waiting: Dict[str, Callable[[], None]] = {}


def when_imported(name: str, work: Callable[[], None]) -> None:
    """Do `work` now when the module is there, else right after its first import."""
    module = sys.modules.get(name)
    # A module that is half imported by another thread is waited for by no one: its end is not told.
    if module is not None and not getattr(getattr(module, "__spec__", None), "_initializing", False):
        work()
        return
    _waiting[name] = work
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)


def no_longer(name: str) -> None:
    """Do nothing when it is imported."""
    _waiting.pop(name, None)
    if not _waiting and _finder in sys.meta_path:
        sys.meta_path.remove(_finder)


class _Finder:
    """Asks the others for the module, and puts itself between it and its loader for this one import."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name not in _waiting:
            return None
        for finder in sys.meta_path:
            find = None if finder is self else getattr(finder, "find_spec", None)
            spec = None if find is None else find(name, path, target)
            if spec is not None:
                if hasattr(spec.loader, "exec_module"):
                    spec.loader = _Loader(spec.loader)
                return spec
        return None


class _Loader:
    def __init__(self, loader: Any) -> None:
        self._loader = loader

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: Any) -> Optional[ModuleType]:
        found: Optional[ModuleType] = self._loader.create_module(spec)
        return found

    def exec_module(self, module: Any) -> None:
        module.__loader__ = module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        work = _waiting.get(module.__name__)
        no_longer(module.__name__)
        if work is not None:
            try:
                work()
            except Exception as error:
                from splat.warn import warn, why

                warn(f"errors of {module.__name__} are not seen: {why(error)}")


_finder = _Finder()
