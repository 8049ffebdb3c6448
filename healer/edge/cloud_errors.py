"""What can keep an answer of Amazon Bedrock or Vertex AI from coming: what they said, and where to set it right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from healer.outcome import ConfigError, SplatError
from healer.redact import redact

if TYPE_CHECKING:
    from healer.edge.clouds import Cloud


class _Advice(NamedTuple):
    """Where to set right what is wrong with each of them."""

    credential: str
    right: str
    model: str
    region: str
    quota: str


_ADVICE = {
    "bedrock": _Advice(
        "The secret `aws-bearer-token-bedrock` (AWS_BEARER_TOKEN_BEDROCK), or the role or keys in its place, are wrong "
        "or have expired.",
        "Allow the role, or the key's user, `bedrock:InvokeModel` and `bedrock:InvokeModelWithResponseStream` for {id} "
        "(with an API key `bedrock:CallWithBearerToken` too), and ask for access to the model in Bedrock's console.",
        "Correct `models` in .github/splat.yml: it asked for {id}. A name of Bedrock's own, as "
        "`eu.anthropic.claude-sonnet-5-5`, says from where. Or change AWS_REGION (`aws-region`).",
        "Check AWS_REGION (`aws-region`), the network and the proxy.",
        "Wait a few minutes and run again, or ask for a higher quota under Service Quotas > Amazon Bedrock.",
    ),
    "vertex": _Advice(
        "The access token (`google-access-token`, GOOGLE_OAUTH_ACCESS_TOKEN) is wrong or has expired: it lasts an "
        "hour. With identity federation, run it again.",
        "Give the account the role `roles/aiplatform.user` in the project of `google-project` "
        "(ANTHROPIC_VERTEX_PROJECT_ID), switch the Vertex AI API on there, and accept the model's terms in Model "
        "Garden.",
        "Switch the model on in Model Garden, correct `models` in .github/splat.yml (it asked for {id}), or change "
        "CLOUD_ML_REGION (`google-region`).",
        "Check CLOUD_ML_REGION (`google-region`), the network and the proxy.",
        "Wait a few minutes and run again, or ask for a higher quota under IAM & Admin > Quotas.",
    ),
}
_EXPIRED = ("expired", "security token", "signature", "unrecognizedclient", "invalid api key", "api key")
_OF_MODELS = ("model identifier", "on-demand throughput", "inference profile", "publisher model")


def explain(error: BaseException, model: str, cloud: Cloud) -> BaseException:
    """The exception of the SDK, of botocore or of google-auth as ours, without the credential in it."""
    import anthropic  # loaded already, or there would be no such error

    if isinstance(error, SplatError) or not isinstance(error, Exception):
        return error
    said = said_in(error, cloud.secret)
    if isinstance(error, anthropic.APIStatusError):
        return _by_status(error.status_code, said, cloud.model_id(model), cloud)
    advice = _ADVICE[cloud.backend]
    if isinstance(error, anthropic.APITimeoutError):
        return SplatError(f"{cloud.name} did not answer in time", where=cloud.where, next_step="Try again later.")
    if isinstance(error, anthropic.APIConnectionError):
        because = said_in(error.__cause__, cloud.secret) if error.__cause__ else said
        what = f"{cloud.name} cannot be reached: {because}"
        return SplatError(what, where=cloud.where, next_step=advice.region)
    if type(error).__module__.partition(".")[0] in ("botocore", "boto3", "google") or "credentials" in said.lower():
        what = f"Signing in to {cloud.name} failed: {said}"
        return ConfigError(what, where=cloud.where, next_step=advice.credential)
    return SplatError(
        f"The call to {cloud.name} failed: {type(error).__name__}: {said}",
        where=cloud.where,
        next_step="Check the sign-in and the base URL; if both are right, report this as a bug.",
    )


def _by_status(status: int, said: str, model: str, cloud: Cloud) -> SplatError:
    advice, lower = _ADVICE[cloud.backend], said.lower()
    wrong_model = status in (400, 404) and any(sign in lower for sign in _OF_MODELS)
    if status == 401 or (status == 403 and any(sign in lower for sign in _EXPIRED)):
        what, then = "does not accept the credential", advice.credential
    elif wrong_model or status == 404:
        what, then = f"does not know the model {model!r} there", advice.model
    elif status == 403:
        what, then = "does not let this credential do that", advice.right
    else:
        return _passing(status, said, advice, cloud)
    return ConfigError(f"{cloud.name} {what}: {said}", where=cloud.where, next_step=then.replace("{id}", model))


def _passing(status: int, said: str, advice: _Advice, cloud: Cloud) -> SplatError:
    what, then = f"{cloud.name} refused the request (HTTP {status})", "Check `models`; the model may not support it."
    if status == 413:
        what, then = f"The request is too large for {cloud.name}", "Lower `context.max_tokens`."
    elif status == 429:
        what, then = f"The quota at {cloud.name} is used up", advice.quota
    elif status >= 500 or status in (408, 424):
        what, then = f"{cloud.name} is overloaded or down (HTTP {status})", "Run again later."
    return SplatError(f"{what}: {said}", where=cloud.where, next_step=then)


def said_in(error: Any, secret: str) -> str:
    """What the other side said, on one line, without the secret."""
    body = getattr(error, "body", None)
    body = body[0] if isinstance(body, list) and body else body
    inner = body.get("error") if isinstance(body, dict) else None
    told = inner if isinstance(inner, dict) else body if isinstance(body, dict) else {}
    text = str(told.get("message") or told.get("Message") or error or type(error).__name__)[:1_000]
    if secret:
        text = text.replace(secret, "[REDACTED]")
    return " ".join(redact(text).split())[:300] or type(error).__name__
