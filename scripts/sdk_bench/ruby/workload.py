"""A Ruby program whose errors have 15 frames, 10 of the app and 5 of a gem, with four locals each, in real files."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LOCALS = """    name = "cart"
    prices = [1, 2, 3, depth]
    cart = { "id" => depth, "items" => prices, "owner" => name }
    total = cart["id"] * 3
"""


def _method(name: str, last: str) -> str:
    return f"  def self.{name}(number, depth)\n    depth += 1\n{LOCALS}    {last}\n    total\n  end\n"


def write(folder: Path, distinct: int = 60) -> None:
    """`App.crash(n)` fails in a place of its own for each n below `distinct`."""
    gem = folder / "gems" / "vendored-1.0.0" / "lib"
    gem.mkdir(parents=True)
    steps = [
        _method(f"step{depth}", "Vendored.call0(number, depth)" if depth == 3 else f"step{depth + 1}(number, depth)")
        for depth in range(8)
    ]
    steps.append(_method("step8", 'public_send("leaf#{number}", number, depth)'))
    steps += [
        _method(f"leaf{number}", f'raise KeyError, "missing{number}" if cart["id"]') for number in range(distinct)
    ]
    begin = f'require "{gem}/vendored"\n\nmodule App\n  def self.crash(number, depth) = step0(number, depth)\n\n'
    (folder / "app.rb").write_text(begin + "\n".join(steps) + "end\n")
    calls = [
        _method(f"call{depth}", "App.step4(number, depth)" if depth == 4 else f"call{depth + 1}(number, depth)")
        for depth in range(5)
    ]
    (gem / "vendored.rb").write_text("module Vendored\n" + "\n".join(calls) + "end\n")
