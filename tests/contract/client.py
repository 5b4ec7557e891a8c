"""What a client makes of what it hears: the rules of `client/src/state`, in as few lines as they can be said."""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]


class Client:
    """A state that began as a snapshot, with the loaded pages of some rooms."""

    def __init__(self, snapshot: Document, timelines: dict[int, Document]) -> None:
        self.me: Document = snapshot["me"]
        self.workspace: Document = snapshot["workspace"]
        self.rooms: dict[int, Document] = {room["id"]: room for room in snapshot["rooms"]}
        self.places: dict[int, Document] = {place["room"]: place for place in snapshot["memberships"]}
        self.members: dict[int, Document] = {member["id"]: member for member in snapshot["members"]}
        self.last = {room["id"]: room["seq"] for room in snapshot["rooms"]}
        self.pages = {room: {m["number"]: m for m in page["messages"]} for room, page in timelines.items()}

    def apply(self, event: Document) -> None:
        getattr(self, f"_{event['type']}")(event)

    def _message(self, event: Document) -> None:
        room = event["room"]
        last = self.last[room]
        if event["seq"] <= last:
            return
        assert event["seq"] == last + 1 or event.get("after", last + 1) <= last, "something was missed"
        self.last[room] = event["seq"]
        self._count(event["message"])
        if room in self.pages:
            self.pages[room][event["message"]["number"]] = event["message"]

    def _count(self, message: Document) -> None:
        room = self.rooms[message["room"]]
        new = message["number"] > room["last_number"]
        changed = {"seq": message["seq"], "posts": max(room["posts"], message["post"])}
        if new:
            changed |= {"last_number": message["number"], "last_at": message["created_at"]}
        self.rooms[room["id"]] = room | changed
        if new and message["author"] == self.me["id"] and "system" not in message:
            read = {"read_number": message["number"], "read_posts": message["post"]}
            self.places[room["id"]] = self.places[room["id"]] | read

    def _room(self, event: Document) -> None:
        room = event["room"]
        assert room["seq"] >= self.rooms[room["id"]]["seq"], "an event without seq tells of the past"
        self.rooms[room["id"]] = room

    def _membership(self, event: Document) -> None:
        self.places[event["membership"]["room"]] = event["membership"]
        if room := event.get("room"):
            self.rooms[room["id"]] = room
            self.last[room["id"]] = room["seq"]

    def _left(self, event: Document) -> None:
        for known in (self.rooms, self.places, self.last, self.pages):
            known.pop(event["room"], None)  # type: ignore[attr-defined]

    def _workspace(self, event: Document) -> None:
        self.workspace = self.workspace | {field: event[field] for field in event if field != "type"}

    def _member(self, event: Document) -> None:
        member = event["member"]
        self.members[member["id"]] = member
        if member["id"] == self.me["id"]:
            self.me = member
