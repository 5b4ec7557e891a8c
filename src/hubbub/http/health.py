"""Is the process alive, and can it serve? For load balancers and people."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from hubbub.models import Workspace
from hubbub.realtime import runtime


def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """200 if the database answers and no shutdown is under way, else 503; `bus` may be degraded meanwhile."""
    state = runtime.status()
    try:
        Workspace.objects.exists()
        state["database"] = connection.vendor
    except Exception:
        state["database"] = "down"
    ready = state["database"] != "down" and not state["draining"]
    return JsonResponse({"ready": ready, **state}, status=200 if ready else 503)


urlpatterns = [path("healthz", healthz), path("readyz", readyz)]
