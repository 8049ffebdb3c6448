"""Claude through the `claude` command in print mode, its tools off: the way in for people with a subscription.

The command is an agent of its own, so most of this file takes things away from it. In particular it reads `@/any/path`
in a prompt as "attach that file", tools or no tools; prompts hold text from outside, so that is switched off twice.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any

from healer.outcome import ConfigError, SplatError
from healer.prompts import prompt
from healer.proposal import Reply, Spend
from healer.redact import redact

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from healer.proposal import Request

#: What the command may see of the environment. An API key is left out on purpose: with one it would not use the
#: subscription, and `backend: api` is the better way to use a key.
_ENVIRONMENT = (
    *("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "XDG_CONFIG_HOME", "CLAUDE_CONFIG_DIR"),
    *("CLAUDE_CODE_OAUTH_TOKEN", "ANTHROPIC_BASE_URL", "SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS"),
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
)
_SWITCHES = {
    "CLAUDE_CODE_DISABLE_ATTACHMENTS": "1",
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "CLAUDE_CODE_DISABLE_REFUSAL_FALLBACK": "1",
    "DISABLE_AUTOUPDATER": "1",
}
_NO_READING = json.dumps({"permissions": {"deny": ["Read(//**)", "Read(~/**)", "Read(./**)"]}})
_OPTIONS = (
    *("-p", "--output-format", "stream-json", "--verbose"),
    *("--tools", "", "--settings", _NO_READING, "--setting-sources", "", "--strict-mcp-config"),
    *("--disable-slash-commands", "--no-session-persistence"),
    # After a cut-off answer the command would ask three times more by itself. A budget that the first call uses up
    # keeps it to one call a question; the answer is in the stream before it looks at the budget.
    *("--max-budget-usd", "0.000001"),
)
_MOST_OUTPUT = 20_000_000
_INSTALL = "Install it with `npm install -g @anthropic-ai/claude-code`, or set `backend: api` and ANTHROPIC_API_KEY."
_SIGN_IN = "Run `claude` once and sign in, or set CLAUDE_CODE_OAUTH_TOKEN to what `claude setup-token` prints."


class ClaudeCli:
    """A `Model` that asks the `claude` command. `environ` is the environment it is taken from and found in."""

    tools = False

    def __init__(self, environ: Mapping[str, str], program: str = "claude") -> None:
        self._environ = {name: environ[name] for name in _ENVIRONMENT if environ.get(name)} | _SWITCHES
        self._program = program

    def reply(self, request: Request) -> Reply:
        """Ask once: prompt by standard input, in an empty folder, the whole process tree killed at the time limit."""
        program = shutil.which(self._program, path=self._environ.get("PATH", ""))
        if program is None or not os.path.isabs(program):
            raise ConfigError("There is no `claude` command", where="PATH", next_step=_INSTALL)
        command = [program, *_OPTIONS, "--model", request.model, "--system-prompt", request.system]
        if request.effort:
            command += ["--effort", request.effort]
        environ = self._environ | {"CLAUDE_CODE_MAX_OUTPUT_TOKENS": str(request.max_tokens)}
        began = time.monotonic()
        output, complaint = _run(command, environ, _prompt(request), request)
        return _reply(output, complaint, request, time.monotonic() - began)


def _prompt(request: Request) -> str:
    texts = [str(block.get("text", "")) for message in request.messages for block in message.blocks]
    if request.schema:
        texts.append(prompt("json_only", schema=json.dumps(request.schema, separators=(",", ":"))))
    return "\n\n".join(texts)


def _run(command: list[str], environ: dict[str, str], text: str, request: Request) -> tuple[str, str]:
    """Standard output and error. Files, not pipes: what outlives its parent cannot hold us by an open end."""
    with (
        tempfile.TemporaryDirectory(prefix="splat-claude-") as folder,
        tempfile.TemporaryFile() as given,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
    ):
        given.write(text.encode("utf-8", "replace"))
        given.seek(0)
        try:
            process = subprocess.Popen(
                command, stdin=given, stdout=out, stderr=err, cwd=folder, env=environ, start_new_session=True
            )
        except OSError as error:
            raise SplatError(
                f"The `claude` command cannot be started: {error.strerror}", where=command[0], next_step=_INSTALL
            ) from None
        try:
            process.wait(request.seconds)
        except subprocess.TimeoutExpired:
            raise SplatError(
                f"The `claude` command gave no answer within {request.seconds:.0f} seconds",
                where=request.model,
                next_step="Try again later, or raise `limits.minutes`.",
            ) from None
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        return _content(out), _content(err)


def _content(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read(_MOST_OUTPUT).decode("utf-8", "replace")


def _reply(output: str, complaint: str, request: Request, seconds: float) -> Reply:
    result: dict[str, Any] = {}
    said: list[str] = []
    refused = False
    for event in _events(output):
        if event.get("type") == "assistant":
            said += _words(event.get("message"))
        elif event.get("type") == "result":
            result = event
        refused |= str(event.get("subtype", "")).startswith("model_refusal")
    stop = "refusal" if refused else str(result.get("stop_reason") or "")
    over_budget = result.get("subtype") == "error_max_budget_usd"  # as arranged: see _OPTIONS
    if not result or (result.get("is_error") and not over_budget and stop != "refusal"):
        raise _explain(result, complaint or output, request.model)
    text = "".join(said) or str(result.get("result") or "")
    return Reply(text=text, stop=stop, spend=_spend(result, request.model, seconds))


def _events(output: str) -> Iterator[dict[str, Any]]:
    for line in output.split("\n"):
        with suppress(ValueError, RecursionError):
            event = json.loads(line)
            if isinstance(event, dict):
                yield event


def _words(message: Any) -> list[str]:
    """The text of an assistant message; the command's own words, which it marks as synthetic, are none."""
    if not isinstance(message, dict) or message.get("model") == "<synthetic>":
        return []
    content = message.get("content")
    blocks = [block for block in content if isinstance(block, dict)] if isinstance(content, list) else []
    return [str(block.get("text", "")) for block in blocks if block.get("type") == "text"]


def _spend(result: dict[str, Any], model: str, seconds: float) -> Spend:
    used = result.get("modelUsage")
    kinds = [usage for usage in used.values() if isinstance(usage, dict)] if isinstance(used, dict) else []

    def total(key: str) -> int:
        return sum(value for usage in kinds if isinstance(value := usage.get(key), int) and value > 0)

    dollars = result.get("total_cost_usd")
    return Spend(
        model,
        input_tokens=total("inputTokens"),
        output_tokens=total("outputTokens"),
        cache_read_tokens=total("cacheReadInputTokens"),
        cache_write_tokens=total("cacheCreationInputTokens"),
        dollars=max(0.0, float(dollars)) if isinstance(dollars, (int, float)) else 0.0,
        seconds=seconds,
        calls=1,
    )


def _explain(result: dict[str, Any], complaint: str, model: str) -> SplatError:
    status = result.get("api_error_status")
    said = " ".join(redact(str(result.get("result") or complaint)[-2_000:]).split())[-300:] or "it said nothing"
    if status in (401, 403) or "Not logged in" in said or "/login" in said:
        return ConfigError(f"The `claude` command is not signed in: {said}", where="claude", next_step=_SIGN_IN)
    if status == 404:
        return ConfigError(
            f"The `claude` command does not know the model {model!r}: {said}",
            where="claude",
            next_step="Correct `models` in `.github/splat.yml`.",
        )
    if "unknown option" in said:
        return ConfigError(
            f"This `claude` command is too old: {said}", where="claude", next_step="Run `claude update`."
        )
    return SplatError(
        f"The `claude` command failed: {said}",
        where="claude",
        next_step="Run `claude -p hello` to see whether it works by itself; if so, run again later.",
    )
