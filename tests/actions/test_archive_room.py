"""Closing a room for new messages, and opening it again."""

from __future__ import annotations

from hubbub import actions
from hubbub.message_states import state_of
from hubbub.models import Member, Room
from tests.people import Published, asks, refused, says


def test_it_works(alice: Member, bob: Member, square: Room, published: Published) -> None:
    says(bob, square, "last words")
    published.forget()
    actions.archive_room(by=alice, room=square)

    square.refresh_from_db()
    assert square.archived
    (frame,) = published.frames
    assert frame.message.system is not None
    assert frame.message.system.kind == "archived"
    (told,) = published.on(f"room.{square.pk}")
    assert told["room"]["archived"] is True


def test_its_messages_stay_readable(alice: Member, bob: Member, square: Room) -> None:
    message = says(bob, square, "last words")
    actions.archive_room(by=alice, room=square)
    page = asks(bob, "timeline", room=square.pk)
    assert state_of(message) in page.messages


def test_it_opens_again(alice: Member, bob: Member, square: Room, published: Published) -> None:
    actions.archive_room(by=alice, room=square)
    actions.archive_room(by=alice, room=square, archived=False)
    assert published.frames[-1].message.system is not None
    assert published.frames[-1].message.system.kind == "unarchived"
    assert says(bob, square, "back").number


def test_twice_is_once(alice: Member, square: Room, published: Published) -> None:
    actions.archive_room(by=alice, room=square)
    published.forget()
    actions.archive_room(by=alice, room=square)
    assert published.batches == []


def test_a_member_does_not_archive_it(bob: Member, square: Room) -> None:
    with refused("forbidden"):
        actions.archive_room(by=bob, room=square)


def test_a_direct_room_is_not_archived(alice: Member, desk: Room) -> None:
    with refused("forbidden"):
        actions.archive_room(by=alice, room=desk)
