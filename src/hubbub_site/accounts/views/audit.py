"""/activity/: audit log of the user's own account. /audit/: the whole audit log, for owners."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hubbub.protocol.objects import Role
from hubbub_site.accounts.audit_codes import What
from hubbub_site.accounts.audit_filter import filtered
from hubbub_site.accounts.limits import AUDIT_PAGE
from hubbub_site.accounts.models import AuditEntry
from hubbub_site.accounts.views.access import for_members, viewer


@for_members
def activity(request: HttpRequest) -> HttpResponse:
    lines = AuditEntry.objects.about_or_by(viewer(request).pk).newest_first()
    page = Paginator(lines, AUDIT_PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/activity.html", {"page": page})


@for_members
def audit(request: HttpRequest) -> HttpResponse:
    if viewer(request).role != Role.OWNER:
        raise PermissionDenied("Only owners can read the audit log.")
    who, what = request.GET.get("who", "").strip(), request.GET.get("what", "")
    page = Paginator(filtered(who, what).newest_first(), AUDIT_PAGE).get_page(request.GET.get("page"))
    kinds = sorted(What, key=lambda kind: kind.label)
    return render(request, "accounts/audit.html", {"page": page, "who": who, "what": what, "kinds": kinds})
