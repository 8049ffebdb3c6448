"""The only reader of `SPLAT_*` and `GITHUB_*` variables and of `.github/splat.yml`; credentials stay where they are.

Precedence, first wins: command-line option, environment (`SPLAT_*`), `.github/splat.yml` on the base commit, default.
"""

from healer.settings.actions import Actions
from healer.settings.load import data, load_settings
from healer.settings.mistakes import CONFIG_PATH, Mistake, mistakes_in
from healer.settings.values import (
    CheckSettings,
    CiSettings,
    ConfidenceSettings,
    ContextSettings,
    GateSettings,
    LimitSettings,
    MergeSettings,
    PolicySettings,
    Price,
    PullRequestSettings,
    Settings,
    TriageRule,
)
from healer.settings.variables import SETTABLE, variable

__all__ = [
    "CONFIG_PATH",
    "SETTABLE",
    "Actions",
    "CheckSettings",
    "CiSettings",
    "ConfidenceSettings",
    "ContextSettings",
    "GateSettings",
    "LimitSettings",
    "MergeSettings",
    "Mistake",
    "PolicySettings",
    "Price",
    "PullRequestSettings",
    "Settings",
    "TriageRule",
    "data",
    "load_settings",
    "mistakes_in",
    "variable",
]
