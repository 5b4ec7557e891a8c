"""/account/: the user's own account, sign-out, logins and tokens."""

from __future__ import annotations

from datetime import timedelta

from allauth.account.views import logout as allauth_logout
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from hubbub import actions
from hubbub.errors import Conflict
from hubbub_site.accounts.audit import record
from hubbub_site.accounts.audit_codes import What
from hubbub_site.accounts.devices import device_of
from hubbub_site.accounts.forms import TokenForm
from hubbub_site.accounts.logins import end_all_logins, end_login, logins_of
from hubbub_site.accounts.models import AuditEntry
from hubbub_site.accounts.views.access import after_password, for_members, user_of, viewer

# Changes by others are shown at the top of the account page for this time.
SHOWN = (What.RESET_LINK_MADE, What.PASSWORD_RESET, What.ROLE_CHANGED, What.OWNER_MADE, What.PASSWORD_SET)
DAYS_SHOWN = 30
TOKEN_SHOWN_ONCE = "token_to_show"  # noqa: S105


@for_members
def account(request: HttpRequest) -> HttpResponse:
    member = viewer(request)
    lately = timezone.now() - timedelta(days=DAYS_SHOWN)
    by_others = AuditEntry.objects.filter(about_member=member.pk, what__in=SHOWN, at__gt=lately)
    page = {"member": member, "by_others": by_others.exclude(by_member=member.pk).newest_first()[:3]}
    return render(request, "accounts/account.html", page)


def sign_out(request: HttpRequest) -> HttpResponse:
    """allauth's page, with a header that makes the browser delete the chat's data: drafts and unsent messages. The
    chat's own menu deletes them itself, after asking, and passes `cleared`; then the appearance setting stays."""
    response: HttpResponse = allauth_logout(request)
    if request.method == "POST" and "cleared" not in request.POST:
        response.headers["Clear-Site-Data"] = '"storage"'
    return response


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
    record(What.LOGINS_ENDED, by=user_of(request), about=user_of(request))
    messages.success(request, "You are signed out everywhere but here.")
    return redirect("logins")


@for_members
def tokens(request: HttpRequest) -> HttpResponse:
    member = viewer(request)
    form = TokenForm(request.POST or None)
    if form.is_valid():
        return _make_token(request, form)
    page = {
        "form": form,
        "tokens": member.tokens.order_by("-pk"),
        "now": timezone.now(),
        "secret": request.session.pop(TOKEN_SHOWN_ONCE, ""),
    }
    return render(request, "accounts/tokens.html", page, status=422 if form.errors else 200)


@after_password
def _make_token(request: HttpRequest, form: TokenForm) -> HttpResponse:
    member, label = viewer(request), form.cleaned_data["label"]
    expires_at = timezone.now() + form.lifetime()
    _, secret = actions.create_token(member=member, by=member, label=label, expires_at=expires_at)
    request.session[TOKEN_SHOWN_ONCE] = secret
    return redirect("tokens")


@require_POST
@for_members
@after_password
def renew_token(request: HttpRequest, pk: int) -> HttpResponse:
    member = viewer(request)
    try:
        token = actions.renew_token(by=member, token=get_object_or_404(member.tokens, pk=pk))
    except Conflict as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"The token works until {token.expires_at:%-d %B %Y}.")
    return redirect("tokens")


@require_POST
@for_members
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    member = viewer(request)
    actions.revoke_token(by=member, token=get_object_or_404(member.tokens, pk=pk))
    messages.success(request, "The token is revoked, and programs that use it are signed out.")
    return redirect("tokens")
