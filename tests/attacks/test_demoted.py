"""Demoted members try to use their former rights."""

from __future__ import annotations

from typing import Any

from hubbub import actions
from hubbub.models import Member, Membership, Message, Room
from hubbub.protocol.objects import Role, RoomRole
from tests.people import asks, refused, says


def test_a_guest_does_not_manage_a_room_that_they_made_as_a_member(
    alice: Member, bob: Member, dave: Member
) -> None:
    """Rows 37, 41: a demoted member renamed and archived a room, removed people and deleted what others said."""
    room = actions.create_room(by=bob, name="bobs", private=True)
    actions.invite_members(by=bob, room=room, members=[alice, dave])
    said = says(alice, room, "hello")
    actions.change_role(by=alice, member=bob, role=Role.GUEST)
    # Also if the membership's row still says admin, as after an upgrade from an earlier version.
    for _ in range(2):
        tries: dict[str, dict[str, Any]] = {
            "room.rename": {"room": room.pk, "name": "mine"},
            "room.describe": {"room": room.pk, "description": "mine"},
            "room.archive": {"room": room.pk, "archived": True},
            "room.remove": {"room": room.pk, "member": dave.pk},
            "room.invite": {"room": room.pk, "members": [dave.pk]},
            "message.delete": {"message": said.pk},
        }
        for kind, fields in tries.items():
            with refused("forbidden"):
                asks(bob, kind, **fields)
        Membership.objects.filter(room=room, member=bob).update(role=RoomRole.ADMIN)
    room = Room.objects.get(pk=room.pk)
    assert (room.name, room.archived, room.member_count) == ("bobs", False, 3)
    assert Message.objects.get(pk=said.pk).text == "hello"
