"""A member's read position and notification level. Only the member receives the change."""

from __future__ import annotations

from django.db.models import Q

from hubbub.actions.announcements import announce_membership
from hubbub.errors import Forbidden
from hubbub.models import Membership
from hubbub.protocol.objects import Level
from hubbub.unit import unit


def mark_read(*, membership: Membership, number: int) -> Membership:
    """Mark messages as read up to this number, at most up to the newest one. Never moves back."""
    return _move(membership, min(number, membership.room.last_number), back=False)


def mark_unread(*, membership: Membership, number: int) -> Membership:
    """Mark messages from this number on as unread."""
    return _move(membership, min(number - 1, membership.room.last_number), back=True)


def set_level(*, membership: Membership, level: Level) -> Membership:
    """Choose which messages of the room notify the member."""
    with unit() as work:
        Membership.objects.filter(pk=membership.pk).update(level=level)
        announce_membership(work, _reloaded(membership))
    return membership


def _move(membership: Membership, number: int, *, back: bool) -> Membership:
    posts = (
        membership.room.messages.filter(number__lte=number).order_by("-number").values_list("post", flat=True)
    )
    with unit() as work:
        # Compared in the database: another tab may have read further since this row was fetched.
        elsewhere = Q() if back else Q(read_number__lt=number)
        here = Membership.objects.filter(elsewhere, pk=membership.pk).exclude(read_number=number)
        if here.update(read_number=number, read_posts=posts.first() or 0):
            announce_membership(work, membership)
    return _reloaded(membership)


def _reloaded(membership: Membership) -> Membership:
    """The membership as it is now. Forbidden if it has ended since it was fetched."""
    try:
        membership.refresh_from_db(fields=["level", "read_number", "read_posts", "version"])
    except Membership.DoesNotExist:
        raise Forbidden("You are no longer a member of this room.") from None
    return membership
