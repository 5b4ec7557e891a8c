"""The steps of a history: a change happens, something that waits continues, or something fails.

Alice owns two rooms, Bob is in one of them with tabs at both processes, Carol is in none. A history is data, a list of
steps, so it can be drawn by `walks` or by `machine`, printed, made shorter and run again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any, NamedTuple

from hubbub.protocol.objects import Level, Role
from tests.realtime.model.process import Process
from tests.realtime.model.transaction import Transaction
from tests.realtime.model.world import EVERYTHING, World, listening

ALICE, BOB, CAROL = 1, 2, 3
SQUARE, KITCHEN = 1, 2

Change = tuple[Any, ...]
"""A method of Transaction, and its arguments."""


class OneOf(NamedTuple):
    """The values of an argument, by kind; each kind is as likely as the others. `several`: two or three of them."""

    kinds: Sequence[Sequence[Any]]
    several: bool = False


ANYBODY = (BOB, BOB, BOB, CAROL, ALICE)
ROOMS = (SQUARE, SQUARE, KITCHEN)
NAMES = ("one", "two", "three")
CHANGES: list[list[Change]] = [
    [("invite", ALICE, room, who) for room in ROOMS for who in ANYBODY],
    [("join", who, room) for room in ROOMS for who in ANYBODY],
    [("remove", ALICE, room, who) for room in ROOMS for who in ANYBODY],
    [("leave", who, room) for room in ROOMS for who in ANYBODY],
    [("post", who, room) for room in ROOMS for who in ANYBODY],
    [("post", ALICE, room) for room in ROOMS],
    [("edit", room, number, name) for room in ROOMS for number in range(1, 9) for name in NAMES],
    [("rename_room", ALICE, room, name) for room in ROOMS for name in NAMES],
    [("rename_member", who, name) for who in ANYBODY for name in NAMES],
    [("name_workspace", name) for name in NAMES],
    [("level", who, room, level) for who in ANYBODY for room in ROOMS for level in Level],
    [("read", who, room, number) for who in ANYBODY for room in ROOMS for number in range(1, 9)],
    [("change_role", who, role) for who in (BOB, CAROL) for role in (Role.MEMBER, Role.GUEST)],
]
COMMANDS = ("room.join", "room.leave", "message.send", "room.read", "room.notify", "room.get")
THREADS = OneOf([(0, 1, None)])
"""Of which process a thread commits; None: a process without sockets."""
PROCESSES, TABS, PLACES, YES_OR_NO = (
    OneOf([(0, 1)]),
    OneOf([range(4)]),
    OneOf([range(6)]),
    OneOf([(True, False)]),
)

STEPS: dict[str, dict[str, OneOf]] = {
    "does": {"what": OneOf(CHANGES), "at": THREADS},
    "does_together": {"what": OneOf(CHANGES, several=True), "at": THREADS},
    "asks": {"which": TABS, "kind": OneOf([COMMANDS]), "room": OneOf([ROOMS]), "level": OneOf([list(Level)])},
    "ends_logins": {"member": OneOf([ANYBODY]), "spared": TABS, "at": THREADS},
    "connects": {"which": TABS, "at": PROCESSES},
    "turns": {"at": PROCESSES, "times": OneOf([(1, 2, 5)])},
    "looks": {"at": PROCESSES, "place": PLACES, "times": OneOf([range(1, 5)])},
    "has_read": {"at": PROCESSES, "place": PLACES},
    "goes_on": {"at": PROCESSES, "kind": OneOf([("commands", "commits", "asks the bus")]), "times": PLACES},
    "reports": {"at": PROCESSES, "place": PLACES},
    "hears": {"at": PROCESSES, "place": PLACES, "again": YES_OR_NO},
    "hears_all": {"at": PROCESSES},
    "loses": {"at": PROCESSES, "place": PLACES},
    "time_passes": {},
    "compares": {"at": PROCESSES},
    "beats": {"at": PROCESSES},
    "is_cut": {"which": TABS},
    "reads_slowly": {"which": TABS, "ready": YES_OR_NO},
    "bus_goes": {"up": YES_OR_NO},
    "is_killed": {"at": PROCESSES},
    "read_fails": {"at": PROCESSES},
    "heals": {"lose": YES_OR_NO},
}
"""Step → what its arguments may be."""

RARE = {"ends_logins", "bus_goes", "is_killed", "read_fails", "heals"}
"""Steps after which little is left of what was going on."""


class Town:
    """A world with people in it. Each step lets go on what goes on by itself, and looks whether all is right."""

    def __init__(self) -> None:
        self.world = World()
        self._open = ExitStack()
        self._open.enter_context(listening(self.world))
        self._open.callback(self.world.close)
        for member, name in ((ALICE, "alice"), (BOB, "bob"), (CAROL, "carol")):
            self.world.db.person(member, name)
        for room, name in ((SQUARE, "square"), (KITCHEN, "kitchen")):
            self.world.db.room(room, name)
            self.does(("join", ALICE, room), at=0)
        self.does_together([("join", BOB, SQUARE), ("post", ALICE, SQUARE)], at=0)
        for member, place in ((ALICE, 0), (BOB, 1), (BOB, 0), (CAROL, 1)):
            self.world.connect(self.world.tab(member), self._process(place))
        self.world.settle()

    def close(self) -> None:
        self._open.close()

    def begins(self, by_hand: frozenset[str]) -> None:
        """Choose what does not go on by itself: each history is about a few kinds of lateness."""
        self.world.automatic = EVERYTHING - by_hand

    # Somebody does something.

    def does(self, what: Change, at: int | None) -> None:
        self.does_together([what], at)

    def does_together(self, what: Sequence[Change], at: int | None) -> None:
        """In one transaction."""
        self.world.do(*map(_change, what), at=None if at is None else self._process(at))
        self.world.settle()

    def asks(self, which: int, kind: str, room: int, level: Level) -> None:
        """A tab sends a command."""
        tab = self.world.tabs[which]
        if tab.socket and tab.follower.is_live:
            more: dict[str, dict[str, Any]] = {
                "message.send": {"message": str(self.world.db.next_id()), "text": "hi"},
                "room.read": {"number": 2},
                "room.notify": {"level": level},
            }
            tab.follower.says(kind, room=room, **more.get(kind, {}))
            self.world.settle()

    def ends_logins(self, member: int, spared: int, at: int | None) -> None:
        """All of a member's, but that of one tab."""
        socket = self.world.tabs[spared].socket
        self.does(("end_logins", member, socket.secret if socket else ""), at)

    def connects(self, which: int, at: int) -> None:
        """A tab comes to a process, instead of where it was."""
        self.world.connect(self.world.tabs[which], self._process(at))
        self.world.settle()

    # Something that waits goes on.

    def turns(self, at: int, times: int) -> None:
        """A process's event loop turns."""
        for _ in range(times):
            self._process(at).loop.turn()
        self.world.settle()

    def looks(self, at: int, place: int, times: int) -> None:
        """Some parts of a query are read."""
        if pending := self._process(at).readers.pending:
            pending[place % len(pending)].look(times)
            self.world.settle()

    def has_read(self, at: int, place: int) -> None:
        if pending := self._process(at).readers.pending:
            self._process(at).readers.answer(place % len(pending))
            self.world.settle()

    def goes_on(self, at: int, kind: str, times: int) -> None:
        for _ in range(times + 1):
            self.world.go_on(self._process(at), frozenset({kind}))
        self.world.settle()

    def reports(self, at: int, place: int) -> None:
        """A thread tells its loop of a commit; two that commit at once may do so in another order."""
        if committed := self._process(at).writer.committed:
            self._process(at).writer.report(place % len(committed))
            self.world.settle()

    def hears(self, at: int, place: int, again: bool) -> None:
        """A message of the bus arrives. `again`: it will arrive once more."""
        if coming := self._process(at).line.coming:
            self._process(at).line.hear(place % len(coming), again=again)
            self.world.settle()

    def hears_all(self, at: int) -> None:
        while self._process(at).line.coming:
            self._process(at).line.hear(0)
        self.world.settle()

    def loses(self, at: int, place: int) -> None:
        """The bus loses a message."""
        if coming := self._process(at).line.coming:
            self._process(at).line.lose(place % len(coming))

    def time_passes(self) -> None:
        self.world.tick()
        self.world.settle()

    def compares(self, at: int) -> None:
        """A process compares heads and versions with the database."""
        self._process(at).runtime.poll.now()
        self.world.settle()

    def beats(self, at: int) -> None:
        process = self._process(at)
        process.loop.call_soon(process.runtime.monitor._send_heartbeats)
        self.world.settle()

    # Something breaks.

    def is_cut(self, which: int) -> None:
        self.world.tabs[which].cut()
        self.world.settle()

    def reads_slowly(self, which: int, ready: bool) -> None:
        """A tab reads no more, or again."""
        if socket := self.world.tabs[which].socket:
            socket.ready(ready)
            self.world.settle()

    def bus_goes(self, up: bool) -> None:
        self.world.bus_goes(up)
        self.world.settle()

    def is_killed(self, at: int) -> None:
        self.world.restart(at)

    def read_fails(self, at: int) -> None:
        """The database does not answer a query."""
        if self._process(at).readers.pending:
            self.world.forgives_failures = True
            self._process(at).readers.fail(0)
            self.world.settle()

    def heals(self, lose: bool) -> None:
        """Everything comes to rest, and all is compared."""
        self.world.quiet(lose=lose)

    def _process(self, place: int) -> Process:
        return self.world.processes[place]


def _change(what: Change) -> Callable[[Transaction], object]:
    name, *arguments = what
    return lambda work: getattr(work, name)(*arguments)
