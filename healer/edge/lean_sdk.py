"""Imports the `anthropic` SDK without the parts that Splat never calls.

Two thirds of the SDK's 2,900 modules describe its beta API and other clouds' clients; importing them takes as long as
everything else Splat does for a small repository together. In the one process that only ever calls `messages` they are
left out: whatever is asked of them is an empty model. Should a later SDK not import that way, it is imported as it is.
"""

from __future__ import annotations

import gc
import sys
from contextlib import suppress
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

UNUSED = (
    "anthropic.types.beta",
    "anthropic.resources.beta",
    "anthropic.lib.aws",
    "anthropic.lib.bedrock",
    "anthropic.lib.foundry",
    "anthropic.lib.tools",
    "anthropic.lib.vertex",
)


class _Empty(ModuleType):
    """A module in which every name is a model without fields, so that it can be inherited from and put in unions."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        from pydantic import BaseModel

        made = type(name, (BaseModel,), {})
        setattr(self, name, made)
        return made


class _LeaveOut(MetaPathFinder, Loader):
    """Finds the unused parts before the file system does."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        unused = any(fullname == name or fullname.startswith(f"{name}.") for name in UNUSED)
        return ModuleSpec(fullname, self, is_package=True) if unused else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Empty(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to run."""


def load() -> None:
    """Import `anthropic`, lean where that works. For a process of its own: the whole process sees the lean SDK."""
    gc.disable()
    finder = _LeaveOut()
    sys.meta_path.insert(0, finder)
    with suppress(Exception):
        import anthropic  # noqa: F401 - the importing is what is asked for

        return
    sys.meta_path.remove(finder)
    for name in [name for name in sys.modules if name.partition(".")[0] == "anthropic"]:
        del sys.modules[name]
