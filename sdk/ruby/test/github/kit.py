"""The stand-in for GitHub of `sdk/python/tests/github_kit`, told by lines of JSON what to do. Run by `desk.rb`.

`{"on": "emulator" | "proxy", "call": name, "args": [...], "named": {...}}` calls a method, with `"set": name` and
`"value"` an attribute is set, with `"fresh": true` the proxy is a new one. Each line is answered by one.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "python"))
from tests.github_kit import Emulator, Fault, Proxy  # noqa: E402


def answer(wanted, emulator, proxy):
    on = emulator if wanted["on"] == "emulator" else proxy
    if wanted.get("call") == "fault":
        proxy.faults.append(Fault(*wanted["args"], **wanted["named"]))
        return None
    if wanted.get("call") == "play":  # adds to a set
        getattr(proxy, wanted["args"][0]).add(wanted["args"][1])
        return None
    if wanted.get("call") == "canonical":
        repo, number, target = wanted["args"]
        proxy.canonical[repo, number] = target
        return None
    if wanted.get("call") == "forget":
        proxy.log.clear()
        return None
    if wanted.get("call") == "mend":
        proxy.faults.clear()
        return None
    if "set" in wanted:
        return setattr(on, wanted["set"], wanted["value"])
    got = getattr(on, wanted["call"])(*wanted["args"], **wanted["named"])
    return [each._asdict() for each in got] if wanted["call"] == "requests" else got


def main():
    with Emulator() as emulator:
        proxy = None
        for line in sys.stdin:
            wanted = json.loads(line)
            if wanted.get("fresh"):
                if proxy is not None:
                    proxy.__exit__()
                proxy = Proxy(emulator.port).__enter__()
                said = proxy.url
            else:
                said = answer(wanted, emulator, proxy)
            print(json.dumps(said), flush=True)
        if proxy is not None:
            proxy.__exit__()


main()
