"""What the gate says in comments. Words of others stand in code spans, where nothing pings, closes or breaks out."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from healer import markdown as md
from healer.gate.ledger import write_ledger

if TYPE_CHECKING:
    from healer.event import Trigger
    from healer.gate.decide import Go
    from healer.gate.ledger import Ledger
    from healer.gate.state import Here
    from healer.outcome import Skipped
    from healer.settings import Settings

_DOES = {
    "heal": "Splat is at work on a fix.",
    "retry": "Splat is at work on another fix.",
    "ci-finished": "Splat looks at the failed checks.",
}
CI_MARK = "<!-- splat:ci "
"""What the issue of a red default branch begins with."""
AFTER = "<!-- splat:after -->"
"""What stands behind it in Splat's comment is about merged fixes."""
#: Each command, and what it does.
COMMANDS = {
    "retry": "runs again; what you write behind it is a hint for Claude",
    "explain": "says what is known of the cause and what was done, changes nothing",
    "stop": "stops the run, and keeps Splat away from this issue",
    "ignore": "never heals this error again",
    "merge": "merges the fix once its checks are green",
    "help": "shows this",
}


def tracking_body(ledger: Ledger, go: Go, here: Here, settings: Settings) -> str:
    """Splat's one comment on an issue, while a run is at work."""
    log = f" [The run's log]({here.url}) shows how far it is." if here.url else ""
    parts = [
        write_ledger(ledger),
        f"**{_DOES[go.ask]}** Asked for by {md.code(go.actor, 50)}; it may spend up to ${go.dollars:.2f}.{log}",
        f"{_stopped_by(go, settings)} The result will be here.",
    ]
    return with_fates("\n\n".join(parts), ledger)


def with_fates(words: str, ledger: Ledger) -> str:
    """What is said of a run, and, from the ledger alone, which fixes before it did not hold."""
    failed = [fate for fate in ledger.fates if fate.outcome == "failed"][-3:]
    told = [
        f"- #{fate.pull}" + (f" (#{fate.revert} takes it back; Splat does not merge that)" if fate.revert else "")
        for fate in failed
    ]
    return "\n\n".join([words.strip(), AFTER, "**What did not hold:**\n" + "\n".join(told)]) if told else words


def _stopped_by(go: Go, settings: Settings) -> str:
    if go.ask == "ci-finished" and go.issue == go.pull:
        return "Taking the label away stops it."  # commands are for Splat's own pull requests
    return f"{md.code(settings.gate.mention + ' stop')} stops it."


def ci_mark(trigger: Trigger) -> str:
    """What the issue of a red default branch begins with: one for each workflow."""
    name = sha256(f"{trigger.workflow}\n{trigger.branch}".encode()).hexdigest()[:16]
    return f"{CI_MARK}{name} -->"


def ci_issue(trigger: Trigger, here: Here) -> tuple[str, str]:
    """Title and body of that issue."""
    name = md.title(trigger.workflow.rpartition("/")[2], 60)
    log = f"{here.url.rpartition('/')[0]}/{trigger.run}"
    says = f"The workflow {md.code(trigger.workflow, 100)} failed on {md.code(trigger.branch, 100)}."
    body = f"{ci_mark(trigger)}\n\n{says} [The run's log]({log}) says how. Splat keeps here what it does about it."
    return f"[Splat] {name} fails on {md.title(trigger.branch, 60)}", body


def note_body(key: str, skipped: Skipped) -> str:
    """An answer to somebody who waits for one."""
    return "\n\n".join(
        [f"<!-- splat:note {key} -->", f"**Not now.** {md.prose(skipped.reason)}", md.prose(skipped.next_step)]
    )


def help_body(key: str, unknown: str, settings: Settings) -> str:
    """All commands; first that one was not understood, where that is so."""
    mention = settings.gate.mention
    rows = [f"| {md.code(f'{mention} {name}')} | {does} |" for name, does in COMMANDS.items()]
    head = f"There is no command {md.code(unknown, 40)}, or not with what stood behind it.\n\n" if unknown else ""
    table = "\n".join(["| command | what it does |", "| --- | --- |", *rows])
    return f"<!-- splat:note {key} -->\n\n{head}{table}\n\nA command begins a paragraph, and needs write permission."
