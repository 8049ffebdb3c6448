"""A Django site in one module: everything a request can end with, sync and async.

Configured by SITE_DEBUG, SITE_PROPAGATE, SITE_HANDLER, SITE_SPLAT (a line in INSTALLED_APPS) and SITE_CALL (a call
instead, since a debug page prints the settings), each 1 or 0, before it is imported.
"""

from __future__ import annotations

import asyncio
import io
import os
from typing import Any

import django
from django.conf import settings

_on = {name: os.environ.get("SITE_" + name) == "1" for name in ("DEBUG", "PROPAGATE", "SPLAT", "HANDLER", "CALL")}

settings.configure(
    DEBUG=_on["DEBUG"],
    DEBUG_PROPAGATE_EXCEPTIONS=_on["PROPAGATE"],
    SECRET_KEY="only for tests",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=["django.middleware.common.CommonMiddleware", __name__ + ".faulty", __name__ + ".Old"],
    INSTALLED_APPS=["splat.integrations.django.Splat"] if _on["SPLAT"] else [],
    USE_TZ=True,
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    LOGGING_CONFIG=None,
)
django.setup()
if _on["CALL"]:
    import splat.integrations.django

    splat.integrations.django.install()

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation  # noqa: E402
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect, StreamingHttpResponse  # noqa: E402
from django.template import engines  # noqa: E402
from django.template.response import TemplateResponse  # noqa: E402
from django.urls import include, path  # noqa: E402
from django.utils.decorators import sync_and_async_middleware  # noqa: E402
from django.views import View  # noqa: E402
from django.views.decorators.http import require_POST  # noqa: E402


@sync_and_async_middleware
def faulty(get_response: Any) -> Any:
    """A middleware of the new kind that fails before or behind the view."""

    def check(request: Any, place: str) -> None:
        if request.path == f"/middleware-{place}/":
            raise ValueError(f"in the middleware, {place}")

    if asyncio.iscoroutinefunction(get_response):

        async def middleware(request: Any) -> Any:
            check(request, "before")
            response = await get_response(request)
            check(request, "after")
            return response

    else:

        def middleware(request: Any) -> Any:
            check(request, "before")
            response = get_response(request)
            check(request, "after")
            return response

    return middleware


class Old:
    """A middleware that answers some of the views' errors itself."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        return self.get_response(request)

    def process_exception(self, request: Any, error: Exception) -> Any:
        return (
            HttpResponse("known", status=409) if isinstance(error, LookupError) and error.args == ("known",) else None
        )


def ok(request: Any) -> Any:
    return HttpResponse("ok", headers={"X-One": "1"})


def boom(request: Any) -> Any:
    local = {"a": 1}
    return local["b"]


def cart(request: Any, number: int, town: str = "") -> Any:
    return {}[number]


def not_found(request: Any) -> Any:
    raise Http404("gone")


def denied(request: Any) -> Any:
    raise PermissionDenied("no")


def suspicious(request: Any) -> Any:
    raise SuspiciousOperation("odd")


def bad(request: Any) -> Any:
    raise BadRequest("bad")


def known(request: Any) -> Any:
    raise LookupError("known")


def redirect(request: Any) -> Any:
    return HttpResponseRedirect("/ok/")


def chain(request: Any) -> Any:
    try:
        {}["x"]
    except KeyError as error:
        raise ValueError("chained") from error


def nothing(request: Any) -> Any:
    return None


def says_500(request: Any) -> Any:
    return HttpResponse("said", status=500)


def template(request: Any) -> Any:
    return TemplateResponse(request, engines["django"].from_string("{{ x.fails }}"), {"x": Fails()})


class Fails:
    """Whose attribute fails while a template is rendered."""

    @property
    def fails(self) -> str:
        raise ValueError("in the template")


def stream(request: Any) -> Any:
    return StreamingHttpResponse(part for part in ("a", "b"))


def long(request: Any) -> Any:
    return StreamingHttpResponse("x" * 100_000 for _ in range(200))


def stream_boom(request: Any) -> Any:
    def parts() -> Any:
        yield "a"
        raise ValueError("in the stream")

    return StreamingHttpResponse(parts())


def file(request: Any) -> Any:
    return FileResponse(io.BytesIO(b"file"), content_type="text/plain")


def post_boom(request: Any) -> Any:
    request.POST.get("a")
    raise ValueError("after the form was read")


@require_POST
def only_post(request: Any) -> Any:
    return HttpResponse("posted")


class Page(View):
    """A view as a class."""

    def get(self, request: Any) -> Any:
        raise ValueError("in a class")


async def async_ok(request: Any) -> Any:
    return HttpResponse("async ok")


async def async_boom(request: Any) -> Any:
    await asyncio.sleep(0)
    raise ValueError("in an async view")


async def async_stream_boom(request: Any) -> Any:
    async def parts() -> Any:
        yield "a"
        raise ValueError("in the async stream")

    return StreamingHttpResponse(parts())


async def slow(request: Any) -> Any:
    await asyncio.sleep(600)
    return HttpResponse("never")


def on_500(request: Any) -> Any:
    return HttpResponse("sorry", status=500)


def on_500_fails(request: Any) -> Any:
    raise RuntimeError("in handler500")


if _on["HANDLER"]:
    handler500 = on_500

_shop = [path("cart/<int:number>/", cart)]
urlpatterns = [
    path("ok/", ok),
    path("boom/", boom),
    path("carts/<int:number>/", cart),
    path("404/", not_found),
    path("403/", denied),
    path("suspicious/", suspicious),
    path("bad/", bad),
    path("known/", known),
    path("redirect/", redirect),
    path("chain/", chain),
    path("nothing/", nothing),
    path("says-500/", says_500),
    path("template/", template),
    path("stream/", stream),
    path("stream-boom/", stream_boom),
    path("file/", file),
    path("post-boom/", post_boom),
    path("only-post/", only_post),
    path("class/", Page.as_view()),
    path("async-ok/", async_ok),
    path("async-boom/", async_boom),
    path("async-stream-boom/", async_stream_boom),
    path("slow/", slow),
    path("long/", long),
    path("middleware-before/", ok),
    path("middleware-after/", ok),
    path("shop/<slug:town>/", include(_shop)),
]

#: Path, how many errors are captured, the route where it is not the path.
CASES = [
    ("/ok/", 0), ("/none/", 0), ("/404/", 0), ("/403/", 0), ("/suspicious/", 0), ("/bad/", 0), ("/known/", 0),
    ("/redirect/", 0), ("/ok", 0), ("/says-500/", 0), ("/stream/", 0), ("/file/", 0), ("/only-post/", 0),
    ("/async-ok/", 0), ("/boom/", 1),
    ("/carts/7/", 1), ("/shop/ulm/cart/7/", 1), ("/chain/", 1), ("/nothing/", 1), ("/template/", 1),
    ("/stream-boom/", 1), ("/post-boom/", 1), ("/class/", 1), ("/async-boom/", 1), ("/async-stream-boom/", 1),
    ("/middleware-before/", 1), ("/middleware-after/", 1),
]  # fmt: skip
ROUTES = {"/carts/7/": "/carts/<int:number>/", "/shop/ulm/cart/7/": "/shop/<slug:town>/cart/<int:number>/"}
