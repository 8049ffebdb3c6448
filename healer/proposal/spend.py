"""What the asking cost."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spend:
    """What an answer cost: model, tokens by kind, dollars, and seconds spent waiting for Claude.

    `input_tokens` are those read at the full price; what came from or went to the prompt cache is counted apart.
    """

    model: str
    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    dollars: float = 0.0
    seconds: float = 0.0
    calls: int = 0

    @property
    def prompt_tokens(self) -> int:
        """All tokens that were sent, whatever they cost."""
        return self.input_tokens + self.cache_read_tokens + self.cache_write_tokens

    def __add__(self, other: Spend) -> Spend:
        return Spend(
            other.model,
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cache_read_tokens + other.cache_read_tokens,
            self.cache_write_tokens + other.cache_write_tokens,
            self.dollars + other.dollars,
            self.seconds + other.seconds,
            self.calls + other.calls,
        )
