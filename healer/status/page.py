"""The figures as one HTML page that needs nothing else: no script, no font, no picture, no request."""

from __future__ import annotations

from datetime import UTC, timedelta
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from healer.markdown import cut, plain
from healer.redact import redact
from healer.status.charts import Column, columns, shares
from healer.status.words import NONE, dollars, duration, percent

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from healer.status.figures import Figures
    from healer.status.value import Fix, Gathered

_MOST_ROWS = 30
_DAILY = 45
_MINUTES = ((2, "< 2"), (5, "2-5"), (10, "5-10"), (30, "10-30"), (60, "30-60"), (10**9, "> 60"))
_BANDS = ((0, 49), (50, 69), (70, 79), (80, 89), (90, 100))
#: What became of a fix, and its colour.
ENDINGS = {
    "unmodified": ("s1", "merged as it was"),
    "modified": ("s2", "merged, changed by people"),
    "unknown": ("s3", "merged, not looked into"),
    "closed": ("s4", "closed"),
    "open": ("s5", "open"),
}


def page(told: Gathered, figures: Figures) -> str:
    """All of the HTML. Words of others are redacted, cut and escaped; only web addresses become links."""
    style = files("healer").joinpath("data", "status.css").read_text("utf-8")
    body = [
        f"<header><h1>Splat <span>{_words(told.where)}</span></h1><p>{_about(told)}</p></header>",
        f'<section class="tiles">{"".join(_tiles(figures))}</section>',
        f'<section class="cards">{"".join(_cards(told, figures))}</section>',
        _running(figures),
        _fixes("Open fixes", sorted(figures.open, key=lambda fix: -fix.number), figures, told.now),
        _incidents(told),
        _fixes("Decided fixes", sorted(figures.decided, key=_ended, reverse=True), figures, told.now),
        _footer(told, figures),
    ]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="referrer" content="no-referrer">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>Splat: {_words(told.where)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(filter(None, body))
        + "\n</main>\n</body>\n</html>\n"
    )


def _words(text: str, most: int = 120) -> str:
    return escape(cut(" ".join(plain(redact(text)).split()), most))


def _about(told: Gathered) -> str:
    days = (told.now - told.since).days
    return f"The last {days} days, as of {told.now.astimezone(UTC):%d %B %Y, %H:%M} UTC"


def _tiles(figures: Figures) -> Iterable[str]:
    merged = sum(figures.merged.values())
    confidence = NONE if figures.median_confidence is None else f"{figures.median_confidence:g}"
    running = f"{len(figures.running)} running" if figures.running else "nothing running"
    yield _tile("Open incidents", f"{figures.incidents:,}", running)
    yield _tile("Open fixes", f"{len(figures.open)}", f"median confidence {confidence}")
    yield _tile("Accepted", percent(figures.accepted), f"{merged} merged, {figures.closed} closed")
    yield _tile("Merged as it was", percent(figures.untouched), "of the merged fixes")
    held, failed = figures.fated("verified"), figures.fated("failed") + figures.fated("taken back")
    back = f", {figures.fated('taken back')} taken back" if figures.fated("taken back") else ""
    yield _tile("Held in production", f"{held}", f"verified; {failed} failed{back}")
    yield _tile("To the pull request", duration(figures.median_to_pull), "median, from being asked")
    yield _tile("A merged fix", dollars(figures.cost_merged), f"of {dollars(figures.spent)} spent in all")
    kept = f", {dollars(figures.reserved)} reserved" if figures.reserved else ""
    yield _tile("Spent today", dollars(figures.today), f"{dollars(figures.month)} this month{kept}")


def _tile(name: str, value: str, note: str) -> str:
    return f"<div><h2>{escape(name)}</h2><strong>{escape(value)}</strong><small>{escape(note)}</small></div>"


def _cards(told: Gathered, figures: Figures) -> Iterable[str]:
    yield _card("What Claude cost", "dollars a day" if _daily(told) else "dollars a week", _spending(told, figures))
    endings = [(ENDINGS[name][0], _count(figures, name), ENDINGS[name][1]) for name in ENDINGS]
    if any(value for _, value, _ in endings):
        legend = "".join(
            f'<li><i class="{series}"></i>{escape(name)} <b>{value:g}</b></li>'
            for series, value, name in endings
            if value
        )
        bar = shares("What became of the fixes", endings)
        yield _card("What became of the fixes", "pull requests", f'{bar}<ul class="legend">{legend}</ul>')
    if figures.to_pull:
        yield _card("From being asked to the pull request", "fixes, by minutes", _times(figures.to_pull))
    if any(fix.confidence is not None for fix in (*figures.open, *figures.decided)):
        keys = "".join(_key(of, escape(name)) for of, value, name in endings if value)
        inner = f'{_bands(figures)}<ul class="legend inline">{keys}</ul>'
        yield _card("Confidence, and what became of it", "fixes, by confidence", inner)


def _key(series: str, html: str) -> str:
    return f'<li><i class="{series}"></i>{html}</li>'


def _card(title: str, unit: str, inner: str) -> str:
    return f"<figure><figcaption>{escape(title)} <small>{escape(unit)}</small></figcaption>{inner}</figure>"


def _count(figures: Figures, ending: str) -> float:
    others = {"closed": figures.closed, "open": len(figures.open)}
    return others.get(ending, figures.merged.get(ending, 0))


def _daily(told: Gathered) -> bool:
    return (told.now - told.since).days <= _DAILY


def _spending(told: Gathered, figures: Figures) -> str:
    days = list(figures.days.items())
    size = 1 if _daily(told) else 7
    found = []
    # The last column ends today, whatever day of the week that is.
    for first in range(len(days) % size, len(days), size):
        group = days[first : first + size]
        spent = sum(amount for _, amount in group)
        begin, end = group[0][0], group[-1][0]
        name = f"{begin:%d %b}" if size == 1 else f"{begin:%d %b} to {end:%d %b}"
        found.append(Column(f"{begin:%d %b}", (("s1", spent),), f"{name}: {dollars(spent)}"))
    return columns("What Claude cost, over time", found, "$")


def _times(seconds: Sequence[float]) -> str:
    found, least = [], 0
    for most, label in _MINUTES:
        count = sum(least * 60 <= each < most * 60 for each in seconds)
        found.append(Column(label, (("s1", count),), f"{label} minutes: {count}"))
        least = most
    return columns("From being asked to the pull request, in minutes", found)


def _bands(figures: Figures) -> str:
    found = []
    for least, most in _BANDS:
        fixes = [fix for fix in (*figures.decided, *figures.open) if fix.confidence in range(least, most + 1)]
        counts = [(ending, sum(_ending(fix) == ending for fix in fixes)) for ending in ENDINGS]
        told = ", ".join(f"{count} {ENDINGS[name][1]}" for name, count in counts if count) or "none"
        parts = tuple((ENDINGS[name][0], float(count)) for name, count in counts)
        found.append(Column(f"{least}-{most}", parts, f"Confidence {least} to {most}: {told}"))
    return columns("Fixes by confidence and by what became of them", found)


def _ending(fix: Fix) -> str:
    return fix.state if fix.state != "merged" else fix.merged or "unknown"


def _ended(fix: Fix) -> float:
    return fix.ended.timestamp() if fix.ended else 0.0


def _running(figures: Figures) -> str:
    rows = [
        (f"#{run.issue}", escape(run.ask), f"{run.began:%d %b %H:%M}", dollars(run.reserved)) for run in figures.running
    ]
    return _table("Running", ("issue", "asked to", "since (UTC)", "may spend"), rows)


def _fixes(title: str, fixes: Sequence[Fix], figures: Figures, now: datetime) -> str:
    rows = [
        (
            _link(f"#{fix.number}", fix.url),
            _words(fix.title, 90),
            _state(fix, figures.fates.get(fix.number)),
            NONE if fix.confidence is None else str(fix.confidence),
            dollars(fix.dollars),
            _age(fix.ended or fix.opened, now),
        )
        for fix in fixes
    ]
    return _table(title, ("", "fix", "state", "confidence", "cost", "age"), rows)


def _state(fix: Fix, fate: str | None) -> str:
    name = "draft" if fix.draft and fix.state == "open" else ENDINGS[_ending(fix)][1]
    words = f"{name}; {fate}" if fate else name
    return f'<span class="mark"><i class="{ENDINGS[_ending(fix)][0]}"></i>{escape(words)}</span>'


def _incidents(told: Gathered) -> str:
    newest = sorted(told.incidents, key=lambda each: -each.number)
    rows = [
        (_link(f"#{each.number}", each.url), _words(each.title, 90), _age(each.opened, told.now)) for each in newest
    ]
    return _table("Open incidents", ("", "incident", "age"), rows)


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """`rows` hold HTML."""
    if not rows:
        return ""
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows[:_MOST_ROWS])
    more = f"<p>And {len(rows) - _MOST_ROWS:,} more.</p>" if len(rows) > _MOST_ROWS else ""
    heading = f"<h2>{escape(title)} <small>{len(rows):,}</small></h2>"
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<section class="list">{heading}<div class="scroll">{table}</div>{more}</section>'


def _footer(told: Gathered, figures: Figures) -> str:
    notes = [f"<li>{_words(each, 300)}</li>" for each in told.left_out]
    left_out = f"<h2>Not counted</h2><ul>{''.join(notes)}</ul>" if notes else ""
    old = f"{dollars(figures.undated)} of all that was spent belong to runs of which only the sum was kept. "
    how = f"in {told.requests} requests: " if told.requests else ""
    return (
        f"<footer>{left_out}<p>{old if figures.undated else ''}Read from the forge alone, {how}pull requests, and what "
        f"Splat keeps of its runs beside each issue. Days are UTC's.</p></footer>"
    )


def _link(words: str, url: str) -> str:
    if not url.startswith(("https://", "http://")):
        return escape(words)
    return f'<a href="{escape(url, quote=True)}" rel="noopener noreferrer">{escape(words)}</a>'


def _age(at: datetime | None, now: datetime) -> str:
    return NONE if at is None else duration(max(timedelta(), now - at).total_seconds())
