"""Stage 3: the lines that matter, within a token budget."""

from healer.context.ahead import Ahead, Branch
from healer.context.gather import gather, locate_root
from healer.context.value import Context, Dropped, Excerpt, Suspect, Tree

__all__ = ["Ahead", "Branch", "Context", "Dropped", "Excerpt", "Suspect", "Tree", "gather", "locate_root"]
