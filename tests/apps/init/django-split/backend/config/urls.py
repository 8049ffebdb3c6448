from django.http import JsonResponse
from django.urls import path

STOCK = {"pen": 3}


def health(request):
    return JsonResponse({"ok": True})


def stock(request, name):
    return JsonResponse({"left": STOCK[name]})


urlpatterns = [path("health", health), path("stock/<name>", stock)]
