"""How the checks of Splat's pull requests come to run: one of five roads, by who writes and what CI there is.

app       Splat writes as a GitHub App: checks start by themselves
token     Splat writes with a personal access token: likewise
dispatch  Splat writes with Actions' own token, and starts the CI workflows by hand (`workflow_dispatch`)
approval  the same without that trigger: the runs wait until a person presses "Approve and run"
none      nothing checks pull requests, or (on Enterprise Server, with Actions' own token) nothing would start
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from healer.doctor.value import Check

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from healer.ci import Workflow
    from healer.doctor.workflow import Writer

Road = Literal["app", "token", "dispatch", "approval", "none"]
_APP = "Let Splat write as an App (`splat init --road app`)"


def road(writer: Writer | None, workflows: Sequence[Workflow], *, server: bool) -> Road:
    """`workflows` are the repository's, but for Splat's own; `server` is True on GitHub Enterprise Server. Where nobody
    knows who writes, it is taken for Actions' own token, which needs most.
    """
    checking = [each for each in workflows if each.checks]
    if not checking:
        return "none"
    if writer in ("app", "token"):
        return writer
    if all(each.startable for each in checking):
        return "dispatch"
    return "none" if server else "approval"


def check_road(
    writer: Writer | None, workflows: Sequence[Workflow], others: Sequence[str], *, server: bool
) -> Iterator[Check]:
    """`others` are the names of providers besides Actions that check commits here: their checks start by themselves."""
    found = road(writer, workflows, server=server)
    names = ", ".join(each.path.rpartition("/")[2] for each in workflows if each.checks)
    stuck = [each for each in workflows if each.checks and not each.startable]
    if found in ("app", "token"):
        who = "an App" if found == "app" else "a personal access token"
        yield Check("ci", "ok", f"road `{found}`: Splat writes with {who}; {names} start by themselves")
    elif found == "dispatch":
        yield Check("ci", "ok", f"road `dispatch`: Splat starts {names} on its branches by `workflow_dispatch`")
    elif found == "approval":
        why = "; ".join(f"{each.path.rpartition('/')[2]}: {each.why_not}" for each in stuck)
        sure = "" if writer else ", unless Splat writes as an App or with a token of its own"
        what = f"road `approval`: each run waits until a person presses `Approve and run`{sure} ({why})"
        yield Check("ci", "warn", what, f"Add `workflow_dispatch:` to its `on:`. Or: {_APP}.")
    elif stuck:
        what = f"road `none`: with Actions' own token nothing starts {names} on GitHub Enterprise Server"
        yield Check("ci", "warn", what, f"Add `workflow_dispatch:` to its `on:`. Or: {_APP}.")
    elif others:
        yield Check("ci", "ok", f"road `none` for Actions; {', '.join(others)} check the commits by themselves")
    else:
        what = "road `none`: no workflow runs on pull requests; a fix has only Splat's own proof"
        yield Check("ci", "warn", what, "Add a workflow that tests pull requests, with `workflow_dispatch:`.")
