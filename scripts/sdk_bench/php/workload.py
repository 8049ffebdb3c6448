"""A PHP program whose errors have 15 frames, 10 of the app and 5 of a library, with four locals each, in real files."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LOCALS = """    $name = 'cart';
    $prices = [1, 2, 3, $depth];
    $cart = ['id' => $depth, 'items' => $prices, 'owner' => $name];
    $total = $cart['id'] * 3;
"""


def _function(name: str, last: str) -> str:
    return f"function {name}(int $number, int $depth): int\n{{\n    $depth++;\n{LOCALS}    {last}\n}}\n"


def write(folder: Path, distinct: int = 60) -> None:
    """`App\\crash($n)` fails in a place of its own for each $n below `distinct`."""
    library = folder / "vendor" / "shop" / "vendored"
    library.mkdir(parents=True)
    steps = [
        _function(
            f"step{depth}",
            r"return \Vendored\call0($number, $depth);"
            if depth == 3
            else r"return ('App\leaf' . $number)($number, $depth);"
            if depth == 8
            else f"return step{depth + 1}($number, $depth);",
        )
        for depth in range(9)
    ]
    raised = "throw new \\DomainException('missing{}' . ($total > 0 ? '' : '!'));"
    leaves = [_function(f"leaf{number}", raised.format(number)) for number in range(distinct)]
    begin = "<?php\n\ndeclare(strict_types=1);\n\nnamespace App;\n\n"
    begin += "require __DIR__ . '/vendor/shop/vendored/calls.php';\n\n"
    crash = "function crash(int $number): int\n{\n    return step0($number, 0);\n}\n\n"
    (folder / "app.php").write_text(begin + crash + "\n".join(steps + leaves))
    calls = [
        _function(
            f"call{depth}",
            r"return \App\step4($number, $depth);" if depth == 4 else f"return call{depth + 1}($number, $depth);",
        )
        for depth in range(5)
    ]
    (library / "calls.php").write_text("<?php\n\nnamespace Vendored;\n\n" + "\n".join(calls))
    (folder / "composer.json").write_text("{}\n")
