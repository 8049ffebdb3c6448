"""Is Claude there, and does it know the model: asked by counting the tokens of one word, which is free."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from healer.edge.claude import Claude
from healer.edge.claude_errors import explain
from healer.edge.early import winner
from healer.outcome import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

_SECONDS, _RETRIES = 20.0, 1


def ask(environ: Mapping[str, str], model: str) -> str:
    """How it was asked, where the API counts tokens for this model. Raises ConfigError for a refused credential or an
    unknown model, SplatError where no answer comes.
    """
    name = winner(environ, "api")
    if not name:
        then = "Set ANTHROPIC_API_KEY and run it again. On GitHub the secret is what counts."
        raise ConfigError("There is no key for Claude on this machine", where="ANTHROPIC_API_KEY", next_step=then)
    key, address = environ.get("ANTHROPIC_API_KEY", ""), environ.get("ANTHROPIC_BASE_URL", "")
    claude = Claude(key, address, retries=_RETRIES, timeout=_SECONDS)
    claude.wait()
    try:
        claude._open().messages.count_tokens(model=model, messages=[{"role": "user", "content": "Hello"}])
    except Exception as error:
        raise explain(error, model, address, key) from None
    finally:
        claude.close()
    return f"{model} is known at {address or 'api.anthropic.com'} ({name})"


def command() -> str:
    """Where the `claude` command is, "" where it is not."""
    return shutil.which("claude") or ""
