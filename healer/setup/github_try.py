"""`splat init --try`: a program with a bug of its own, on a branch that nobody misses.

It stands in a folder with a manifest, so that it is set up and tested by itself whatever the repository is made of.
Folder and branch carry one random word: the bug is a new one each time, and what a try left behind is found again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from healer.event import TRY_BRANCH

if TYPE_CHECKING:
    from collections.abc import Mapping

_PREFIX = "splat-try/"
#: On its issue. It starts nothing, and goes with the try.
LABEL = "splat-try"
_TILL = '''"""A till: what a receipt says. `splat init --try` put it here, with a bug in it, on a throwaway branch."""


def average(prices):
    """The mean price in whole cents; 0 where nothing was bought."""
    return sum(prices) // len(prices)


def receipt(prices):
    return f"{len(prices)} items, {average(prices)} cents each"


if __name__ == "__main__":
    print(receipt([250, 350]))
    print(receipt([]))
'''
_TEST = """import unittest

from till import average, receipt


class TillTest(unittest.TestCase):
    def test_average(self):
        self.assertEqual(average([250, 350]), 300)

    def test_receipt(self):
        self.assertEqual(receipt([250, 350]), "2 items, 300 cents each")
"""
_MANIFEST = '[project]\nname = "splat-try"\nversion = "0"\n'


@dataclass(frozen=True, slots=True)
class Trial:
    """One try. `branch` is where it happens, `folder` what the branch adds."""

    branch: str
    folder: str

    @property
    def files(self) -> Mapping[str, str]:
        """The program, its tests and its manifest, by path."""
        return {
            f"{self.folder}/till.py": _TILL,
            f"{self.folder}/test_till.py": _TEST,
            f"{self.folder}/pyproject.toml": _MANIFEST,
        }


def trial(login: str, word: str) -> Trial:
    """A try of a person's; `word` are random letters and digits."""
    return Trial(f"{prefix(login)}{word}", f"splat-try-{word}")


def prefix(login: str) -> str:
    """How the branches of a person's tries begin; "" is for a token that is no person's."""
    name = re.sub("[^0-9a-z-]", "-", login.lower())[:40].strip("-") or "app"
    return f"{_PREFIX}{name}-"


def left_behind(branch: str, login: str) -> Trial | None:
    """The try that a branch belongs to; None where it is not this person's."""
    begins = prefix(login)
    word = branch.removeprefix(begins)
    if not branch.startswith(begins) or not TRY_BRANCH.fullmatch(branch) or not re.fullmatch("[0-9a-z]{8,20}", word):
        return None
    return Trial(branch, f"splat-try-{word}")


def takes_base(workflow: str) -> bool | None:
    """Whether a workflow's text can be told to heal a throwaway branch; None where it is not Splat's at all."""
    import yaml

    try:
        told: Any = yaml.safe_load(workflow)
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
    jobs = told.get("jobs") if isinstance(told, dict) else None
    calls = (
        [str(job.get("uses") or "") for job in jobs.values() if isinstance(job, dict)] if isinstance(jobs, dict) else []
    )
    if not any(re.search(r"/\.github/workflows/heal(?:-oidc)?\.yml(?:@|$)", call) for call in calls):
        return None
    # YAML 1.1 reads `on` as true.
    triggers = told.get("on", told.get(True))
    dispatch = triggers.get("workflow_dispatch") if isinstance(triggers, dict) else None
    inputs = dispatch.get("inputs") if isinstance(dispatch, dict) else None
    return isinstance(inputs, dict) and {"issue", "base"} <= set(inputs)
