"""Compares a client's whole state with what a fresh snapshot and timelines say (invariant I11)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.faults.whole_state import WholeState

NOTHING = "nothing"
Document = dict[str, Any]


def differences(state: WholeState, fresh: Document, rooms: Mapping[int, Document]) -> list[str]:
    """Where a client differs from the database, one line each: path, what it has, what the database says.

    `fresh`: the member's snapshot. `rooms`: each with all of its messages. Who is connected is in no database: see
    `wrong_presence`. What it knows of members that it cannot see any more may be out of date.
    """
    mine = {
        "me": state.me,
        "workspace": state.workspace,
        "rooms": state.rooms,
        "memberships": {room: _without_as_of(place) for room, place in state.places.items()},
        "members": {pk: member for pk, member in state.members.items() if pk in _ids(fresh["members"])},
        "messages": {room: _loaded(state, room) for room in state.rooms},
    }
    theirs = {
        "me": fresh["me"],
        "workspace": fresh["workspace"],
        "rooms": {room["id"]: room for room in fresh["rooms"]},
        "memberships": {place["room"]: place for place in fresh["memberships"]},
        "members": {member["id"]: member for member in fresh["members"]},
        "messages": {
            room["id"]: _from(state.first.get(room["id"]), rooms[room["id"]]) for room in fresh["rooms"]
        },
    }
    return list(compared("", mine, theirs))


def wrong_presence(
    state: WholeState, fresh: Document, connected: Mapping[int, str], people: set[int]
) -> list[str]:
    """Which of `people` it shows as connected, away or gone, and should not. `connected`: member → how they are."""
    visible = people & _ids(fresh["members"])
    mine = {pk: state.presence.get(pk, "offline") for pk in visible}
    theirs = {pk: connected.get(pk, "offline") for pk in visible}
    return list(compared(".presence", mine, theirs))


def compared(path: str, mine: Any, theirs: Any) -> Iterator[str]:
    """Each leaf that is not the same in both."""
    if isinstance(mine, dict) and isinstance(theirs, dict):
        for key in sorted(mine.keys() | theirs.keys()):
            yield from compared(f"{path}.{key}", mine.get(key, NOTHING), theirs.get(key, NOTHING))
    elif mine != theirs:
        yield f"{path.removeprefix('.')}: it has {_short(mine)}, the database {_short(theirs)}"


def _ids(members: list[Document]) -> set[int]:
    return {member["id"] for member in members}


def _without_as_of(place: Document) -> Document:
    return {key: value for key, value in place.items() if key != "as_of"}


def _loaded(state: WholeState, room: int) -> dict[int, Document]:
    first = state.first.get(room)
    if first is None:
        return {}
    return {number: message for number, message in state.pages[room].items() if number >= first}


def _from(first: int | None, room: Document) -> dict[int, Document]:
    """The messages that a client should have which has loaded from that number on."""
    first = first or max(room["last_number"], 1)
    return {message["number"]: message for message in room["messages"] if message["number"] >= first}


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 160 else f"{text[:160]}…"
