"""The page's HTML: no scripts, nothing from elsewhere, every word of others escaped."""

from __future__ import annotations

import json
from base64 import b64encode
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from healer.setup.github import APP_CLIENT_ID, APP_KEY
from healer.setup.github_manifest import PERMISSIONS
from healer.setup.github_roads import WAYS, Way

if TYPE_CHECKING:
    from healer.edge.app_page.flow import Flow

_MARK = (
    '<svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="5.5"/>'
    '<path d="M12 12 11.5 3M12 12 18.5 5.5M12 12 20.5 12.5M12 12 17 19M12 12 11 20.5M12 12 5.5 17.5M12 12 '
    '3.5 10.5M12 12 6 5.5"/><circle cx="20.5" cy="4" r="1.2"/><circle cx="3.5" cy="20" r="1.1"/></svg>'
)


@cache
def _style() -> str:
    return (files("healer") / "edge/app_page/style.css").read_text("utf-8")


@cache
def _icon() -> str:
    drawn = _MARK.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" fill="#e0532a" stroke="#e0532a" ')
    drawn = drawn.replace("<circle", '<g stroke-width="2.4" stroke-linecap="round"><circle', 1).replace(
        "</svg>", "</g></svg>"
    )
    return f"data:image/svg+xml;base64,{b64encode(drawn.encode()).decode()}"


@cache
def policy(server: str) -> str:
    """What a browser lets the page do. A form may end on any host of TLS: GitHub may send one through a sign-in."""
    style = b64encode(sha256(_style().encode()).digest()).decode()
    forms = f"'self' https: {server}" if server.startswith("http://") else "'self' https:"
    return (
        f"default-src 'none'; style-src 'sha256-{style}'; img-src data:; form-action {forms}; base-uri 'none'; "
        "frame-ancestors 'none'"
    )


def render(flow: Flow) -> str:
    """The page as things stand."""
    title, body = {"waiting": _start, "unstored": _unstored, "done": _done, "cancelled": _cancelled}[flow.state](flow)
    return _document(title, body)


def foreign() -> str:
    """For a way back that this page did not send anybody on."""
    return _document(
        "That did not come from here",
        "<h1>That did not come from here</h1><p>You were sent back with a sign that this page did not give. Nothing "
        "was made, nothing was stored.</p><p>Go back to the address that your terminal shows, and begin again.</p>",
    )


def nothing_here() -> str:
    """For every other address."""
    return _document("Nothing here", "<h1>Nothing here</h1><p>The page's address stands in your terminal.</p>")


# --- what it shows ---------------------------------------------------------------------------------------------------


def _start(flow: Flow) -> tuple[str, str]:
    place = escape(flow.place.full_name)
    owner = f"the organization {escape(flow.organization)}" if flow.organization else "your account"
    told = escape(json.dumps(flow.manifest), quote=True)
    body = f"""<h1>An App for {place}</h1>
<p>An App is how Splat writes best: CI runs on its pull requests by itself, and each job holds a token with only that
job's rights.</p>
{_trouble(flow)}
<section class="card call"><h2>What happens</h2>
<ol><li>GitHub shows the App, named <code>{escape(flow.name)}</code> (yours to change), and makes it for {owner}.</li>
<li>You come back here. Splat stores its key as the secret <code>{APP_KEY}</code> and its id as the variable
<code>{APP_CLIENT_ID}</code> of {place}. The key is written nowhere else.</li>
<li>You install the App on this one repository.</li></ol>
<form method="post" action="{escape(flow.target, quote=True)}">
<input type="hidden" name="manifest" value="{told}">
<button autofocus>Go to GitHub and make the App</button></form></section>
<section class="card"><h2>What it may do, and why</h2><dl>{_permissions()}</dl></section>
<section class="card"><h2>What each way cannot do</h2><dl class="ways">{"".join(map(_way, WAYS))}</dl></section>
<footer><span>This page is on your own machine and works once.</span>
<form method="post" action="/{flow.key}/cancel"><button class="quiet">Cancel, make no App</button></form></footer>"""
    return f"An App for {flow.place.full_name}", body


def _unstored(flow: Flow) -> tuple[str, str]:
    assert flow.app is not None
    body = f"""<h1>The App is made, its key is not stored yet</h1>
{_trouble(flow)}
<p>The key is in Splat's memory alone, and gone when your terminal ends.</p>
<section class="card call"><form method="post" action="/{flow.key}/store"><button autofocus>Store it now</button></form>
</section>
<footer><span>To give up, delete the App:
<a href="{escape(flow.app.page, quote=True)}">{escape(flow.app.slug)}</a></span>
<form method="post" action="/{flow.key}/cancel"><button class="quiet">Cancel</button></form></footer>"""
    return "The key is not stored yet", body


def _done(flow: Flow) -> tuple[str, str]:
    assert flow.app is not None
    place, app = escape(flow.place.full_name), flow.app
    body = f"""<h1><span class="good" aria-hidden="true">✓</span> The App is made, its key is stored</h1>
<p><code>{escape(app.slug)}</code> has its key in the secret <code>{APP_KEY}</code> and its id in the variable
<code>{APP_CLIENT_ID}</code> of {place}.</p>
<section class="card call"><h2>One step is left</h2>
<p>Install it: choose <b>Only select repositories</b>, then {place}. Before that it can do nothing.</p>
<a class="button" href="{escape(app.install_page, quote=True)}">Install the App on {place}</a></section>
<footer><span>Your terminal goes on by itself.</span></footer>"""
    return "One step is left", body


def _cancelled(flow: Flow) -> tuple[str, str]:
    more = ""
    if flow.app is not None:
        more = f' The App itself is there: <a href="{escape(flow.app.page, quote=True)}">delete it</a>.'
    return (
        "Cancelled",
        f"<h1>Cancelled</h1><p>Nothing was stored.{more} Your terminal goes on; you can close this page.</p>",
    )


def _trouble(flow: Flow) -> str:
    if flow.trouble is None:
        return ""
    then = f"<br>{escape(flow.trouble.next_step)}" if flow.trouble.next_step else ""
    return f'<p class="note" role="alert"><b>{escape(flow.trouble.what)}.</b>{then}</p>'


def _permissions() -> str:
    rows = ((right.replace("_", " "), level, why) for right, (level, why) in PERMISSIONS.items())
    return "".join(f"<div><dt>{right}</dt><dd>{level}</dd><dd>{escape(why)}</dd></div>" for right, level, why in rows)


def _way(way: Way) -> str:
    return f"<div><dt>{escape(way.title)}</dt><dd>{_coded(way.limits)}</dd></div>"


def _coded(text: str) -> str:
    """Backticks become code."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if number % 2 else part for number, part in enumerate(parts))


def _document(title: str, body: str) -> str:
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} - Splat</title><link rel="icon" href="{_icon()}"><style>{_style()}</style></head>
<body><main><header>{_MARK}<span><b>Splat</b> set-up</span></header>
{body}
</main></body></html>"""
