"""`path("chat/", include("hubbub.urls"))`: the page, a page for each room and message, and the API."""

from __future__ import annotations

from django.urls import include, path

from hubbub.http.api import api
from hubbub.http.page import page

app_name = "hubbub"

urlpatterns = [
    path("api/", include((api.urls[0], "hubbub-api"), namespace="api")),
    path("", page, name="page"),
    path("<str:room>/", page, name="room"),
    path("<str:room>/<int:number>/", page, name="message"),
]
