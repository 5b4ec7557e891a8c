"""The model of the realtime layer (tests/realtime/model) publishes what the real actions publish."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from hubbub import actions
from hubbub.models import Member, Room
from hubbub.protocol.objects import Level, Role
from hubbub.publish import Batch
from tests.people import Published, says
from tests.realtime.model.database import Database
from tests.realtime.model.transaction import Transaction


@pytest.fixture
def twin(alice: Member, bob: Member, square: Room, published: Published) -> Database:
    """The database of the model, with the same people and room under the same ids and versions."""
    db = Database()
    for member in Member.objects.all():
        person = db.person(member.pk, member.name)
        person.version, person.changed, person.role = member.version, member.changed, Role(member.role)
    room = db.room(square.pk, "square")
    work = Transaction(db)
    db.directory = max(member.changed for member in Member.objects.all())
    for place in square.memberships.order_by("pk"):
        work.join(place.member_id, square.pk)
    work.commit()
    for member in Member.objects.all():
        db.people[member.pk].version = member.version
    square.refresh_from_db()
    assert (room.seq, room.last_number) == (square.seq, square.last_number)
    published.forget()
    return db


def test_the_model_publishes_what_the_real_actions_do(
    twin: Database, alice: Member, bob: Member, dave: Member, square: Room, published: Published
) -> None:
    published.forget()
    person = twin.person(dave.pk, dave.name)
    dave.refresh_from_db()
    person.version, person.changed, twin.directory = dave.version, dave.changed, dave.changed
    place = square.memberships.select_related("room").get(member=bob)
    pairs: list[tuple[Any, tuple[Any, ...]]] = [
        (lambda: says(alice, square, "hi"), ("post", alice.pk, square.pk)),
        (
            lambda: actions.set_level(membership=place, level=Level.NOTHING),
            ("level", bob.pk, square.pk, Level.NOTHING),
        ),
        (
            lambda: actions.remove_member(by=alice, room=square, member=bob),
            ("remove", alice.pk, square.pk, bob.pk),
        ),
        (lambda: actions.join_room(member=dave, room=square), ("join", dave.pk, square.pk)),
        (
            lambda: actions.invite_members(by=alice, room=square, members=[bob]),
            ("invite", alice.pk, square.pk, bob.pk),
        ),
        (lambda: actions.leave_room(member=alice, room=square), ("leave", alice.pk, square.pk)),
        (lambda: actions.update_profile(member=bob, name="Robert"), ("rename_member", bob.pk, "Robert")),
        (lambda: actions.name_workspace(name="Port"), ("name_workspace", "Port")),
        (lambda: actions.end_logins_of(bob), ("end_logins", bob.pk)),
    ]
    for real, (name, *arguments) in pairs:
        published.forget()
        real()
        (batch,) = published.batches
        work = Transaction(twin)
        getattr(work, name)(*arguments)
        assert told(work.commit()) == told(batch), name


def told(batch: Batch) -> tuple[Any, ...]:
    """All of a batch by which realtime decides."""
    frames = [(f.room, f.seq, f.number, f.after, f.leaves, f.message.system) for f in batch.frames]
    return frames, [(type(n), {**asdict(n), "data": None}) for n in batch.notices]
