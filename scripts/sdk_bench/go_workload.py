"""A Go program whose errors have 15 frames of functions, 10 of the app and 5 of a library, in real files."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

HEAD = 'package {}\n\nimport (\n\t"{}"\n)\n'
BODY = """
	name, prices := "cart", []int{1, 2, 3, depth}
	total := len(name) + prices[3]
"""
LEAF = """
	err := errors.New("missing " + name)
	if panicking {
		panic(err)
	}
	cpu, began := threadCPU(), time.Now()
	capture(err)
	last = took{float64(time.Since(began).Nanoseconds()) / 1000, threadCPU() - cpu}
	_ = total
"""


def write(folder: Path, distinct: int = 60) -> None:
    """`crash(n)` meets an error in a place of its own for each n below `distinct`."""
    library = folder / "library"
    library.mkdir(exist_ok=True)
    (library / "go.mod").write_text("module example.org/library\n\ngo 1.21\n")
    (library / "library.go").write_text(_library())
    (folder / "app.go").write_text(_app(distinct))


def _function(name: str, body: str, more: str = "") -> str:
    return f"\n//go:noinline\nfunc {name}(number, depth int{more}) {{{BODY}{body}}}\n"


def _library() -> str:
    lines = ["package library\n"]
    for depth in range(5):
        call = "then(number, total)" if depth == 4 else f"call{depth + 1}(number, total, then)"
        lines.append(_function(f"call{depth}" if depth else "Call", f"\t{call}\n", ", then func(int, int)"))
    return "".join(lines)


def _app(distinct: int) -> str:
    lines = [HEAD.format("main", 'errors"\n\t"time"\n\n\t"example.org/library')]
    lines.append("\nvar last took\n\nfunc crash(number int) took {\n\tstep0(number, 0)\n\treturn last\n}\n")
    for depth in range(9):
        call = f"step{depth + 1}(number, total)"
        if depth == 3:
            call = "library.Call(number, total, step4)"
        elif depth == 8:
            call = "leaves[number](number, total)"
        lines.append(_function(f"step{depth}", f"\t{call}\n"))
    lines += [_function(f"leaf{number}", LEAF) for number in range(distinct)]
    names = ", ".join(f"leaf{number}" for number in range(distinct))
    # Made at the start: a variable's own value would be a loop of initializations.
    lines.append(f"\nvar leaves []func(int, int)\n\nfunc init() {{ leaves = []func(int, int){{{names}}} }}\n")
    return "".join(lines)
