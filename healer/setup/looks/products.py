"""Error reporters that are there already: Splat's own SDKs, py-splat, Sentry and bugstack."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from healer.settings import CONFIG_PATH
from healer.setup.value import Existing, Note, Product, Seen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from healer.setup.looks.draft import Draft
    from healer.setup.looks.files import Files
    from healer.setup.value import Workflow

#: By declared name.
_PACKAGES: dict[str, Product] = {
    "splat-sdk": "splat-sdk",
    "@splat-heal/sdk": "splat-sdk",
    "splat-heal/sdk": "splat-sdk",
    "py-splat": "py-splat",
    "sentry-sdk": "sentry",
    "raven": "sentry",
    "sentry-raven": "sentry",
    "bugstack": "bugstack",
    "bugstack-sdk": "bugstack",
    "bugstack-ruby": "bugstack",
}
#: By what the declared name begins with, or holds.
_FAMILIES: tuple[tuple[re.Pattern[str], Product], ...] = (
    (re.compile(r"@sentry/|sentry/sentry|github\.com/getsentry/"), "sentry"),
    (re.compile(r"sentry-(ruby|rails|sidekiq|rack|resque|delayed_job)$"), "sentry"),
    (re.compile(r"github\.com/splat-heal/splat/"), "splat-sdk"),
    (re.compile(r"github\.com/[\w.-]{1,60}/bugstack|@bugstack/"), "bugstack"),
)
_AUTOFIX = ".github/workflows/splat-autofix.yml"


def existing(files: Files, drafts: Sequence[Draft], workflows: Sequence[Workflow]) -> tuple[Existing, tuple[Seen, ...]]:
    """What of Splat is there, and the traces of the others."""
    seen = [trace for draft in drafts for trace in _of(draft)]
    if _AUTOFIX in files.all and not any(flow.splat for flow in workflows if flow.path == _AUTOFIX):
        seen.append(Seen("py-splat", _AUTOFIX, "workflow"))
    sdk = tuple(trace for trace in seen if trace.product == "splat-sdk")
    py_splat = tuple(trace for trace in seen if trace.product == "py-splat")
    settings = CONFIG_PATH if CONFIG_PATH in files.all else ""
    ours = tuple(flow.path for flow in workflows if flow.splat)
    others = tuple(trace for trace in seen if trace.product in ("sentry", "bugstack"))
    return Existing(ours, settings, sdk, py_splat), others


def _of(draft: Draft) -> list[Seen]:
    found: list[Seen] = []
    for name, path in draft.dependencies.items():
        product = _PACKAGES.get(name) or next((kind for pattern, kind in _FAMILIES if pattern.match(name)), None)
        trace = Seen(product, path, "dependency", 0, draft.service.path) if product else None
        if trace and trace not in found:
            found.append(trace)
    declared = {trace.product for trace in found}
    for trace in draft.seen:
        # A bare `import splat` may be either's: what the project declares decides.
        theirs = declared & {"splat-sdk", "py-splat"} == {"py-splat"} and trace.how == "import"
        is_theirs = theirs and trace.product == "splat-sdk"
        found.append(replace(trace, product="py-splat") if is_theirs else trace)
    return found


def product_notes(splat: Existing, workflows: Sequence[Workflow]) -> list[Note]:
    """What stands in the way of Splat's own files."""
    notes = []
    if splat.py_splat:
        first = splat.py_splat[0].path
        what = "py-splat is here; it has the same import name `splat` and the same command"
        notes.append(Note("py-splat", what, first, "Replace it: both cannot be installed side by side."))
    for flow in workflows:
        if flow.path in (".github/workflows/splat.yml", ".github/workflows/splat.yaml") and not flow.splat:
            what = "A workflow of that name is there, and it does not call Splat"
            notes.append(Note("foreign-workflow", what, flow.path, "It is kept; Splat's gets another name."))
    return notes
