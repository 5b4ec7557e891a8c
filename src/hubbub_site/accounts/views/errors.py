"""When a page cannot be shown: what happened, in a sentence, and what to do about it."""

from __future__ import annotations

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    # Rendered without the request: its host name is the very thing that may not be asked for.
    refused = request.META.get("HTTP_HOST", "") if isinstance(exception, DisallowedHost) else ""
    return HttpResponse(render_to_string("400.html", {"refused_host": refused}), status=400)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    page = {"reason": reason, "origin": request.headers.get("Origin", "")}
    return HttpResponse(render_to_string("403_csrf.html", page), status=403)
