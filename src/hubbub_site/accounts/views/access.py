"""Decorators that restrict pages, and the member of a request."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from allauth.account import app_settings
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from hubbub import actions
from hubbub.errors import Forbidden
from hubbub.models import Member
from hubbub_site.accounts.models import User

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def for_members(view: View[P]) -> View[P]:
    """For signed-in members. The response is private and not cached."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        viewer(request)
        return view(request, *args, **kwargs)

    return cast("View[P]", never_cache(login_required(guarded)))


def for_admins(view: View[P]) -> View[P]:
    """For owners and admins."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not viewer(request).is_admin:
            raise PermissionDenied("Only owners and admins can open this page.")
        return view(request, *args, **kwargs)

    return for_members(guarded)


def after_password(view: View[P]) -> View[P]:
    """For members who typed their password within ACCOUNT_REAUTHENTICATION_TIMEOUT, at sign-in or later. Others are
    asked for it, and then their original request is answered: allauth keeps it in the session.

    An unattended browser or a stolen cookie must not be enough for lasting access (tokens, links, roles).
    """

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not typed_password_lately(request):
            raise ReauthenticationRequired
        return view(request, *args, **kwargs)

    return guarded


def typed_password_lately(request: HttpRequest) -> bool:
    """Like allauth's own check, but counts sign-in too. allauth would ask again a second after it."""
    records = get_authentication_records(request, user_of(request))
    typed = [record["at"] for record in records if record.get("method") == "password"]
    return bool(typed) and time.time() - typed[-1] < app_settings.REAUTHENTICATION_TIMEOUT


def user_of(request: HttpRequest) -> User:
    return cast("User", request.user)


def viewer(request: HttpRequest) -> Member:
    """The member of the request. PermissionDenied if the chat does not admit the user."""
    try:
        return actions.member_for(request.user)
    except Forbidden as refusal:
        raise PermissionDenied(refusal.message) from None
