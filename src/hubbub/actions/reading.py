"""How far a member has read, and what notifies them. Only they are told."""

from __future__ import annotations

from hubbub.actions._telling import tell_membership
from hubbub.models import Membership
from hubbub.protocol.objects import Level
from hubbub.unit import unit


def mark_read(*, membership: Membership, number: int) -> Membership:
    """Read up to this number, at most to the newest message. Never moves back."""
    if number > membership.read_number:
        _move(membership, min(number, membership.room.last_number))
    return membership


def mark_unread(*, membership: Membership, number: int) -> Membership:
    """Unread from this number on."""
    _move(membership, min(number - 1, membership.room.last_number))
    return membership


def set_level(*, membership: Membership, level: Level) -> Membership:
    """Which messages of the room notify the member."""
    with unit() as work:
        membership.level = level
        membership.save(update_fields=["level"])
        tell_membership(work, membership)
    return membership


def _move(membership: Membership, number: int) -> None:
    if number == membership.read_number:
        return
    posts = (
        membership.room.messages.filter(number__lte=number).order_by("-number").values_list("post", flat=True)
    )
    with unit() as work:
        membership.read_number, membership.read_posts = number, posts.first() or 0
        membership.save(update_fields=["read_number", "read_posts"])
        tell_membership(work, membership)
