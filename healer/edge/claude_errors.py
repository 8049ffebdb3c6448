"""What can keep an answer of the Claude API from coming, as Splat's own errors."""

from __future__ import annotations

from typing import Any

from healer.outcome import ConfigError, SplatError
from healer.redact import redact

_STATUS = "https://status.claude.com"


def explain(error: BaseException, model: str, base_url: str = "", api_key: str = "") -> BaseException:
    """The SDK's exception as ours, without the key in it; what is ours or the interpreter's own stays what it is."""
    import anthropic  # loaded already, or there would be no such error

    if isinstance(error, SplatError) or not isinstance(error, Exception):
        return error
    where = base_url or "api.anthropic.com"
    said = _said(error, api_key)
    if isinstance(error, anthropic.APIStatusError):
        return _by_status(error.status_code, _kind(error), said, model, where)
    if isinstance(error, anthropic.APITimeoutError):
        return SplatError("Claude did not answer in time", where=where, next_step="Try again later.")
    if isinstance(error, anthropic.APIConnectionError):
        because = _said(error.__cause__, api_key) if error.__cause__ else said
        return SplatError(
            f"The Claude API cannot be reached: {because}",
            where=where,
            next_step="Check the network, the proxy and ANTHROPIC_BASE_URL.",
        )
    if isinstance(error, anthropic.CredentialsError) or "authentication method" in said:
        return ConfigError(
            f"Signing in to the Claude API failed: {said}",
            where=where,
            next_step="Set ANTHROPIC_API_KEY, or correct the sign-in that stands in its place.",
        )
    return SplatError(
        f"The call to the Claude API failed: {type(error).__name__}: {said}",
        where=where,
        next_step="Check ANTHROPIC_BASE_URL and ANTHROPIC_API_KEY; if both are right, report this as a bug.",
    )


def _by_status(status: int, kind: str, said: str, model: str, where: str) -> SplatError:
    if status == 401 or kind == "authentication_error":
        return ConfigError(
            f"The Claude API does not accept the credential: {said}",
            where=where,
            next_step="Set ANTHROPIC_API_KEY to a key that works.",
        )
    if status == 403 or kind == "permission_error":
        return ConfigError(
            f"The Claude API does not let this credential do that: {said}",
            where=where,
            next_step=f"Use a key that may use {model}, or change `models`.",
        )
    if status == 404 or kind == "not_found_error":
        return ConfigError(
            f"The Claude API does not know the model {model!r}: {said}",
            where=where,
            next_step="Correct `models` in `.github/splat.yml` (or ANTHROPIC_BASE_URL, if that is set).",
        )
    if status == 413 or kind == "request_too_large":
        return SplatError(f"The request is too large: {said}", where=where, next_step="Lower `context.max_tokens`.")
    if status == 429 or kind == "rate_limit_error":
        return SplatError(
            f"The Claude API's rate limit is reached: {said}",
            where=where,
            next_step="Wait a few minutes and run again, or ask for a higher limit.",
        )
    if status >= 500 or kind in ("overloaded_error", "api_error"):
        return SplatError(
            f"Claude is overloaded or down (HTTP {status}): {said}",
            where=where,
            next_step=f"Run again later; {_STATUS} says how it is.",
        )
    return SplatError(
        f"The Claude API refused the request (HTTP {status}): {said}",
        where=where,
        next_step=f"Check `models` and `effort`; {model} may not support what was asked.",
    )


def _kind(error: Any) -> str:
    body = error.body if isinstance(error.body, dict) else {}
    inner = body.get("error")
    return str(inner.get("type", "")) if isinstance(inner, dict) else ""


def _said(error: Any, api_key: str) -> str:
    body = getattr(error, "body", None)
    inner = body.get("error") if isinstance(body, dict) else None
    message = inner.get("message") if isinstance(inner, dict) else None
    text = str(message or error or type(error).__name__)[:1_000]
    if api_key:
        text = text.replace(api_key, "[REDACTED]")
    return " ".join(redact(text).split())[:300] or type(error).__name__
