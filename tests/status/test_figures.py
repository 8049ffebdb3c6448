"""From what a forge tells to figures, and the page that shows them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healer.gate.ledger import Fate, Ledger, Run, stamp
from healer.status import Fix, Gathered, Incident, figures_of, page, read_state
from healer.status.words import dollars, duration, percent

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SINCE = NOW - timedelta(days=60)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVIL = "</title><script>alert(1)</script><img src=x onerror=alert(2)>\"' ghp_" + "a" * 36 + "\u202e\x1b[2J"


def run(ago: timedelta, spent: float = 0.5, state: str = "fixed", ask: str = "heal") -> Run:
    return Run(int(ago.total_seconds()), 1, "k", stamp(NOW - ago), ask, 1, spent, state)  # type: ignore[arg-type]


def fix(number: int, state: str, opened: timedelta, **more: object) -> Fix:
    ended = None if state == "open" else NOW - opened + HOUR
    return Fix(number, f"fix {number}", state, opened=NOW - opened, ended=ended, **more)  # type: ignore[arg-type]


def told(fixes: tuple[Fix, ...] = (), ledgers: dict[int, Ledger] | None = None, **more: object) -> Gathered:
    return Gathered("github.com/acme/shop", NOW, SINCE, fixes=fixes, ledgers=ledgers or {}, **more)  # type: ignore[arg-type]


def test_nothing_is_told_as_nothing() -> None:
    found = figures_of(told())
    assert (found.accepted, found.untouched, found.median_to_pull, found.cost_merged) == (None,) * 4
    assert (found.spent, found.today, found.incidents) == (0, 0, 0)
    assert "Running" not in page(told(), found)


def test_money_by_day_month_and_all() -> None:
    ledgers = {
        1: Ledger((run(HOUR, 0.25), run(3 * DAY, 1.0))),
        2: Ledger((run(30 * DAY, 2.0, "unfixed"),), dollars=4.0, first=stamp(NOW - 40 * DAY)),
        3: Ledger((run(90 * DAY, 8.0),), dollars=16.0, first=stamp(NOW - 100 * DAY)),
    }
    found = figures_of(told(ledgers=ledgers))
    assert (found.today, found.month, found.spent, found.undated) == (0.25, 1.25, 7.25, 4.0)
    assert len(found.days) == 61


def test_what_runs_is_reserved_and_what_was_killed_is_spent() -> None:
    ledgers = {7: Ledger((run(HOUR / 2, 1.0, "running"),)), 8: Ledger((run(8 * HOUR, 1.0, "running"),))}
    found = figures_of(told(ledgers=ledgers))
    assert [(each.issue, each.reserved) for each in found.running] == [(7, 1.0)]
    assert (found.reserved, found.spent) == (1.0, 1.0)


def test_acceptance() -> None:
    fixes = (
        fix(1, "merged", DAY, merged="unmodified"),
        fix(2, "merged", DAY, merged="unmodified"),
        fix(3, "merged", DAY, merged="modified"),
        fix(4, "merged", DAY, merged="unknown"),
        fix(5, "closed", DAY),
        fix(6, "open", DAY),
        fix(7, "merged", 80 * DAY, merged="modified"),
    )
    found = figures_of(told(fixes, {1: Ledger((run(DAY, 2.0),))}))
    assert found.accepted == 4 / 5
    assert found.untouched == 2 / 3
    assert found.cost_merged == 0.5
    assert [each.number for each in found.open] == [6]


def test_what_became_of_the_merged_ones() -> None:
    fixes = (*(fix(n, "merged", DAY, merged="unmodified") for n in (1, 2, 3, 4)), fix(5, "closed", DAY))
    fates = (Fate(1, outcome="verified"), Fate(2, outcome="failed"), Fate(3, outcome="failed", revert=9), Fate(4))
    ledgers = {1: Ledger(fates=fates), 2: Ledger(fates=(Fate(5, outcome="failed"), Fate(77, outcome="verified")))}
    gathered = told(fixes, ledgers, taken_back=frozenset({3, 5}))
    found = figures_of(gathered)
    assert found.fates == {1: "verified", 2: "failed", 3: "taken back"}
    text = page(gathered, found)
    assert "verified; 2 failed, 1 taken back" in text
    assert "merged as it was; taken back" in text


def test_the_time_to_a_pull_request_begins_with_the_first_question_for_it() -> None:
    ledger = Ledger((run(10 * DAY, state="fixed"), run(2 * DAY, state="unfixed"), run(2 * DAY - HOUR)))
    fixes = (
        fix(1, "closed", 10 * DAY - HOUR / 4, issue=5),
        fix(2, "open", 2 * DAY - 2 * HOUR, issue=5),
        fix(3, "open", DAY, issue=99),
    )
    assert figures_of(told(fixes, {5: ledger})).to_pull == (900.0, 7200.0)


def test_a_clock_that_runs_ahead_breaks_nothing() -> None:
    assert figures_of(told(ledgers={1: Ledger((run(-3 * DAY, 1.0),))})).today == 1.0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('words\n<!-- splat:state {"confidence":95,"dollars":0.02,"v":1} -->\n', (95, 0.02)),
        ('{"confidence":95,"dollars":0.02}', (95, 0.02)),
        ('<!-- splat:state {"confidence":101,"dollars":-1} -->', (None, None)),
        ('<!-- splat:state {"confidence":true,"dollars":1e999} -->', (None, None)),
        ('<!-- splat:state {"confidence":NaN,"dollars":NaN} -->', (None, None)),
        ("<!-- splat:state [1] -->", (None, None)),
        ("<!-- splat:state " + "[" * 1900 + " -->", (None, None)),
        ("{" + "[" * 9000, (None, None)),
        ("", (None, None)),
    ],
)
def test_a_marker_is_read_and_nothing_of_it_believed(text: str, expected: tuple[object, object]) -> None:
    assert tuple(read_state(text)) == expected


def test_words() -> None:
    assert [duration(each) for each in (None, 45, 360, 12_600, 180_000)] == ["-", "45 s", "6 min", "3.5 h", "2.1 days"]
    assert [dollars(each) for each in (None, 0, 0.0123, 1234.5)] == ["-", "$0.00", "$0.0123", "$1,234.50"]
    assert (percent(None), percent(2 / 3)) == ("-", "67%")


# The page


class Parsed(HTMLParser):
    """Its tags, each of which is closed, and every address that a browser would go to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.addresses: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src", "xlink:href", "action")]
        assert not any(name.startswith("on") for name, _ in attrs)
        if tag not in ("meta", "rect", "line"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("rect", "line"):
            assert self.open.pop() == tag


def full() -> Gathered:
    fixes = tuple(
        fix(n, state, n * HOUR, merged=how, confidence=min(100, n * 9), dollars=0.02, issue=n)
        for n, (state, how) in enumerate(
            [("merged", "unmodified"), ("merged", "modified"), ("merged", "unknown"), ("closed", None), ("open", None)]
            * 8,
            start=1,
        )
    )
    ledgers = {each.issue: Ledger((run(each.number * HOUR + HOUR / 10, 0.3),)) for each in fixes}
    ledgers[500] = Ledger((run(HOUR / 10, 1.0, "running"),))
    return told(fixes, ledgers, incidents=(Incident(9, "It fails", "https://github.com/acme/shop/issues/9", NOW),))


def test_the_page_is_whole_and_needs_nothing_else() -> None:
    text = page(full(), figures_of(full()))
    parsed = Parsed(text)
    assert parsed.addresses == ["https://github.com/acme/shop/issues/9"]
    assert not parsed.seen & {"script", "link", "img", "iframe", "object", "base", "form"}
    assert "url(" not in text
    assert "@import" not in text
    assert "default-src 'none'" in text
    assert text.count("<svg") == 4
    assert "And 2 more." in text


def test_words_of_others_do_nothing() -> None:
    fixes = (Fix(1, EVIL, "open", "javascript:alert(1)"), Fix(2, "x", "open", 'https://a/"onmouseover="alert(1)'))
    evil = Gathered(EVIL, NOW, SINCE, (Incident(1, EVIL, "data:text/html,x"),), fixes, {}, (EVIL,))
    text = page(evil, figures_of(evil))
    parsed = Parsed(text)
    assert not parsed.seen & {"script", "img"}
    assert parsed.addresses == ['https://a/"onmouseover="alert(1)']
    assert "ghp_a" not in text
    assert "\x1b" not in text
    assert "\u202e" not in text


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["open", "merged", "closed"]), st.integers(0, 100), st.floats(0, 9000)), max_size=40
    ),
    st.integers(1, 800),
)
def test_any_figures_make_a_page(drawn: list[tuple[str, int, float]], days: int) -> None:
    fixes = tuple(
        fix(n, state, n * HOUR, merged="modified" if state == "merged" else None, confidence=sure, issue=n)
        for n, (state, sure, _) in enumerate(drawn, start=1)
    )
    ledgers = {n: Ledger((run(n * HOUR * 2, spent),)) for n, (_, _, spent) in enumerate(drawn, start=1)}
    gathered = Gathered("x", NOW, NOW - timedelta(days=days), fixes=fixes, ledgers=ledgers)
    found = figures_of(gathered)
    text = page(gathered, found)
    Parsed(text)
    assert "nan" not in text
    assert found.spent == pytest.approx(sum(found.days.values()))


@pytest.mark.slow
def test_a_small_screen_shows_all_of_it(tmp_path: Path) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    if not Path("/usr/bin/chromium").exists():
        pytest.skip("there is no Chromium")
    place = tmp_path / "status.html"
    place.write_text(page(full(), figures_of(full())))
    asked: list[str] = []
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for width, scheme in ((360, "light"), (1280, "dark")):
            shown = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
            shown.on("request", lambda request: asked.append(request.url))
            shown.goto(place.as_uri())
            assert shown.evaluate("document.documentElement.scrollWidth") == width
            texts = "[...document.querySelectorAll('svg text, td, small')]"
            smallest = shown.evaluate(f"Math.min(...{texts}.map(e => e.getBoundingClientRect().height))")
            assert smallest > 9, "a text that nobody can read"
            colours = shown.evaluate("['color', 'backgroundColor'].map(n => getComputedStyle(document.body)[n])")
            assert (colours[1] == "rgb(14, 16, 19)") == (scheme == "dark")
        browser.close()
    assert set(asked) == {place.as_uri()}
