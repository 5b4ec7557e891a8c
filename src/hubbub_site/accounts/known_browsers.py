"""Recognises browsers that have signed in to an account before, by a signed cookie that stays after sign-out.

The cookie proves only that and gives no access. Strangers who guess at the account cause waiting times; a browser with
the cookie does not have to wait for them (`sign_in_limits.py`). A new password makes all browsers unknown, so somebody
who knew the old one has no advantage.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

from hubbub_site.accounts.limits import KNOWN_BROWSER_SECONDS
from hubbub_site.accounts.models import User


class KnownBrowsers:
    """Middleware: sets the cookie in signed-in browsers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not request.session.session_key or not isinstance(user := request.user, User):
            return response
        if not id_for(request, user):
            remember(response, user)
        return response


def id_for(request: HttpRequest, user: User) -> str:
    """The id that this browser got when it signed in as the user; empty if it never did."""
    try:
        found: str = signing.loads(
            request.COOKIES.get(_cookie(user), ""), salt=_salt(user), max_age=int(KNOWN_BROWSER_SECONDS)
        )
    except signing.BadSignature:
        return ""
    return found


def remember(response: HttpResponseBase, user: User) -> None:
    response.set_cookie(
        _cookie(user),
        signing.dumps(secrets.token_urlsafe(12), salt=_salt(user)),
        max_age=int(KNOWN_BROWSER_SECONDS),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _cookie(user: User) -> str:
    name = f"hubbub-known-{user.pk}"
    return f"__Host-{name}" if settings.SESSION_COOKIE_SECURE else name


def _salt(user: User) -> str:
    return f"hubbub_site.known_browsers:{user.pk}:{user.get_session_auth_hash()}"
