"""Becoming a member of a public room."""

from __future__ import annotations

from hubbub import actions
from hubbub.models import Member, Membership, Room
from hubbub.protocol.objects import RoomRole
from tests.people import Published, refused, says


def test_it_works(bob: Member, dave: Member, square: Room, published: Published) -> None:
    says(bob, square, "before Dave")
    published.forget()
    place = actions.join_room(member=dave, room=square)

    square.refresh_from_db()
    assert (place.role, square.member_count) == (RoomRole.MEMBER, 4)
    (frame,) = published.frames
    assert (frame.message.author, frame.message.system and frame.message.system.kind) == (dave.pk, "joined")
    (to_dave,) = published.to(dave)
    assert (to_dave["type"], to_dave["room"]["members"], to_dave["room"]["seq"]) == (
        "membership",
        4,
        frame.seq,
    )
    (to_all,) = published.on(f"room.{square.pk}")
    assert to_all["room"] == to_dave["room"]


def test_a_new_members_connections_receive_the_room_from_its_head_on(
    dave: Member, square: Room, published: Published
) -> None:
    actions.join_room(member=dave, room=square)
    (notice,) = published.attached
    square.refresh_from_db()
    dave.refresh_from_db()
    assert (notice.room, notice.attach) == (square.pk, square.seq)
    assert notice.version == dave.version == 1


def test_earlier_messages_count_as_read_for_a_new_member(bob: Member, dave: Member, square: Room) -> None:
    says(bob, square, "old")
    actions.join_room(member=dave, room=square)
    says(bob, square, "new")
    square.refresh_from_db()
    place = Membership.objects.get(room=square, member=dave)
    assert square.posts - place.read_posts == 1


def test_twice_is_once(bob: Member, square: Room, published: Published) -> None:
    place = actions.join_room(member=bob, room=square)
    assert place == Membership.objects.get(room=square, member=bob)
    assert published.batches == []


def test_a_room_that_was_left_can_be_joined_again(bob: Member, square: Room) -> None:
    actions.leave_room(member=bob, room=square)
    actions.join_room(member=bob, room=square)
    square.refresh_from_db()
    assert square.member_count == square.memberships.count() == 3


def test_a_member_who_joins_an_empty_room_becomes_its_admin(alice: Member, bob: Member, dave: Member) -> None:
    room = actions.create_room(by=alice, name="garden")
    actions.leave_room(member=alice, room=room)
    assert actions.join_room(member=dave, room=room).role == RoomRole.ADMIN
    assert actions.join_room(member=bob, room=room).role == RoomRole.MEMBER


def test_a_private_room_is_not_joined(dave: Member, kitchen: Room) -> None:
    with refused("forbidden", "ask to be invited"):
        actions.join_room(member=dave, room=kitchen)


def test_a_guest_cannot_join(carol: Member, alice: Member) -> None:
    room = actions.create_room(by=alice, name="garden")
    with refused("forbidden"):
        actions.join_room(member=carol, room=room)


def test_an_archived_room_is_not_joined(alice: Member, dave: Member, square: Room) -> None:
    actions.archive_room(by=alice, room=square)
    with refused("forbidden", "archived"):
        actions.join_room(member=dave, room=square)
