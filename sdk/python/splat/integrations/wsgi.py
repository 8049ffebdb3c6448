"""Any WSGI app: `application = splat.integrations.wsgi.install(application)`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Callable, Iterator

from splat.integrations.request import Request, capture, of_wsgi, untrace
from splat.scope import enter, leave

if TYPE_CHECKING:
    from contextvars import ContextVar


def install(app: Any) -> Any:
    """`app` with its errors reported: those of the call, of the body while it is sent, and of the body's `close()`."""
    return app if isinstance(app, Wsgi) else Wsgi(app)


class Wsgi:
    """A WSGI app around a WSGI app. Subclasses say more of a request, or of what is an error."""

    mechanism = "wsgi"

    def __init__(self, app: Any) -> None:
        self.app = app
        self._describe = self.describe  # bound once, not for each request

    def describe(self, environ: Any) -> Request:
        """Called when an error is captured, on the app's thread."""
        return of_wsgi(environ)

    def fail(self, error: BaseException) -> None:
        """Called with what the app raised."""
        capture(error, self.mechanism)

    def lazy(self, body: Any) -> bool:
        """Whether `body` runs code of the app when it is iterated or closed."""
        return True

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """PEP 3333."""
        token = enter(partial(self._describe, environ))
        try:
            body = self.app(environ, start_response)
            kind = type(body)
            # These run no code of the app either, and servers look at their type and length.
            if kind is list or kind is tuple or kind is environ.get("wsgi.file_wrapper") or not self.lazy(body):
                return body
            if hasattr(kind, "read"):  # a file, which some servers recognise and send by themselves
                return body
            return (SizedBody if hasattr(kind, "__len__") else Body)(body, token.var, self.fail)
        except BaseException as error:
            self.fail(error)
            untrace(error)
            raise
        finally:
            leave(token)

    def __getattr__(self, name: str) -> Any:
        if name == "app":  # a copy that is being made has none yet
            raise AttributeError(name)
        return getattr(self.app, name)


class Body:
    """The body of a response; what it raises while it is sent belongs to the request, whose scope is set anew for each
    part: servers mix the parts of several responses in one thread, and code of their own between them.
    """

    __slots__ = ("_body", "_enter", "_fail", "_leave", "_rest", "_scope")

    def __init__(self, body: Any, carrier: ContextVar[Any], fail: Callable[[BaseException], None]) -> None:
        self._body = body
        self._scope = carrier.get()
        self._enter = carrier.set
        self._leave = carrier.reset
        self._fail = fail

    def __iter__(self) -> Iterator[bytes]:
        token = self._enter(self._scope)
        try:
            self._rest = iter(self._body).__next__
        except BaseException as error:
            self._fail(error)
            untrace(error)
            raise
        finally:
            self._leave(token)
        return self

    def __next__(self) -> bytes:
        token = self._enter(self._scope)
        try:
            return self._rest()  # type: ignore[no-any-return]
        except StopIteration:
            raise
        except BaseException as error:
            self._fail(error)
            untrace(error)
            raise
        finally:
            self._leave(token)

    def close(self) -> None:
        """Closes the app's body, when it can be closed."""
        close = getattr(self._body, "close", None)
        if close is None:
            return
        token = self._enter(self._scope)
        try:
            close()
        except BaseException as error:
            self._fail(error)
            untrace(error)
            raise
        finally:
            self._leave(token)

    def __getattr__(self, name: str) -> Any:
        if name == "_body":
            raise AttributeError(name)
        return getattr(self._body, name)


class SizedBody(Body):
    """One whose length a server may ask for."""

    __slots__ = ()

    def __len__(self) -> int:
        return len(self._body)
