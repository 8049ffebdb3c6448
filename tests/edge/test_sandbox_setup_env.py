"""What a user gives to set-up alone: set-up sees it, nothing after it does, and no text that comes out holds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from healer.edge.sandbox import setup_env
from healer.outcome import ConfigError
from tests.edge.sandbox_kit import SYSTEM, change, make_repo, needs_bubblewrap, opened

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = "npm-token-of-the-test"
GIVEN = {
    **SYSTEM,
    "SPLAT_SETUP_ENV": f"# for the registry\nNPM_TOKEN={TOKEN}\n\nexport PIP_INDEX_URL=https://u:p@x.test/\n",
}


def test_a_line_is_a_variable() -> None:
    assert setup_env.given(GIVEN) == {"NPM_TOKEN": TOKEN, "PIP_INDEX_URL": "https://u:p@x.test/"}
    assert setup_env.given({}) == {}
    assert setup_env.given({"SPLAT_SETUP_ENV": "A==b= c \r\nB="}) == {"A": "=b= c", "B": ""}


@pytest.mark.parametrize(
    "line", ["secret-value", "=secret-value", "1A=secret-value", "A B=secret-value", "Ä=secret-value"]
)
def test_what_is_no_variable_is_named_by_its_line_alone(line: str) -> None:
    with pytest.raises(ConfigError) as caught:
        setup_env.given({"SPLAT_SETUP_ENV": f"OK=1\n{line}\n"})
    told = f"{caught.value.what} {caught.value.where} {caught.value.next_step}"
    assert "line 2" in told
    assert "secret-value" not in told


@pytest.mark.parametrize(
    "name", ["ANTHROPIC_API_KEY", "claude_code_oauth_token", "SPLAT_SETUP_ENV", "ACTIONS_RUNTIME_TOKEN"]
)
def test_what_is_splats_own_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="own"):
        setup_env.given({"SPLAT_SETUP_ENV": f"{name}=x"})


@pytest.mark.slow
@pytest.mark.parametrize("kind", [pytest.param("bubblewrap", marks=needs_bubblewrap), "none"])
def test_set_up_has_it_and_nothing_else_has(tmp_path: Path, kind: str) -> None:
    repo = make_repo(tmp_path / "repo", {"a.py": "A = 1\n"})
    look = ["sh", "-c", 'echo "[$NPM_TOKEN]" "${#NPM_TOKEN}"; env | grep -c SPLAT_SETUP']
    with opened(repo, GIVEN, kind=kind) as sandbox:
        keep = ["sh", "-c", 'echo "$NPM_TOKEN" > "$HOME/.npmrc"; echo "has $NPM_TOKEN" "${#NPM_TOKEN}"']
        in_set_up = sandbox.run(keep, seconds=20, network=True, keep=True)
        sandbox.put([change("a.py", "A = 2\n", "A = 1\n")], side="after")
        later = sandbox.run(look, seconds=20)
        left = ["sh", "-c", 'cat "$HOME/.npmrc"; cat "$HOME/.npmrc" > "$SPLAT_RESULTS/report.xml"']
        found = sandbox.run(left, seconds=20, artefacts=["report.xml"])
    assert in_set_up.output == f"has [setup-env] {len(TOKEN)}\n", "set-up has the value, and no log of it"
    assert later.output == "[] 0\n0\n"
    assert found.output == "[setup-env]\n"
    assert found.artefacts == {"report.xml": b"[setup-env]\n"}
