"""/join/<secret>/: an invited person creates an account."""

from __future__ import annotations

from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from hubbub.errors import Forbidden, HubbubError
from hubbub_site.accounts import invitations
from hubbub_site.accounts.account_creation import accept_invitation
from hubbub_site.accounts.audit import record
from hubbub_site.accounts.audit_codes import What
from hubbub_site.accounts.forms import NewAccountForm
from hubbub_site.accounts.invitations import NoLongerOpen
from hubbub_site.accounts.models import Invitation
from hubbub_site.accounts.models.invitation import State
from hubbub_site.accounts.signing_in import sign_in


@never_cache
@sensitive_post_parameters("password")
def join(request: HttpRequest, secret: str) -> HttpResponse:
    invitation = invitations.find(secret)
    if invitation is None:
        return _refuse(request, "unknown")
    if request.user.is_authenticated:
        return render(request, "accounts/join_signed_in.html", {"invitation": invitation})
    if (state := invitations.standing(invitation)) != State.OPEN:
        return _refuse(request, state)
    form = NewAccountForm(request.POST or None)
    if form.is_valid() and (response := _accept(request, invitation, form)):
        return response
    page = {"form": form, "host": host_of(invitation), "invitation": invitation}
    return render(request, "accounts/join.html", page, status=422 if form.errors else 200)


def host_of(invitation: Invitation) -> str:
    """The name of the inviting member in the chat."""
    member = getattr(invitation.created_by, "hubbub_member", None)
    return str(member.name if member else invitation.created_by.name)


def _accept(request: HttpRequest, invitation: Invitation, form: NewAccountForm) -> HttpResponse | None:
    try:
        newcomer = accept_invitation(invitation, **form.cleaned_data)
    except NoLongerOpen as refusal:
        return _refuse(request, refusal.state)
    except Forbidden:
        return _refuse(request, State.ROOM_GONE)  # the maker has just left the room
    except HubbubError as refusal:
        form.add_error(None, refusal.message)
        return None
    except IntegrityError:
        # The name was taken after the form checked it.
        form.add_error("username", "This username is taken.")
        return None
    sign_in(request, newcomer)
    return redirect("home")


def _refuse(request: HttpRequest, reason: str) -> HttpResponse:
    if reason in (State.WITHDRAWN, State.ROOM_GONE):
        record(What.INVITATION_REFUSED, details={"reason": reason})
    return render(
        request, "accounts/join_refused.html", {"reason": reason}, status=404 if reason == "unknown" else 410
    )
