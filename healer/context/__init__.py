"""Stage 4: the lines that matter, within a token budget."""

from healer.context.value import Context, Dropped, Excerpt, Suspect, Tree

__all__ = ["Context", "Dropped", "Excerpt", "Suspect", "Tree"]
