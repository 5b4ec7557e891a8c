"""Health checks for load balancers and people: is the process alive, and can it serve?"""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from hubbub import actions, storage_faults
from hubbub.errors import HubbubError
from hubbub.models import Workspace
from hubbub.realtime import entry_points
from hubbub.realtime.logins.sign_in import login_from_secret


def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


def readyz(request: HttpRequest) -> HttpResponse:
    """200 if the database answers and takes writes and no shutdown is under way, else 503.

    `database` is its vendor, or what is wrong with it: down, full, read-only, unwritable, failing, damaged. `bus` may
    be degraded although the process is ready. The number of connections is shown to signed-in members only: it would
    help an attacker to choose a time and to measure the effect.
    """
    state = entry_points.status()
    fault = _database_fault()
    if fault is not None or not _is_signed_in(request):
        del state["connections"]
    state["database"] = fault or connection.vendor
    ready = fault is None and not state["draining"]
    return JsonResponse({"ready": ready, **state}, status=200 if ready else 503)


def _database_fault() -> str | None:
    try:
        Workspace.objects.exists()
        return storage_faults.current_fault()
    except Exception as error:
        fault = storage_faults.fault_of(error)
        return fault.kind if fault else "down"


def _is_signed_in(request: HttpRequest) -> bool:
    """Check the bearer token or the session. A load balancer sends neither and costs no query."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    try:
        if scheme.lower() == "bearer":
            login_from_secret(secret)
        elif request.user.is_authenticated:
            actions.member_for(request.user)
        else:
            return False
    except (HubbubError, DatabaseError):
        return False
    return True


urlpatterns = [path("healthz", healthz), path("readyz", readyz)]
