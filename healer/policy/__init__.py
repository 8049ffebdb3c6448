"""The policy over paths: which files a patch may touch at all. It needs no proposal and no tree, so whoever publishes
a patch that another job made can apply it again.
"""

from healer.policy.globs import matches
from healer.policy.paths import path_rule
from healer.policy.protected import PROTECTED
from healer.policy.roles import Role, role
from healer.policy.spelling import collision, misspelt

__all__ = ["PROTECTED", "Role", "collision", "matches", "misspelt", "path_rule", "role"]
