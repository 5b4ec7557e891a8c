"""Template context about the site, for all our pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from hubbub.models import Workspace
from hubbub.protocol.objects import Role
from hubbub_site.accounts.invitations import may_invite
from hubbub_site.accounts.models import User
from hubbub_site.accounts.public_address import mail_works


def site(request: HttpRequest) -> dict[str, Any]:
    """Evaluated lazily: the chat's page needs none of it."""
    return {
        "workspace": SimpleLazyObject(Workspace.objects.the_one),
        "mail_is_set_up": mail_works(),
        "may_invite": SimpleLazyObject(lambda: isinstance(request.user, User) and may_invite(request.user)),
        "may_read_audit": SimpleLazyObject(
            lambda: isinstance(request.user, User) and request.user.role == Role.OWNER
        ),
        "may_manage_people": SimpleLazyObject(
            lambda: isinstance(request.user, User) and request.user.role in {Role.OWNER, Role.ADMIN}
        ),
    }
