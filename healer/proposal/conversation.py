"""One attempt's talk with Claude: calls, tool answers, every stop reason, and the caps before each call."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from healer.outcome import Rejected, Skipped, SplatError
from healer.prompts import prompt
from healer.proposal import answer, purse, tools
from healer.proposal.fence import fence
from healer.proposal.model import Message, Request
from healer.proposal.spend import Spend
from healer.proposal.value import Exchange

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from healer.proposal.model import Model, Reply
    from healer.settings import Price, Settings

_PAUSES = 3
_CALLS_A_TURN = 32
_LEAST_SECONDS = 1.0


class Conversation:
    """Asks until there is a final reply, or a reason why there is none; `spend` and `exchanges` add up meanwhile.

    `spent` are the dollars of earlier attempts, `deadline` is in seconds of the monotonic clock.
    """

    def __init__(  # noqa: PLR0913 - what a call needs is what it needs
        self,
        model: Model,
        name: str,
        settings: Settings,
        librarian: tools.Librarian,
        *,
        system: str,
        question: Sequence[str],
        nonce: str,
        spent: float,
        deadline: float,
        heard: Callable[[Exchange], None] | None,
    ) -> None:
        self.spend = Spend(name)
        self.exchanges: list[Exchange] = []
        self._model, self._settings, self._librarian = model, settings, librarian
        self._price: Price = purse.price_of(settings, name)
        self._spent, self._deadline, self._heard = spent, deadline, heard
        self._nonce, self._meter = nonce, purse.Meter()
        self._tool_calls, self._pauses = 0, 0
        allowed = settings.limits.tool_calls if model.tools else 0
        self._request = Request(
            model=name,
            system=system,
            messages=(Message("user", tuple({"type": "text", "text": text} for text in question)),),
            tools=tools.definitions() if allowed else (),
            may_call=allowed > 0,
            schema=answer.schema(),
            effort=settings.effort,
            max_tokens=_first_ask(settings),
        )

    def run(self) -> Reply | Rejected | Skipped:
        """The reply that holds the answer, whatever its text; Rejected and Skipped say why there is none."""
        # Made while Claude thinks; afterwards it would be time of our own.
        threading.Thread(target=answer.validator, daemon=True).start()
        while True:
            reply = self._ask()
            if isinstance(reply, Skipped):
                return reply
            if reply.stop == "tool_use" and reply.calls:
                ended = self._serve(reply)
            elif reply.stop == "pause_turn":
                ended = self._continue(reply)
            elif reply.stop == "max_tokens":
                ended = self._give_room()
            else:
                return _ENDS.get(reply.stop, reply)
            if ended is not None:
                return ended

    def _ask(self) -> Reply | Skipped:
        """One call, if time and money allow it."""
        seconds = self._deadline - time.monotonic()
        if seconds < _LEAST_SECONDS:
            return self._out_of_time()
        room = self._room()
        if room < purse.LEAST_ANSWER:
            return self._out_of_money()
        self._request = replace(self._request, max_tokens=min(self._request.max_tokens, room), seconds=seconds)
        try:
            reply = self._model.reply(self._request)
        except SplatError:
            if time.monotonic() >= self._deadline:
                return self._out_of_time()
            raise
        return self._book(reply)

    def _book(self, reply: Reply) -> Reply:
        self._meter.learn(self._request, reply.spend)
        spend = purse.counted(reply.spend, self._meter.estimate(self._request), reply.text)
        reply = replace(reply, spend=purse.billed(self._price, spend))
        self.spend += reply.spend
        self.exchanges.append(Exchange(self._request, reply))
        if self._heard is not None:
            self._heard(self.exchanges[-1])
        return reply

    def _room(self) -> int:
        """How many tokens the remaining dollars let Claude write in the coming call."""
        left = self._settings.limits.dollars - self._spent - self.spend.dollars
        return purse.most_output(self._price, self._meter.estimate(self._request), left)

    def _serve(self, reply: Reply) -> Rejected | None:
        """Answers the tool calls; after the last one allowed, the next reply must be the answer."""
        if not self._request.may_call:
            return Rejected("no-answer", "The answer never came: more files were asked for instead.")
        if len(reply.calls) > _CALLS_A_TURN or not _can_go_back(reply):
            return Rejected("no-answer", f"A turn may make at most {_CALLS_A_TURN} well-formed tool calls.")
        results = []
        for call in reply.calls:
            text, is_error = "No calls are left.", True
            if self._tool_calls < self._settings.limits.tool_calls:
                self._tool_calls += 1
                text, is_error = self._librarian.answer(call)
            told = fence(self._nonce, text.replace(self._nonce, ""))
            results.append({"type": "tool_result", "tool_use_id": call.id, "content": told, "is_error": is_error})
        may_call = self._tool_calls < self._settings.limits.tool_calls
        if not may_call:
            results.append({"type": "text", "text": prompt("last_call")})
        self._append(Message("assistant", reply.blocks), Message("user", tuple(results)))
        self._request = replace(self._request, may_call=may_call)
        return None

    def _continue(self, reply: Reply) -> Rejected | None:
        """The API paused a long turn: it goes on when its own words are sent back."""
        self._pauses += 1
        if self._pauses > _PAUSES or not reply.blocks or not _can_go_back(reply):
            return Rejected("no-answer", "The turn was paused again and again without an answer.")
        self._append(Message("assistant", reply.blocks))
        return None

    def _give_room(self) -> Rejected | None:
        """The answer was cut off: once more with all the room there is, if that is more."""
        before = self._request.max_tokens
        most = min(self._settings.limits.output_tokens, self._room())
        if most <= before:
            return Rejected(
                "cut-off",
                f"The answer did not fit into {before} tokens. Think and write more briefly: fewer, smaller edits.",
            )
        self._request = replace(self._request, max_tokens=most)
        return None

    def _append(self, *messages: Message) -> None:
        self._request = replace(self._request, messages=(*self._request.messages, *messages))

    def _out_of_time(self) -> Skipped:
        minutes = self._settings.limits.minutes
        return Skipped("time", f"The {minutes:g} minutes for this healing are used up.", "Raise `limits.minutes`.")

    def _out_of_money(self) -> Skipped:
        limit, spent = self._settings.limits.dollars, self._spent + self.spend.dollars
        return Skipped(
            "budget",
            f"${spent:.3f} of ${limit:.2f} are spent; the rest cannot pay for an answer of {self._request.model}.",
            "Raise `limits.dollars`, lower `context.max_tokens`, or set a cheaper model in `models`.",
        )


def _first_ask(settings: Settings) -> int:
    """Half of the allowance where Claude is to think little, so that a cut-off answer can get the other half."""
    most = settings.limits.output_tokens
    return most if settings.effort in ("high", "xhigh", "max") else max(most // 2, min(most, 4_000))


def _can_go_back(reply: Reply) -> bool:
    try:
        json.dumps([dict(block) for block in reply.blocks], ensure_ascii=False).encode("utf-8")
    except (UnicodeEncodeError, TypeError, ValueError, RecursionError):
        return False
    return True


_ENDS = {
    "refusal": Rejected("refused", "Claude's safety system declined to answer this request."),
    "model_context_window_exceeded": Rejected(
        "context-full", "The conversation outgrew the model's context window. Read less before answering."
    ),
}
