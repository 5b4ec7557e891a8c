"""People at their sockets: `alice.says(room, text)`, `bob.hears(text)`, `bob.hears_nothing()`.

A `Person` on line keeps what the protocol's client keeps (contract G6): for each room the last seq and the state of
each message, applied only if it is the next one. `view(room)` is what they would see on their screen.
"""

from __future__ import annotations

import json
import socket
import struct
import time
import uuid
from collections.abc import Callable
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from hubbub.protocol.ids import make_message_id
from tests.serving import Person, Server

SECONDS_TO_WAIT = 10.0
"""Until an expected event counts as missing. Generous: a busy machine must not make a test fail."""

SECONDS_OF_SILENCE = 0.4
"""Without any event for so long, nothing comes. A wrong event arrives together with a right one, or soon after."""

BACKGROUND = {"hello", "heartbeat", "presence", "member"}


class Refused(Exception):
    """An error reply."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(f"{error['code']}: {error['message']}")
        self.code: str = error["code"]
        self.message: str = error["message"]
        self.retry_after: float | None = error.get("retry_after")


class View:
    """One room as a client knows it."""

    def __init__(self, seq: int) -> None:
        self.start = self.seq = seq
        self.messages: dict[str, dict[str, Any]] = {}
        self.jumped = False

    def put(self, message: dict[str, Any]) -> None:
        known = self.messages.get(message["id"])
        if known is None or known["seq"] < message["seq"]:
            self.messages[message["id"]] = message

    def hear(self, event: dict[str, Any]) -> None:
        before = event.get("after", event["seq"] - 1)
        if event["seq"] <= self.seq:
            return
        if before > self.seq:
            self.jumped = True
            return
        self.seq = event["seq"]
        self.put(event["message"])

    @property
    def texts(self) -> list[str]:
        posts = [m for m in self.messages.values() if "system" not in m]
        return [m["text"] for m in sorted(posts, key=lambda m: m["number"])]


class Online:
    """One person's socket. Waits for what it asks for, remembers all that came."""

    def __init__(self, connection: ClientConnection, person: Person) -> None:
        self.person = person
        self.me = person.member
        self.events: list[dict[str, Any]] = []
        self.received: list[bytes] = []
        self.rooms: dict[int, View] = {}
        self.state: dict[str, Any] = {}
        self.epoch = ""
        self._socket = connection
        self._replies: dict[int, dict[str, Any]] = {}
        self._read = 0
        self._last_id = 0

    # What a person does.

    def says(self, room: int, text: str, *, id: str | None = None) -> dict[str, Any]:  # noqa: A002
        """Post, wait for the acknowledgement, return the message."""
        message: dict[str, Any] = self.sends(room, text, id=id)["message"]
        return message

    def sends(self, room: int, text: str, *, id: str | None = None) -> dict[str, Any]:  # noqa: A002
        return self.command("message.send", room=room, message=id or new_id(), text=text)

    def creates(self, name: str | None = None, *, private: bool = False, invite: tuple[Any, ...] = ()) -> int:
        """Create a room (with a unique name by default) and invite others. Returns its id."""
        state = self.command("room.create", name=name or f"room {uuid.uuid4()}", private=private)
        room: int = state["room"]["id"]
        self.hears_event("membership", lambda e: e["membership"]["room"] == room)
        if invite:
            self.invites(room, *invite)
        return room

    def invites(self, room: int, *people: Person | Online) -> None:
        """Invite people, and wait until those who are connected have received it."""
        members = [p.me if isinstance(p, Online) else p.member for p in people]
        count = self.command("room.invite", room=room, members=members)["room"]["members"]

        def all_are_in(event: dict[str, Any]) -> bool:
            return bool(event["room"]["id"] == room and event["room"]["members"] == count)

        self.hears_event("room", all_are_in)
        for person in people:
            if isinstance(person, Online):
                person.hears_event("membership", lambda e: e["membership"]["room"] == room)
                # On another process this event may pass before the process subscribes to the room.
                person.may_hear("room", all_are_in, within=0.5)

    def removes(self, person: Online, room: int) -> None:
        self.command("room.remove", room=room, member=person.me)

    # Commands and replies.

    def command(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Ask, wait, return `ok`. Raises Refused for an error."""
        return self.reply_to(self.ask(kind, **fields))

    def ask(self, kind: str, **fields: Any) -> int:
        """Send a command without waiting. Returns its request id."""
        self._last_id += 1
        self.send(json.dumps({"id": self._last_id, "type": kind, **fields}))
        return self._last_id

    def reply_to(self, request: int) -> dict[str, Any]:
        self._until(lambda: request in self._replies, f"a reply to request {request}")
        reply = self._replies.pop(request)
        if "error" in reply:
            raise Refused(reply["error"])
        ok: dict[str, Any] = reply["ok"]
        return ok

    def send(self, data: Any) -> None:
        """A frame as it is; a list is sent as fragments of one message."""
        self._socket.send(data)

    def takes_snapshot(self) -> dict[str, Any]:
        """Ask for a snapshot and forget the state before it."""
        self.state = self.command("snapshot")
        self.epoch = self.state["epoch"]
        self.rooms = {room["id"]: View(room["seq"]) for room in self.state["rooms"]}
        return self.state

    def resumes(self, before: Online | None = None) -> dict[str, Any]:
        """Resume from the state of `before`, an earlier socket of the same person, or from this one's own."""
        if before is not None:
            self.rooms, self.epoch = before.rooms, before.epoch
        known = {str(room): view.seq for room, view in self.rooms.items()}
        self.state = self.command("resume", epoch=self.epoch, rooms=known)
        self.epoch = self.state["epoch"]
        named = {changes["room"]: changes for changes in self.state["changes"]}
        for room in self.state["rooms"]:
            view = self.rooms.setdefault(room["id"], View(room["seq"]))
            if changes := named.get(room["id"]):
                if changes.get("reset"):
                    self.rooms[room["id"]] = View(changes["seq"])
                    continue
                for message in changes.get("messages", ()):
                    view.put(message)
                view.seq = max(view.seq, changes["seq"])
                view.jumped = False
        mine = {room["id"] for room in self.state["rooms"]}
        self.rooms = {room: view for room, view in self.rooms.items() if room in mine}
        return self.state

    def room(self, name: str) -> int:
        found: int = next(room["id"] for room in self.state["rooms"] if room["name"] == name)
        return found

    def view(self, room: int) -> View:
        return self.rooms[room]

    # Events that a person receives.

    def hears(self, text: str, *, room: int | None = None) -> dict[str, Any]:
        """The next message with this text."""
        event = self.hears_event(
            "message", lambda e: e["message"]["text"] == text and room in (None, e["room"]), f"“{text}”"
        )
        message: dict[str, Any] = event["message"]
        return message

    def hears_event(
        self, kind: str, fits: Callable[[dict[str, Any]], bool] = lambda _: True, what: str = ""
    ) -> dict[str, Any]:
        """Wait for the next event of this type that fits. It and all events before it count as read."""

        def found() -> bool:
            for place in range(self._read, len(self.events)):
                event = self.events[place]
                if event["type"] == kind and fits(event):
                    self._read = place + 1
                    return True
            return False

        self._until(found, what or f"an event “{kind}”")
        return self.events[self._read - 1]

    def may_hear(self, kind: str, fits: Callable[[dict[str, Any]], bool], *, within: float) -> None:
        """Wait so many seconds for such an event, which need not come. If it does, it counts as read."""
        end = time.monotonic() + within
        while time.monotonic() < end:
            for place in range(self._read, len(self.events)):
                if self.events[place]["type"] == kind and fits(self.events[place]):
                    self._read = place + 1
                    return
            self.listen(0.02)

    def hears_nothing(self, *, for_: float = SECONDS_OF_SILENCE, of: set[str] | None = None) -> None:
        """No unread event comes except background ones; with `of`, no event of these types."""
        self.listen(for_)
        unexpected = [
            e for e in self.events[self._read :] if (e["type"] in of if of else e["type"] not in BACKGROUND)
        ]
        assert not unexpected, f"{self.person.name} heard {unexpected}"

    def news_of_presence(self) -> set[int]:
        """Members whose presence the unread events mention."""
        news = [e for e in self.events[self._read :] if e["type"] == "presence"]
        return {changed["member"] for event in news for changed in event["presence"]}

    def forgets(self) -> None:
        """Count all events that have come as read."""
        self.listen(0.05)
        self._read = len(self.events)

    def listen(self, seconds: float) -> None:
        """Receive events during this time."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                self._take(left)
            except TimeoutError:
                return

    def catches_up_to(self, room: int, seq: int) -> None:
        """Wait until all events up to this seq are known. Resumes after a gap or a `lag`, as the client does."""

        def there() -> bool:
            view = self.rooms[room]
            lag = any(e["type"] == "lag" and e["room"] == room for e in self.events[self._read :])
            if view.jumped or lag:
                self._read = len(self.events)
                self.resumes()
            return self.rooms[room].seq >= seq

        self._until(there, f"seq {seq} of room {room}")

    # The end.

    def closes(self) -> None:
        self._socket.close()

    def vanishes(self) -> None:
        """Reset the connection: no close frame."""
        self._socket.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.socket.close()

    def is_closed(self, code: int, *, within: float = SECONDS_TO_WAIT) -> str:
        """The server closes with this code; returns the reason."""
        end = time.monotonic() + within
        try:
            while (left := end - time.monotonic()) > 0:
                self._take(left)
        except TimeoutError:
            pass
        except ConnectionClosed as closed:
            assert closed.rcvd is not None, f"{self.person.name}'s connection was cut without a close frame"
            assert closed.rcvd.code == code, f"closed with {closed.rcvd.code} {closed.rcvd.reason!r}"
            return closed.rcvd.reason
        raise AssertionError(f"{self.person.name}'s socket was not closed within {within} s")

    @property
    def subprotocol(self) -> str | None:
        return self._socket.subprotocol

    def _until(self, holds: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + SECONDS_TO_WAIT
        while not holds():
            try:
                self._take(end - time.monotonic())
            except TimeoutError:
                latest = [e for e in self.events[-5:] if e["type"] not in BACKGROUND]
                raise AssertionError(
                    f"{self.person.name} waited for {what} in vain; last came {latest}"
                ) from None

    def _take(self, timeout: float) -> None:
        data = self._socket.recv(timeout=max(timeout, 0.001), decode=False)
        assert isinstance(data, bytes)
        self.received.append(data)
        document = json.loads(data)
        if "re" in document:
            self._replies[document["re"]] = document
            return
        self.events.append(document)
        match document["type"]:
            case "message" if document["room"] in self.rooms:
                self.rooms[document["room"]].hear(document)
            case "membership" if "room" in document:
                self.rooms.setdefault(document["room"]["id"], View(document["room"]["seq"]))
            case "left":
                self.rooms.pop(document["room"], None)
            case "heartbeat":
                self.ask("beat")


class Lines:
    """One person's room socket, which has the protocol of the Channels tutorial."""

    def __init__(self, connection: ClientConnection) -> None:
        self._socket = connection
        self.lines: list[dict[str, Any]] = []

    def says(self, text: str, *, binary: bool = False) -> None:
        document = json.dumps({"message": text})
        self._socket.send(document.encode() if binary else document)

    def send(self, data: str | bytes) -> None:
        self._socket.send(data)

    def hears(self, text: str) -> dict[str, Any]:
        """Wait for the next line with this text; other lines before it are skipped."""
        while True:
            line = self.next()
            if line.get("message") == text:
                return line

    def next(self, *, within: float = SECONDS_TO_WAIT) -> dict[str, Any]:
        line: dict[str, Any] = json.loads(self._socket.recv(timeout=within))
        self.lines.append(line)
        return line

    def hears_nothing(self, *, for_: float = SECONDS_OF_SILENCE) -> None:
        try:
            line = self.next(within=for_)
        except TimeoutError:
            return
        raise AssertionError(f"heard {line}")

    def is_closed(self, code: int, *, within: float = SECONDS_TO_WAIT) -> str:
        try:
            while True:
                self.next(within=within)
        except ConnectionClosed as closed:
            assert closed.rcvd is not None and closed.rcvd.code == code, closed
            return closed.rcvd.reason

    def closes(self) -> None:
        self._socket.close()


def new_id() -> str:
    return str(make_message_id())


def dial(
    server: Server,
    path: str = "/ws/",
    *,
    person: Person | None = None,
    cookie: bool = False,
    **options: Any,
) -> ClientConnection:
    """Open a WebSocket: with the person's token, or as their browser with its cookie and Origin."""
    headers: dict[str, str] = dict(options.pop("headers", {}))
    if person is not None and cookie:
        headers["Cookie"] = f"sessionid={person.session}"
        options.setdefault("origin", server.origin)
    elif person is not None:
        headers["Authorization"] = f"Bearer {person.token}"
    options.setdefault("compression", None)
    options.setdefault("max_size", None)
    options.setdefault("close_timeout", 2)
    url = f"ws://127.0.0.1:{server.port}{path}"
    # Entered and never left: the caller closes it.
    connection: ClientConnection = connect(url, additional_headers=headers, proxy=None, **options).__enter__()
    return connection
