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
      aws-bearer-token-bedrock:
        description: An API key of Amazon Bedrock, with the input `aws-region`; likewise.
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
        description: Of Anthropic's, that lets this repository in; with the next; the one after as the rule wants it.
        type: string
        default: ""
      anthropic-organization-id:
        type: string
        default: ""
      anthropic-service-account-id:
        type: string
        default: ""
      aws-role-to-assume:
        description: "Claude at Amazon Bedrock: the ARN of a role that trusts this repository; with `aws-region`."
        type: string
        default: ""
      google-project:
        description: Claude at Google's Vertex AI, in this project; with the next two.
        type: string
        default: ""
      google-region:
        type: string
        default: global
      google-workload-identity-provider:
        description: "Its full name: projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER."
        type: string
        default: ""
      google-service-account:
        description: An account to act as, where the pool itself has no right to Vertex AI.
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
_CLOUDS = """\
      - name: A role at AWS
        id: aws
        if: inputs.aws-role-to-assume != ''
        uses: aws-actions/configure-aws-credentials@e6de054238d6b7531b4efff3b6587d9aade6a06c # v6.2.3
        with:
          aws-region: ${{ inputs.aws-region }}
          role-to-assume: ${{ inputs.aws-role-to-assume }}
          role-session-name: splat-${{ github.run_id }}
          # For the one step that needs them, and whatever the role may, for asking a model alone.
          output-credentials: true
          output-env-credentials: false
          inline-session-policy: >-
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*",
            "Action": ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]}]}
      - name: A token of Google's
        id: google
        if: inputs.google-workload-identity-provider != ''
        uses: google-github-actions/auth@7c6bc770dae815cd3e89ee6cdf493a5fab2cc093 # v3.0.0
        with:
          project_id: ${{ inputs.google-project }}
          workload_identity_provider: ${{ inputs.google-workload-identity-provider }}
          service_account: ${{ inputs.google-service-account }}
          token_format: ${{ inputs.google-service-account != '' && 'access_token' || '' }}
          # Likewise: neither a file in the workspace nor variables for every step.
          create_credentials_file: false
          export_environment_variables: false
"""
_WITH = """\
          anthropic-api-key: ${{ secrets.anthropic-api-key }}
          claude-code-oauth-token: ${{ secrets.claude-code-oauth-token }}
          aws-region: ${{ inputs.aws-region }}
          aws-bearer-token-bedrock: ${{ secrets.aws-bearer-token-bedrock }}
"""
_WITH_IDENTITY = """\
          anthropic-federation-rule-id: ${{ inputs.anthropic-federation-rule-id }}
          anthropic-organization-id: ${{ inputs.anthropic-organization-id }}
          anthropic-service-account-id: ${{ inputs.anthropic-service-account-id }}
          aws-region: ${{ inputs.aws-region }}
          aws-access-key-id: ${{ steps.aws.outputs.aws-access-key-id }}
          aws-secret-access-key: ${{ steps.aws.outputs.aws-secret-access-key }}
          aws-session-token: ${{ steps.aws.outputs.aws-session-token }}
          google-project: ${{ inputs.google-project }}
          google-region: ${{ inputs.google-project != '' && inputs.google-region || '' }}
          google-access-token: ${{ steps.google.outputs.access_token || steps.google.outputs.auth_token }}
"""
_HEAD = """\
# Written by scripts/oidc_workflow.py from heal.yml: Claude (Anthropic's own API, Amazon Bedrock or Vertex AI) is signed
# in to by workload identity federation, not a key.
# A file of its own: a job that asks for `id-token: write` fails every caller that does not grant it.
name: Splat, by identity federation
"""
_RIGHTS = "      pull-requests: read # Splat's own, and what was said about it\n"
_CHANGES = (
    (_KEYS, ""),
    (_VERSION, _IDENTITY),
    (_COMMAND, _CLOUDS),
    (_WITH, _WITH_IDENTITY),
    (_RIGHTS, _RIGHTS + "      id-token: write # the identity that Claude's API, AWS or Google is shown\n"),
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
