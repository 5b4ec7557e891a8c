"""The host's pages: its own way to sign in, a shop that tells the chat of an order, and the chat."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from hubbub import actions
from hubbub.models import Room


@login_required
def order(request: HttpRequest) -> HttpResponse:
    general = Room.objects.get(name="general")
    actions.send_message(author=actions.member_for(request.user), room=general, text="I have ordered a boat.")
    return HttpResponse("Thank you.")


urlpatterns = [
    path("sign-in/", LoginView.as_view(template_name="sign_in.html", next_page="/chat/")),
    path("order/", order),
    path("chat/", include("hubbub.urls")),
]
