"""Which messages of a room notify one."""

from __future__ import annotations

from hubbub import actions
from hubbub.models import Member, Membership, Room
from hubbub.protocol.objects import Level
from tests.people import Published, asks, job, refused, together


def test_it_works(bob: Member, kitchen: Room, published: Published) -> None:
    place = Membership.objects.get(member=bob, room=kitchen)
    assert place.level == Level.ALL
    actions.set_level(membership=place, level=Level.MENTIONS)

    place.refresh_from_db()
    assert place.level == Level.MENTIONS
    (told,) = published.to(bob)
    assert told["membership"]["level"] == "mentions"
    assert len(published.notices) == 1


def test_it_changes_nothing_else_of_the_membership(alice: Member, bob: Member, kitchen: Room) -> None:
    stale = Membership.objects.get(member=bob, room=kitchen)
    message = actions.send_message(author=bob, room=kitchen, text="hi")
    actions.set_level(membership=stale, level=Level.NOTHING)
    assert Membership.objects.get(pk=stale.pk).read_number == message.number


def test_another_word_is_refused(bob: Member, kitchen: Room) -> None:
    with refused("invalid", "level"):
        asks(bob, "room.notify", room=kitchen.pk, level="loud")


def test_a_membership_that_ended_a_moment_ago_is_refused(bob: Member, square: Room) -> None:
    place = Membership.objects.select_related("room").get(member=bob, room=square)
    actions.leave_room(member=bob, room=square)
    with refused("forbidden", "no longer"):
        actions.set_level(membership=place, level=Level.NOTHING)


def test_and_one_that_ends_in_the_same_batch_harms_nobody(bob: Member, square: Room) -> None:
    done = together(
        job(bob, "room.notify", room=square.pk, level="nothing"),
        job(bob, "room.leave", room=square.pk),
    )
    assert [each.refusal for each in done] == [None, None]
