"""/: redirects to the chat."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect


def home(request: HttpRequest) -> HttpResponseRedirect:
    return redirect("/chat/" if request.user.is_authenticated else "account_login")
