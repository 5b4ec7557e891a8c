"""The direct room of some people."""

from __future__ import annotations

import itertools

from hubbub import actions
from hubbub.models import Member, Room
from hubbub.protocol import limits
from hubbub.protocol.objects import RoomKind
from tests.people import Published, asks, refused, says, somebody


def test_it_works(alice: Member, bob: Member, published: Published) -> None:
    room = actions.open_direct(by=alice, members=[bob])

    assert (room.kind, room.name, room.member_count) == (RoomKind.DIRECT, "", 2)
    assert room.as_object().participants == sorted([alice.pk, bob.pk])
    for person in (alice, bob):
        (told,) = published.to(person)
        assert told["room"]["participants"] == sorted([alice.pk, bob.pk])
    assert published.frames == []


def test_the_same_people_get_the_same_room_whichever_of_them_opens_it(
    alice: Member, bob: Member, carol: Member, kitchen: Room
) -> None:
    people = [alice, bob, carol]
    rooms = {actions.open_direct(by=by, members=order).pk for by, *order in itertools.permutations(people)}
    assert len(rooms) == 1
    assert actions.open_direct(by=alice, members=[alice, bob, carol, bob]).pk in rooms
    assert actions.open_direct(by=alice, members=[bob]).pk not in rooms


def test_opening_it_again_publishes_nothing(
    alice: Member, bob: Member, desk: Room, published: Published
) -> None:
    assert actions.open_direct(by=bob, members=[alice]) == desk
    assert published.batches == []


def test_alone_it_is_for_notes(alice: Member) -> None:
    room = actions.open_direct(by=alice, members=[alice])
    says(alice, room, "buy milk")
    assert room.as_object().participants == [alice.pk]
    assert actions.open_direct(by=alice, members=[]) == room


def test_a_guest_writes_to_people_they_share_a_room_with(
    alice: Member, carol: Member, dave: Member, square: Room
) -> None:
    assert actions.open_direct(by=carol, members=[alice]).member_count == 2
    with refused("forbidden", "share a room"):
        actions.open_direct(by=carol, members=[dave])
    with refused("not_found"):
        asks(carol, "room.direct", members=[dave.pk])


def test_it_cannot_be_opened_with_missing_or_deactivated_members(
    alice: Member, bob: Member, dave: Member
) -> None:
    actions.deactivate_member(by=alice, member=dave)
    texts = set()
    for nobody in (dave.pk, 10**6):
        with refused("not_found") as caught:
            asks(bob, "room.direct", members=[alice.pk, nobody])
        texts.add(caught.value.message)
    assert len(texts) == 1


def test_more_people_deserve_a_room_with_a_name(alice: Member) -> None:
    crowd = [somebody(f"person{n}") for n in range(limits.DIRECT_MEMBERS)]
    assert actions.open_direct(by=alice, members=crowd[:-1]).member_count == limits.DIRECT_MEMBERS
    with refused("invalid", "private room"):
        actions.open_direct(by=alice, members=crowd)
