"""JSON web tokens as a way in: `Authorization: Bearer …` with what `/_allauth/app/v1/auth/login` gave out."""

from __future__ import annotations

from allauth.headless.tokens.strategies.jwt.internal import validate_access_token

from hubbub_site.accounts.models import User


def user_from_token(token: str) -> User | None:
    """Whose token it is. None if it is no valid access token, or if the login that it was made in has ended."""
    validated = validate_access_token(token)
    if validated is None:
        return None
    user: User = validated[0]
    return user
