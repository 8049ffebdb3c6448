"""
The tables that the SDKs share: what setting up, a new and a repeated error, and a request that succeeds cost.

Tasks of a process, by the JSON object it prints: `start`: `ms` of CPU time, `mb` of memory. `new`: `us` of CPU time of
the app's own thread, a list over 50 distinct errors, and `total_us` of all threads an error. `again`: `us`, a list over
repeats. `new` may tell `waited`, milliseconds until capturing returned, a list. Limits are shares of what the second
SDK takes; where there is none, of what `floor` takes.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdk_bench.load import added, served
from sdk_bench.servers import sink
from sdk_bench.tables import head, limit, middle, row, spread

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sdk_bench.suite import Result, Suite


@dataclass(frozen=True)
class Floor:
    """The language's own means, as an SDK: its name in tasks, and in tables."""

    name: str
    said: str


@dataclass(frozen=True)
class Limit:
    """The most that ours may take: of the peer's, or where there is no peer of the floor's."""

    of_peer: float
    of_floor: float = 0


def start(suite: Suite, runs: int, most: Limit, megabytes: float) -> bool:
    results = suite.in_turn("start", runs)
    head("Loading and setting up", "", "CPU ms", "memory MB")
    for name, each in results.items():
        row(name, middle(each, "ms"), middle(each, "mb"))
    ours, *peers = results.values()
    holds = limit("memory of loading and setting up", middle(ours, "mb"), megabytes, "MB")
    if peers:
        holds &= limit("loading and setting up", middle(ours, "ms"), middle(peers[0], "ms") * most.of_peer, "ms")
    return holds


def new(suite: Suite, runs: int, floor: Floor, most: Limit, all_threads: float) -> bool:
    """`all_threads`: the share of the peer's."""
    results = suite.in_turn("new", runs, floor.name)
    is_waited = "waited" in results[floor.name][0]
    head(
        "A new error: 50 distinct ones a process", "",
        "app's thread, median us", "p99 us", "with its delivery, us an error", "delivered of 51",
        *(["the app waits, median ms"] if is_waited else []),
    )  # fmt: skip
    for name, each in results.items():
        is_floor = name == floor.name
        more = ("", "") if is_floor else (middle(each, "total_us"), int(middle(each, "events")))
        waited = [spread(each, "waited")[0]] if is_waited else []
        row(floor.said if is_floor else name, *spread(each, "us"), *more, *waited)
    holds = _median("a new error", results, most)
    if len(suite.names) > 1:
        ours, peer = (middle(results[name], "total_us") for name in suite.names[:2])
        holds &= limit("a new error, with its delivery", ours, peer * all_threads, "us")
    return holds


def again(suite: Suite, runs: int, floor: Floor, most: Limit) -> bool:
    results = suite.in_turn("again", runs, floor.name)
    head("A repeated error", "", "app's thread, median us", "p99 us")
    for name, each in results.items():
        row(floor.said if name == floor.name else name, *spread(each, "us"))
    return _median("a repeated error", results, most)


def request(
    suite: Suite,
    names: Sequence[str],
    where: str,
    rounds: int,
    server: Callable[[str, str, Path], Sequence[str | Path]],
) -> bool:
    """`server`: the command of one, for an SDK or "none", the address it reports to, a folder of its own."""
    with ExitStack() as stack:
        folder, url = stack.enter_context(suite.program()), stack.enter_context(sink())
        commands = {name: server(name, url, folder) for name in ("none", *names)}
        more = added(stack.enter_context(served(commands)), "none", rounds=rounds)
    head(f"A request that succeeds in {where}", "", "CPU us more")
    for name in names:
        row(name, more[name])
    ours, peer = (more[name] for name in suite.names[:2])
    return limit(f"a request in {where}", ours, max(peer / 4, 1), "us")


def _median(name: str, results: dict[str, list[Result]], most: Limit) -> bool:
    """The first SDK's median beside the second's; only the floor's where there is no second."""
    ours, beside, *more = (spread(each, "us")[0] for each in results.values())
    return limit(name, ours, beside * (most.of_peer if more else most.of_floor), "us")
