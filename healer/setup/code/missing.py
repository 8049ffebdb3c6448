"""A runtime that has no SDK of Splat's yet: said as it is, with the way there is until then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healer.setup.plan import Part, Word

if TYPE_CHECKING:
    from healer.setup.choices import Choices
    from healer.setup.plan import Files
    from healer.setup.value import Service

NAMES = {"javascript": "JavaScript", "go": "Go", "ruby": "Ruby", "php": "PHP", "python": "Python"}


def propose(service: Service, files: Files, choices: Choices, *, named: bool) -> Part:
    """Nothing is written for it."""
    runtime = NAMES.get(service.runtime, service.runtime)
    what = f"{service.name}: there is no {runtime} SDK of Splat's yet; nothing is put into its code"
    then = f"Until then: open an issue with the stack trace in it, and give it the label {choices.labels[0]}."
    return Part(words=(Word("no-sdk", what, service.path, then),))
