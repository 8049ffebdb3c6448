"""Claude at Amazon Bedrock (InvokeModel) and at Google's Vertex AI (rawPredict), through the SDK's clients for them.

Where they differ from Anthropic's own API, Splat asks for less: the answer's shape is asked for in words, and of what a
request is refused for (prompt cache, effort, version) the next one goes without, which is said once.
"""

from __future__ import annotations

import json
import re
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from healer.edge.early import winner
from healer.outcome import ConfigError
from healer.prompts import prompt
from healer.settings.clouds import bedrock_id, vertex_id

if TYPE_CHECKING:
    from collections.abc import Mapping

#: It becomes part of a host's name.
_AWS_REGION = re.compile(r"[a-z]{2}(?:-[a-z]{1,10}){1,3}-[0-9]{1,2}")
_GOOGLE_REGION = re.compile(r"global|us|eu|[a-z]{2,20}-[a-z]{2,20}[0-9]{1,2}")
_PROJECT = re.compile(r"[a-z0-9.:-]{1,100}")
_EXTRA = "pip install 'splat-healer[{}]'"


class Cloud(Protocol):
    """One cloud's side of a call."""

    backend: ClassVar[str]
    name: ClassVar[str]
    version: ClassVar[str]

    @property
    def where(self) -> str:
        """The host that is asked."""

    @property
    def secret(self) -> str:
        """What no message may show, "" for what is not known here."""

    def check(self) -> None:
        """Raises ConfigError where something to sign in with is missing."""

    def open(self, retries: int, timeout: float) -> Any:
        """The SDK's client."""

    def model_id(self, model: str) -> str:
        """The cloud's name of a model."""

    def streams(self) -> bool:
        """Whether a streamed answer can be read."""

    def adapted(self) -> Adapted:
        """What requests lose on their way there."""


class Bedrock:
    """Amazon Bedrock: an API key of its own, or whatever AWS credentials boto3 finds."""

    backend: ClassVar[str] = "bedrock"
    name: ClassVar[str] = "Amazon Bedrock"
    version: ClassVar[str] = "bedrock-2023-05-31"

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or ""
        self._base_url = environ.get("ANTHROPIC_BEDROCK_BASE_URL", "")
        self.secret = environ.get("AWS_BEARER_TOKEN_BEDROCK", "")

    @property
    def where(self) -> str:
        """Implements `Cloud`."""
        return self._base_url or f"bedrock-runtime.{self._region or 'REGION'}.amazonaws.com"

    def check(self) -> None:
        """Implements `Cloud`."""
        _check_place("AWS_REGION", self._region, _AWS_REGION, "region for Amazon Bedrock", "aws-region", "eu-central-1")
        if self.secret:
            return
        key = self._environ.get("AWS_ACCESS_KEY_ID")
        if self._environ.get("GITHUB_ACTIONS") == "true" and not key:
            raise ConfigError(
                "There is no credential for Amazon Bedrock",
                where="AWS_BEARER_TOKEN_BEDROCK",
                next_step="Pass the secret `aws-bearer-token-bedrock`, or call heal-oidc.yml with "
                "`aws-role-to-assume`.",
            )
        if key and not self._environ.get("AWS_SECRET_ACCESS_KEY"):
            raise ConfigError(
                "An AWS access key is there without its secret",
                where="AWS_SECRET_ACCESS_KEY",
                next_step="Set both, or neither.",
            )
        if find_spec("boto3") is None:
            raise ConfigError(
                "Without an API key for Bedrock, its requests are signed by boto3, which is not installed",
                where="AWS_BEARER_TOKEN_BEDROCK",
                next_step=f"Set it, or install Splat with `{_EXTRA.format('bedrock')}`.",
            )

    def open(self, retries: int, timeout: float) -> Any:
        """Implements `Cloud`."""
        from anthropic import AnthropicBedrock

        return AnthropicBedrock(
            aws_region=self._region,
            api_key=self.secret or None,
            base_url=self._base_url or None,
            max_retries=retries,
            timeout=timeout,
        )

    def model_id(self, model: str) -> str:
        """Implements `Cloud`."""
        return bedrock_id(model)

    def streams(self) -> bool:
        """The decoder of AWS' event streams is botocore's."""
        return find_spec("botocore") is not None

    def adapted(self) -> Adapted:
        """Implements `Cloud`."""
        return Adapted(self)


class Vertex:
    """Google's Vertex AI: an access token, or Google's default credentials."""

    backend: ClassVar[str] = "vertex"
    name: ClassVar[str] = "Vertex AI"
    version: ClassVar[str] = "vertex-2023-10-16"

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._region = environ.get("CLOUD_ML_REGION", "")
        self._project = environ.get("ANTHROPIC_VERTEX_PROJECT_ID") or environ.get("GOOGLE_CLOUD_PROJECT") or ""
        self._base_url = environ.get("ANTHROPIC_VERTEX_BASE_URL", "")
        self.secret = environ.get("GOOGLE_OAUTH_ACCESS_TOKEN", "")

    @property
    def where(self) -> str:
        """Implements `Cloud`."""
        here = f"{self._region}-" if self._region not in ("", "global", "us", "eu") else ""
        return self._base_url or f"{here}aiplatform.googleapis.com"

    def check(self) -> None:
        """Implements `Cloud`."""
        name = "ANTHROPIC_VERTEX_PROJECT_ID"
        _check_place(name, self._project, _PROJECT, "project for Vertex AI", "google-project", "my-project")
        name = "CLOUD_ML_REGION"
        _check_place(name, self._region, _GOOGLE_REGION, "region for Vertex AI", "google-region", "global")
        if self.secret:
            return
        if self._environ.get("GITHUB_ACTIONS") == "true" and not winner(self._environ, "vertex"):
            raise ConfigError(
                "There is no credential for Vertex AI",
                where="GOOGLE_OAUTH_ACCESS_TOKEN",
                next_step="Call heal-oidc.yml with `google-workload-identity-provider`, or pass an access token of a "
                "step of your own as `google-access-token`.",
            )
        if _missing("google.auth"):
            raise ConfigError(
                "Without an access token, Google's default credentials are looked for by google-auth, which is not "
                "installed",
                where="GOOGLE_OAUTH_ACCESS_TOKEN",
                next_step="Set it to what `gcloud auth print-access-token` prints, or install Splat with "
                f"`{_EXTRA.format('vertex')}`.",
            )

    def open(self, retries: int, timeout: float) -> Any:
        """Implements `Cloud`."""
        from anthropic import AnthropicVertex

        return AnthropicVertex(
            region=self._region,
            project_id=self._project,
            access_token=self.secret or None,
            base_url=self._base_url or None,
            max_retries=retries,
            timeout=timeout,
        )

    def model_id(self, model: str) -> str:
        """Implements `Cloud`."""
        return vertex_id(model)

    def streams(self) -> bool:
        """Server-sent events, as Anthropic's own."""
        return True

    def adapted(self) -> Adapted:
        """Implements `Cloud`."""
        return Adapted(self)


def cloud_of(backend: str, environ: Mapping[str, str]) -> Cloud | None:
    """The cloud of a `backend`; None for those that are none."""
    if backend == Bedrock.backend:
        return Bedrock(environ)
    return Vertex(environ) if backend == Vertex.backend else None


def _missing(module: str) -> bool:
    try:
        return find_spec(module) is None
    except ModuleNotFoundError:  # the package above it
        return True


def _check_place(name: str, value: str, rule: re.Pattern[str], kind: str, given: str, example: str) -> None:
    if not rule.fullmatch(value):
        raise ConfigError(
            f"{value[:60]!r} is no {kind}" if value else f"There is no {kind}",
            where=name,
            next_step=f"Set it; in Actions it is the input `{given}`, for example `{example}`.",
        )


class Adapted:
    """What a request loses on its way to a cloud; it learns from refusals."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._without: list[str] = []

    def arguments(self, asked: dict[str, Any]) -> dict[str, Any]:
        """`asked` as the cloud takes it: its model's name, no schema but words, nothing that it refused before."""
        told = asked | {"model": self._cloud.model_id(asked["model"])}
        output = dict(told.pop("output_config", {}))
        if schema := output.pop("format", {}).get("schema"):
            words = prompt("json_only", schema=json.dumps(schema, separators=(",", ":")))
            told["system"] = [*told["system"], {"type": "text", "text": words}]
        if output and "effort" not in self._without:
            told["output_config"] = output
        if "anthropic_version" in self._without:
            told["extra_body"] = {"anthropic_version": self._cloud.version}
        if "cache_control" in self._without:
            told |= {name: _uncached(told[name]) for name in ("system", "messages")}
        return told

    def learns(self, said: str) -> bool:
        """True where a refusal's words name something that the next request can do without."""
        signs = {"anthropic_version": "anthropic_version", "cache_control": "cache_control"}
        signs |= {"effort": "effort", "output_config": "effort"}
        found = next((kind for sign, kind in signs.items() if sign in said and kind not in self._without), "")
        if not found:
            return False
        self._without.append(found)
        instead = "its own" if found == "anthropic_version" else "no"
        print(f"splat: {self._cloud.name} refuses `{found}`: asked again with {instead} `{found}`", file=sys.stderr)
        return True


def _uncached(value: Any) -> Any:
    if isinstance(value, list):
        return [_uncached(each) for each in value]
    if isinstance(value, dict):
        kept = {key: each for key, each in value.items() if key != "cache_control"}
        return kept | ({"content": _uncached(kept["content"])} if "content" in kept else {})
    return value
