"""`splat status`: what became of it all, from the forge alone."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from healer.cli.console import foreign, one_line, say, say_json
from healer.outcome import ConfigError, UsageError

if TYPE_CHECKING:
    from healer.edge.checkout import WorkingTree
    from healer.settings import Settings
    from healer.setup.value import Checkout
    from healer.status import Figures, Fix, Gathered

_MOST_LISTED = 10


@click.command()
@click.option("--repo", default=".", show_default=True, metavar="DIR", help="The repository.")
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 3650), help="How far to look back.")
@click.option(
    "--forge",
    default="auto",
    show_default=True,
    type=click.Choice(["auto", "github", "folder"]),
    help="Where to look: GitHub, or .splat/ of this repository; by default GitHub where a remote is there.",
)
@click.option(
    "--actor-id",
    default=0,
    envvar="SPLAT_ACTOR_ID",
    metavar="ID",
    type=click.IntRange(0),
    help="The account that Splat writes as.",
)
@click.option("--html", metavar="FILE", help="Write one self-contained page with plots.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def status(repo: str, days: int, forge: str, actor_id: int, html: str | None, as_json: bool) -> int:
    """Show open incidents, fixes, what they cost, and how many were accepted.

    Reads the forge alone: pull requests, and what Splat keeps in its own comments. Never talks to Claude.
    """
    from healer.edge.checkout import WorkingTree
    from healer.status import figures_of

    tree = WorkingTree(Path(repo))
    now = datetime.now(UTC)
    # This month is among the figures, however few days were asked for.
    since = min(now - timedelta(days=days), now.replace(day=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    told = _gathered(tree, forge, actor_id, since, now)
    figures = figures_of(told)
    if html:
        _write_page(html, told, figures)
    if as_json:
        say_json(as_wire(told, figures))
    else:
        with foreign(err=False):
            _print(told, figures)
        if html:
            say(f"splat: the page is {html}")
    return 0


def _gathered(tree: WorkingTree, forge: str, actor_id: int, since: datetime, now: datetime) -> Gathered:
    checkout = tree.checkout()
    if forge != "folder" and not (forge == "auto" and _only_a_folder(checkout)):
        return _of_github(tree, checkout, actor_id, since, now)
    from healer.edge.folder_status import FolderStatus
    from healer.edge.git import GitTree

    if stop := next((note for note in checkout.notes if note.stops), None):
        raise UsageError(stop.what, where=stop.where, next_step=stop.next_step)
    if not (checkout.root / ".splat").is_dir():
        why = "no folder .splat/" if forge == "folder" else "no remote on a GitHub, and no folder .splat/"
        raise UsageError(
            f"There is nothing to tell of: {why}",
            where=str(checkout.root),
            next_step="`splat heal --trace FILE` makes that folder; for GitHub add a remote, or set GITHUB_REPOSITORY.",
        )
    with GitTree(checkout.root) as commit:
        return FolderStatus(checkout.root, commit.base).read(since, now)


def _only_a_folder(checkout: Checkout) -> bool:
    return not os.environ.get("GITHUB_REPOSITORY") and all(remote.forge == "other" for remote in checkout.remotes)


def _of_github(tree: WorkingTree, checkout: Checkout, actor_id: int, since: datetime, now: datetime) -> Gathered:
    from healer.edge.github_status import GitHubStatus
    from healer.edge.where import hub_of, place_of

    place = place_of(checkout, os.environ)
    hub = hub_of(place, os.environ, actor_id)
    own = {actor_id} if actor_id else set()
    labels = _settings(tree).gate.labels
    return GitHubStatus(hub, labels, f"{place.host}/{place.full_name}", own).read(since, now)


def _settings(tree: WorkingTree) -> Settings:
    """What is set here: its labels say which issues are incidents. A mistake in it is `splat config check`'s affair."""
    from healer.settings import CONFIG_PATH, load_settings

    try:
        return load_settings(tree.read(CONFIG_PATH), environ=os.environ)
    except ConfigError:
        return load_settings(environ={})


def as_wire(told: Gathered, figures: Figures) -> dict[str, Any]:
    """The documented JSON: times are ISO, in UTC; dollars and seconds are numbers, null where there is none."""
    return {
        "where": told.where,
        "since": _iso(told.since),
        "now": _iso(told.now),
        "incidents": {"open": figures.incidents},
        "running": [
            {"issue": run.issue, "ask": run.ask, "began": _iso(run.began), "reserved_usd": run.reserved}
            for run in figures.running
        ],
        "open_fixes": [_fix(fix) for fix in figures.open],
        "spent_usd": {
            "today": round(figures.today, 6),
            "month": round(figures.month, 6),
            "since": round(figures.spent, 6),
            "reserved": round(figures.reserved, 6),
            "days": {day.isoformat(): round(spent, 6) for day, spent in figures.days.items() if spent},
        },
        "runs": dict(figures.runs),
        "fixes": {
            **{f"merged_{how}": figures.merged.get(how, 0) for how in ("unmodified", "modified", "unknown")},
            "closed": figures.closed,
            "open": len(figures.open),
        },
        "after_merge": {
            "verified": figures.fated("verified"),
            "failed": figures.fated("failed") + figures.fated("taken back"),
            "taken_back": figures.fated("taken back"),
        },
        "acceptance_rate": figures.accepted,
        "unmodified_rate": figures.untouched,
        "median_seconds_to_pull_request": figures.median_to_pull,
        "median_confidence": figures.median_confidence,
        "usd_per_merged_fix": figures.cost_merged,
        "left_out": list(told.left_out),
        "requests": told.requests,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "number": fix.number,
        "title": fix.title,
        "url": fix.url,
        "draft": fix.draft,
        "confidence": fix.confidence,
        "cost_usd": fix.dollars,
        "opened": _iso(fix.opened),
        "issue": fix.issue or None,
    }


def _iso(at: datetime | None) -> str | None:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def _write_page(file: str, told: Gathered, figures: Figures) -> None:
    from healer.edge.folder import write_atomically
    from healer.status import page

    path = Path(file)
    if path.is_dir() or not path.parent.is_dir():
        raise UsageError(
            "The page cannot be written there", where=file, next_step="Give a file in a folder that is there."
        )
    write_atomically(path, page(told, figures))


def _print(told: Gathered, figures: Figures) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    table = Table("", "", title=Text(f"{one_line(told.where)}, since {told.since:%d %b %Y}"), show_header=False)
    for name, value in _rows(figures):
        table.add_row(Text(name), Text(value))
    console.print(table)
    if figures.open:
        fixes = Table("fix", "", "confidence", "cost")
        for fix in figures.open[:_MOST_LISTED]:
            sure = "-" if fix.confidence is None else str(fix.confidence)
            name = f"#{fix.number}{' (draft)' if fix.draft else ''}"
            cost = "-" if fix.dollars is None else f"${fix.dollars:.4f}"
            fixes.add_row(*map(Text, (name, one_line(fix.title)[:100], sure, cost)))
        console.print(fixes)
    for each in told.left_out:
        console.print(Text(f"Not counted: {one_line(each)}"))


def _rows(figures: Figures) -> list[tuple[str, str]]:
    from healer.status.words import dollars, duration, percent

    merged = figures.merged
    running = ", ".join(f"#{run.issue} ({run.ask})" for run in figures.running[:_MOST_LISTED])
    more = f", {merged['unknown']} not looked into" if merged.get("unknown") else ""
    untouched = f"{merged.get('unmodified', 0)} as they were, {merged.get('modified', 0)} changed by people{more}"
    confidence = "-" if figures.median_confidence is None else f"{figures.median_confidence:g}"
    return [
        ("open incidents", f"{figures.incidents:,}"),
        ("running", running or "nothing"),
        ("open fixes", f"{len(figures.open)}, median confidence {confidence}"),
        ("merged", f"{sum(merged.values())}: {untouched}"),
        ("closed", f"{figures.closed}"),
        ("acceptance rate", f"{percent(figures.accepted)} merged of those decided"),
        ("after the merge", _afterwards(figures)),
        ("to the pull request", f"{duration(figures.median_to_pull)} (median, from being asked)"),
        ("spent today", dollars(figures.today)),
        ("spent this month", dollars(figures.month)),
        ("spent in all", f"{dollars(figures.spent)}, and {dollars(figures.reserved)} reserved"),
        ("a merged fix", f"{dollars(figures.cost_merged)} of all that was spent"),
    ]


def _afterwards(figures: Figures) -> str:
    known = figures.fated("verified"), figures.fated("failed") + figures.fated("taken back")
    back = figures.fated("taken back")
    more = f" ({back} taken back)" if back else ""
    return f"{known[0]} verified, {known[1]} failed{more}, {sum(figures.merged.values()) - sum(known)} not known yet"
