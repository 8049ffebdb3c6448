"""Any WSGI app: `application = splat.integrations.wsgi.install(application)`."""

from __future__ import annotations

from functools import partial
from typing import Any, Callable, Iterator

from splat import scope
from splat.integrations.request import Request, capture, of_wsgi, untrace


def install(app: Any) -> Any:
    """`app` with its errors reported: those of the call, of the body while it is sent, and of the body's `close()`."""
    return app if isinstance(app, Wsgi) else Wsgi(app)


class Wsgi:
    """A WSGI app around a WSGI app. Subclasses say more of a request, or of what is an error."""

    mechanism = "wsgi"

    def __init__(self, app: Any) -> None:
        self.app = app

    def describe(self, environ: Any) -> Request:
        """Called when an error is captured, on the app's thread."""
        return of_wsgi(environ)

    def fail(self, error: BaseException) -> None:
        """Called with what the app raised. The end of the process or of a greenlet is no error."""
        if isinstance(error, Exception):
            capture(error, self.mechanism)

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """PEP 3333."""
        describe = partial(self.describe, environ)
        token = scope.enter(describe)
        try:
            body = self.app(environ, start_response)
        except BaseException as error:
            self.fail(error)
            untrace(error)
            raise
        finally:
            scope.leave(token)
        kind = type(body)
        # These run no code of the app, and servers look at their type and length.
        if kind is list or kind is tuple or kind is environ.get("wsgi.file_wrapper"):
            return body
        return (SizedBody if hasattr(kind, "__len__") else Body)(body, describe, self.fail)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.app, name)


class Body:
    """The body of a response; what it raises while it is sent belongs to the request too."""

    __slots__ = ("_body", "_describe", "_fail", "_rest")

    def __init__(self, body: Any, describe: Callable[[], Request], fail: Callable[[BaseException], None]) -> None:
        self._body = body
        self._describe = describe
        self._fail = fail

    def __iter__(self) -> Iterator[bytes]:
        token = scope.enter(self._describe)
        try:
            self._rest = iter(self._body)
        except BaseException as error:
            self._fail(error)
            untrace(error)
            raise
        finally:
            scope.leave(token)
        return self

    def __next__(self) -> bytes:
        token = scope.enter(self._describe)
        try:
            return next(self._rest)
        except StopIteration:
            raise
        except BaseException as error:
            self._fail(error)
            untrace(error)
            raise
        finally:
            scope.leave(token)

    def close(self) -> None:
        """Closes the app's body, when it can be closed."""
        close = getattr(self._body, "close", None)
        if close is None:
            return
        token = scope.enter(self._describe)
        try:
            close()
        except BaseException as error:
            self._fail(error)
            untrace(error)
            raise
        finally:
            scope.leave(token)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._body, name)


class SizedBody(Body):
    """One whose length a server may ask for."""

    __slots__ = ()

    def __len__(self) -> int:
        return len(self._body)
