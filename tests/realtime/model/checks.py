"""The checks: of everything that a connection receives, at once; of the state of all clients, when all is quiet."""

from __future__ import annotations

import json
from typing import Any

from hubbub.protocol.objects import Role
from hubbub.protocol.wire import Wire
from tests.contract.client import Document
from tests.realtime.model.database import Database
from tests.realtime.model.tab import Socket, Tab


class Violation(AssertionError):
    """A promise of docs/delivery.md is broken."""


def check_handed(db: Database, socket: Socket, document: Document) -> None:
    """No event from after the end of a membership (G9); frames in order (G4); never an older state (G13)."""
    if "re" in document:
        _check_reply(db, socket.member, document.get("ok", {}))
        return
    match document["type"]:
        case "message":
            _check_access(db, socket.member, document["room"], document["seq"])
            if not _is_known(socket, document):
                _check_rising(socket, ("message", document["room"]), document["seq"])
        case "room":
            _check_room(db, socket.member, document["room"])
            if not _has_room_state(socket, document["room"]):
                _check_rising(socket, ("room", document["room"]["id"]), document["room"]["seq"])
        case "membership":
            if room := document.get("room"):
                _check_room(db, socket.member, room)
            place = document["membership"]
            _check_rising(socket, ("place", place["room"]), place["version"])
        case "left":
            _check_rising(socket, ("place", document["room"]), document["version"])
        case "permissions" | "workspace" as kind:
            _check_rising(socket, kind, document["version"])
        case "member" if socket.member not in db.guests:
            _check_rising(socket, ("member", document["member"]["id"]), document["member"]["version"])
        case "lag":
            _check_access(db, socket.member, document["room"], document["head"])
        case "heartbeat":
            for room, head in document.get("heads", {}).items():
                _check_access(db, socket.member, int(room), head)


def _is_known(socket: Socket, message: Document) -> bool:
    """Whether the client drops it. A feed that is behind tells listeners, too, that attached ahead of it."""
    view = socket.tab.follower.view
    return view is not None and message["seq"] <= view.last.get(message["room"], message["seq"])


def _has_room_state(socket: Socket, room: Document) -> bool:
    """Whether the client knows a newer state of the room. A state may wait in turns while the member rejoins."""
    view = socket.tab.follower.view
    return view is not None and room["seq"] < view.described.get(room["id"], 0)


def _check_reply(db: Database, member: int, answer: Document) -> None:
    for room in answer.get("rooms", ()):
        _check_room(db, member, room)
    for changes in answer.get("changes", ()):
        _check_access(db, member, changes["room"], changes["seq"])
        for message in changes.get("messages", ()):
            _check_access(db, member, changes["room"], message["seq"])


def _check_room(db: Database, member: int, room: Document) -> None:
    _check_access(db, member, room["id"], room["seq"])


def _check_access(db: Database, member: int, room: int, seq: int) -> None:
    belongs = (room, member) in db.places
    if not belongs and seq > db.ended.get((room, member), 0):
        raise Violation(f"G9: member {member} is handed seq {seq} of room {room} after they have lost it")


def _check_rising(socket: Socket, about: Any, version: int) -> None:
    if version < socket.handed.get(about, 0):
        raise Violation(f"member {socket.member} is handed {about} at {version} after {socket.handed[about]}")
    socket.handed[about] = version


def check_view(db: Database, tab: Tab) -> None:
    """A tab shows the state of the database."""
    view = tab.follower.view
    if view is None:
        raise Violation(f"a tab of member {tab.member} never got its snapshot")
    me, mine = db.people[tab.member], db.rooms_of(tab.member)
    places = {room: {k: v for k, v in place.items() if k != "as_of"} for room, place in view.places.items()}
    _same(tab, "rooms", view.rooms, {room: _plain(db.rooms[room].as_object()) for room in mine})
    _same(tab, "memberships", places, {r: _plain(db.places[r, me.id].as_object()) for r in mine})
    workspace = {"name": db.name, "version": db.version, "open_rooms": me.role != Role.GUEST}
    _same(tab, "the workspace", view.workspace, workspace)
    people = {person.id: _plain(person.as_object()) for person in db.visible_to(me)}
    known = {id: view.members[id] for id in people if me.role != Role.GUEST or id in view.members}
    _same(tab, "people", known, {id: people[id] for id in known})
    for room in mine:
        since, messages = view.since[room], db.rooms[room].messages.values()
        page = view.pages[room]
        wanted = {m.number: _plain(m) for m in messages if m.seq > since or m.number in page}
        _same(tab, f"messages of room {room}", page, wanted)


def _same(tab: Tab, what: str, shown: Any, right: Any) -> None:
    if shown != right:
        raise Violation(f"member {tab.member} sees wrong {what}:\n  {shown}\nand right is\n  {right}")


def _plain(shape: Wire) -> Document:
    document: Document = json.loads(shape.encode())
    return document
