"""A program whose errors have 15 frames, 10 of the app and 5 of a library, with four locals each, in real files."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LOCALS = """name = "cart"
    prices = [1, 2, 3, depth]
    cart = {"id": depth, "items": prices, "owner": name}
    total = depth * 3
"""


def write(folder: Path, distinct: int = 60) -> None:
    """`app.crash(n)` fails in a place of its own for each n below `distinct`."""
    packages = folder / "venv" / "lib" / "python3" / "site-packages"
    packages.mkdir(parents=True)
    (folder / "app").mkdir()
    lines = ['"""The application."""', "import vendored", ""]
    for depth in range(9):
        then = (
            "vendored.call0(number, depth)"
            if depth == 3
            else "LEAVES[number](number, depth)"
            if depth == 8
            else f"step{depth + 1}(number, depth)"
        )
        lines += [f"def step{depth}(number, depth):", f"    depth += 1\n    {LOCALS}    return {then}", ""]
    lines += ["crash = step0", ""]
    for number in range(distinct):
        lines += [f"def leaf{number}(number, depth):", f'    {LOCALS}    return cart["missing{number}"] + total', ""]
    lines.append("LEAVES = [" + ", ".join(f"leaf{number}" for number in range(distinct)) + "]")
    (folder / "app" / "__init__.py").write_text("\n".join(lines) + "\n")
    library = ['"""A library."""', ""]
    for depth in range(5):
        then = "app.step4(number, depth)" if depth == 4 else f"call{depth + 1}(number, depth)"
        before = "    import app\n" if depth == 4 else ""
        library += [f"def call{depth}(number, depth):", f"{before}    depth += 1\n    {LOCALS}    return {then}", ""]
    (packages / "vendored.py").write_text("\n".join(library) + "\n")
