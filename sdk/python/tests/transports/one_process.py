"""A process that meets a bug when it is told to: URL REPOSITORY SPOOL. Says what became of it; for `test_storms.py`."""

from __future__ import annotations

import sys
import time

from splat.options import Options
from splat.transports.github import GitHub
from tests.github_kit import BOT
from tests.transports.desk import item


def main(url: str, repo: str, spool: str) -> None:
    process = GitHub(Options(repo=repo, token=BOT, api_url=url), spool, lambda text: print(text, file=sys.stderr))
    error = item()
    print("ready", flush=True)
    sys.stdin.readline()
    print(process.send([error])[0].value)
    process.close(time.monotonic() + 2)


main(*sys.argv[1:])
