"""A learner's project: the two pages of the Channels tutorial, and Hubbub instead of their own consumer."""

from __future__ import annotations

from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from hubbub_site.urls import urlpatterns as of_the_product

PAGES = Path(__file__).parent


def lobby(request: HttpRequest) -> HttpResponse:
    return _page("lobby.html", request)


def room(request: HttpRequest, room_name: str) -> HttpResponse:
    return _page("room.html", request, room_name=room_name)


def _page(name: str, request: HttpRequest, **context: str) -> HttpResponse:
    page = engines["django"].from_string((PAGES / name).read_text(encoding="utf-8"))
    # The tutorial's pages carry their scripts within them; the product's own pages never do.
    policy = {"Content-Security-Policy": "default-src 'self' 'unsafe-inline'; connect-src 'self' ws:"}
    return HttpResponse(page.render(context, request), headers=policy)


urlpatterns = [path("tutorial/", lobby), path("tutorial/<str:room_name>/", room), *of_the_product]
