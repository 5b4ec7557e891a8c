"""Changing what one has said."""

from __future__ import annotations

import pytest

from hubbub import actions
from hubbub.message_states import state_of
from hubbub.models import Member, Message, Room
from hubbub.protocol import limits
from tests.people import Published, asks, job, refused, says, together


def test_it_works(bob: Member, kitchen: Room, published: Published) -> None:
    message = says(bob, kitchen, "helo")
    published.forget()
    edited = actions.edit_message(by=bob, message=message, text="hello", seq=message.seq)

    kitchen.refresh_from_db()
    assert (edited.text, edited.number, edited.seq) == ("hello", message.number, message.seq + 1)
    assert edited.edited_at is not None
    assert (kitchen.seq, kitchen.last_number, kitchen.posts) == (edited.seq, message.number, 1)
    (frame,) = published.frames
    assert frame.message == state_of(edited) == state_of(Message.objects.get(pk=message.pk))


def test_an_edited_message_gets_a_new_seq_and_keeps_its_number(bob: Member, kitchen: Room) -> None:
    old, new = says(bob, kitchen, "old"), says(bob, kitchen, "new")
    edited = actions.edit_message(by=bob, message=old, text="older")
    assert (edited.number, edited.seq) == (old.number, new.seq + 1)


def test_the_same_text_changes_nothing(bob: Member, kitchen: Room, published: Published) -> None:
    message = says(bob, kitchen, "hello")
    published.forget()
    same = actions.edit_message(by=bob, message=message, text="hello", seq=message.seq)
    assert (same.seq, same.edited_at) == (message.seq, None)
    assert published.batches == []


def test_an_edit_that_was_sent_twice_is_one(bob: Member, kitchen: Room) -> None:
    """The answer was lost; the client sends the same edit again, based on the state before it."""
    message = says(bob, kitchen, "helo")
    fields = {"message": message.pk, "text": "hello", "seq": message.seq}
    first, again = asks(bob, "message.edit", **fields), asks(bob, "message.edit", **fields)
    assert first == again


def test_an_edit_of_an_older_state_is_a_conflict(bob: Member, kitchen: Room) -> None:
    message = says(bob, kitchen, "one")
    actions.edit_message(by=bob, message=message, text="two", seq=message.seq)
    with refused("conflict", "changed since"):
        actions.edit_message(by=bob, message=message, text="three", seq=message.seq)
    assert Message.objects.get(pk=message.pk).text == "two"


def test_a_row_that_was_fetched_long_ago_does_not_count_as_the_state_edited(
    bob: Member, kitchen: Room
) -> None:
    message = says(bob, kitchen, "one")
    stale = Message.objects.get(pk=message.pk)
    actions.edit_message(by=bob, message=message, text="two")
    with refused("conflict"):
        actions.edit_message(by=bob, message=stale, text="three", seq=stale.seq)


def test_two_edits_in_one_transaction_take_one_seq(bob: Member, kitchen: Room, published: Published) -> None:
    message = says(bob, kitchen, "one")
    published.forget()
    first, second = together(
        job(bob, "message.edit", message=message.pk, text="two", seq=message.seq),
        job(bob, "message.edit", message=message.pk, text="three", seq=message.seq),
    )

    (frame,) = published.frames
    assert (frame.seq, frame.message.text) == (message.seq + 1, "three")
    assert first.outcome() == second.outcome() == frame.message  # one seq names one state (contract I4)


def test_a_stale_row_cannot_write_text_into_a_tombstone(alice: Member, bob: Member, kitchen: Room) -> None:
    message = says(bob, kitchen, "secret")
    stale = Message.objects.get(pk=message.pk)
    actions.delete_message(by=alice, message=message)
    with refused("forbidden"):
        actions.edit_message(by=bob, message=stale, text="back again")
    assert Message.objects.get(pk=message.pk).text == ""


def test_members_cannot_edit_messages_of_others(alice: Member, bob: Member, kitchen: Room) -> None:
    message = says(bob, kitchen, "mine")
    with refused("forbidden", "Only its author"):
        actions.edit_message(by=alice, message=message, text="I love Alice")


def test_members_cannot_edit_where_they_can_no_longer_post(alice: Member, bob: Member, square: Room) -> None:
    message = says(bob, square, "mine")
    actions.archive_room(by=alice, room=square)
    with refused("forbidden"):
        actions.edit_message(by=bob, message=message, text="changed")
    actions.archive_room(by=alice, room=square, archived=False)
    actions.leave_room(member=bob, room=square)
    with refused("forbidden"):
        actions.edit_message(by=bob, message=message, text="changed")


def test_system_messages_cannot_be_edited(alice: Member, kitchen: Room) -> None:
    with refused("forbidden"):
        actions.edit_message(by=alice, message=kitchen.messages.get(number=1), text="it was not me")


@pytest.mark.parametrize(
    "text", ["", " ", "x" * (limits.MESSAGE_BYTES + 1), "\x00"], ids=["", "blank", "long", "nul"]
)
def test_the_new_text_keeps_the_limits(text: str, bob: Member, kitchen: Room) -> None:
    message = says(bob, kitchen, "hello")
    with refused("invalid"):
        actions.edit_message(by=bob, message=message, text=text)
