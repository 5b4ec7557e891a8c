"""Which messages of a room notify one."""

from __future__ import annotations

from hubbub import actions
from hubbub.models import Member, Membership, Room
from hubbub.protocol.objects import Level
from tests.people import Published, asks, refused


def test_it_works(bob: Member, kitchen: Room, published: Published) -> None:
    place = Membership.objects.get(member=bob, room=kitchen)
    assert place.level == Level.ALL
    actions.set_level(membership=place, level=Level.MENTIONS)

    place.refresh_from_db()
    assert place.level == Level.MENTIONS
    (told,) = published.to(bob)
    assert told["membership"]["level"] == "mentions"
    assert len(published.notices) == 1


def test_it_touches_nothing_else_of_the_place(alice: Member, bob: Member, kitchen: Room) -> None:
    stale = Membership.objects.get(member=bob, room=kitchen)
    message = actions.send_message(author=bob, room=kitchen, text="hi")
    actions.set_level(membership=stale, level=Level.NOTHING)
    assert Membership.objects.get(pk=stale.pk).read_number == message.number


def test_another_word_is_refused(bob: Member, kitchen: Room) -> None:
    with refused("invalid", "level"):
        asks(bob, "room.notify", room=kitchen.pk, level="loud")
