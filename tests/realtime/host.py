"""The product with three more pages: views of a host project that post into a room, as any Django code may."""

from __future__ import annotations

import asyncio
import threading

from django.http import HttpRequest, HttpResponse
from django.urls import path

from hubbub import actions
from hubbub.models import Member
from hubbub_site.urls import urlpatterns as of_the_product


def from_a_view(request: HttpRequest) -> HttpResponse:
    said = actions.send_message(author=_alice(), room=int(request.GET["room"]), text=request.GET["text"])
    return HttpResponse(str(said.number))


async def from_an_async_view(request: HttpRequest) -> HttpResponse:
    alice = await asyncio.to_thread(_alice)
    said = await actions.asend_message(author=alice, room=int(request.GET["room"]), text=request.GET["text"])
    return HttpResponse(str(said.number))


def from_a_background_thread(request: HttpRequest) -> HttpResponse:
    arguments = {"author": _alice(), "room": int(request.GET["room"]), "text": request.GET["text"]}
    threading.Thread(target=actions.send_message, kwargs=arguments).start()
    return HttpResponse("soon")


def _alice() -> Member:
    return Member.objects.get(user__username="alice")


urlpatterns = [
    path("view/", from_a_view),
    path("async-view/", from_an_async_view),
    path("thread/", from_a_background_thread),
    *of_the_product,
]
