"""The transaction around actions: nothing leaves before it is committed, what failed is taken back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from django.dispatch import Signal

from hubbub import actions, signals
from hubbub.models import Member, Message, Room
from hubbub.unit import unit
from tests.people import Published, says


@contextmanager
def listening(signal: Signal, receiver: Any) -> Iterator[None]:
    signal.connect(receiver, weak=False)
    try:
        yield
    finally:
        signal.disconnect(receiver)


def test_several_actions_make_one_batch(
    alice: Member, bob: Member, kitchen: Room, published: Published
) -> None:
    with unit():
        says(alice, kitchen, "one")
        actions.rename_room(by=alice, room=kitchen, name="café")
        says(bob, kitchen, "two")
    assert len(published.batches) == 1
    assert [frame.seq for frame in published.frames] == [4, 5, 6]


def test_an_exception_undoes_all_of_it(alice: Member, kitchen: Room, published: Published) -> None:
    with pytest.raises(ZeroDivisionError), unit():
        says(alice, kitchen, "one")
        _ = 1 // 0
    assert not kitchen.messages.filter(text="one").exists()
    assert published.batches == []
    assert says(alice, kitchen, "two").number == 4


def test_an_exception_inside_undoes_the_inside_only(
    alice: Member, kitchen: Room, published: Published
) -> None:
    with unit():
        says(alice, kitchen, "one")
        with pytest.raises(ZeroDivisionError), unit():
            says(alice, kitchen, "two")
            actions.rename_room(by=alice, room=kitchen, name="café")
            _ = 1 // 0
        says(alice, kitchen, "three")
    assert [frame.message.text for frame in published.frames] == ["one", "three"]
    assert published.notices == []


@pytest.mark.django_db(transaction=True)
def test_nothing_is_published_before_the_caller_commits(no_first_room: None, published: Published) -> None:
    """Contract G3, for host projects that post inside a transaction of their own."""
    room, bob = a_room()
    published.forget()
    with transaction.atomic():
        says(bob, room, "hello")
        assert published._heard == []
    assert [frame.message.text for frame in published._heard[0].frames] == ["hello"]


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_is_rolled_back_publishes_nothing(
    no_first_room: None, published: Published
) -> None:
    room, bob = a_room()
    published.forget()
    with transaction.atomic():
        says(bob, room, "hello")
        transaction.set_rollback(True)
    assert published._heard == []
    assert says(bob, room, "again").number == 2


@pytest.mark.django_db(transaction=True)
def test_a_post_by_a_signal_receiver_is_placed_like_any_other(
    no_first_room: None, published: Published
) -> None:
    room, bob = a_room()
    heard: list[tuple[str, bool]] = []

    def answer(message: Any, new: bool, **_: Any) -> None:
        heard.append((message.text, new))
        if message.text == "ping":
            says(bob, room, "pong")

    with listening(signals.message_changed, answer):
        ping = says(bob, room, "ping")
        actions.edit_message(by=bob, message=ping, text="ping!")
    assert heard == [("ping", True), ("pong", True), ("ping!", False)]
    pong = Message.objects.get(text="pong")
    assert (pong.number, pong.seq) == (ping.number + 1, ping.seq + 1)


@pytest.mark.django_db(transaction=True)
def test_a_signal_receiver_that_fails_does_not_fail_the_action(no_first_room: None) -> None:
    room, bob = a_room()

    def broken(**_: Any) -> None:
        raise RuntimeError("not our problem")

    with listening(signals.message_changed, broken):
        assert says(bob, room, "hello").number == 2


@pytest.mark.django_db(transaction=True)
def test_joining_and_leaving_are_signalled_once_they_are_true(no_first_room: None) -> None:
    room, bob = a_room()
    eve = Member.objects.create(handle="eve", name="Eve")
    heard: list[tuple[str, int, int]] = []

    def joined(room: int, member: int, **_: Any) -> None:
        heard.append(("joined", room, member))

    def left(room: int, member: int, **_: Any) -> None:
        heard.append(("left", room, member))

    with listening(signals.member_joined, joined), listening(signals.member_left, left):
        with transaction.atomic():
            actions.join_room(member=eve, room=room)
            assert heard == []
        actions.join_room(member=eve, room=room)
        with pytest.raises(ZeroDivisionError), unit():
            actions.leave_room(member=eve, room=room)
            _ = 1 // 0
        actions.remove_member(by=bob, room=room, member=eve)
    assert heard == [("joined", room.pk, eve.pk), ("left", room.pk, eve.pk)]


def a_room() -> tuple[Room, Member]:
    bob = Member.objects.create(handle="bob", name="Bob")
    return actions.create_room(by=bob, name="kitchen"), bob
