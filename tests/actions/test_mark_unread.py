"""Leaving something to be read later."""

from __future__ import annotations

from hubbub import actions
from hubbub.models import Member, Membership, Room
from tests.people import Published, asks, refused, says


def place(member: Member, room: Room) -> Membership:
    return Membership.objects.select_related("room").get(member=member, room=room)


def test_it_works(alice: Member, bob: Member, kitchen: Room, published: Published) -> None:
    first, second = says(alice, kitchen, "one"), says(alice, kitchen, "two")
    actions.mark_read(membership=place(bob, kitchen), number=second.number)
    published.forget()
    unread = actions.mark_unread(membership=place(bob, kitchen), number=second.number)

    assert (unread.read_number, unread.read_posts) == (first.number, 1)
    (told,) = published.to(bob)
    assert told["membership"] == unread.as_object(as_of=second.number).model_dump(mode="json")


def test_all_of_it(alice: Member, bob: Member, kitchen: Room) -> None:
    says(alice, kitchen, "one")
    unread = actions.mark_unread(membership=place(bob, kitchen), number=1)
    assert (unread.read_number, unread.read_posts) == (0, 0)


def test_messages_that_do_not_exist_cannot_be_unread(alice: Member, bob: Member, kitchen: Room) -> None:
    message = says(alice, kitchen, "one")
    unread = actions.mark_unread(membership=place(bob, kitchen), number=2**53)
    assert (unread.read_number, unread.read_posts) == (message.number, 1)


def test_repeating_it_publishes_nothing(
    alice: Member, bob: Member, kitchen: Room, published: Published
) -> None:
    says(alice, kitchen, "one")
    actions.mark_unread(membership=place(bob, kitchen), number=2)
    published.forget()
    actions.mark_unread(membership=place(bob, kitchen), number=2)
    assert published.batches == []


def test_posting_afterwards_marks_everything_as_read(alice: Member, bob: Member, kitchen: Room) -> None:
    says(alice, kitchen, "one")
    actions.mark_unread(membership=place(bob, kitchen), number=1)
    message = says(bob, kitchen, "two")
    assert (place(bob, kitchen).read_number, place(bob, kitchen).read_posts) == (message.number, 2)


def test_outsiders_have_no_membership_to_change(dave: Member, kitchen: Room) -> None:
    with refused("not_found"):
        asks(dave, "room.unread", room=kitchen.pk, number=1)
