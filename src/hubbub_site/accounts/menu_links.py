"""Links of the chat's menu for a user: only to pages that this user may open."""

from __future__ import annotations

from django.http import HttpRequest

from hubbub.protocol.objects import Role
from hubbub_site.accounts.invitations import may_invite
from hubbub_site.accounts.models import User


def menu(request: HttpRequest) -> dict[str, str | None]:
    """The LINKS setting of the product."""
    user = request.user if isinstance(request.user, User) else None
    manages = user is not None and user.role in {Role.OWNER, Role.ADMIN}
    return {
        "sign_in": "account_login",
        "sign_out": "account_logout",
        "account": "account",
        "invite": "invitations" if user is not None and may_invite(user) else None,
        "admin": "people" if manages else None,
    }
