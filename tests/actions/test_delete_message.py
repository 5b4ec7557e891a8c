"""Taking back what was said."""

from __future__ import annotations

from django.db import connection

from hubbub import actions
from hubbub.message_states import state_of
from hubbub.models import Member, Message, Room
from tests.people import Published, job, refused, says, together


def test_it_works(bob: Member, kitchen: Room, published: Published) -> None:
    message = says(bob, kitchen, "the password is swordfish")
    after = says(bob, kitchen, "oops")
    published.forget()
    gone = actions.delete_message(by=bob, message=message)

    assert (gone.number, gone.seq, gone.deleted, gone.text) == (message.number, after.seq + 1, True, "")
    (frame,) = published.frames
    assert frame.message == state_of(gone)
    assert b"swordfish" not in frame.data


def test_the_text_is_gone_from_the_database(bob: Member, kitchen: Room) -> None:
    message = says(bob, kitchen, "swordfish")
    actions.edit_message(by=bob, message=message, text="swordfish!")
    actions.delete_message(by=bob, message=message)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            assert "swordfish" not in repr(cursor.fetchall()), table


def test_a_deleted_message_still_counts(alice: Member, bob: Member, kitchen: Room) -> None:
    message = says(bob, kitchen, "one")
    actions.delete_message(by=bob, message=message)
    kitchen.refresh_from_db()
    assert (kitchen.posts, kitchen.last_number) == (1, message.number)
    assert says(alice, kitchen, "two").number == message.number + 1


def test_twice_is_once(bob: Member, kitchen: Room, published: Published) -> None:
    message = says(bob, kitchen, "one")
    first = actions.delete_message(by=bob, message=message)
    published.forget()
    again = actions.delete_message(by=bob, message=message)
    assert again.seq == first.seq
    assert published.batches == []


def test_admins_of_the_room_and_of_the_site_may_delete_messages_of_others(
    alice: Member, bob: Member, carol: Member
) -> None:
    room = actions.create_room(by=bob, name="bobs")
    actions.invite_members(by=bob, room=room, members=[alice, carol])
    for by in (bob, alice):
        message = says(carol, room, "spam")
        assert actions.delete_message(by=by, message=message).deleted


def test_a_deleted_message_cannot_be_edited(bob: Member, kitchen: Room) -> None:
    gone = actions.delete_message(by=bob, message=says(bob, kitchen, "one"))
    with refused("forbidden"):
        actions.edit_message(by=bob, message=gone, text="two")


def test_deleted_right_after_an_edit_no_answer_shows_the_text(bob: Member, kitchen: Room) -> None:
    message = says(bob, kitchen, "one")
    edited, deleted = together(
        job(bob, "message.edit", message=message.pk, text="secret", seq=message.seq),
        job(bob, "message.delete", message=message.pk),
    )
    assert edited.outcome() == deleted.outcome() == state_of(Message.objects.get(pk=message.pk))


def test_messages_in_an_archived_room_can_still_be_deleted(alice: Member, bob: Member, square: Room) -> None:
    message = says(bob, square, "regret")
    actions.archive_room(by=alice, room=square)
    assert actions.delete_message(by=bob, message=message).deleted


def test_an_ordinary_member_cannot_delete_messages_of_others(
    alice: Member, bob: Member, kitchen: Room
) -> None:
    message = says(alice, kitchen, "mine")
    with refused("forbidden", "cannot delete"):
        actions.delete_message(by=bob, message=message)


def test_members_of_a_direct_room_cannot_delete_each_others_messages(
    alice: Member, bob: Member, desk: Room
) -> None:
    message = says(bob, desk, "you owe me five euros")
    with refused("forbidden"):
        actions.delete_message(by=alice, message=message)


def test_a_member_who_has_left_cannot_delete_messages(bob: Member, square: Room) -> None:
    message = says(bob, square, "mine")
    actions.leave_room(member=bob, room=square)
    with refused("forbidden"):
        actions.delete_message(by=bob, message=message)


def test_a_system_line_stays(alice: Member, kitchen: Room) -> None:
    with refused("forbidden"):
        actions.delete_message(by=alice, message=kitchen.messages.get(number=1))
