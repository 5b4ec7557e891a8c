"""Invitation links: making them, using them up, taking them back."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from hubbub.models import Room
from hubbub.protocol.objects import Role
from hubbub_site.accounts.models import Invitation, User
from hubbub_site.accounts.models.invitation import State, digest_of


class NoLongerOpen(Exception):
    """The invitation cannot be used; `state` says why."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.state = state


def may_invite(user: User) -> bool:
    """Owners and admins; every member too if the site says so. Guests never."""
    roles = {Role.OWNER, Role.ADMIN}
    if settings.INVITATIONS_BY == "members":
        roles.add(Role.MEMBER)
    return user.role in roles


def create_invitation(
    *,
    by: User,
    role: Role = Role.MEMBER,
    room: Room | None = None,
    expires_in: timedelta | None = None,
    max_uses: int | None = None,
    note: str = "",
) -> tuple[Invitation, str]:
    """An invitation, and its secret: the last part of the link, stored nowhere."""
    secret = secrets.token_urlsafe(24)
    invitation = Invitation.objects.create(
        digest=digest_of(secret),
        created_by=by,
        role=role,
        room=room,
        expires_at=timezone.now() + expires_in if expires_in else None,
        max_uses=max_uses,
        note=note,
    )
    return invitation, secret


def find(secret: str) -> Invitation | None:
    return Invitation.objects.for_secret(secret).select_related("created_by", "room").first()


def use(invitation: Invitation) -> None:
    """Count one use; NoLongerOpen if none is left. One statement, so that the last use is used once."""
    if Invitation.objects.open().filter(pk=invitation.pk).update(uses=F("uses") + 1):
        return
    invitation.refresh_from_db()
    raise NoLongerOpen(invitation.state)


def revoke(invitation: Invitation) -> None:
    Invitation.objects.filter(pk=invitation.pk, revoked_at=None).update(revoked_at=timezone.now())
