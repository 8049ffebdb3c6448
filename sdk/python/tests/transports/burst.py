"""An app that meets one bug as fast as it can: URL REPOSITORY SPOOL SECONDS. Says how often. Run by `test_burst.py`."""

from __future__ import annotations

import sys
import time

import splat


def broken(number: int) -> int:
    raise ValueError(f"cart {number} has no price")


def main(url: str, repo: str, spool: str, seconds: str) -> None:
    splat.init(repo=repo, token="bot-token", api_url=url, spool_dir=spool, release="r1")
    until = time.monotonic() + float(seconds)
    number = 0
    while time.monotonic() < until:
        number += 1
        try:
            broken(number)
        except ValueError as error:
            splat.capture_exception(error)
    print(number, time.monotonic(), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
