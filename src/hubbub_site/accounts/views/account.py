"""/account/: one's own account at a glance, one's logins, one's tokens."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from hubbub import actions
from hubbub_site.accounts.devices import device_of
from hubbub_site.accounts.forms import TokenForm
from hubbub_site.accounts.logins import end_all_logins, end_login, logins_of
from hubbub_site.accounts.views.access import for_members, user_of, viewer

TOKEN_SHOWN_ONCE = "token_to_show"  # noqa: S105


@for_members
def account(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/account.html", {"member": viewer(request)})


@for_members
def logins(request: HttpRequest) -> HttpResponse:
    own = request.session.session_key
    rows = [
        {"login": login, "device": device_of(login.user_agent), "is_this": login.session_key == own}
        for login in logins_of(user_of(request))
    ]
    rows.sort(key=lambda row: not row["is_this"])
    return render(request, "accounts/logins.html", {"rows": rows})


@require_POST
@for_members
def revoke_login(request: HttpRequest, pk: int) -> HttpResponse:
    login = get_object_or_404(UserSession, pk=pk, user=user_of(request))
    end_login(login)
    messages.success(request, f"{device_of(login.user_agent)} is signed out.")
    return redirect("logins")


@require_POST
@for_members
def revoke_other_logins(request: HttpRequest) -> HttpResponse:
    end_all_logins(user_of(request), except_session=request.session.session_key)
    messages.success(request, "You are signed out everywhere but here.")
    return redirect("logins")


@for_members
def tokens(request: HttpRequest) -> HttpResponse:
    member = viewer(request)
    form = TokenForm(request.POST or None)
    if form.is_valid():
        lifetime = form.lifetime()
        expires_at = timezone.now() + lifetime if lifetime else None
        _, secret = actions.create_token(
            member=member, label=form.cleaned_data["label"], expires_at=expires_at
        )
        request.session[TOKEN_SHOWN_ONCE] = secret
        return redirect("tokens")
    page = {
        "form": form,
        "tokens": member.tokens.order_by("-pk"),
        "now": timezone.now(),
        "secret": request.session.pop(TOKEN_SHOWN_ONCE, ""),
    }
    return render(request, "accounts/tokens.html", page, status=422 if form.errors else 200)


@require_POST
@for_members
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    member = viewer(request)
    actions.revoke_token(by=member, token=get_object_or_404(member.tokens, pk=pk))
    messages.success(request, "The token is revoked: whoever uses it is signed out.")
    return redirect("tokens")
