"""Scopes: what belongs to one request, and what it costs."""

from __future__ import annotations

import asyncio
import contextvars
import threading
import time

import splat
from splat import scope
from tests.integrations.captured import capturing


def capture(text: str = "x") -> None:
    try:
        raise ValueError(text)
    except ValueError:
        splat.capture_exception()


def test_a_request_has_its_own():
    with capturing() as kept:
        splat.set_tag("process", "p")
        token = scope.enter(lambda: {"method": "GET", "path": "/a", "trace_id": "0" * 31 + "1"})
        splat.set_tag("request", "r")
        splat.add_breadcrumb("inside")
        splat.capture_message("in the request")
        scope.leave(token)
        splat.capture_message("outside")
    inside, outside = kept.reports
    assert inside["tags"] == {"process": "p", "request": "r"}
    assert inside["request"] == {"method": "GET", "path": "/a"}
    assert inside["trace_id"] == "0" * 31 + "1"
    assert [crumb["message"] for crumb in inside["breadcrumbs"]] == ["inside"]
    assert outside["tags"] == {"process": "p"}
    assert "request" not in outside
    assert "breadcrumbs" not in outside


def test_tasks_of_a_request_share_it_and_others_do_not():
    async def request(number):
        token = scope.enter(lambda: {"path": f"/{number}"})
        await asyncio.gather(*(asyncio.create_task(part(number)) for _ in range(2)))
        tags = dict(scope.current().tags or {})
        scope.leave(token)
        return tags

    async def part(number):
        splat.set_tag("n", number)
        await asyncio.sleep(0)
        assert scope.current().tags == {"n": str(number)}

    async def main():
        return await asyncio.gather(*(request(number) for number in range(20)))

    with capturing():
        assert asyncio.run(main()) == [{"n": str(number)} for number in range(20)]


def test_threads_do_not_share():
    seen = []

    def work(number):
        token = scope.enter()
        scope.set_tag("n", number)
        time.sleep(0.01)
        seen.append(scope.current().tags == {"n": str(number)})
        scope.leave(token)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [True] * 10


def test_a_token_of_another_context_changes_nothing():
    outer = scope.enter(lambda: {"path": "/outer"})
    scope.set_tag("which", "outer")
    foreign = contextvars.Context().run(scope.enter)
    scope.leave(foreign)
    assert scope.current().tags == {"which": "outer"}
    scope.leave(outer)
    scope.leave(outer)
    assert scope.current().tags != {"which": "outer"}


def test_a_request_that_cannot_be_read_does_no_harm():
    def request():
        raise RuntimeError("no")

    with capturing() as kept:
        token = scope.enter(request)
        splat.capture_message("a")
        scope.leave(token)
        token = scope.enter(lambda: 5)  # type: ignore[arg-type, return-value]
        splat.capture_message("b")
        scope.leave(token)
    assert ["request" in report for report in kept.reports] == [False, False]


def test_removing_and_bounds():
    with capturing() as kept:
        splat.set_tag("a", "b")
        splat.set_tag("a", None)
        splat.set_context("c", {"x": 1})
        splat.set_context("c", None)
        for number in range(1_000):
            splat.set_tag(f"t{number}", "x" * 10)
            splat.set_context(f"c{number}", {"n": number})
            splat.add_breadcrumb(str(number))
        splat.capture_message("x")
    report = kept.reports[0]
    assert "a" not in report["tags"]
    assert len(report["tags"]) == len(report["contexts"]) == 100
    assert [crumb["message"] for crumb in report["breadcrumbs"]] == [str(number) for number in range(900, 1_000)]


def test_what_was_given_is_not_followed():
    given = {"list": [1]}
    with capturing() as kept:
        splat.set_context("c", given)
        given["list"].append(2)
        splat.capture_message("x")
    assert kept.reports[0]["contexts"] == {"c": {"list": [1]}}


def test_the_ring_is_bounded():
    ring = scope.Ring()
    for number in range(1_000):
        ring.append(1.0, "INFO", "a", f"{number}")
    assert [record[3] for record in ring.all()] == [str(number) for number in range(800, 1_000)]
    for _ in range(50):
        ring.append(1.0, "INFO", "a", "x" * 1_000_000)
    assert sum(len(record[3]) for record in ring.all()) <= 600_000 + 100_001
    assert len(ring.all()[-1][3]) == 100_001


def test_the_ring_takes_many_threads():
    ring = scope.Ring()
    threads = [
        threading.Thread(target=lambda: [ring.append(1.0, "INFO", "a", "x" * 2_000) for _ in range(2_000)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert len(ring.all()) <= 200
    assert len(ring.all()) <= 200


def test_entering_and_leaving_costs_next_to_nothing():
    def request():
        return {}

    best = 9.0
    for _ in range(5):
        began = time.thread_time_ns()
        for _ in range(20_000):
            scope.leave(scope.enter(request))
        best = min(best, (time.thread_time_ns() - began) / 20_000 / 1_000)
    assert best < 1.0  # microseconds
