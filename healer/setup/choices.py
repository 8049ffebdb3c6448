"""What a person decides about the set-up; every one of these has a flag."""

from __future__ import annotations

from dataclasses import dataclass

WORKFLOW_PATH = ".github/workflows/splat.yml"
OTHER_WORKFLOW_PATH = ".github/workflows/splat-heal.yml"
#: What the SDKs put on an issue once it is certain to be the only one of its bug.
SDK_LABEL = "auto-fix"
DEFAULT_LABELS = ("splat", SDK_LABEL)
DEFAULT_MENTION = "@splat"


@dataclass(frozen=True, slots=True)
class Choices:
    """`repository` is `owner/name` on the forge, `api_url` that of an Enterprise server, "" for github.com.

    `services` are the paths of those that get the SDK, None for all. `workflow` is the path of the workflow, "" for the
    usual one. `entries` are files where a service begins because a person says so. `migrate`: py-splat gives way.
    """

    repository: str
    api_url: str = ""
    labels: tuple[str, ...] = DEFAULT_LABELS
    mention: str = DEFAULT_MENTION
    services: frozenset[str] | None = None
    workflow: str = ""
    entries: frozenset[str] = frozenset()
    migrate: bool = False

    @property
    def trigger_label(self) -> str:
        """The label that SDKs start a fix with. `splat` alone starts none on their issues."""
        others = [label for label in self.labels if label != "splat"]
        return SDK_LABEL if SDK_LABEL in others or not others else others[0]
