"""Stage 4: asks Claude for a fix, one step of the ladder of models at a time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from healer.outcome import Rejected, Skipped
from healer.prompts import prompt
from healer.proposal import ask
from healer.proposal.answer import read_answer
from healer.proposal.conversation import Conversation
from healer.proposal.fence import shown
from healer.proposal.spend import Spend
from healer.proposal.tools import Librarian
from healer.proposal.value import Attempt, Edit, Exchange, Proposal, RegressionTest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from healer.context import Context, Tree
    from healer.proposal.model import Model
    from healer.settings import Settings

_TITLE = 120


def propose(  # noqa: PLR0913 - the stage's inputs, and four that have good defaults
    context: Context,
    model: Model,
    settings: Settings,
    tree: Tree,
    earlier: Sequence[Attempt] = (),
    *,
    hint: str | None = None,
    runner: str = "",
    deadline: float | None = None,
    heard: Callable[[Exchange], None] | None = None,
) -> Attempt:
    """One attempt. Its outcome is a Proposal; Rejected, when the answer is unusable and another attempt may do
    better; or Skipped, when attempts, dollars or time are used up or the best model says it cannot be fixed here.

    `earlier` are the attempts so far, with the `refusal` that ended each. `hint` is a person's words, the event's by
    default; `runner` names the test runner where it is known; `deadline` is the end of all attempts in seconds of
    `time.monotonic()`, by default the configured minutes less what earlier attempts waited; `heard` is called
    after each exchange, so that none is lost should the next one fail. Raises what the model raises, and ConfigError
    where the model has no price.
    """
    number = len(earlier) + 1
    name = settings.models[min(len(earlier), len(settings.models) - 1)]
    nonce = earlier[-1].nonce if earlier else ""
    if len(earlier) >= settings.limits.attempts:
        over = Skipped("attempts", f"All {len(earlier)} attempts are used.", "Raise `limits.attempts`, or give a hint.")
        return Attempt(number, name, over, Spend(name), nonce=nonce)
    first = ask.first_message(context, context.report.event.hint if hint is None else hint, runner, nonce)
    librarian = Librarian(tree, context.admitted)
    talk = Conversation(
        model,
        name,
        settings,
        librarian,
        system=prompt("system", max_files=settings.policy.max_files, max_lines=settings.policy.max_lines),
        question=_question(first.text, earlier, settings.limits.tool_calls if model.tools else 0),
        nonce=first.nonce,
        spent=sum(attempt.spend.dollars for attempt in earlier),
        deadline=_deadline(settings, earlier) if deadline is None else deadline,
        heard=heard,
    )
    end = talk.run()
    answer = end if isinstance(end, (Rejected, Skipped)) else read_answer(end.text)
    said = None
    if isinstance(answer, (Rejected, Skipped)):
        outcome: Proposal | Rejected | Skipped = answer
    else:
        said = _proposal(context, number, answer, talk.spend, tuple(librarian.read))
        outcome = _outcome(said, answer["cannot_fix"] or "", best=name == settings.models[-1])
    return Attempt(number, name, outcome, talk.spend, tuple(talk.exchanges), said=said, nonce=first.nonce)


def _question(first: str, earlier: Sequence[Attempt], calls: int) -> list[str]:
    """The blocks of the first message.

    Each attempt starts afresh instead of continuing the talk before. Most attempts step up to another model, whose
    cache holds nothing of it; the files read and thoughts thought on the way would be paid for again in full; and a
    model argues with its own refused answer. System prompt and first block stay the same byte for byte,
    so an attempt on the same model reads them from the cache; what was refused follows in a block of its own.
    """
    told = ask.feedback(earlier)
    blocks = [first + ("\n\n" + prompt("tools", calls=calls) if calls else "")]
    return [*blocks, told.text] if told else blocks


def _deadline(settings: Settings, earlier: Sequence[Attempt]) -> float:
    return time.monotonic() + settings.limits.minutes * 60 - sum(attempt.spend.seconds for attempt in earlier)


def _proposal(
    context: Context, number: int, answer: dict[str, Any], spend: Spend, files_read: tuple[str, ...]
) -> Proposal:
    test = answer["regression_test"]
    return Proposal(
        context=context,
        attempt=number,
        title=_line(answer["title"])[:_TITLE] or "a production error is fixed",
        root_cause=shown(answer["root_cause"]).strip(),
        fix=shown(answer["fix"]).strip(),
        edits=_edits(answer["edits"]),
        test=RegressionTest(_edits(test["edits"]), _line(test["name"])) if test else None,
        unverified=tuple(line for text in answer["unverified"] if (line := _line(text))),
        confidence=int(answer["confidence"]),
        spend=spend,
        files_read=files_read,
    )


def _line(text: str) -> str:
    return " ".join(shown(text).split())


def _edits(items: list[dict[str, str]]) -> tuple[Edit, ...]:
    return tuple(Edit(item["path"], item["find"], item["replace"]) for item in items)


def _outcome(said: Proposal, cannot: str, *, best: bool) -> Proposal | Rejected | Skipped:
    if cannot.strip():
        if best:  # no stronger model is left to ask
            return Skipped("cannot-fix", f"Claude sees no fix in this repository: {cannot.strip()}")
        return Rejected("cannot-fix", cannot.strip())
    if not said.edits:
        return Rejected("no-edits", "The answer holds no edits; where none can help, `cannot_fix` must say why.")
    return said
