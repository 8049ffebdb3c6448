"""The stand-in as a process, for tests in other languages: `python3 -m tests.github_kit` in `sdk/python`.

Each line is JSON, and is answered by one: `{"answer": …}`, or `{"error": …}`. `{"start": "proxy"}` is answered by the
number and the address of a new one, `{"start": "bare"}` by those of a server for tests of HTTP alone. `{"on": number,
"call": name, "args": […], "named": {…}}` asks a proxy for one of `_OF_A_PROXY`; without `on` the call is a method of
the emulator. At the end of the lines all of it ends.
"""

from __future__ import annotations

import contextlib
import json
import sys
from typing import Any, Callable, Dict, List

from tests.github_kit import Emulator, Fault, Proxy
from tests.github_kit.bare import Bare


def _fault(proxy: Proxy, *given: Any, data: Any = None, **named: Any) -> None:
    proxy.faults.append(Fault(*given, data=data.encode() if isinstance(data, str) else data, **named))


def _set(proxy: Proxy, name: str, value: Any) -> None:
    setattr(proxy, name, set(value) if isinstance(value, list) else value)


def _canonical(proxy: Proxy, repo: str, number: int, of: int) -> None:
    proxy.canonical[repo, number] = of


def _requests(proxy: Proxy, *given: str) -> List[Dict[str, Any]]:
    return [each._asdict() for each in proxy.requests(*given)]


_OF_A_PROXY: Dict[str, Callable[..., Any]] = {
    "fault": _fault,
    "mend": lambda proxy: proxy.faults.clear(),
    "set": _set,
    "canonical": _canonical,
    "requests": _requests,
    "forget": lambda proxy: proxy.log.clear(),
    "end": lambda proxy: proxy.__exit__(),
}


def _running(tries: int = 5) -> Emulator:
    """An emulator; another one where someone else was faster to take its port."""
    try:
        return Emulator().__enter__()
    except RuntimeError as failed:
        if tries == 1:
            raise
        print(failed, file=sys.stderr)
    return _running(tries - 1)


class _Desk:
    def __init__(self, ending: contextlib.ExitStack) -> None:
        self._ending = ending
        self._emulator = _running()
        self._started: List[Any] = []
        ending.push(self._emulator)

    def answer(self, wanted: Dict[str, Any]) -> Any:
        if "start" in wanted:
            server = Proxy(self._emulator.port) if wanted["start"] == "proxy" else Bare()
            self._started.append(self._ending.enter_context(server))
            return [len(self._started) - 1, server.url]
        args, named = wanted.get("args", ()), wanted.get("named", {})
        if "on" in wanted:
            return _OF_A_PROXY[wanted["call"]](self._started[wanted["on"]], *args, **named)
        return getattr(self._emulator, wanted["call"])(*args, **named)


def _main() -> None:
    with contextlib.ExitStack() as ending:
        desk = _Desk(ending)
        for line in sys.stdin:
            try:
                told = {"answer": desk.answer(json.loads(line))}
            except Exception as error:  # it is the test that asked for it that fails
                told = {"error": repr(error)}
            print(json.dumps(told), flush=True)


_main()
