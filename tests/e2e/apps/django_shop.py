"""The shop behind Django."""

import json

import django
import splat
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import JsonResponse
from django.urls import path
from shop.checkout import checkout

splat.init()
settings.configure(
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["*"],
    SECRET_KEY="for a test",
    INSTALLED_APPS=["splat.integrations.django.Splat"],
)
django.setup()


def order(request, customer):
    return JsonResponse({"receipt": checkout(json.loads(request.body))})


urlpatterns = [path("orders/<str:customer>", order)]
app = WSGIHandler()
