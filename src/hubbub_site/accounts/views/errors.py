"""Error pages: one sentence about what happened, and what to do."""

from __future__ import annotations

import logging
import sys

from django.core.exceptions import DisallowedHost
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

from hubbub_site.accounts.hashing_threads import TooBusy

log = logging.getLogger("hubbub")

DATABASE_IS_AWAY = (OperationalError, InterfaceError)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    # Rendered without the request, because its host name may be the error.
    refused = request.META.get("HTTP_HOST", "") if isinstance(exception, DisallowedHost) else ""
    return HttpResponse(render_to_string("400.html", {"refused_host": refused}), status=400)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    page = {"reason": reason, "origin": request.headers.get("Origin", "")}
    return HttpResponse(render_to_string("403_csrf.html", page), status=403)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """allauth's rate limits are exceeded."""
    return HttpResponse(render_to_string("429.html"), status=429, headers={"Retry-After": "60"})


def no_such_page(request: HttpRequest) -> HttpResponse:
    raise Http404


def went_wrong(request: HttpRequest) -> HttpResponse:
    """A bug, or one of two temporary states that need no traceback in the log: the database does not answer, or too
    many people sign in at once."""
    error = sys.exc_info()[1]
    if isinstance(error, DATABASE_IS_AWAY):
        log.warning("The database refused: %s", error)
        return _try_again(request, "The database does not answer at present.", seconds=1)
    if isinstance(error, TooBusy):
        log.warning("Too many passwords at once: a request was refused for %s s.", error.retry_after)
        return _try_again(
            request, "Too many people are signing in at this moment.", seconds=error.retry_after
        )
    return HttpResponse(render_to_string("500.html"), status=500)


def _try_again(request: HttpRequest, reason: str, *, seconds: int) -> HttpResponse:
    """503: a page, or JSON for the headless API."""
    response: HttpResponse
    if request.path.startswith("/_allauth/"):
        error = {"code": "unavailable", "message": reason, "retry_after": seconds}
        response = JsonResponse({"status": 503, "errors": [error]}, status=503)
    else:
        response = HttpResponse(render_to_string("503.html", {"reason": reason}), status=503)
    response.headers["Retry-After"] = str(seconds)
    response._has_been_logged = True  # type: ignore[attr-defined]  # Django's own mark
    return response
