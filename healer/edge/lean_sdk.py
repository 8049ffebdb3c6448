"""Imports the `anthropic` SDK without the parts that Splat never calls.

Nearly all of the SDK's 2,900 modules describe its beta and administration APIs, the tools that run at Anthropic and
other clouds' clients; importing them takes as long as everything else Splat does for a small repository together. In
the one process that only ever calls `messages` they are left out: whatever is asked of them is an empty model. Should a
later SDK not import that way, it is imported as it is.
"""

from __future__ import annotations

import gc
import os
import re
import sys
from contextlib import suppress
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

UNUSED = re.compile(
    r"anthropic\.(resources\.(beta|organization)|lib\.(aws|bedrock|foundry|tools|vertex)|types)\b.*"
    # What only asynchronous clients and tracing use.
    r"|(anyio|opentelemetry|httpcore2\._async)\b.*"
)
#: What a message, whole or streamed, and an error are made of.
NEEDED = re.compile(
    r"anthropic\.types\.("
    r"(message|parsed_message|raw_|content_block|stop_|container|refusal|usage|output_tokens|cache_creation)\w*"
    r"|(text|thinking|redacted_thinking|tool_use)_block|(text|thinking|input_json|signature|citations)_delta"
    r"|(text_)?citation\w*|citations_\w+_location|server_tool_usage|direct_caller|model|shared(\.\w+_error|\.error_\w+)?"
    r")$"
)
TYPES = "anthropic.types"
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class _Empty(ModuleType):
    """A module in which every name is a model without fields, so that it can be inherited from and put in unions."""

    model: type | None = None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if _Empty.model is None:
            from pydantic import BaseModel

            # One for all: a class takes longer to make than to find.
            _Empty.model = type("Unused", (BaseModel,), {})
        return _Empty.model


class _Types(_Empty):
    """`anthropic.types`, whose own file imports 700 modules: a needed one is imported when its class is asked for."""

    def __getattr__(self, name: str) -> Any:
        module = f"{TYPES}.{_WORDS.sub('_', name).lower()}"
        if name.islower():  # a module: the import system finds it, or leaves it out
            raise AttributeError(name)
        if not NEEDED.match(module):
            return super().__getattr__(name)
        try:
            made = getattr(import_module(module), name)
        except ImportError:
            return super().__getattr__(name)
        setattr(self, name, made)
        return made


class _LeaveOut:
    """Finds the unused parts before the file system does; finder and loader in one."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not UNUSED.match(fullname) or NEEDED.match(fullname):
            return None
        spec = ModuleSpec(fullname, self, is_package=True)  # type: ignore[arg-type]  # what Loader is, without its import
        if fullname == TYPES and path:
            spec.submodule_search_locations = [f"{each}/types" for each in path]
        return spec

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return (_Types if spec.name == TYPES else _Empty)(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to run."""


def load() -> None:
    """Import `anthropic`, lean where that works. For a process of its own: the whole process sees the lean SDK."""
    gc.disable()
    # Looks through every installed distribution for plug-ins, of which a client needs none.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    finder = _LeaveOut()
    sys.meta_path.insert(0, finder)
    with suppress(Exception):
        import anthropic  # noqa: F401 - the importing is what is asked for

        return
    sys.meta_path.remove(finder)
    for name in [name for name in sys.modules if name.partition(".")[0] == "anthropic"]:
        del sys.modules[name]
