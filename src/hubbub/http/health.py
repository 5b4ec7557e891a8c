"""Is the process alive, and can it serve? For load balancers and people."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from hubbub import storage
from hubbub.models import Workspace
from hubbub.realtime import runtime


def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """200 if the database answers and takes writes and no shutdown is under way, else 503.

    `database` is its vendor, or what is wrong with it: down, full, read-only, unwritable, failing, damaged. `bus` may
    be degraded although the process is ready.
    """
    state = runtime.status()
    fault = _database_fault()
    state["database"] = fault or connection.vendor
    ready = fault is None and not state["draining"]
    return JsonResponse({"ready": ready, **state}, status=200 if ready else 503)


def _database_fault() -> str | None:
    try:
        Workspace.objects.exists()
        return storage.present_fault()
    except Exception as error:
        fault = storage.fault_of(error)
        return fault.kind if fault else "down"


urlpatterns = [path("healthz", healthz), path("readyz", readyz)]
