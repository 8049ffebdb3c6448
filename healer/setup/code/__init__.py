"""Splat's SDK in the code of a service. Each runtime has a file here, named after it, with `propose` (what is
to be done) and `is_app` (whether a line of a framework's goes to a place). How it is done to a file is in `site`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from healer.setup.code import chosen
from healer.setup.plan import Part, Word

if TYPE_CHECKING:
    from healer.setup.choices import Choices
    from healer.setup.plan import Files
    from healer.setup.value import Entry, Service


def propose_code(service: Service, files: Files, choices: Choices, *, named: bool) -> Part:
    """What the service's runtime makes of it. Nothing for one that has nothing to begin with."""
    if service.library:
        word = Word("library", f"{service.name} has nothing that runs by itself: no SDK is put into it", service.path)
        return Part(words=(word,))
    return cast("Part", _of(service).propose(service, files, choices, named=named))


def likely_entries(service: Service, choices: Choices) -> list[Entry]:
    """Places that nobody is sure of, the best first."""
    return chosen.likely_entries(service, choices, _of(service).is_app)


def _of(service: Service) -> Any:
    return import_module(f"{__name__}.{service.runtime}")
