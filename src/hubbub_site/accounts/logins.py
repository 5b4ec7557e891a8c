"""One's own logins: which there are, and ending them, sockets included (contract G10)."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from allauth.account import signals
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from hubbub import actions
from hubbub.models import Member
from hubbub_site.accounts import sign_in_limits
from hubbub_site.accounts.audit import record
from hubbub_site.accounts.audit_codes import What
from hubbub_site.accounts.devices import device_of
from hubbub_site.accounts.models import User
from hubbub_site.accounts.reset_links import split

SEEN_EVERY_SECONDS = 600


def logins_of(user: User) -> list[UserSession]:
    """Sessions that still work, the one seen last first."""
    alive = UserSession.objects.purge_and_list(user)
    return sorted(alive, key=lambda login: login.last_seen_at, reverse=True)


def end_login(login: UserSession) -> None:
    """Sign that browser out, now: its session is gone and its sockets are closed."""
    key = login.session_key
    login.end()
    record(What.LOGIN_ENDED, by=login.user, about=login.user, details={"device": device_of(login.user_agent)})
    actions.end_session(key)
    # JSON web tokens that were made in that session are logins of their own; they end with it.
    _close_what_holds_no_more(login.user_id)


def end_all_logins(user: User, *, except_session: str | None = None) -> None:
    """Sign the user out everywhere but in one session. Bearer tokens go on working, and so do their sockets."""
    others = UserSession.objects.filter(user=user).exclude(session_key=except_session)
    Session.objects.filter(session_key__in=list(others.values_list("session_key", flat=True))).delete()
    others.delete()
    _close_what_holds_no_more(user.pk)


def forget_unconfirmed_addresses(user: User) -> None:
    """A thief may have entered one, to confirm it when the owner is back: its link ends with the old password."""
    waiting = EmailAddress.objects.filter(user=user, verified=False).exclude(email__iexact=user.email)
    waiting.delete()


def _close_what_holds_no_more(user: int) -> None:
    if member := Member.objects.filter(user=user).first():
        actions.recheck_logins_of(member)


def connect() -> None:
    """A new password ends every other login, and one that is set by a link ends the tokens too."""
    for signal in (signals.password_changed, signals.password_set):
        signal.connect(_end_others, dispatch_uid="hubbub_site.end_others")
    signals.password_reset.connect(_end_all, dispatch_uid="hubbub_site.end_all")


def _end_others(request: HttpRequest, user: User, **_: Any) -> None:
    end_all_logins(user, except_session=request.session.session_key)
    forget_unconfirmed_addresses(user)


def _end_all(request: HttpRequest, user: User, **_: Any) -> None:
    """A reset is for somebody who has lost the account, perhaps to a thief: the thief's tokens end as well."""
    from allauth.account.views import INTERNAL_RESET_SESSION_KEY  # views are loaded when all apps are

    maker = split(request.session.get(INTERNAL_RESET_SESSION_KEY, ""))[1]
    made_by = maker.handle if maker else ""
    with transaction.atomic():
        # By nobody known: all that this proves is that somebody had the link.
        record(What.PASSWORD_RESET, about=user, details={"link of": made_by or "the account itself, by mail"})
        end_all_logins(user)
        forget_unconfirmed_addresses(user)
        if member := Member.objects.filter(user=user).first():
            actions.end_tokens(member=member)
    sign_in_limits.forgive(user.username)


class NoteWhenSeen:
    """Middleware: keeps “last seen” of a login right to ten minutes, without a write per request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # Whoever sends no cookie costs no query: the session is read only if it was named.
        if request.session.session_key and request.user.is_authenticated:
            self.note(request)
        return self.get_response(request)

    def note(self, request: HttpRequest) -> None:
        now = int(time.time())
        if now - request.session.get("seen", 0) > SEEN_EVERY_SECONDS:
            request.session["seen"] = now
            mine = UserSession.objects.filter(session_key=request.session.session_key)
            mine.update(last_seen_at=timezone.now())
