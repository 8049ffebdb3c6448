"""What the real servers of test_servers.py serve: SERVED names it. SERVED_REPORTS is where we write reports to."""

from __future__ import annotations

import os
from typing import Any

REPORTS = os.environ.get("SERVED_REPORTS")
if REPORTS:
    import splat

    splat.init(transport="file", folder=REPORTS, spool_dir=REPORTS + "-spool")


def flask() -> Any:
    """The app of test_flask.py."""
    from tests.integrations.flask_app import build

    app = build()
    if REPORTS:
        from splat.integrations.flask import install

        install(app)
    return app


def wsgi() -> Any:
    """The same, known as WSGI only."""
    from tests.integrations.flask_app import build

    if REPORTS:
        from splat.integrations.wsgi import install

        return install(build())
    return build()


def starlette(fast: bool = False) -> Any:
    """The app of test_starlette.py."""
    from tests.integrations.starlette_app import build

    app = build(fast=fast)
    if REPORTS:
        from splat.integrations.starlette import install

        install(app)
    return app


def fastapi() -> Any:
    """In FastAPI."""
    return starlette(fast=True)


def asgi() -> Any:
    """The same, known as ASGI only."""
    from tests.integrations.starlette_app import build

    if REPORTS:
        from splat.integrations.asgi import install

        return install(build())
    return build()


def django_wsgi() -> Any:
    """The site of test_django.py."""
    os.environ["SITE_SPLAT"] = "1" if REPORTS else "0"
    from django.core.wsgi import get_wsgi_application

    import tests.integrations.django_app  # noqa: F401 - configures Django

    return get_wsgi_application()


def django_asgi() -> Any:
    """And below ASGI."""
    os.environ["SITE_SPLAT"] = "1" if REPORTS else "0"
    from django.core.asgi import get_asgi_application

    import tests.integrations.django_app  # noqa: F401 - configures Django

    return get_asgi_application()


app = globals()[os.environ["SERVED"]]()
