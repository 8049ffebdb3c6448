"""The program: the command `splat`, and `python -I -m healer`."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line and exit with its code."""
    if sys.argv[1:2] == ["heal"] and not {"-h", "--help"} & set(sys.argv):
        # Before anything else is imported: what takes longest is done by another process, on another core.
        from healer.edge.early import start

        start(os.environ)
    from healer.cli import main as run

    run()


if __name__ == "__main__":
    main()
