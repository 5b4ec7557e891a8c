"""Commands of a client for the writer, and their answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hubbub.dispatch import Job
from hubbub.protocol import replies
from hubbub.protocol.wire import Wire
from tests.realtime.model.transaction import Transaction

Answer = Callable[[], Wire]


def run_change(work: Transaction, job: Job) -> Answer | None:
    """Run a command. Returns how to answer it, or None if it is refused."""
    member, command = job.member.pk, job.command
    asked: Any = command
    match asked.type:
        case "room.join":
            work.join(member, asked.room)
            return lambda: _room_state(work, member, asked.room)
        case "room.leave":
            work.leave(member, asked.room)
            return replies.Done
        case "room.notify" if (asked.room, member) in work.db.places:
            work.level(member, asked.room, asked.level)
            return lambda: _place(work, member, asked.room)
        case "room.read" if (asked.room, member) in work.db.places:
            work.read(member, asked.room, asked.number)
            return lambda: _place(work, member, asked.room)
        case "message.send" if work.post(member, asked.room, asked.text):
            return replies.Done
    return None


def _room_state(work: Transaction, member: int, room: int) -> replies.RoomState:
    place = work.db.places.get((room, member))
    return replies.RoomState(
        room=work.db.rooms[room].as_object(),
        membership=place.as_object() if place else None,
        version=work.db.people[member].version,
    )


def _place(work: Transaction, member: int, room: int) -> Wire:
    place = work.db.places.get((room, member))
    return place.as_object(as_of=work.db.rooms[room].last_number) if place else replies.Done()
