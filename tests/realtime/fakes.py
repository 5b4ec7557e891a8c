"""Fakes of sockets, clocks and commits, for tests of one part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

from pydantic_core import from_json

from hubbub.models import Member
from hubbub.protocol.objects import Message, Role, System, SystemKind
from hubbub.publish import RoomFrame, frame_of
from hubbub.realtime.delivery.connection import Connection
from hubbub.realtime.delivery.encoded_events import EncodedEvents
from hubbub.realtime.delivery.fanout import WriteScheduler
from hubbub.realtime.delivery.feed import Feed
from hubbub.realtime.delivery.socket_protocols import EVENT_PROTOCOL, SocketProtocol
from hubbub.realtime.delivery.versions import Versions
from hubbub.realtime.logins.sign_in import Login

ROOM = 7
ALICE, BOB, CAROL = 1, 2, 3


class Clock:
    """The parts of an event loop that a connection needs; only the test advances its time."""

    def __init__(self) -> None:
        self.now = 100.0
        self.soon: list[Any] = []
        self.later: list[tuple[float, Any]] = []

    def time(self) -> float:
        return self.now

    def create_future(self) -> Promise:
        return Promise()

    def call_soon(self, call: Any, *args: Any) -> None:
        self.soon.append(partial(call, *args) if args else call)

    def call_later(self, seconds: float, call: Any, *args: Any) -> None:
        self.later.append((self.now + seconds, partial(call, *args)))

    def wait(self, seconds: float) -> None:
        """Let time pass, and run the calls that become due."""
        end = self.now + seconds
        while due := [entry for entry in self.later if entry[0] <= end]:
            first = min(due, key=lambda entry: entry[0])
            self.later.remove(first)
            self.now = max(self.now, first[0])
            first[1]()
        self.now = end

    def turn(self) -> None:
        """One turn of the event loop."""
        waiting, self.soon = self.soon, []
        for call in waiting:
            call()


class Promise:
    def __init__(self) -> None:
        self.kept = False

    def done(self) -> bool:
        return self.kept

    def set_result(self, _: None) -> None:
        self.kept = True


class Pipe:
    """A pipe that records what was written. `ready = False`: the client does not read."""

    def __init__(self, *, ready: bool = True) -> None:
        self.ready = ready
        self.written: list[EncodedEvents] = []

    def write(self, events: EncodedEvents) -> None:
        assert self.ready, "written to although the transport is full"
        self.written.append(events)

    def abort(self) -> None:
        self.ready = False

    @property
    def texts(self) -> list[bytes]:
        return [text for events in self.written for text in events.texts]

    @property
    def events(self) -> list[Any]:
        return [from_json(text) for text in self.texts]

    @property
    def seqs(self) -> list[int]:
        return [event["seq"] for event in self.events if event.get("type") == "message"]

    @property
    def lags(self) -> dict[int, int]:
        return {event["room"]: event["head"] for event in self.events if event.get("type") == "lag"}


def connected(
    member: int = ALICE,
    *,
    protocol: SocketProtocol = EVENT_PROTOCOL,
    role: Role = Role.MEMBER,
    ready: bool = True,
    clock: Clock | None = None,
    login: str | None = None,
) -> Connection:
    """A connection with a snapshot of the member's version 1; `pipe_of` shows what its client received."""
    person = Member(pk=member, name=f"member {member}", role=role)
    loop: Any = clock or Clock()
    connection = Connection(Login(person, key=login or f"token:{member}"), protocol, loop)
    connection.pipe = Pipe(ready=ready)
    connection.known = Versions(1)
    connection.live = True
    return connection


def pipe_of(connection: Connection) -> Pipe:
    assert isinstance(connection.pipe, Pipe)
    return connection.pipe


def frame(
    seq: int,
    *,
    text: str = "hello",
    number: int | None = None,
    room: int = ROOM,
    author: int = ALICE,
    after: int | None = None,
    system: System | None = None,
) -> RoomFrame:
    """The frame of a message with this seq."""
    message = Message(
        id=UUID(int=number or seq),
        room=room,
        number=number or seq,
        post=number or seq,
        seq=seq,
        author=author,
        text=text,
        created_at=datetime(2026, 11, 20, tzinfo=UTC),
        system=system,
    )
    return frame_of(message, f"member {author}", new=number in (None, seq), after=after)


def removal(seq: int, *, of: int) -> RoomFrame:
    return frame(seq, text="", system=System(kind=SystemKind.REMOVED, member=of))


def feed_with(*listeners: Connection, head: int = 0, last_number: int = 0) -> WatchedFeed:
    """A feed of ROOM with these connections attached."""
    feed = WatchedFeed(head, last_number)
    for listener in listeners:
        listener.rooms.add(ROOM)
        feed.audience.add(listener, head)
    return feed


class WatchedFeed(Feed):
    """A feed that counts its repairs, and detaches members who leave, as the hub would."""

    def __init__(self, head: int, last_number: int) -> None:
        self.clock = Clock()
        self.repairs = self.state_reads = 0
        super().__init__(
            ROOM,
            head,
            last_number,
            repair=self._ask_repair,
            read_room_state=self._ask_room_state,
            leave=self._let_leave,
            scheduler=scheduler_of(self.clock),
        )

    def hears(self, *frames: RoomFrame) -> None:
        self.receive(frames)

    def _ask_repair(self, _: Feed) -> None:
        self.repairs += 1

    def _ask_room_state(self, _: Feed) -> None:
        self.state_reads += 1

    def _let_leave(self, _: Feed, member: int, seq: int) -> None:
        for connection in [c for c in self.audience if c.member.pk == member]:
            if self.audience.attached_before(seq, connection):
                connection.rooms.discard(self.room)
                self.audience.discard(connection)


def scheduler_of(clock: Clock, committing: Callable[[], int | None] = lambda: None) -> WriteScheduler:
    """A scheduler on a loop that only the test advances; writing takes no time unless the clock is advanced."""
    loop: Any = clock
    return WriteScheduler(loop, committing, clock.time)


def texts_of(sent: Sequence[EncodedEvents]) -> list[bytes]:
    return [text for events in sent for text in events.texts]
