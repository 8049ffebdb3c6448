"""`look(repository)`: step one of `splat init`, which reads and does nothing else."""

from __future__ import annotations

from healer.setup.looks.look import look

__all__ = ["look"]
