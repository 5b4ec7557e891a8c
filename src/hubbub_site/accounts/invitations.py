"""Invitation links: create, use, revoke."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from hubbub import policy
from hubbub.models import Member, Room
from hubbub.protocol.objects import Role
from hubbub_site.accounts.audit import record
from hubbub_site.accounts.audit_codes import What
from hubbub_site.accounts.models import Invitation, User
from hubbub_site.accounts.models.invitation import State, digest_of


class NoLongerOpen(Exception):
    """The invitation cannot be used. `state` says why."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.state = state


def may_invite(user: User) -> bool:
    """Owners and admins; also members if HUBBUB_INVITATIONS allows it. Never guests."""
    roles = {Role.OWNER, Role.ADMIN}
    if settings.INVITATIONS_BY == "members":
        roles.add(Role.MEMBER)
    return user.is_active and user.role in roles


def may_give(user: User, role: str) -> bool:
    """Whether the user may invite into this role. Links never create admins or owners, whatever a row says."""
    return may_invite(user) and role in (Role.MEMBER, Role.GUEST)


def standing(invitation: Invitation) -> State:
    """Whether it works now. That depends on the rights of its maker at the moment of use."""
    return invitation.state if invitation.state != State.OPEN else _standing_of_maker(invitation)


def create_invitation(
    *,
    by: User,
    role: Role = Role.MEMBER,
    room: Room | None = None,
    expires_in: timedelta | None = None,
    max_uses: int | None = None,
    note: str = "",
) -> tuple[Invitation, str]:
    """Create an invitation. Returns it and its secret: the last part of the link, which is not stored."""
    secret = secrets.token_urlsafe(24)
    with transaction.atomic():
        invitation = Invitation.objects.create(
            digest=digest_of(secret),
            created_by=by,
            role=role,
            room=room,
            expires_at=timezone.now() + expires_in if expires_in else None,
            max_uses=max_uses,
            note=note,
        )
        record(What.INVITATION_MADE, by=by, details=named(invitation))
    return invitation, secret


def find(secret: str) -> Invitation | None:
    return Invitation.objects.for_secret(secret).select_related("created_by__hubbub_member", "room").first()


def use(invitation: Invitation) -> Invitation:
    """Count one use in the caller's transaction and return the updated row. Raises NoLongerOpen if it does not work."""
    # One statement, so that the last use counts once. It locks the row; the maker's rights are read after that.
    if not Invitation.objects.open().filter(pk=invitation.pk).update(uses=F("uses") + 1):
        invitation.refresh_from_db()
        raise NoLongerOpen(invitation.state)
    fresh = Invitation.objects.select_related("created_by__hubbub_member", "room").get(pk=invitation.pk)
    if (state := _standing_of_maker(fresh)) != State.OPEN:
        raise NoLongerOpen(state)
    return fresh


def revoke(invitation: Invitation, *, by: User | None = None) -> None:
    with transaction.atomic():
        open_still = Invitation.objects.filter(pk=invitation.pk, revoked_at=None)
        if open_still.update(revoked_at=timezone.now()):
            record(What.INVITATION_REVOKED, by=by, about=invitation.created_by, details=named(invitation))


def _standing_of_maker(invitation: Invitation) -> State:
    if not may_give(invitation.created_by, invitation.role):
        return State.WITHDRAWN
    room = invitation.room
    if room is None:
        # A guest's link always has a room. This one was deleted, so the guest would see an empty chat.
        return State.ROOM_GONE if invitation.role == Role.GUEST else State.OPEN
    host = Member.objects.filter(user=invitation.created_by).first()
    membership = room.memberships.filter(member=host).first() if host else None
    return State.OPEN if host and policy.can_invite(host, room, membership) else State.ROOM_GONE


def named(invitation: Invitation) -> dict[str, str | int]:
    """Details that identify an invitation in the audit log."""
    return {
        "by": invitation.created_by.username,
        "invitation": invitation.pk,
        "note": invitation.note,
        "role": str(invitation.role),
    }
