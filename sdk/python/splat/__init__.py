"""Each bug in production becomes exactly one GitHub issue.

    import splat

    splat.init(repo="owner/name", token=os.environ["SPLAT_TOKEN"])

From then on uncaught errors are captured, those of threads and tasks too, and those that are logged with their
exception. Frameworks: one line each, see `splat.integrations`.
"""

from __future__ import annotations

from splat import client as _clients
from splat import scope as _scope
from splat._version import __version__
from splat.warn import set_debug as _set_debug
from splat.warn import warn as _warn
from splat.warn import why as _why

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from datetime import datetime
    from typing import Any, Callable, Iterable, Mapping, Optional, Type, Union

    from typing_extensions import Never

    from splat.values import Report, Transport

    Path = Union[str, os.PathLike[str]]

__all__ = [
    "__version__",
    "add_breadcrumb",
    "capture_exception",
    "capture_message",
    "close",
    "flush",
    "init",
    "set_context",
    "set_tag",
]


def init(  # noqa: PLR0913 - each is by name
    *positional: Never,
    repo: Optional[str] = None,
    token: Optional[str] = None,
    api_url: Optional[str] = None,
    service: Optional[str] = None,
    environment: Optional[str] = None,
    release: Optional[str] = None,
    deploy: Optional[str] = None,
    deploy_time: Union[str, float, datetime, None] = None,
    root: Optional[Path] = None,
    include: Union[str, Iterable[Path], None] = None,
    transport: Union[str, Transport, None] = None,
    url: Optional[str] = None,
    folder: Optional[Path] = None,
    spool_dir: Optional[Path] = None,
    labels: Union[str, Iterable[str], None] = None,
    trigger_label: Optional[str] = None,
    reporters: Union[int, Iterable[int], None] = None,
    before_send: Optional[Callable[[Report], Optional[Report]]] = None,
    ignore: Union[str, Iterable[Union[str, Type[BaseException]]], None] = None,
    sample_rate: Optional[float] = None,
    enabled: Optional[bool] = None,
    debug: Optional[bool] = None,
    include_source: Optional[bool] = None,
    include_query: Optional[bool] = None,
    include_headers: Optional[bool] = None,
    include_body: Optional[bool] = None,
    locals: Optional[str] = None,
    durable: Optional[bool] = None,
    redact: Union[str, Iterable[str], None] = None,
    public_logs: Optional[bool] = None,
    public_request: Optional[bool] = None,
    public_locals: Optional[bool] = None,
    integrations: Union[str, Iterable[str], None] = None,
    shutdown_timeout: Optional[float] = None,
    **unknown: Never,
) -> None:
    """Start capturing. Called again, it replaces what was before. Never raises: what cannot be used warns once.

    An option that is not given, or None, is looked up in `[tool.splat]` of the nearest pyproject.toml above `root`
    (from Python 3.11 on), then in the variable `SPLAT_<NAME>`, and has its default else.

    Where errors go:
        repo: `owner/name` of the repository that gets the issues.
        token: may read and write issues there.
        api_url: of a GitHub Enterprise server.
        transport: `github` (the default with `repo`), `http` (the default with `url`), `file`, `console`, `none`, or an
            object with `send`, `tick` and `close` (`splat.values.Transport`).
        url: where `http` posts to.
        folder: where `file` writes reports.
        spool_dir: for what could not be delivered; by default below the user's cache folder.
        durable: write each new error to the spool before `capture` returns.
        shutdown_timeout: seconds that the end of the process may take for delivery, at most 2.
        labels: of issues, besides `splat`.
        trigger_label: given to the one issue of a bug when it is certain to be the only one; `auto-fix`.
        reporters: numeric ids of other accounts that report into the repository.

    What they say:
        service, environment, release, deploy, deploy_time: what ran. `release` is the commit, by default what the
            platform or `.git` says.
        root: the app's folder; the one that the process started in.
        include: folders that hold the app's code although they look like a library's.
        include_source: lines around each frame.
        include_query, include_headers, include_body: parts of the request, redacted; off.
        locals: `shape` (type, length, keys), `values` (redacted) or `off`.
        redact: names whose values are secret, besides those that always are.
        public_logs, public_request, public_locals: allow these in issues of a public repository.

    Which are sent:
        before_send: gets each report as a dict, redacted; what it returns is sent, None drops it. On a thread of ours.
        ignore: classes of exceptions or their names; subclasses too.
        sample_rate: share of errors that are captured, 0 to 1.
        enabled: False does nothing at all.
        integrations: of `excepthook`, `threads`, `asyncio`, `logging` (all by default) and `unraisable`; `none`.
        debug: say on stderr what is done.
    """
    given = dict(vars())
    given.update(given.pop("unknown"))
    if given.pop("positional"):
        _warn("init() takes options by name only, as in init(repo=...); others are passed over", "positional")
    try:
        _start(given)
    except Exception as error:
        _warn(f"not started: {_why(error)}", "init")


def _start(given: Mapping[str, object]) -> None:
    from splat import hooks, options

    chosen = options.read(given)
    _set_debug(chosen.debug)
    before = _clients.replace(None)
    if before is not None:
        before.close(chosen.shutdown_timeout)
    _other_splat()
    if not chosen.enabled:
        hooks.install(())
        return
    from splat.transports import make
    from splat.worker import Worker

    worker = Worker(
        chosen,
        make,
        lambda closing: started.due(closing),  # noqa: PLW0108 - made below
        lambda: started.waiting(),  # noqa: PLW0108
        _warn,
    )
    started = _clients.Client(chosen, worker)
    _clients.replace(started)
    hooks.install(chosen.integrations)
    worker.pick_up()


def capture_exception(error: Optional[BaseException] = None) -> Optional[str]:
    """Report an exception that the app caught: this one, else the one being handled.

    The event's id when it is new; None when it is counted with others of its kind, was captured before, or is none. An
    id may still come to nothing: where the worker finds that the bug is known from another way to it, the error is only
    counted there; and `before_send` may drop it.
    """
    try:
        import sys

        running = _clients.current()
        if running is None:
            return None
        found = sys.exc_info()[1] if error is None else error
        return None if found is None else running.capture(found, mechanism="capture_exception", handled=True)
    except RecursionError:  # there was no room even to begin
        return None


def capture_message(text: str, level: str = "info") -> Optional[str]:
    """Report a text, with the calls that led here; messages of one place are one issue. As `capture_exception`."""
    try:
        running = _clients.current()
        return None if running is None else running.capture_message(text, level)
    except RecursionError:
        return None


def add_breadcrumb(
    message: str, category: str = "", level: str = "", data: Optional[Mapping[str, object]] = None
) -> None:
    """Note what the app did, for the reports of this request; the last 100 are kept."""
    _safely(_scope.add_breadcrumb, message, category, level, data)


def set_context(name: str, value: Optional[Mapping[str, Any]]) -> None:
    """Add `value`, of any shape, to the reports of this request, or of the process outside of one; None removes it."""
    _safely(_scope.set_context, name, value)


def set_tag(name: str, value: Union[str, float, None]) -> None:
    """Tag the reports of this request, or of the process outside of one; None removes the tag."""
    _safely(_scope.set_tag, name, value)


def flush(seconds: float = 2.0) -> bool:
    """Wait, at most so long, until all that was captured is delivered. Whether all of it is, since the last call.

    False when the time was over, or something could not be delivered yet (the spool has it), or never will be: it was
    refused, of which a warning says what to put right, or dropped. Repeats that wait to be counted are not waited for.
    True as well where nothing is captured: before `init`, and when it is not enabled.
    """
    running = _clients.current()
    try:
        return running is None or running.flush(seconds)
    except Exception as error:
        _warn(f"flush failed: {_why(error)}", "flush")
        return False


def close(seconds: float = 2.0) -> None:
    """Stop capturing, and deliver what can be in so many seconds; the next process delivers the rest.

    Tags, contexts and breadcrumbs of the process are forgotten.
    """
    from splat import hooks

    running = _clients.replace(None)
    try:
        hooks.install(())
        if running is not None:
            running.close(seconds)
        _scope.forget()
    except Exception as error:
        _warn(f"close failed: {_why(error)}", "close")


def _safely(work: Callable[..., None], *arguments: object) -> None:
    try:
        if _clients.current() is not None:
            work(*arguments)
    except RecursionError:  # no room to say it either
        pass
    except Exception as error:
        _warn(f"{work.__name__} failed: {type(error).__name__}", work.__name__)


def _other_splat() -> None:
    """py-splat is imported by the same name; with both installed, files of either may be missing."""
    import os

    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    try:
        names = os.listdir(here)
    except OSError:
        return
    if any(name.startswith(("py_splat-", "py-splat-")) for name in names):
        _warn(
            "py-splat and splat-sdk are both installed and both are imported as `splat`: uninstall py-splat, "
            "then install splat-sdk again",
            "py-splat",
        )
