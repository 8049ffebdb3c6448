"""Starlette and FastAPI: `splat.integrations.starlette.install(app)`."""

from __future__ import annotations

from typing import Any

from starlette.background import BackgroundTask

from splat.integrations.asgi import Asgi
from splat.integrations.request import capture, untrace

_INSTALLED = "_splat_installed"


def install(app: Any) -> Any:
    """`app` itself, with the errors of its requests, WebSockets, background tasks and lifespan reported.

    Stands outside of all middlewares, whenever they are added.
    """
    if getattr(app, _INSTALLED, False):
        return app
    setattr(app, _INSTALLED, True)
    mechanism = "fastapi" if type(app).__module__.startswith("fastapi") else "starlette"
    build = app.build_middleware_stack

    def build_middleware_stack() -> Any:
        return Asgi(build(), mechanism)

    app.build_middleware_stack = build_middleware_stack
    _watch_background()
    if app.middleware_stack is not None:
        app.middleware_stack = Asgi(app.middleware_stack, mechanism)
    return app


def _watch_background() -> None:
    """Starlette's own kind of middleware loses, in some versions, what is raised when the answer is sent."""
    if getattr(BackgroundTask, _INSTALLED, False):
        return
    setattr(BackgroundTask, _INSTALLED, True)
    run = BackgroundTask.__call__

    async def call(self: BackgroundTask) -> None:
        try:
            await run(self)
        except BaseException as error:
            capture(error, "starlette")
            untrace(error)
            raise

    BackgroundTask.__call__ = call  # type: ignore[method-assign]
