"""How the crawler calls each command: with every existing id, and with the beginning of every secret name.

A new command needs a line in `WAYS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from hubbub.protocol import commands
from hubbub.protocol.ids import make_message_id
from tests.attacks.canaries.planting import WORD, Known

Fields = dict[str, Any]

BEGINNINGS = ["", WORD[:1], WORD[:3], WORD, "a", "s", "@", "~1"]


def in_each_room(**fields: Any) -> Callable[[Known, int], Iterator[Fields]]:
    return lambda known, me: ({"room": room, **fields} for room in [*known.rooms, known.rooms[-1] + 1])


def of_each_message(**fields: Any) -> Callable[[Known, int], Iterator[Fields]]:
    return lambda known, me: ({"message": message, **fields} for message in known.messages)


def once(**fields: Any) -> Callable[[Known, int], Iterator[Fields]]:
    return lambda known, me: iter([fields])


def each(*ways: Callable[[Known, int], Iterator[Fields]]) -> Callable[[Known, int], Iterator[Fields]]:
    return lambda known, me: (fields for way in ways for fields in way(known, me))


def beginnings(**fields: Any) -> Callable[[Known, int], Iterator[Fields]]:
    return lambda known, me: ({"query": start, **fields} for start in BEGINNINGS)


WAYS: dict[str, Callable[[Known, int], Iterator[Fields]]] = {
    "snapshot": once(),
    "resume": lambda known, me: (
        {"epoch": epoch, "rooms": {str(room): seq for room in known.rooms}, **more}
        for epoch in ("", "EPOCH")
        for seq in (0, 1, 2**53)
        for more in ({}, {"directory": 0})
    ),
    "message.send": lambda known, me: (
        {"room": room, "message": message, "text": "a guess"}
        for room in known.rooms
        for message in (known.messages[room % len(known.messages)], str(make_message_id()))
    ),
    "message.edit": of_each_message(text="a guess", seq=1),
    "message.delete": of_each_message(),
    "message.get": of_each_message(),
    "timeline": each(
        in_each_room(),
        in_each_room(after=0, limit=100),
        in_each_room(before=2**53),
        in_each_room(around=1),
    ),
    "room.create": once(name="another", private=True),
    "room.direct": lambda known, me: ({"members": members} for members in ([me], known.members[:1])),
    "room.get": each(in_each_room(), lambda known, me: ({"name": start or "x"} for start in BEGINNINGS)),
    "room.directory": each(beginnings(), beginnings(archived=True), once(after="a", limit=100)),
    "room.rename": in_each_room(name="taken over"),
    "room.describe": in_each_room(description="taken over"),
    "room.archive": each(in_each_room(archived=True), in_each_room(archived=False)),
    "room.join": in_each_room(),
    "room.invite": lambda known, me: (
        {"room": room, "members": members} for room in known.rooms for members in ([me], known.members)
    ),
    "room.remove": lambda known, me: (
        {"room": room, "member": member} for room in known.rooms for member in (known.members[0], me)
    ),
    "room.roster": each(in_each_room(), in_each_room(query=WORD[:3]), in_each_room(after=1, limit=100)),
    "room.read": in_each_room(number=1),
    "room.unread": in_each_room(number=1),
    "room.notify": in_each_room(level="all"),
    "room.leave": in_each_room(),
    "member.list": lambda known, me: iter([{"members": known.members}, {"members": known.members[-1:]}]),
    "member.directory": each(beginnings(), once(after=1)),
    "profile.update": once(about="looks around"),
    "presence.set": once(state="active"),
    "typing": in_each_room(),
    "beat": once(),
}


def all_of_them(known: Known, me: int) -> Iterator[tuple[str, Fields]]:
    """Every command with every guess, reading before changing. AssertionError for a command that is missing in the
    table."""
    unknown = [kind for kind in commands.BY_TYPE if kind not in WAYS]
    assert not unknown, (
        f"The crawler does not know how to call {unknown}: add a line for each to WAYS in {__file__}."
    )
    for kind in sorted(WAYS, key=lambda kind: kind not in READING):
        for fields in WAYS[kind](known, me):
            yield kind, fields


READING = {"snapshot", "resume", "timeline", "message.get", "room.get", "room.roster", "room.directory"}
READING |= {"member.list", "member.directory"}
