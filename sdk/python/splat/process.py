"""What happens to workers when their process ends or forks, and what threads and queues are where gevent is at work.

Loaded by `init`: nothing heavy here.
"""

from __future__ import annotations

import atexit
import functools
import os
import sys
from _queue import SimpleQueue
from _weakref import ref
from _weakrefset import WeakSet

from splat import interval
from splat.warn import warn, why

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from splat.worker import Worker

_workers: WeakSet[Worker] = WeakSet()


def watch(worker: Worker) -> None:
    """Ends it with the process, and begins it anew in children."""
    _workers.add(worker)
    _watch_the_process()


@functools.cache
def _watch_the_process() -> None:
    """Once: nothing of this can be taken back."""
    atexit.register(_exit)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=_before_fork, after_in_parent=_after_fork_here, after_in_child=_after_fork)


def _exit() -> None:
    for worker in list(_workers):
        _end(worker)


def _end(worker: Worker) -> None:
    try:
        worker.close(worker.seconds_at_exit)
    except Exception as error:
        warn(f"not all errors were delivered, for {why(error)}", "exit")


def _before_fork() -> None:
    """A module that is half loaded by a thread that is not in the child could never be loaded there."""
    for worker in list(_workers):
        worker.wait_for_loading()


def _after_fork_here() -> None:
    for worker in list(_workers):
        worker.loading_may_go_on()


def _after_fork() -> None:
    interval.after_fork()
    for worker in list(_workers):
        worker.after_fork()


def at_end_of_child(worker: Worker) -> None:
    """A child of `multiprocessing` ends without `atexit`, but calls its own finalizers."""
    for name in ("multiprocessing", "billiard"):
        process, util = sys.modules.get(f"{name}.process"), sys.modules.get(f"{name}.util")
        try:
            if process is not None and util is not None and process.current_process()._parent_pid is not None:
                util.Finalize(worker, _close, (ref(worker),), exitpriority=-100)
        except Exception as error:
            warn(f"errors in children of {name} may come late, for {why(error)}", name)


def _close(reference: ref[Worker]) -> None:
    worker = reference()
    if worker is not None:
        _end(worker)


def new_queue() -> SimpleQueue[Any]:
    """A queue whose `get` lets other greenlets run where gevent has put its own class into `queue`."""
    queue = sys.modules.get("queue")
    return queue.SimpleQueue() if queue is not None else SimpleQueue()


def moved(queue: SimpleQueue[Any]) -> SimpleQueue[Any]:
    """The same, of the class that is right by now."""
    new = new_queue()
    if type(new) is type(queue):
        return queue
    while not queue.empty():
        new.put(queue.get_nowait())
    return new
