"""What the benchmarks print: Markdown tables, and lines that say whether a limit was held."""

from __future__ import annotations

import statistics
from typing import Any


def row(*cells: object) -> None:
    print("| " + " | ".join(f"{cell:,.1f}" if isinstance(cell, float) else str(cell) for cell in cells) + " |")


def head(title: str, *cells: str) -> None:
    print(f"\n{title}\n")
    row(*cells)
    print("| --- |" + " ---: |" * (len(cells) - 1))


def limit(name: str, value: float, most: float, unit: str) -> bool:
    """Says whether `value` is at most `most`, and gives it."""
    return held(f"{name}: {value:.2f} {unit} (limit {most:.2f} {unit})", value <= most)


def held(said: str, holds: bool) -> bool:
    print(f"\n{'ok  ' if holds else 'OVER'} {said}", flush=True)
    return holds


def middle(results: list[dict[str, Any]], key: str) -> float:
    return statistics.median(result[key] for result in results)


def spread(results: list[dict[str, Any]], key: str) -> tuple[float, float]:
    """Median and 99th percentile of the lists under `key` of all results."""
    all_of_them = sorted(each for result in results for each in result[key])
    return statistics.median(all_of_them), all_of_them[int(len(all_of_them) * 0.99)]
