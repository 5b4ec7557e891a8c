"""When a page cannot be shown: what happened, in a sentence, and what to do about it."""

from __future__ import annotations

import logging
import sys

from django.core.exceptions import DisallowedHost
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

log = logging.getLogger("hubbub")

DATABASE_IS_AWAY = (OperationalError, InterfaceError)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    # Rendered without the request: its host name is the very thing that may not be asked for.
    refused = request.META.get("HTTP_HOST", "") if isinstance(exception, DisallowedHost) else ""
    return HttpResponse(render_to_string("400.html", {"refused_host": refused}), status=400)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    page = {"reason": reason, "origin": request.headers.get("Origin", "")}
    return HttpResponse(render_to_string("403_csrf.html", page), status=403)


def went_wrong(request: HttpRequest) -> HttpResponse:
    """A bug of ours; or the database is away, which is nobody's, and no reason to fill the log with tracebacks."""
    error = sys.exc_info()[1]
    if not isinstance(error, DATABASE_IS_AWAY):
        return HttpResponse(render_to_string("500.html"), status=500)
    log.warning("The database refused: %s", error)
    response = HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": "1"})
    response._has_been_logged = True  # type: ignore[attr-defined]  # Django's own mark
    return response
