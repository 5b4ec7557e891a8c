"""Posting a message."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hubbub import actions
from hubbub.message_states import state_of
from hubbub.models import Member, Membership, Message, Room
from hubbub.protocol import limits
from hubbub.protocol.ids import make_message_id
from tests.people import Published, asks, counted, no_such_room, refused, says


def test_it_works(bob: Member, kitchen: Room, published: Published) -> None:
    message = says(bob, kitchen, "Who wants tea?")

    kitchen.refresh_from_db()
    assert (message.number, message.seq, message.post) == (4, 4, 1)  # after: created, Bob added, Carol added
    assert (kitchen.last_number, kitchen.seq, kitchen.posts) == (4, 4, 1)
    assert kitchen.last_at == message.created_at
    assert message == Message.objects.get(text="Who wants tea?")
    (frame,) = published.frames
    assert (frame.room, frame.seq, frame.message) == (kitchen.pk, 4, state_of(message))


def test_its_author_has_read_up_to_it_and_the_others_have_not(
    alice: Member, bob: Member, kitchen: Room
) -> None:
    first, second = says(bob, kitchen, "one"), says(alice, kitchen, "two")
    places = {place.member_id: place for place in kitchen.memberships.all()}
    assert (places[bob.pk].read_number, places[bob.pk].read_posts) == (first.number, 1)
    assert (places[alice.pk].read_number, places[alice.pk].read_posts) == (second.number, 2)


def test_a_guest_and_a_bot_may_post_in_their_rooms(alice: Member, carol: Member, kitchen: Room) -> None:
    robot = actions.create_bot(by=alice, handle="robot", name="Robot")
    actions.invite_members(by=alice, room=kitchen, members=[robot])
    assert says(carol, kitchen, "hi").number < says(robot, kitchen, "beep").number


def test_a_room_may_be_given_by_its_id(bob: Member, kitchen: Room) -> None:
    assert actions.send_message(author=bob, room=kitchen.pk, text="hi").room_id == kitchen.pk


# ── sent again ──


def test_the_same_id_again_is_the_same_message(bob: Member, kitchen: Room, published: Published) -> None:
    fields: dict[str, Any] = {"room": kitchen.pk, "message": make_message_id(), "text": "once"}
    first, again = asks(bob, "message.send", **fields), asks(bob, "message.send", **fields)

    assert (first.dup, again.dup) == (None, True)
    assert again.message == first.message
    assert Message.objects.filter(text="once").count() == 1
    assert len(published.frames) == 1


def test_it_is_still_the_same_message_after_it_was_edited_or_deleted(bob: Member, kitchen: Room) -> None:
    fields: dict[str, Any] = {"room": kitchen.pk, "message": make_message_id(), "text": "first"}
    asks(bob, "message.send", **fields)
    message = Message.objects.get(pk=fields["message"])

    edited = actions.edit_message(by=bob, message=message, text="second")
    again = asks(bob, "message.send", **fields)
    assert (again.dup, again.message) == (True, state_of(edited))

    deleted = actions.delete_message(by=bob, message=message)
    again = asks(bob, "message.send", **fields)
    assert (again.dup, again.message) == (True, state_of(deleted))


def test_another_text_under_the_same_id_is_a_conflict(bob: Member, kitchen: Room) -> None:
    message = says(bob, kitchen, "one")
    with refused("conflict"):
        actions.send_message(author=bob, room=kitchen, text="two", id=message.pk)
    assert Message.objects.get(pk=message.pk).text == "one"


def test_the_id_of_another_members_message_is_a_conflict_that_reveals_nothing(
    alice: Member, bob: Member, kitchen: Room
) -> None:
    secret = says(alice, kitchen, "the code is 1234")
    with refused("conflict") as caught:
        actions.send_message(author=bob, room=kitchen, text="the code is 1234", id=secret.pk)
    assert "1234" not in caught.value.message
    assert "Alice" not in caught.value.message


def test_an_id_of_another_room_is_a_conflict_in_the_same_words(
    alice: Member, bob: Member, kitchen: Room, square: Room
) -> None:
    mine, hers = says(bob, kitchen, "here"), says(alice, kitchen, "hers")
    texts = set()
    for taken in (mine, hers):
        with refused("conflict") as caught:
            actions.send_message(author=bob, room=square, text="here", id=taken.pk)
        texts.add(caught.value.message)
    assert len(texts) == 1
    assert not square.messages.filter(system__isnull=True).exists()


def test_the_id_of_a_system_message_is_not_taken_for_a_retry(alice: Member, kitchen: Room) -> None:
    line = kitchen.messages.get(number=1)
    assert (line.author, line.text) == (alice, "")
    with refused("conflict"):
        actions.send_message(author=alice, room=kitchen, text="I did not", id=line.pk)


def test_a_refused_message_uses_no_number(bob: Member, dave: Member, kitchen: Room) -> None:
    before = says(bob, kitchen, "one")
    with refused("not_found"):
        says(dave, kitchen, "let me in")
    with refused("conflict"):
        actions.send_message(author=bob, room=kitchen, text="two", id=before.pk)
    assert says(bob, kitchen, "three").number == before.number + 1


# ── refused ──


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "needs some text"),
        (" \n", "needs some text"),
        ("x" * (limits.MESSAGE_BYTES + 1), "at most 16384 bytes"),
        ("a\x00", "NUL"),
        ("\ud800", "half a character"),
    ],
    ids=["empty", "blank", "too long", "nul", "surrogate"],
)
def test_a_text_that_the_wire_would_refuse_is_refused_in_python_too(
    text: str, why: str, bob: Member, kitchen: Room
) -> None:
    with refused("invalid", why):
        says(bob, kitchen, text)


def test_dave_cannot_post_in_a_private_room_and_learns_nothing(dave: Member, kitchen: Room) -> None:
    with refused("not_found") as hidden:
        says(dave, kitchen, "hi")
    with refused("not_found") as missing:
        actions.send_message(author=dave, room=no_such_room(), text="hi")
    assert hidden.value.message == missing.value.message


def test_dave_has_to_join_a_public_room_first(dave: Member, square: Room) -> None:
    with refused("forbidden", "Join the room"):
        says(dave, square, "hi")


def test_an_archived_room_accepts_no_messages(alice: Member, square: Room) -> None:
    actions.archive_room(by=alice, room=square)
    with refused("forbidden", "archived"):
        says(alice, square, "hi")


def test_a_retry_of_a_message_posted_before_the_room_was_archived_is_a_dup(
    alice: Member, bob: Member, square: Room
) -> None:
    """Bob lost the connection before the answer came, and his outbox tries again (contract G2)."""
    fields: dict[str, Any] = {"room": square.pk, "message": make_message_id(), "text": "in time"}
    first = asks(bob, "message.send", **fields)
    actions.archive_room(by=alice, room=square)
    again = asks(bob, "message.send", **fields)
    assert (again.dup, again.message) == (True, first.message)
    with refused("forbidden"):
        says(bob, square, "too late")


def test_a_deactivated_member_cannot_post(alice: Member, bob: Member, kitchen: Room) -> None:
    actions.deactivate_member(by=alice, member=bob)
    with refused("forbidden", "deactivated"):
        says(bob, kitchen, "hi")


def test_a_removed_member_cannot_post(alice: Member, bob: Member, kitchen: Room) -> None:
    actions.remove_member(by=alice, room=kitchen, member=bob)
    with refused("not_found"):
        says(bob, kitchen, "hi")


# ── time ──


def test_times_rise_although_the_clock_falls(
    bob: Member, kitchen: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    for step in (timedelta(hours=1), timedelta(hours=-5), timedelta(), timedelta()):
        set_clock(monkeypatch, now + step)
        says(bob, kitchen, f"at {step}")

    times = list(kitchen.messages.order_by("number").values_list("created_at", flat=True))
    assert times == sorted(set(times))
    assert times[-1] - times[-4] == timedelta(microseconds=3)


def set_clock(monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return at

    monkeypatch.setattr("hubbub.unit.datetime", Clock)


def test_many_posts_ask_the_database_as_often_as_two(bob: Member, kitchen: Room, square: Room) -> None:
    asked = []
    for count in (2, 60):
        rooms = [kitchen.pk, square.pk]
        posts = [actions.Post(bob, rooms[n % 2], make_message_id(), f"m{n}") for n in range(count)]
        with counted() as queries:
            actions.send_messages(posts)
        asked.append(len(queries))
    assert asked[0] == asked[1]
    assert Membership.objects.get(room=kitchen, member=bob).read_posts == 31


def test_a_retry_by_a_member_who_was_removed_since_is_a_dup(
    alice: Member, bob: Member, kitchen: Room
) -> None:
    """The reply to the first request was lost. The message is stored, so the retry is a `dup` (contract G2)."""
    sent = says(bob, kitchen, "hello")
    actions.remove_member(by=alice, room=kitchen, member=bob)
    again = asks(bob, "message.send", room=kitchen.pk, message=sent.pk, text="hello")
    assert (again.dup, again.message) == (True, state_of(sent))
    with refused("conflict"):
        asks(bob, "message.send", room=kitchen.pk, message=sent.pk, text="something else")
    with refused("not_found"):
        asks(bob, "message.send", room=kitchen.pk, message=make_message_id(), text="hello again")


def test_a_removed_author_learns_nothing_of_a_message_that_was_deleted_since(
    alice: Member, bob: Member, kitchen: Room
) -> None:
    sent = says(bob, kitchen, "hello")
    actions.remove_member(by=alice, room=kitchen, member=bob)
    actions.delete_message(by=alice, message=sent)
    with refused("not_found"):
        asks(bob, "message.send", room=kitchen.pk, message=sent.pk, text="hello")


def test_outsiders_cannot_find_out_by_an_id_that_a_message_exists(
    alice: Member, bob: Member, dave: Member, kitchen: Room, square: Room
) -> None:
    sent = says(bob, kitchen, "hello")
    with refused("not_found"):
        asks(dave, "message.send", room=kitchen.pk, message=sent.pk, text="hello")
    actions.remove_member(by=alice, room=square, member=bob)
    with refused("forbidden", "Join"):
        asks(bob, "message.send", room=square.pk, message=sent.pk, text="hello")
