"""Claude through the `anthropic` SDK: Anthropic's own API, or a cloud's."""

from __future__ import annotations

import gc
import json
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from healer.edge import identity
from healer.edge.claude_errors import explain
from healer.outcome import ConfigError, SplatError
from healer.proposal import Reply, Spend, ToolCall

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    import anthropic

    from healer.edge.clouds import Cloud
    from healer.proposal import Message, Request

#: The API wants longer answers streamed: a silent connection of many minutes is cut by something on the way.
_STREAM_ABOVE = 20_000
_DEEPEST = 100
_CACHED = {"cache_control": {"type": "ephemeral"}}


class Claude:
    """A `Model` that asks the Claude API.

    Without `api_key` the SDK looks for other ways to sign in (a profile, workload identity); a `cloud` signs in itself.
    `timeout` is the longest silence in seconds, `retries` how often the SDK tries again after a rate limit, a 5xx or a
    lost connection. Importing the SDK takes about a second: `warm()` does it in the background while other work goes
    on, `wait()` is for what is left of it, so that a clock around `reply` counts nothing but Claude.
    """

    tools = True

    def __init__(
        self,
        api_key: str = "",
        base_url: str = "",
        *,
        retries: int = 4,
        timeout: float = 600.0,
        cloud: Cloud | None = None,
    ) -> None:
        self._api_key, self._base_url = api_key, base_url
        self._cloud, self._adapted = cloud, cloud.adapted() if cloud else None
        self._retries, self._timeout = retries, timeout
        self._lock = threading.Lock()
        self._client: Any = None

    def warm(self) -> None:
        """Import the SDK and make the client in a background thread; what fails there is raised by `reply`."""

        def quietly() -> None:
            with suppress(Exception):
                self._open()

        threading.Thread(target=quietly, name="warm-claude", daemon=True).start()

    def wait(self) -> None:
        """Until the client is there. Raises ConfigError where there is no credential."""
        try:
            self._open()
        except Exception as error:
            raise self._explained(error, "") from None

    def reply(self, request: Request) -> Reply:
        """Ask once. The SDK's timeouts are for silence; `request.seconds` ends the call whatever the server does."""
        self.wait()
        began = time.monotonic()
        outcome: list[Any] = []
        done = threading.Event()

        def work() -> None:
            try:
                outcome.append(self._call(request))
            except BaseException as error:
                outcome.append(error)
            done.set()

        threading.Thread(target=work, name="ask-claude", daemon=True).start()
        try:
            ended = done.wait(request.seconds)
        except BaseException:  # Ctrl-C: no retry may go on behind the user's back
            self.close()
            raise
        if not ended:
            self.close()
            raise SplatError(
                f"Claude gave no answer within {request.seconds:.0f} seconds",
                where=request.model,
                next_step="Try again later, or raise `limits.minutes`.",
            )
        if isinstance(outcome[0], BaseException):
            raise self._explained(outcome[0], request.model) from None
        return _reply(outcome[0], request.model, time.monotonic() - began)

    def close(self) -> None:
        """Give up what is under way; a later `reply` opens a new connection."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            with suppress(Exception):
                client.close()

    def _explained(self, error: BaseException, model: str) -> BaseException:
        if self._cloud is not None:
            from healer.edge import cloud_errors

            return cloud_errors.explain(error, model, self._cloud)
        return explain(error, model, self._base_url, self._api_key)

    def _open(self) -> Any:
        with self._lock:
            if self._client is None:
                sdk = _sdk()
                if self._cloud is not None:
                    self._cloud.check()
                    self._client = self._cloud.open(self._retries, self._timeout)
                else:
                    self._client = self._anthropic(sdk)
            return self._client

    def _anthropic(self, sdk: ModuleType) -> anthropic.Anthropic:
        client: anthropic.Anthropic = sdk.Anthropic(
            api_key=self._api_key or None,
            credentials=None if self._api_key else identity.from_environment(),
            base_url=self._base_url or None,
            max_retries=self._retries,
            timeout=self._timeout,
        )
        if client.api_key is None and client.auth_token is None and client.credentials is None:
            raise ConfigError(
                "There is no credential for the Claude API",
                next_step="Set ANTHROPIC_API_KEY, or `backend: cli` to use a signed-in `claude` command.",
            )
        return client

    def _call(self, request: Request) -> Any:
        client = self._open()
        asked = _arguments(request)
        while self._adapted is not None:
            try:
                return self._send(client, request, self._adapted.arguments(asked))
            except _sdk().BadRequestError as error:
                if not self._adapted.learns(str(error)):
                    raise
        return self._send(client, request, asked)

    def _send(self, client: Any, request: Request, asked: dict[str, Any]) -> Any:
        asked["timeout"] = min(self._timeout, request.seconds)
        if request.max_tokens > _STREAM_ABOVE and (self._cloud is None or self._cloud.streams()):
            with client.messages.stream(**asked) as stream:
                return stream.get_final_message().to_dict(mode="json")
        # The raw body, since its blocks go back as they came and the SDK's types would drop what they do not know.
        raw = client.messages.with_raw_response.create(**asked).http_response.content
        try:
            return json.loads(raw)
        except (ValueError, RecursionError):
            return None  # which is no message either


def _sdk() -> ModuleType:
    """The SDK, imported here because no other command should pay for it.

    It is some 3,000 modules of classes that stay: looking for garbage among them, now and each time garbage is
    looked for later, takes a quarter of the time.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        import anthropic

        gc.freeze()
    finally:
        if collecting:
            gc.enable()
    return anthropic


def _arguments(request: Request) -> dict[str, Any]:
    """The request as the Messages API takes it.

    Marks for the prompt cache: after the system prompt, which every healing shares; after the first block of the
    first message, which all attempts share; after the last block, which the next tool round reads.
    """
    messages: list[dict[str, Any]] = [_message(message) for message in request.messages]
    if messages:
        messages[0]["content"][0] |= _CACHED
        if messages[-1]["role"] == "user":
            messages[-1]["content"][-1] |= _CACHED
    output: dict[str, Any] = {"effort": request.effort} if request.effort else {}
    if request.schema:
        output["format"] = {"type": "json_schema", "schema": dict(request.schema)}
    asked: dict[str, Any] = {
        "model": request.model,
        "max_tokens": request.max_tokens,
        "system": [{"type": "text", "text": request.system, **_CACHED}],
        "messages": messages,
    }
    if output:
        asked["output_config"] = output
    if request.tools:
        asked["tools"] = [dict(tool) for tool in request.tools]
        asked["tool_choice"] = {"type": "auto" if request.may_call else "none"}
    return asked


def _message(message: Message) -> dict[str, Any]:
    return {"role": message.role, "content": [dict(block) for block in message.blocks]}


def _reply(body: Any, model: str, seconds: float) -> Reply:
    """The API's answer as a Reply; SplatError where it is none, whatever stands behind the base URL."""
    if not isinstance(body, dict) or not isinstance(body.get("content"), list):
        raise SplatError(
            "What answered is not the Claude API: the reply is no message",
            where=model,
            next_step="Check ANTHROPIC_BASE_URL.",
        )
    blocks = tuple(block for block in body["content"] if isinstance(block, dict) and not _is_deep(block))
    used = body.get("usage")
    count = _counter(used if isinstance(used, dict) else {})
    return Reply(
        text="".join(str(block.get("text", "")) for block in blocks if block.get("type") == "text"),
        stop=str(body.get("stop_reason") or ""),
        spend=Spend(
            model,
            input_tokens=count("input_tokens"),
            output_tokens=count("output_tokens"),
            cache_read_tokens=count("cache_read_input_tokens"),
            cache_write_tokens=count("cache_creation_input_tokens"),
            seconds=seconds,
            calls=1,
        ),
        calls=tuple(
            ToolCall(str(block.get("id", "")), str(block.get("name", "")), block.get("input"))
            for block in blocks
            if block.get("type") == "tool_use"
        ),
        blocks=blocks,
    )


def _is_deep(value: Any) -> bool:
    """True for values inside values that no later writer of them could follow."""
    level = [value]
    for _ in range(_DEEPEST):
        level = [inner for outer in level for inner in (outer.values() if isinstance(outer, dict) else outer)]
        level = [inner for inner in level if isinstance(inner, (dict, list))]
        if not level:
            return False
    return True


def _counter(used: dict[str, Any]) -> Callable[[str], int]:
    def count(key: str) -> int:
        value = used.get(key)
        return max(0, value) if isinstance(value, int) else 0

    return count
