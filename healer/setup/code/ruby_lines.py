"""The lines that Splat's Ruby SDK needs, as text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from healer.setup.code.chosen import options_of

if TYPE_CHECKING:
    from healer.setup.choices import Choices
    from healer.setup.value import Service

SDK = "splat-sdk"
INITIALIZER = "config/initializers/splat.rb"
#: A gem's own dependency.
REQUIREMENT = f'spec.add_dependency "{SDK}", "~> 0.1"'
USE = "use Splat::Rack"
_WIDTH = 100


@dataclass(frozen=True, slots=True)
class Style:
    """How a file is written: `quote` is what it has around its texts."""

    quote: str = '"'

    def literal(self, text: str) -> str:
        """A Ruby string in ASCII."""
        written = "".join(map(_character, text))
        return f"'{text}'" if self.quote == "'" and written == text and "'" not in text else f'"{written}"'


def _character(char: str) -> str:
    if char in '"\\#':
        return "\\" + char
    return char if " " <= char <= "~" else f"\\u{{{ord(char):x}}}"


def require_line(style: Style) -> str:
    """Brings in `Splat`."""
    return f"require {style.literal('splat')}"


def start_lines(service: Service, choices: Choices, style: Style, *, named: bool) -> list[str]:
    """`Splat.init(…)`. The token comes from SPLAT_TOKEN by itself."""
    options = options_of(service, choices, named=named)
    given = [f"{name}: {style.literal(value)}" for name, value in options.items()]
    line = f"Splat.init({', '.join(given)})"
    if len(line) <= _WIDTH:
        return [line]
    return ["Splat.init(", *(f"  {each}," for each in given), ")"]
