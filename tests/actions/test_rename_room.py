"""Giving a room another name."""

from __future__ import annotations

from hubbub import actions
from hubbub.models import Member, Membership, Room
from tests.people import Published, refused, says


def test_it_works(alice: Member, kitchen: Room, published: Published) -> None:
    room = actions.rename_room(by=alice, room=kitchen, name="  Café ")

    kitchen.refresh_from_db()
    assert (room.name, kitchen.name, kitchen.name_key) == ("Café", "Café", "café")
    (frame,) = published.frames
    assert frame.message.system is not None
    assert (frame.message.system.kind, frame.message.system.text) == ("renamed", "Café")
    (told,) = published.on(f"room.{kitchen.pk}")
    assert told == {"type": "room", "room": kitchen.as_object().model_dump(mode="json", exclude_none=True)}


def test_its_name_in_other_letters_is_a_new_name_that_is_not_taken(alice: Member, kitchen: Room) -> None:
    assert actions.rename_room(by=alice, room=kitchen, name="KITCHEN").name == "KITCHEN"


def test_the_same_name_changes_nothing(alice: Member, kitchen: Room, published: Published) -> None:
    actions.rename_room(by=alice, room=kitchen, name="kitchen")
    assert published.batches == []


def test_the_old_name_is_free_again(alice: Member, kitchen: Room) -> None:
    actions.rename_room(by=alice, room=kitchen, name="café")
    assert actions.create_room(by=alice, name="kitchen").pk != kitchen.pk


def test_renaming_a_room_does_not_mark_it_as_read(alice: Member, bob: Member, kitchen: Room) -> None:
    says(bob, kitchen, "anybody here?")
    actions.rename_room(by=alice, room=kitchen, name="café")
    kitchen.refresh_from_db()
    place = Membership.objects.get(room=kitchen, member=alice)
    assert kitchen.posts - place.read_posts == 1


def test_a_name_that_is_taken_is_a_conflict_and_changes_nothing(
    alice: Member, kitchen: Room, square: Room, published: Published
) -> None:
    with refused("conflict", "is taken"):
        actions.rename_room(by=alice, room=kitchen, name="Square")
    kitchen.refresh_from_db()
    assert kitchen.name == "kitchen"
    assert published.batches == []


def test_a_name_keeps_the_rules_of_the_wire(alice: Member, kitchen: Room) -> None:
    with refused("invalid"):
        actions.rename_room(by=alice, room=kitchen, name="a/b")


def test_a_member_does_not_rename_it(bob: Member, kitchen: Room) -> None:
    with refused("forbidden", "admins"):
        actions.rename_room(by=bob, room=kitchen, name="bobs")


def test_a_direct_room_has_no_name(alice: Member, desk: Room) -> None:
    with refused("forbidden"):
        actions.rename_room(by=alice, room=desk, name="us")
