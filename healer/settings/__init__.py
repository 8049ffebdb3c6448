"""The only reader of `SPLAT_*` variables and of `.github/splat.yml`; credentials stay in the environment.

Precedence, first wins: command-line option, environment (`SPLAT_*`), `.github/splat.yml` on the base commit, default.
"""

from healer.settings.load import CONFIG_PATH, data, load_settings
from healer.settings.values import (
    CheckSettings,
    ConfidenceSettings,
    ContextSettings,
    LimitSettings,
    PolicySettings,
    Price,
    Settings,
    TriageRule,
)
from healer.settings.variables import SETTABLE, variable

__all__ = [
    "CONFIG_PATH",
    "SETTABLE",
    "CheckSettings",
    "ConfidenceSettings",
    "ContextSettings",
    "LimitSettings",
    "PolicySettings",
    "Price",
    "Settings",
    "TriageRule",
    "data",
    "load_settings",
    "variable",
]
