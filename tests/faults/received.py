"""What a client received of each room, and whether its member was allowed to (contract G9)."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Received:
    """Something of a room that reached a client: when (seconds since 1970), up to which seq, and in what."""

    at: float
    room: int
    seq: int
    what: str


@dataclass(frozen=True, slots=True)
class Stay:
    """A member belonged to a room: from when (seconds since 1970), and up to which seq; None: they still do."""

    begun: float
    last: int | None = None


def about_rooms(document: Document) -> Iterator[Received]:
    """What an event, a snapshot or a `resume` says of rooms."""
    now = time.time()
    for room, head in (document.get("heads") or {}).items():
        yield Received(now, int(room), head, "heartbeat")
    if "head" in document:
        yield Received(now, document["room"], document["head"], "lag")
    if document.get("type") == "message":
        yield Received(now, document["room"], document["seq"], "message")
    for room in [document["room"]] if isinstance(document.get("room"), dict) else document.get("rooms", ()):
        yield Received(now, room["id"], room["seq"], document.get("type", "state"))
    for changes in document.get("changes", ()):
        for message in changes["messages"]:
            yield Received(now, message["room"], message["seq"], "change")


def not_allowed(heard: Iterable[Received], member: int, rooms: dict[int, Document]) -> list[str]:
    """What a member heard of rooms that they did not belong to at that moment.

    `rooms`: each with its `messages`, which say who came and went, and its `participants` if it is direct. A removal
    counts from its seq on; a return counts from the moment when the database placed it.
    """
    stays = {room: list(_stays(member, state)) for room, state in rooms.items()}
    return [
        f"room {one.room}: {one.what} with seq {one.seq} at {one.at:.3f}, stays: {stays.get(one.room)}"
        for one in heard
        if not any(_covers(stay, one) for stay in stays.get(one.room, ()))
    ]


def _covers(stay: Stay, heard: Received) -> bool:
    """Once somebody is back they may hear what they missed; what was said before they left may come late."""
    return stay.begun <= heard.at and (stay.last is None or heard.seq <= stay.last)


def _stays(member: int, room: Document) -> Iterator[Stay]:
    if room["participants"]:
        yield Stay(0.0 if member in room["participants"] else float("inf"))
        return
    begun: float | None = None
    for message in room["messages"]:
        what = message.get("system") or {}
        whom = what.get("member", message["author"])
        if whom != member:
            continue
        if what.get("kind") in ("created", "joined", "added"):
            begun = datetime.fromisoformat(message["created_at"]).timestamp()
        elif what.get("kind") in ("left", "removed") and begun is not None:
            yield Stay(begun, message["seq"])
            begun = None
    if begun is not None:
        yield Stay(begun)
