"""The lines that Splat's JavaScript SDK needs, as text."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from healer.setup.code.chosen import options_of

if TYPE_CHECKING:
    from healer.setup.choices import Choices
    from healer.setup.value import Entry, Service

SDK = "@splat-heal/sdk"
#: Frameworks with a call of their own, behind the line that makes the app.
CALLS = ("express", "fastify", "koa", "nest")
#: Where a server of the same origin takes a browser's reports.
RELAY = "/splat"
#: Prettier's own: it breaks what is longer, and leaves broken what is.
_WIDTH = 80
#: How far `init` is indented in Next.js's `register`.
_DEEP = 4
_ERROR = "error, request, context"
_NAMES = {"api_url": "apiUrl", "trigger_label": "triggerLabel"}


@dataclass(frozen=True, slots=True)
class Style:
    """How a file is written: `quote` is ' or ", `end` a semicolon or "", `module` whether it has imports of its own."""

    module: bool = True
    quote: str = "'"
    end: str = ";"

    def literal(self, text: str) -> str:
        """A string literal in ASCII."""
        written = json.dumps(text)
        plain = written[1:-1] == text and "'" not in text
        return f"'{text}'" if plain and self.quote == "'" else written


def import_line(style: Style) -> str:
    """Brings in `splat`."""
    name = style.literal(SDK)
    return f"import * as splat from {name}{style.end}" if style.module else f"const splat = require({name}){style.end}"


def start_lines(
    service: Service, choices: Choices, style: Style, *, named: bool, browser: bool = False, deep: int = 0
) -> list[str]:
    """`splat.init(…)`. The token comes from SPLAT_TOKEN by itself; a browser has none: its server passes reports on.
    `deep` is how far it will be indented.
    """
    options = {"url": RELAY} if browser else options_of(service, choices, named=named)
    given = [f"{_NAMES.get(name, name)}: {style.literal(value)}" for name, value in options.items()]
    line = f"splat.init({{ {', '.join(given)} }}){style.end}"
    if len(line) + deep <= _WIDTH:
        return [line]
    return ["splat.init({", *(f"  {each}," for each in given), f"}}){style.end}"]


def install(entry: Entry, style: Style) -> str:
    """The line behind an app."""
    return f"splat.{entry.framework}({entry.name or 'app'}){style.end}"


def next_lines(service: Service, choices: Choices, style: Style, *, named: bool) -> tuple[list[str], list[str]]:
    """What stands in Next.js's `register`, and the function beside it. Only its server runs in Node."""
    runs = f"if (process.env.NEXT_RUNTIME === {style.literal('nodejs')}) {{"
    load = f"  const splat = await import({style.literal(SDK)}){style.end}"
    start = ["  " + each for each in start_lines(service, choices, style, named=named, deep=_DEEP)]
    inside = [runs, load, *start, "}"]
    # One line that fits, whatever the width of the project's formatter: it keeps no parameters broken.
    taken, given = ("...args: [unknown, object, object]", "...args") if style.module else (_ERROR, _ERROR)
    beside = [
        f"export async function onRequestError({taken}) {{",
        *("  " + each for each in (runs, load, f"  splat.next({given}){style.end}", "}")),
        "}",
    ]
    return inside, beside
