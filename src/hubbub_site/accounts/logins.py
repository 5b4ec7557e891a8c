"""Lists and ends a user's logins, including their sockets (contract G10)."""

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
    """Valid sessions, the most recently seen first."""
    alive = UserSession.objects.purge_and_list(user)
    return sorted(alive, key=lambda login: login.last_seen_at, reverse=True)


def end_login(login: UserSession) -> None:
    """Sign that browser out at once: delete its session and close its sockets."""
    key = login.session_key
    login.end()
    record(What.LOGIN_ENDED, by=login.user, about=login.user, details={"device": device_of(login.user_agent)})
    actions.end_session(key)
    # JSON web tokens of that session are logins of their own and end with it.
    _close_what_holds_no_more(login.user_id)


def end_all_logins(user: User, *, except_session: str | None = None) -> None:
    """Sign the user out everywhere except in one session. Bearer tokens and their sockets keep working."""
    others = UserSession.objects.filter(user=user).exclude(session_key=except_session)
    Session.objects.filter(session_key__in=list(others.values_list("session_key", flat=True))).delete()
    others.delete()
    _close_what_holds_no_more(user.pk)


def forget_unconfirmed_addresses(user: User) -> None:
    """Delete unconfirmed e-mail addresses: an intruder may have entered one to confirm it after a password change."""
    waiting = EmailAddress.objects.filter(user=user, verified=False).exclude(email__iexact=user.email)
    waiting.delete()


def _close_what_holds_no_more(user: int) -> None:
    if member := Member.objects.filter(user=user).first():
        actions.recheck_logins_of(member)


def connect() -> None:
    """Connect the receivers: a new password ends all other logins; a reset by link also ends the tokens."""
    for signal in (signals.password_changed, signals.password_set):
        signal.connect(_end_others, dispatch_uid="hubbub_site.end_others")
    signals.password_reset.connect(_end_all, dispatch_uid="hubbub_site.end_all")


def _end_others(request: HttpRequest, user: User, **_: Any) -> None:
    end_all_logins(user, except_session=request.session.session_key)
    forget_unconfirmed_addresses(user)


def _end_all(request: HttpRequest, user: User, **_: Any) -> None:
    """A reset follows the loss of an account, perhaps to an intruder: the intruder's tokens end too."""
    from allauth.account.views import INTERNAL_RESET_SESSION_KEY  # views need all apps to be loaded

    maker = split(request.session.get(INTERNAL_RESET_SESSION_KEY, ""))[1]
    made_by = maker.handle if maker else ""
    with transaction.atomic():
        # No actor: the reset proves only that somebody had the link.
        record(What.PASSWORD_RESET, about=user, details={"link of": made_by or "the account itself, by mail"})
        end_all_logins(user)
        forget_unconfirmed_addresses(user)
        if member := Member.objects.filter(user=user).first():
            actions.end_tokens(member=member)
    sign_in_limits.reset(user.username)


class NoteWhenSeen:
    """Middleware: keeps a login's “last seen” accurate to ten minutes, without a write per request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # A request without the session cookie costs no query.
        if request.session.session_key and request.user.is_authenticated:
            self.note(request)
        return self.get_response(request)

    def note(self, request: HttpRequest) -> None:
        now = int(time.time())
        if now - request.session.get("seen", 0) > SEEN_EVERY_SECONDS:
            request.session["seen"] = now
            mine = UserSession.objects.filter(session_key=request.session.session_key)
            mine.update(last_seen_at=timezone.now())
