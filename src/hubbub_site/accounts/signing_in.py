"""Signs in a user whose account has just been created."""

from __future__ import annotations

from allauth.account.internal.flows.login import record_authentication
from allauth.usersessions.models import UserSession
from django.contrib import auth
from django.http import HttpRequest

from hubbub_site.accounts.models import User


def sign_in(request: HttpRequest, user: User) -> None:
    """Start a session as after a normal sign-in; it appears among the user's logins."""
    auth.login(request, user)
    record_authentication(request, user, method="password")
    UserSession.objects.create_from_request(request)
