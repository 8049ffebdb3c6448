"""The stand-in for GitHub of `sdk/python/tests/github_kit`, told by lines of JSON what to do. Run by `desk.rb`.

`{"on": "emulator", "call": name, "args": [...], "named": {...}}` calls a method; with the number of a proxy instead
it does so there, or with `"set": name` and `"value"` sets an attribute; `{"fresh": true}` makes a proxy, and says its
number and address. Each line is answered by one.
"""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "python"))
from tests.github_kit import Emulator, Fault, Proxy


def fault(proxy, *args, data=None, **named):
    proxy.faults.append(Fault(*args, data=data.encode() if isinstance(data, str) else data, **named))


def canonical(proxy, repo, number, target):
    proxy.canonical[repo, number] = target


def requests(proxy, *args):
    return [each._asdict() for each in proxy.requests(*args)]


OF_A_PROXY = {
    "fault": fault,
    "mend": lambda proxy: proxy.faults.clear(),
    "play": lambda proxy, name, token: getattr(proxy, name).add(token),
    "canonical": canonical,
    "requests": requests,
    "forget": lambda proxy: proxy.log.clear(),
}


def answer(wanted, emulator, proxies):
    if wanted.get("fresh"):
        proxies.append(Proxy(emulator.port).__enter__())
        return [len(proxies) - 1, proxies[-1].url]
    if wanted["on"] == "emulator":
        return getattr(emulator, wanted["call"])(*wanted["args"], **wanted["named"])
    proxy = proxies[wanted["on"]]
    if "set" in wanted:
        return setattr(proxy, wanted["set"], wanted["value"])
    return OF_A_PROXY[wanted["call"]](proxy, *wanted["args"], **wanted["named"])


def started(tries=5):
    """An emulator that runs; another one where someone else was faster to take its port."""
    for _ in range(tries - 1):
        try:
            return Emulator().__enter__()
        except RuntimeError as failed:
            print(failed, file=sys.stderr)
    return Emulator().__enter__()


def main():
    proxies = []
    with contextlib.ExitStack() as ending:
        emulator = started()
        ending.push(emulator)
        for line in sys.stdin:
            print(json.dumps(answer(json.loads(line), emulator, proxies)), flush=True)
        for proxy in proxies:
            proxy.__exit__()


main()
