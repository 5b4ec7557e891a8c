"""The whole state of one client: its snapshot, who is connected, and the newest messages of every room.

`tests.contract.client.Client` has the rules for events; this adds those for `resume`, for pages and for replies.
"""

from __future__ import annotations

from collections import Counter

from tests.contract.client import Client, Document


class WholeState(Client):
    """Begins as a snapshot. A room's messages are in `pages` from the number in `first` on, once `load` has run."""

    def __init__(self, snapshot: Document) -> None:
        super().__init__(snapshot, {room["id"]: {"messages": []} for room in snapshot["rooms"]})
        self.epoch: str = snapshot["epoch"]
        self.directory: int = snapshot["directory"]
        self.presence = _presence(snapshot)
        self.first: dict[int, int] = {}
        """Room → the number from which on its messages are loaded. Rooms without one need a page."""
        self.windows: Counter[int] = Counter()
        """Room → how often its messages were dropped. A page that was asked for before that says nothing."""

    @property
    def is_guest(self) -> bool:
        return bool(self.me["role"] == "guest")

    @property
    def unloaded(self) -> list[int]:
        return [room for room in self.rooms if room not in self.first]

    def misses(self, event: Document) -> bool:
        """Whether something comes before this `message` event that is not here."""
        seq: int = event["seq"]
        last: int = self.last.get(event["room"], seq)
        return bool(seq > last + 1 and event.get("after", seq) > last)

    def is_behind(self, room: int, head: int) -> bool:
        """Whether a room of this member has changes up to `head` that are not here."""
        return bool(self.last.get(room, head) < head)

    def take(self, told: Document) -> None:
        """A `resume` was answered, in the same epoch."""
        self._take_whole(told)
        for changes in told["changes"]:
            if changes.get("reset"):
                self._drop_messages(changes["room"])
            for message in changes["messages"]:
                if message["seq"] > self.last[message["room"]]:
                    self._count(message)
                self._put(message)
            self.last[changes["room"]] = max(self.last[changes["room"]], changes["seq"])

    def load(self, page: Document) -> None:
        """The newest page of a room. Events may have brought newer states of its messages."""
        room, messages = page["room"], page["messages"]
        for message in messages:
            self._put(message)
        self.first[room] = messages[0]["number"] if page["before"] else 1

    def take_reply(self, kind: str, reply: Document) -> None:
        """The reply to a command says the same as the event that will follow."""
        if kind in ("message.edit", "message.delete"):
            self._put(reply)
        elif kind in ("room.read", "room.unread", "room.notify"):
            self._membership({"membership": reply})
        elif kind == "profile.update":
            self._member({"member": reply})
        elif "membership" in reply:
            self._membership(reply)
        elif "version" in reply and reply["version"] >= self.newest.get(reply["room"]["id"], self.version):
            self._forget(reply["room"]["id"])

    def meet(self, members: list[Document]) -> None:
        """`member.list` was answered."""
        for member in members:
            self._member({"member": member})

    def strangers(self) -> set[int]:
        """Members that appear in rooms and messages and are not known."""
        seen = {pk for room in self.rooms.values() for pk in room.get("participants", ())}
        for page in self.pages.values():
            for message in page.values():
                seen |= {message["author"], message.get("system", {}).get("member", message["author"])}
        return seen - self.members.keys()

    def _take_whole(self, told: Document) -> None:
        self.version, self.newest = told["version"], {}
        self.workspace, self.directory = told["workspace"], told["directory"]
        self.presence = _presence(told)
        self.meet([*told["members"], told["me"]])
        for room in self.rooms.keys() - {room["id"] for room in told["rooms"]}:
            self._forget(room)
        self.places |= {place["room"]: place for place in told["memberships"]}
        for room in told["rooms"]:
            if room["id"] not in self.last:
                self._enter(room)
            self._room({"room": room})
            self.as_of[room["id"]] = room["last_number"]
            self._read_own_post(room["id"])

    def _put(self, message: Document) -> None:
        page = self.pages.get(message["room"])
        if page is not None and message["seq"] > page.get(message["number"], {"seq": 0})["seq"]:
            page[message["number"]] = message

    def _enter(self, room: Document) -> None:
        super()._enter(room)
        self._drop_messages(room["id"])

    def _forget(self, room: int) -> None:
        super()._forget(room)
        self.first.pop(room, None)
        self.windows[room] += 1

    def _drop_messages(self, room: int) -> None:
        self.pages[room] = {}
        self.first.pop(room, None)
        self.windows[room] += 1


def _presence(told: Document) -> dict[int, str]:
    return {entry["member"]: entry["state"] for entry in told["presence"]}
