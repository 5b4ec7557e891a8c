"""A column of a message needs no line of code but its own: it is stored, loaded and sent by its name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db import models

from hubbub import actions, queries
from hubbub.message_states import state_of, states_of
from hubbub.models import Member, Message, Room
from hubbub.protocol import objects
from hubbub.protocol.ids import make_message_id
from hubbub.realtime.bus.envelopes import batch_of, messages_of
from hubbub.realtime.recovery.repair import _missed
from hubbub.unit import Posting, unit
from tests.people import Published, asks, counted, says

COLUMNS = {field.name: field.attname for field in Message._meta.concrete_fields}
FIELDS = set(objects.Message.model_fields)


def a_full_message(alice: Member, kitchen: Room) -> Message:
    """A message of which no column has its default."""
    samples: dict[type[Any], Any] = {
        models.BooleanField: True,
        models.IntegerField: 77,
        models.TextField: "all of it",
        models.CharField: "all of it",
        models.DateTimeField: datetime(2026, 11, 20, tzinfo=UTC),
    }
    given: dict[str, Any] = {"id": make_message_id(), "room": kitchen, "author": alice}
    given["system"] = {"kind": "created"}
    for field in Message._meta.concrete_fields:
        for kind, sample in samples.items():
            if isinstance(field, kind):
                given.setdefault(field.name, sample)
    message, blank = Message(**given), Message()
    for name, attribute in COLUMNS.items():
        assert getattr(message, attribute) != getattr(blank, attribute), f"give “{name}” a value here"
    return message


def test_every_column_of_a_message_is_public_and_every_public_field_has_a_column() -> None:
    """A field that is loaded from other tables is named here, and so is a column that clients must not see."""
    assert set(COLUMNS) == FIELDS


def test_the_bulk_insert_stores_every_column(alice: Member, kitchen: Room) -> None:
    message = a_full_message(alice, kitchen)
    Message.objects.insert_many([message])
    stored = Message.objects.get(pk=message.pk)
    for attribute in COLUMNS.values():
        assert getattr(stored, attribute) == getattr(message, attribute)


def test_the_state_has_every_column_and_leaves_out_what_is_empty(alice: Member, kitchen: Room) -> None:
    full = state_of(a_full_message(alice, kitchen))
    assert set(full.model_dump(exclude_none=True)) == FIELDS
    plain = state_of(says(alice, kitchen, "hello"))
    optional = {name for name, field in objects.Message.model_fields.items() if not field.is_required()}
    assert set(plain.model_dump(exclude_none=True)) == FIELDS - optional


def test_a_new_post_has_the_default_of_every_column(alice: Member, kitchen: Room) -> None:
    message = Message.unplaced(id=make_message_id(), room=kitchen.pk, author=alice.pk, text="hello")
    keywords = Message(id=message.pk, room=kitchen, author=alice, text="hello")
    for attribute in COLUMNS.values():
        assert getattr(message, attribute) == getattr(keywords, attribute)


def test_every_way_to_a_client_shows_the_same_state(
    alice: Member, bob: Member, kitchen: Room, published: Published
) -> None:
    message = says(alice, kitchen, "hello")
    edited = actions.edit_message(by=alice, message=message, text="better")
    expected = state_of(Message.objects.get(pk=message.pk))
    epoch = queries.snapshot(bob).epoch
    (changes,) = queries.resume(bob, epoch=epoch, seqs={kitchen.pk: edited.seq - 1}).changes
    (repaired,) = _missed(kitchen.pk, edited.seq - 1).frames
    ((_, carried),) = messages_of(published.batches[-1], "node")
    ways: dict[str, Any] = {
        "history": queries.timeline(kitchen).messages[-1],
        "resume": changes.messages[0],
        "repair": repaired.message,
        "event": published.frames[-1].message,
        "bus": batch_of(carried).frames[0].message,
        "message.get": asks(bob, "message.get", message=message.pk),
        "message.edit": asks(alice, "message.edit", message=message.pk, text="better", seq=edited.seq),
        "message.send": asks(
            alice, "message.send", room=kitchen.pk, message=message.pk, text="hello"
        ).message,
    }
    assert ways == dict.fromkeys(ways, expected)


def test_states_are_loaded_in_as_many_queries_for_many_messages_as_for_one(
    alice: Member, kitchen: Room
) -> None:
    posts = [actions.Post(alice, kitchen.pk, make_message_id(), "hello") for _ in range(50)]
    messages = [posting.message for posting in _sent(posts)]
    with counted() as for_one:
        states_of(messages[:1])
    with counted() as for_many:
        states_of(messages)
    assert len(for_many) == len(for_one)


def test_a_send_of_many_takes_as_many_queries_as_one(alice: Member, kitchen: Room) -> None:
    def queries_for(number: int) -> int:
        posts = [actions.Post(alice, kitchen.pk, make_message_id(), "hello") for _ in range(number)]
        with counted() as found:
            actions.send_messages(posts)
        return len(found)

    assert queries_for(200) == queries_for(1) == 6


def test_a_frame_says_whether_its_message_is_new(alice: Member, kitchen: Room, published: Published) -> None:
    message = says(alice, kitchen, "hello")
    actions.edit_message(by=alice, message=message, text="better")
    actions.delete_message(by=alice, message=message)
    with unit():
        says(alice, kitchen, "another")
        actions.rename_room(by=alice, room=kitchen, name="café")
    assert [frame.new for frame in published.frames] == [True, False, False, True, True]
    for batch in published.batches:
        for _, carried in messages_of(batch, "node"):
            for there, here in zip(batch_of(carried).frames, batch.frames, strict=False):
                assert there.new == here.new


def test_a_message_that_is_changed_without_an_edit_is_not_new(
    alice: Member, kitchen: Room, published: Published
) -> None:
    """As by a reaction or a pin: neither the text nor the deletion shows it."""
    message = says(alice, kitchen, "hello")
    with unit() as work:
        work.touch(message, author_name=alice.name)
    assert [frame.new for frame in published.frames] == [True, False]


def test_a_second_try_is_not_announced(alice: Member, kitchen: Room, published: Published) -> None:
    message = says(alice, kitchen, "hello")
    asks(alice, "message.send", room=kitchen.pk, message=message.pk, text="hello")
    assert [frame.new for frame in published.frames] == [True]


def _sent(posts: list[actions.Post]) -> list[Posting]:
    with unit():
        return actions.send_messages(posts)
