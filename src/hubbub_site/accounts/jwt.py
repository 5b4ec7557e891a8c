"""JSON web tokens: `Authorization: Bearer …` with an access token from `/_allauth/app/v1/auth/login`."""

from __future__ import annotations

from typing import Any

from allauth.headless import app_settings
from allauth.headless.tokens.strategies.jwt import JWTTokenStrategy
from allauth.headless.tokens.strategies.jwt.internal import session_key_from_sid, validate_access_token
from django.http import HttpRequest

from hubbub_site.accounts.models import User

NO_SESSION_TOKEN = ""


class TokensOnly(JWTTokenStrategy):
    """Programs get an access token and a refresh token, and nothing else.

    allauth would also return the key of their session. In a cookie that key would be a browser's login: it would
    outlive both tokens and open pages that are not meant for programs.
    """

    def get_session_token(self, request: HttpRequest) -> str | None:
        """The session of the request's access token. A session key in a header is not accepted."""
        payload = self._get_access_token(request)
        return session_key_from_sid(payload["sid"]) if payload else None

    def create_session_token(self, request: HttpRequest) -> str:
        if not request.session.session_key:
            request.session.save()  # the tokens contain its key
        return NO_SESSION_TOKEN

    def create_access_token_payload(self, request: HttpRequest) -> dict[str, Any] | None:
        """Save the session with each refresh, which prolongs it: it ends with its last refresh token."""
        request.session.set_expiry(app_settings.JWT_REFRESH_TOKEN_EXPIRES_IN)
        payload: dict[str, Any] | None = super().create_access_token_payload(request)
        return payload


def user_from_token(token: str) -> User | None:
    """The owner of a token. None if it is not a valid access token, or if its login has ended."""
    validated = validate_access_token(token)
    if validated is None:
        return None
    user: User = validated[0]
    return user
