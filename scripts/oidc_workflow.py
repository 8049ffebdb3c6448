"""Writes .github/workflows/heal-oidc.yml: heal.yml with an identity in place of a key. --check: only compare."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent.parent / ".github" / "workflows"
_KEYS = """\
      anthropic-api-key:
        description: Seen by the job `heal` alone.
        required: false
      claude-code-oauth-token:
        description: Of a subscription, in place of a key; likewise.
        required: false
"""
_VERSION = """\
      claude-code:
        description: Install the `claude` command, for who signs in with `claude-code-oauth-token`. Needs Node and npm.
        type: boolean
        default: false
"""
_IDENTITY = """\
      anthropic-federation-rule-id:
        description: The rule that lets this repository in; likewise the next two.
        type: string
        required: true
      anthropic-organization-id:
        type: string
        required: true
      anthropic-service-account-id:
        type: string
        default: ""
"""
_COMMAND = """\
      - name: The claude command
        if: inputs.claude-code
        shell: bash
        working-directory: .splat/scripts/claude-code
        run: |
          npm ci --silent --no-audit --no-fund --ignore-scripts
          node node_modules/@anthropic-ai/claude-code/install.cjs
          echo "$PWD/node_modules/.bin" >> "$GITHUB_PATH"
"""
_WITH = """\
          anthropic-api-key: ${{ secrets.anthropic-api-key }}
          claude-code-oauth-token: ${{ secrets.claude-code-oauth-token }}
"""
_WITH_IDENTITY = """\
          anthropic-federation-rule-id: ${{ inputs.anthropic-federation-rule-id }}
          anthropic-organization-id: ${{ inputs.anthropic-organization-id }}
          anthropic-service-account-id: ${{ inputs.anthropic-service-account-id }}
"""
_HEAD = """\
# Written by scripts/oidc_workflow.py from heal.yml: Claude is signed in to by workload identity federation, not a key.
# A file of its own: a job that asks for `id-token: write` fails every caller that does not grant it.
name: Splat, by identity federation
"""
_RIGHTS = "      pull-requests: read # Splat's own, and what was said about it\n"
_CHANGES = (
    (_KEYS, ""),
    (_VERSION, _IDENTITY),
    (_COMMAND, ""),
    (_WITH, _WITH_IDENTITY),
    (_RIGHTS, _RIGHTS + "      id-token: write # the identity that Claude's API is shown\n"),
)


def derived(text: str) -> str:
    """The text of heal-oidc.yml. Raises ValueError where heal.yml no longer has what is changed."""
    text = _HEAD + text[text.index("\non:\n") :]
    for old, new in _CHANGES:
        if text.count(old) != 1:
            raise ValueError(f"heal.yml has this {text.count(old)} times, not once:\n{old}")
        text = text.replace(old, new)
    return text


def main() -> int:
    text, target = derived((HERE / "heal.yml").read_text()), HERE / "heal-oidc.yml"
    if "--check" in sys.argv:
        return int(target.read_text() != text)
    target.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
