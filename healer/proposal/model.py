"""The seam to Claude: one call, asked and answered.

Content blocks keep the shape of Anthropic's Messages API ({"type": "text", "text": ...}, "tool_use", "tool_result",
"thinking", ...), since they must go back to it unchanged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    from healer.proposal.spend import Spend

Block: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of the conversation."""

    role: Literal["user", "assistant"]
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """Everything one call needs.

    `tools` are tool definitions, () for none; `may_call` False asks for the answer without another tool call. `schema`
    is the JSON Schema of the final answer. `max_tokens` bounds what Claude may write, `seconds` how long it may take.
    """

    model: str
    system: str
    messages: tuple[Message, ...]
    tools: tuple[Mapping[str, Any], ...] = ()
    may_call: bool = True
    schema: Mapping[str, Any] = field(default_factory=dict)
    effort: str = ""
    max_tokens: int = 8_000
    seconds: float = 600.0


@dataclass(frozen=True, slots=True)
class ToolCall:
    """Claude asks for something. `arguments` are as it wrote them: unchecked."""

    id: str
    name: str
    arguments: Any


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. `stop` is the API's stop reason, "" where it named none; `blocks` go back to it as they are.
    `spend.dollars` is 0 where the backend does not know the price.
    """

    text: str
    stop: str
    spend: Spend
    calls: tuple[ToolCall, ...] = ()
    blocks: tuple[Block, ...] = ()


class Model(Protocol):
    """A way to Claude."""

    tools: bool
    """Whether it can call tools."""

    def reply(self, request: Request) -> Reply:
        """Ask once. Raises ConfigError (no or wrong credential, unknown model) or SplatError (everything else that
        keeps an answer from coming), each with its next step; a refusal or a cut-off answer is a Reply.
        """
