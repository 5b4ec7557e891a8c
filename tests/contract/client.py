"""How a client turns events into state: the rules of `client/src/state`, in as few lines as possible.

An event without a seq is taken only if its version is newer than what is known of the same thing (contract G13).
"""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]


class Client:
    """A state that began as a snapshot, with the loaded pages of some rooms."""

    def __init__(self, snapshot: Document, timelines: dict[int, Document]) -> None:
        self.me: Document = snapshot["me"]
        self.version: int = snapshot["version"]
        self.workspace: Document = snapshot["workspace"]
        self.reach: str = snapshot["reach"]
        self.rooms: dict[int, Document] = {room["id"]: room for room in snapshot["rooms"]}
        self.places: dict[int, Document] = {place["room"]: place for place in snapshot["memberships"]}
        self.members: dict[int, Document] = {member["id"]: member for member in snapshot["members"]}
        self.last = {room["id"]: room["seq"] for room in snapshot["rooms"]}
        self.newest: dict[int, int] = {}
        """room → the version of the newest change of the membership; 0: of the permissions"""
        self.as_of = {room["id"]: room["last_number"] for room in snapshot["rooms"]}
        self.described = dict(self.last)
        self.own_posts: dict[int, tuple[int, int]] = {}
        self.pages = {room: {m["number"]: m for m in page["messages"]} for room, page in timelines.items()}

    def apply(self, event: Document) -> None:
        getattr(self, f"_{event['type']}")(event)

    def _message(self, event: Document) -> None:
        room = event["room"]
        last = self.last.get(room)
        if last is None or event["seq"] <= last:
            return
        assert event["seq"] == last + 1 or event.get("after", last + 1) <= last, "something was missed"
        self.last[room] = event["seq"]
        self._count(event["message"])
        self._put(event["message"])

    def _put(self, message: Document) -> None:
        if message["room"] in self.pages:
            self.pages[message["room"]][message["number"]] = message

    def _count(self, message: Document) -> None:
        room = self.rooms[message["room"]]
        new = message["number"] > room["last_number"]
        changed = {"seq": message["seq"], "posts": max(room["posts"], message["post"])}
        if new:
            changed |= {"last_number": message["number"], "last_at": message["created_at"]}
        self.rooms[room["id"]] = room | changed
        own = message["author"] == self.me["id"] and "system" not in message
        if own and message["number"] > self.own_posts.get(room["id"], (0, 0))[0]:
            self.own_posts[room["id"]] = message["number"], message["post"]
            self._read_own_post(room["id"])

    def _read_own_post(self, room: int) -> None:
        number, post = self.own_posts.get(room, (0, 0))
        if number > max(self.as_of[room], self.places[room]["read_number"]):
            self.places[room] = self.places[room] | {"read_number": number, "read_posts": post}

    def _room(self, event: Document) -> None:
        room = event["room"]
        if (known := self.rooms.get(room["id"])) and room["seq"] >= self.described[room["id"]]:
            self.described[room["id"]] = room["seq"]
            counters = ("seq", "last_number", "posts", "floor", "last_at")
            self.rooms[room["id"]] = room | {field: max(known[field], room[field]) for field in counters}

    def _membership(self, event: Document) -> None:
        place, room = event["membership"], event.get("room")
        if not room and place["room"] not in self.rooms:
            return  # it says too little; the room comes with the event that lets us in
        if not self._takes(place["room"], place["version"]):
            return
        if room:
            if room["id"] not in self.last:
                self._enter(room)
            self._room({"room": room})
        if place["room"] in self.rooms:
            known = room or self.rooms[place["room"]]
            self.as_of[place["room"]] = place.get("as_of", known["last_number"])
            self.places[place["room"]] = place
            self._read_own_post(place["room"])

    def _left(self, event: Document) -> None:
        if self._takes(event["room"], event["version"]):
            self._forget(event["room"])

    def _enter(self, room: Document) -> None:
        self.last[room["id"]] = self.described[room["id"]] = room["seq"]
        self.rooms[room["id"]] = room

    def _forget(self, room: int) -> None:
        for known in (self.rooms, self.places, self.last, self.pages, self.described, self.own_posts):
            known.pop(room, None)

    def _takes(self, about: int, version: int) -> bool:
        if version <= self.newest.get(about, self.version):
            return False
        self.newest[about] = version
        return True

    def _workspace(self, event: Document) -> None:
        if event["version"] > self.workspace["version"]:
            self.workspace = self.workspace | {"name": event["name"], "version": event["version"]}

    def _permissions(self, event: Document) -> None:
        if self._takes(0, event["version"]):
            self.workspace = self.workspace | {"open_rooms": event["open_rooms"]}
            self.reach = event["reach"]

    def _member(self, event: Document) -> None:
        member = event["member"]
        known = self.members.get(member["id"])
        if known is None or member["version"] >= known["version"]:
            self.members[member["id"]] = member
            if member["id"] == self.me["id"]:
                self.me = member
