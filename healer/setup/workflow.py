"""`.github/workflows/splat.yml`, made of the example that the documentation shows: one text for both."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from healer.outcome import SplatError, UsageError
from healer.setup.choices import DEFAULT_LABELS, DEFAULT_MENTION, OTHER_WORKFLOW_PATH, WORKFLOW_PATH
from healer.setup.plan import Part, Word, created

if TYPE_CHECKING:
    from healer.setup.choices import Choices
    from healer.setup.plan import Files
    from healer.setup.value import Found

_HEAD = "# .github/workflows/splat.yml: all that a repository needs besides the secret ANTHROPIC_API_KEY.\n"
_OWN_HEAD = (
    "# Written by `splat init`, which brings it up to date and keeps what you change here; `splat init --remove`\n"
    "# takes it out. It needs the secret ANTHROPIC_API_KEY.\n"
)
_CI = "    workflows: [CI]\n"
#: Where each part begins and ends that is there for the CI workflows alone.
_CI_PARTS = (
    ("  # Red checks of Splat's own pull requests", "    types: [completed]\n"),
    ("    # To heal a red default branch", "`startsWith`.\n"),
    (
        "\n      || (github.event_name == 'workflow_run'",
        "github.event.workflow_run.head_repository.id == github.event.repository.id)",
    ),
)
_LABELED = (
    "(github.event.label.name == 'auto-fix'\n"
    "      || (github.event.label.name == 'splat' && !contains(github.event.issue.body, '<!-- splat:1 signature=')))"
)
_OPENED = (
    "(contains(github.event.issue.labels.*.name, 'auto-fix')\n"
    "      || (contains(github.event.issue.labels.*.name, 'splat')\n"
    "      && !contains(github.event.issue.body, '<!-- splat:1 signature=')))"
)


def template() -> str:
    """The example, from the checkout or from the installed package."""
    packaged = files("healer.data").joinpath("workflow.yml")
    if packaged.is_file():
        return packaged.read_text("utf-8")
    example = Path(__file__).resolve().parents[2] / "examples" / "workflows" / "splat.yml"
    if not example.is_file():
        raise SplatError("The workflow is missing from this installation", next_step="Install Splat again.")
    return example.read_text("utf-8")


def workflow_text(choices: Choices, ci: list[str]) -> str:
    """The workflow with the names of the CI workflows, labels and mention filled in; `ci` may be empty."""
    text = _replaced(template(), _HEAD, _OWN_HEAD)
    if ci:
        text = _replaced(text, _CI, f"    workflows: [{', '.join(_yaml(name) for name in ci)}]\n")
    else:
        for begins, ends in _CI_PARTS:
            text = _without(text, begins, ends)
    if choices.labels != DEFAULT_LABELS:
        text = _replaced(text, _LABELED, _any_of(choices, "github.event.label.name == {}"))
        text = _replaced(text, _OPENED, _any_of(choices, "contains(github.event.issue.labels.*.name, {})"))
    if choices.mention != DEFAULT_MENTION:
        text = _replaced(text, f"'{DEFAULT_MENTION}'", _expression(choices.mention))
    return text


def _any_of(choices: Choices, test: str) -> str:
    """The condition for each label; on issues of the SDKs `splat` alone is none."""
    told = [test.format(_expression(label)) for label in choices.labels]
    marked = "!contains(github.event.issue.body, '<!-- splat:1 signature=')"
    each = [
        f"({one} && {marked})" if label == "splat" else one for label, one in zip(choices.labels, told, strict=True)
    ]
    return "(" + "\n      || ".join(each) + ")"


def _expression(text: str) -> str:
    """A text in GitHub's expression language."""
    if "${{" in text or "\n" in text:
        raise UsageError(f"No workflow can speak of {text!r}", next_step="Take a label of plain words.")
    return "'" + text.replace("'", "''") + "'"


def _yaml(text: str) -> str:
    # `yes`, `null` and their like are no texts without quotes.
    plain = (
        text.isascii() and text.isalpha() and text.lower() not in ("yes", "no", "on", "off", "true", "false", "null")
    )
    return text if plain else json.dumps(text)


def _replaced(text: str, old: str, new: str) -> str:
    if text.count(old) != 1:
        raise SplatError("The workflow of this installation is not what it should be", where=old.strip()[:80])
    return text.replace(old, new)


def _without(text: str, begins: str, ends: str) -> str:
    start, _, rest = text.partition(begins)
    return start + rest.partition(ends)[2]


def propose_workflow(found: Found, files: Files, choices: Choices, mine: frozenset[str]) -> Part:
    """The workflow, as a new file; `mine` are the paths that Splat wrote. One that calls Splat and is not among them is
    left alone; one of the same name that does something else is kept, and ours gets another name.
    """
    foreign = [path for path in found.splat.workflows if path not in mine]
    if foreign and not choices.workflow:
        what = "calls Splat already, and was not written by `splat init`: left as it is"
        return Part(words=(Word("has-workflow", what, foreign[0]),))
    path, words = _path(files, choices, mine)
    ci = [each.name for each in found.workflows if each.ci and not each.splat and not each.broken and each.path != path]
    if not ci:
        what = "no workflow runs tests on pull requests: Splat has no checks of its fixes to look at"
        words += (Word("no-ci", what, "", "Where one is added, run `splat init` again."),)
    if found.remote is not None and found.remote.enterprise:
        what = f"{found.remote.host} has to reach Splat's own workflow on github.com"
        words += (Word("enterprise", what, path, "An administrator allows it (GitHub Connect), or mirrors it."),)
    text = workflow_text(choices, list(dict.fromkeys(ci)))
    return Part((created(path, text.encode(), "the workflow"),), words=words)


def _path(files: Files, choices: Choices, mine: frozenset[str]) -> tuple[str, tuple[Word, ...]]:
    before = next((path for path in sorted(mine) if path.startswith(".github/workflows/")), "")
    path = choices.workflow or before or WORKFLOW_PATH
    if path in mine or files.read(path) is None:
        return path, ()
    if choices.workflow or files.read(OTHER_WORKFLOW_PATH) is not None:
        raise UsageError(
            "There is a workflow of this name that `splat init` did not write",
            where=path,
            next_step="Give another: --workflow .github/workflows/NAME.yml",
        )
    what = f"is a workflow of another kind: kept. Splat's is {OTHER_WORKFLOW_PATH}"
    return OTHER_WORKFLOW_PATH, (
        Word("workflow-taken", what, path, "Another name: --workflow .github/workflows/NAME.yml"),
    )
