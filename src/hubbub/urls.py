"""`path("chat/", include("hubbub.urls"))`: the page, a page for each room and message, and the API."""

from __future__ import annotations

from django.urls import include, path

from hubbub.http.api import api
from hubbub.http.page import page

app_name = "hubbub"

urlpatterns = [
    path("", page, name="page"),
    # Before the API, whose paths end without a slash: a room may be called “api”.
    path("<str:room>/", page, name="room"),
    path("<str:room>/<int:number>/", page, name="message"),
    path("api/", include((api.urls[0], "hubbub-api"), namespace="api")),
]
