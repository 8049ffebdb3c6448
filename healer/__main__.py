"""The program: the command `splat`, and `python -I -m healer`."""

from __future__ import annotations

import atexit
import gc
import os
import sys


def main() -> None:
    """Run the command line and exit with its code."""
    # Nearly all that is made here stays to the end: looking for garbage often, and once more at the end, finds none.
    gc.set_threshold(50_000, 20, 20)
    atexit.register(gc.freeze)
    if sys.argv[1:2] == ["heal"] and not {"-h", "--help"} & set(sys.argv):
        # Before anything else is imported: what takes longest is done by another process, on another core.
        from healer.edge.early import start

        start(os.environ)
    from healer.cli import main as run

    run()


if __name__ == "__main__":
    main()
