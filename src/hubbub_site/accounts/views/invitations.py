"""/invite/: invitation links. The secret of a link is shown once, because only its hash is stored."""

from __future__ import annotations

import segno
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_POST

from hubbub_site.accounts.forms import InvitationForm
from hubbub_site.accounts.invitations import create_invitation, may_invite, revoke, standing
from hubbub_site.accounts.models import Invitation
from hubbub_site.accounts.models.invitation import InvitationQuerySet
from hubbub_site.accounts.public_address import link_to_copy
from hubbub_site.accounts.views.access import for_members, user_of, viewer

SHOWN_ONCE = "invitation_to_show"
LISTED = 50


@for_members
def invitations(request: HttpRequest) -> HttpResponse:
    _require_host(request)
    form = InvitationForm(request.POST or None, member=viewer(request))
    if form.is_valid():
        _, secret = create_invitation(by=user_of(request), **form.terms())
        # Another request shows the link, so that a reload makes no second invitation.
        request.session[SHOWN_ONCE] = secret
        return redirect("invitations")
    listed = list(_manageable(request).newest_first()[:LISTED])
    for invitation in listed:
        invitation.standing = standing(invitation)  # type: ignore[attr-defined]
    page = {"form": form, "invitations": listed}
    if secret := request.session.pop(SHOWN_ONCE, ""):
        link = link_to_copy(request, reverse("join", args=[secret]))
        page |= {"link": link, "qr": qr_of(link)}
    return render(request, "accounts/invitations.html", page, status=422 if form.errors else 200)


@require_POST
@for_members
def revoke_invitation(request: HttpRequest, pk: int) -> HttpResponse:
    _require_host(request)
    invitation = _manageable(request).filter(pk=pk).first()
    if invitation is None:
        raise Http404
    revoke(invitation, by=user_of(request))
    messages.success(request, "The invitation is revoked: its link no longer works.")
    return redirect("invitations")


def qr_of(link: str) -> SafeString:
    """The link as an inline SVG. Safe: it contains only squares."""
    drawing = segno.make(link, micro=False).svg_inline(scale=5, border=3, dark="#000", light="#fff")
    return mark_safe(drawing)  # noqa: S308


def _manageable(request: HttpRequest) -> InvitationQuerySet:
    """All invitations for admins, their own for others."""
    found = Invitation.objects.select_related("created_by__hubbub_member", "room")
    return found if viewer(request).is_admin else found.filter(created_by=user_of(request))


def _require_host(request: HttpRequest) -> None:
    if not may_invite(user_of(request)):
        raise PermissionDenied("You cannot invite people to this workspace; ask an admin.")
