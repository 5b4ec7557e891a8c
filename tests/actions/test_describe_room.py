"""Saying what a room is for."""

from __future__ import annotations

from hubbub import actions
from hubbub.models import Member, Room
from tests.people import Published, refused


def test_it_works(bob: Member, kitchen: Room, published: Published) -> None:
    actions.describe_room(by=bob, room=kitchen, description="  Food,  and what\nto drink with it ")

    kitchen.refresh_from_db()
    assert kitchen.description == "Food, and what to drink with it"
    (frame,) = published.frames
    assert frame.message.system is not None
    assert (frame.message.system.kind, frame.message.system.text) == ("described", kitchen.description)
    (told,) = published.on(f"room.{kitchen.pk}")
    assert told["room"]["description"] == kitchen.description


def test_it_may_be_taken_away(bob: Member, kitchen: Room) -> None:
    actions.describe_room(by=bob, room=kitchen, description="food")
    assert actions.describe_room(by=bob, room=kitchen, description=" ").description == ""


def test_the_same_description_changes_nothing(bob: Member, kitchen: Room, published: Published) -> None:
    actions.describe_room(by=bob, room=kitchen, description="")
    assert published.batches == []


def test_too_many_words_are_refused(bob: Member, kitchen: Room) -> None:
    with refused("invalid"):
        actions.describe_room(by=bob, room=kitchen, description="x" * 501)


def test_a_guest_does_not_describe_it(carol: Member, kitchen: Room) -> None:
    with refused("forbidden"):
        actions.describe_room(by=carol, room=kitchen, description="Carol's")


def test_a_member_does_not_describe_an_archived_room_but_its_admin_does(
    alice: Member, bob: Member, square: Room
) -> None:
    actions.archive_room(by=alice, room=square)
    with refused("forbidden"):
        actions.describe_room(by=bob, room=square, description="over")
    assert actions.describe_room(by=alice, room=square, description="over").description == "over"
