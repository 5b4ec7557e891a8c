"""Reading up to a message."""

from __future__ import annotations

from hubbub import actions
from hubbub.models import Member, Membership, Room
from tests.people import Published, asks, job, refused, says, together


def place(member: Member, room: Room) -> Membership:
    return Membership.objects.select_related("room").get(member=member, room=room)


def test_it_works(alice: Member, bob: Member, kitchen: Room, published: Published) -> None:
    first, second = says(alice, kitchen, "one"), says(alice, kitchen, "two")
    published.forget()
    read = actions.mark_read(membership=place(bob, kitchen), number=first.number)

    assert (read.read_number, read.read_posts) == (first.number, 1)
    (told,) = published.to(bob)
    shown = read.as_object(as_of=second.number).model_dump(mode="json")
    assert told == {"type": "membership", "membership": shown}
    assert [notice.topic for notice in published.notices] == [f"member.{bob.pk}"]  # sent to Bob only
    assert asks(bob, "room.read", room=kitchen.pk, number=second.number).read_posts == 2


def test_it_never_moves_back(alice: Member, bob: Member, kitchen: Room, published: Published) -> None:
    first, second = says(alice, kitchen, "one"), says(alice, kitchen, "two")
    actions.mark_read(membership=place(bob, kitchen), number=second.number)
    published.forget()
    read = actions.mark_read(membership=place(bob, kitchen), number=first.number)
    assert read.read_number == second.number
    assert published.batches == []


def test_a_tab_that_knows_an_older_position_does_not_move_it_back(
    alice: Member, bob: Member, kitchen: Room
) -> None:
    first, second = says(alice, kitchen, "one"), says(alice, kitchen, "two")
    one_tab, other_tab = place(bob, kitchen), place(bob, kitchen)
    actions.mark_read(membership=one_tab, number=second.number)
    read = actions.mark_read(membership=other_tab, number=first.number)
    assert (read.read_number, read.read_posts) == (second.number, 2)


def test_the_read_position_is_at_most_the_newest_message(alice: Member, bob: Member, kitchen: Room) -> None:
    message = says(alice, kitchen, "one")
    read = actions.mark_read(membership=place(bob, kitchen), number=2**53)
    assert (read.read_number, read.read_posts) == (message.number, 1)


def test_in_an_empty_room_there_is_nothing_to_read(alice: Member, desk: Room, published: Published) -> None:
    read = actions.mark_read(membership=place(alice, desk), number=7)
    assert (read.read_number, read.read_posts) == (0, 0)
    assert published.batches == []


def test_system_lines_are_read_and_do_not_count(alice: Member, bob: Member, kitchen: Room) -> None:
    says(alice, kitchen, "one")
    actions.rename_room(by=alice, room=kitchen, name="café")
    kitchen.refresh_from_db()
    read = actions.mark_read(membership=place(bob, kitchen), number=kitchen.last_number)
    assert (read.read_number, read.read_posts) == (kitchen.last_number, 1)


def test_outsiders_have_no_read_position(dave: Member, square: Room, kitchen: Room) -> None:
    with refused("forbidden", "Join"):
        asks(dave, "room.read", room=square.pk, number=1)
    with refused("not_found"):
        asks(dave, "room.read", room=kitchen.pk, number=1)


def test_a_membership_that_ended_a_moment_ago_is_refused(bob: Member, square: Room) -> None:
    place = Membership.objects.select_related("room").get(member=bob, room=square)
    actions.leave_room(member=bob, room=square)
    with refused("forbidden", "no longer"):
        actions.mark_read(membership=place, number=1)


def test_and_one_that_ends_in_the_same_batch_harms_nobody(bob: Member, square: Room) -> None:
    done = together(
        job(bob, "room.read", room=square.pk, number=1),
        job(bob, "room.leave", room=square.pk),
    )
    assert [each.refusal for each in done] == [None, None]
