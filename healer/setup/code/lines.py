"""The lines that Splat's Python SDK needs, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healer.setup.code.chosen import options_of

if TYPE_CHECKING:
    from healer.setup.choices import Choices
    from healer.setup.value import Service

WIDTH = 88
#: A framework's integration: the module that its line is in.
INTEGRATIONS = {
    "flask": "flask",
    "django": "django",
    "fastapi": "starlette",
    "starlette": "starlette",
    "celery": "celery",
    "wsgi": "wsgi",
    "asgi": "asgi",
    "aws-lambda": "aws_lambda",
}
DJANGO_APP = "splat.integrations.django.Splat"


def start_lines(service: Service, choices: Choices, *, named: bool) -> list[str]:
    """`splat.init(…)`. `named` says which service it is, where a repository has more than one.

    The token comes from SPLAT_TOKEN by itself: `os.environ[…]` would end the app where nobody has set it, as in a test.
    """
    options = options_of(service, choices, named=named)
    arguments = [f"{name}={quoted(value)}" for name, value in options.items()]
    line = f"splat.init({', '.join(arguments)})"
    return [line] if len(line) <= WIDTH else ["splat.init(", *(f"    {each}," for each in arguments), ")"]


def quoted(text: str, quote: str = '"') -> str:
    """A Python literal in ASCII, so that it fits into a file of any encoding."""
    literal = ascii(text)
    return literal if quote == "'" or literal.startswith('"') or '"' in literal else f'"{literal[1:-1]}"'


def import_lines(framework: str) -> list[str]:
    """What a file imports; Django imports its integration by itself."""
    module = INTEGRATIONS.get(framework)
    more = [] if module is None or module == "django" else [f"import splat.integrations.{module}"]
    return ["import splat", *more]


def install(framework: str, name: str) -> str:
    """The line behind an app that is bound to `name`."""
    call = f"splat.integrations.{INTEGRATIONS[framework]}.install({name})"
    # These give another object, the app with something around it.
    return f"{name} = {call}" if framework in ("wsgi", "asgi", "aws-lambda") else call
