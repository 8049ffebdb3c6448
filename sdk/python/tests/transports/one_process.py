"""A process that meets a bug: URL REPOSITORY SPOOL START. Says what became of it. Run by `test_storms.py`."""

from __future__ import annotations

import sys
import time

from splat.options import Options
from splat.transports.github import GitHub
from tests.github_kit import BOT
from tests.transports.desk import item


def main(url: str, repo: str, spool: str, start: str) -> None:
    process = GitHub(Options(repo=repo, token=BOT, api_url=url), spool, lambda text: print(text, file=sys.stderr))
    error = item()
    time.sleep(max(0.0, float(start) - time.time()))
    print(process.send([error])[0].value)
    process.close(time.monotonic() + 2)


main(*sys.argv[1:])
