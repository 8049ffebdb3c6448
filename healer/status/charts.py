"""Plots as SVG that stands in a page: its colours are the page's, its texts are ours or escaped."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

#: In the SVG's own units; a card shows it at 0.75 to 1.3 times that.
_WIDTH, _HEIGHT = 400, 210
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 8, 18, 26
_MOST_LABELS = 7


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a chart: its label below, its parts from the bottom up as (series, value), and what a pointer is
    told. A series names a colour of the page, `s1` to `s5`.
    """

    label: str
    parts: tuple[tuple[str, float], ...]
    told: str

    @property
    def sum(self) -> float:
        """How high it is."""
        return sum(value for _, value in self.parts)


def columns(title: str, data: Sequence[Column], unit: str = "") -> str:
    """Columns over a scale that begins at 0; `unit` stands before each number of the scale."""
    top = _ceiling(max((column.sum for column in data), default=0.0), whole=not unit)
    step = (_WIDTH - _LEFT - _RIGHT) / max(1, len(data))
    every = -(-len(data) // _MOST_LABELS)
    marks = "".join(_grid(top, part, unit) for part in (0.0, 0.5, 1.0))
    bars = "".join(_column(column, _LEFT + number * step, step, top) for number, column in enumerate(data))
    labels = "".join(
        _text(_LEFT + (number + 0.5) * step, _HEIGHT - 8, column.label, "middle")
        for number, column in enumerate(data)
        if number % every == 0
    )
    return _svg(title, _HEIGHT, marks + bars + labels)


def shares(title: str, parts: Sequence[tuple[str, float, str]]) -> str:
    """One bar of which each part (series, value, name) takes its share."""
    whole = sum(value for _, value, _ in parts) or 1.0
    place, drawn = 0.0, []
    for series, value, name in parts:
        if value:
            width = value / whole * _WIDTH
            share = f"{value:g} ({value / whole:.0%})"
            drawn.append(
                f'<rect class="{series}" x="{place:.1f}" y="0" width="{max(0.0, width - 2):.1f}" height="44" rx="3">'
                f"<title>{escape(name)}: {share}</title></rect>"
            )
            if width > 26:
                drawn.append(f'<text class="in-{series}" x="{place + 8:.1f}" y="28">{value:g}</text>')
            place += width
    return _svg(title, 44, "".join(drawn))


def _svg(title: str, height: int, inner: str) -> str:
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{escape(title)}" '
        f'preserveAspectRatio="xMidYMid meet">{inner}</svg>'
    )


def _column(column: Column, left: float, step: float, top: float) -> str:
    gap = min(6.0, step * 0.2)
    base, drawn = float(_HEIGHT - _BOTTOM), ""
    for series, value in column.parts:
        height = value / top * (_HEIGHT - _BOTTOM - _TOP)
        if height > 0:
            base -= height
            drawn += (
                f'<rect class="{series}" x="{left + gap / 2:.1f}" y="{base:.1f}" width="{step - gap:.1f}" '
                f'height="{max(height, 0.8):.1f}" rx="1.5"/>'
            )
    # All of the column's place answers a pointer, not only what is drawn of it.
    area = f'<rect class="area" x="{left:.1f}" y="{_TOP}" width="{step:.1f}" height="{_HEIGHT - _BOTTOM - _TOP}"/>'
    return f"<g><title>{escape(column.told)}</title>{drawn}{area}</g>"


def _grid(top: float, part: float, unit: str) -> str:
    height = _HEIGHT - _BOTTOM - part * (_HEIGHT - _BOTTOM - _TOP)
    line = f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{height:.1f}" y2="{height:.1f}"/>'
    return line + _text(_LEFT - 6, height + 4, f"{unit}{top * part:g}", "end")


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _ceiling(value: float, *, whole: bool) -> float:
    """The next round number whose half is one too; a count's half is a count."""
    size = 1.0 if whole else 0.01
    while size * 10 < value:
        size *= 10
    steps = (2, 4, 6, 8, 10) if whole and size == 1 else (1, 2, 3, 4, 6, 8, 10)
    return next(size * step for step in steps if step == 10 or size * step >= value)
