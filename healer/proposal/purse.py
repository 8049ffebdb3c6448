"""Money: what a call cost, what the next one may cost at worst, and how much Claude may therefore write."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from healer.outcome import ConfigError

if TYPE_CHECKING:
    from healer.proposal.model import Message, Request
    from healer.proposal.spend import Spend
    from healer.settings import Price, Settings

_MILLION = 1_000_000
#: Two letters or blanks are at most about a token; any other byte (digits, signs, parts of other scripts) may be one.
#: Honest code is counted double so; what a reply says of the conversation so far takes the estimate's place.
_WORDS = bytes(range(65, 91)) + bytes(range(97, 123)) + b" \n\t\r"
#: Fewer tokens than this hold no answer worth paying for.
LEAST_ANSWER = 1_000


def price_of(settings: Settings, model: str) -> Price:
    """The model's price; ConfigError that names the key to set where there is none."""
    price = settings.prices.get(model)
    if price is None:
        raise ConfigError(
            f"No price is known for the model {model!r}, so the limit of ${settings.limits.dollars:.2f} cannot be kept",
            where=settings.sources.get("models", "models"),
            next_step=f"Set `prices: {{{model}: {{input: …, output: …}}}}` (dollars a million tokens) in "
            "`.github/splat.yml`, or use one of: " + ", ".join(sorted(settings.prices)) + ".",
        )
    return price


def check_prices(settings: Settings) -> None:
    """Raises ConfigError when a model that may be asked has no price: found out now, not after an attempt is paid."""
    for model in settings.models[: settings.limits.attempts]:
        price_of(settings, model)


def counted(spend: Spend, prompt_tokens: int, said: str) -> Spend:
    """`spend` with a guess from above where no tokens were counted: they would be spent without a limit."""
    if spend.dollars or spend.prompt_tokens or spend.output_tokens:
        return spend
    return replace(spend, input_tokens=prompt_tokens, output_tokens=len(said.encode("utf-8", "replace")) // 2)


def billed(price: Price, spend: Spend) -> Spend:
    """`spend` with its dollars, where the backend did not name them itself."""
    if spend.dollars:
        return spend
    reading, writing = _rates(price, spend.prompt_tokens)
    # Where a long prompt costs more, cached tokens are taken to cost more by the same factor.
    factor = reading / price.input if price.input else 1.0
    dollars = factor * (
        spend.input_tokens * price.input
        + spend.cache_read_tokens * price.cache_read
        + spend.cache_write_tokens * price.cache_write
    )
    dollars += spend.output_tokens * writing
    return replace(spend, dollars=dollars / _MILLION)


def most_output(price: Price, prompt_tokens: int, dollars: float) -> int:
    """How many tokens `dollars` still buy after a prompt of this size, at worst (nothing read from the cache)."""
    reading, writing = _rates(price, prompt_tokens)
    dearest = reading * max(1.0, price.cache_write / price.input) if price.input else max(reading, price.cache_write)
    left = dollars * _MILLION - prompt_tokens * dearest
    return int(left / writing) if writing > 0 else (_MILLION if left >= 0 else 0)


def _rates(price: Price, prompt_tokens: int) -> tuple[float, float]:
    """Input and output for a prompt of this size. A long one never costs less, whatever the configuration left out."""
    if not 0 < price.long_above < prompt_tokens:
        return price.input, price.output
    return max(price.input, price.long_input), max(price.output, price.long_output)


class Meter:
    """Estimates a prompt's tokens from above: as counted for what was sent before, by its bytes for what is new."""

    def __init__(self) -> None:
        self._tokens = 0
        self._estimated = 0

    def estimate(self, request: Request) -> int:
        """Tokens of this request, never too few."""
        return self._tokens + max(0, _most_tokens(request) - self._estimated) + 1

    def learn(self, request: Request, spend: Spend) -> None:
        """What the last request really was."""
        if spend.prompt_tokens:
            self._tokens, self._estimated = spend.prompt_tokens, _most_tokens(request)


def _most_tokens(request: Request) -> int:
    fixed = (request.system, request.tools, request.schema, [_plain(message) for message in request.messages])
    sent = json.dumps(fixed, ensure_ascii=False, default=dict).encode("utf-8", "replace")
    others = len(sent.translate(None, _WORDS))
    return others + (len(sent) - others + 1) // 2


def _plain(message: Message) -> list[dict[str, object]]:
    return [dict(block) for block in message.blocks]
