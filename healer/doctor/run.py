"""Runs all checks at once: most of them wait. None of them can hold up or break the others."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from queue import Empty, Queue
from typing import TYPE_CHECKING

from healer.doctor.value import Check
from healer.outcome import ConfigError, SandboxError, SplatError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

#: What a user can set right; everything else may be another answer in a minute.
_THEIRS = (ConfigError, UsageError, SandboxError)


@dataclass(frozen=True, slots=True)
class Task:
    """`look` gives the rows of the check `name`, and has `seconds` for it; `stop` is called when they are over."""

    name: str
    look: Callable[[], Iterable[Check]]
    seconds: float = 60.0
    stop: Callable[[], object] = lambda: None


def run_all(tasks: Sequence[Task], done: Callable[[str], object] = lambda name: None) -> tuple[Check, ...]:
    """The rows of all tasks, in the tasks' order; `done` hears of each that ended. Never raises what a check does."""
    answers: Queue[tuple[int, tuple[Check, ...]]] = Queue()
    began = time.monotonic()
    found: dict[int, tuple[Check, ...]] = {}
    for number, task in enumerate(tasks):
        threading.Thread(target=_run, args=(number, task, answers), name=f"check-{task.name}", daemon=True).start()
    while len(found) < len(tasks):
        waiting = {number: task.seconds for number, task in enumerate(tasks) if number not in found}
        left = min(waiting.values()) + began - time.monotonic()
        try:
            number, checks = answers.get(timeout=max(0.01, left))
        except Empty:
            number = min(waiting, key=lambda each: waiting[each])
            checks = (_overdue(tasks[number]),)
            tasks[number].stop()
        if number not in found:
            found[number] = checks
            done(tasks[number].name)
    return tuple(check for number in range(len(tasks)) for check in found[number])


def _run(number: int, task: Task, answers: Queue[tuple[int, tuple[Check, ...]]]) -> None:
    rows: list[Check] = []
    try:
        rows.extend(task.look())
    except _THEIRS as error:
        rows.append(Check.of_error(task.name, error))
    except SplatError as error:
        rows.append(Check.of_error(task.name, error, "unknown"))
    except BaseException as error:
        what = f"This check is broken: {type(error).__name__}: {str(error)[:200]}"
        rows.append(Check(task.name, "unknown", what, "Please report it, with the version (`splat --version`)."))
    answers.put((number, tuple(rows)))


def _overdue(task: Task) -> Check:
    return Check(task.name, "unknown", f"It took over {task.seconds:.0f} s", f"`--only {task.name}` asks it alone.")
