"""Splat's SDK in the code of a service. A runtime that gets an SDK gets a file here, named after it, with `propose`."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from healer.setup.choices import Choices
    from healer.setup.plan import Files, Part
    from healer.setup.value import Service


def has_sdk(service: Service) -> bool:
    """Whether there is an SDK for the service's runtime."""
    return find_spec(f"{__name__}.{service.runtime}") is not None


def propose_code(service: Service, files: Files, choices: Choices, *, named: bool) -> Part:
    """What the service's runtime makes of it, which has an SDK."""
    module = import_module(f"{__name__}.{service.runtime}")
    return cast("Part", module.propose(service, files, choices, named=named))
