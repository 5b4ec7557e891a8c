"""Two processes, a database, a bus and some tabs. A history is a list of calls of the methods here."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hubbub.realtime.bus.envelopes import messages_of
from hubbub.realtime.recovery.head_poll import POLL_SECONDS
from tests.contract.client import Document
from tests.realtime.model.bus import Bus
from tests.realtime.model.checks import Violation, check_handed, check_view
from tests.realtime.model.database import Database
from tests.realtime.model.loop import ENDLESS, Loop, Time
from tests.realtime.model.process import Process
from tests.realtime.model.tab import Socket, Tab
from tests.realtime.model.transaction import Transaction

EVERYTHING = frozenset({"loops", "reads", "commands", "commits", "reports", "asks the bus", "bus"})
"""What may go on by itself. What does not is a choice of the history."""

RESUMES = 60
"""More of one tab in one short history means that it asks in a circle."""

Change = Callable[[Transaction], object]


class World:
    """`automatic`: what goes on at once after each step, in order; the rest waits for the history."""

    def __init__(self, automatic: frozenset[str] = EVERYTHING, *, processes: int = 2) -> None:
        self.automatic = automatic
        self.db, self.bus, self.time = Database(), Bus(), Time()
        self.processes = [self._process(place) for place in range(processes)]
        self.browsers = Loop(self.time)
        """Runs the timers of all tabs."""
        self.tabs: list[Tab] = []
        self.log: list[logging.LogRecord] = []
        self.forgives_failures = False
        self._secrets = 0
        self._epochs = 1
        self.violation: Violation | None = None

    def _process(self, place: int) -> Process:
        return Process(f"process {place + 1}", self.db, self.bus, self.time)

    def close(self) -> None:
        for process in self.processes:
            process.stop()

    # What happens.

    def do(self, *changes: Change, at: Process | None = None) -> None:
        """A transaction of somebody who has no socket, in a thread of a process, or in a process without sockets."""
        work = Transaction(self.db)
        for change in changes:
            change(work)
        batch = work.commit()
        if at is not None:
            at.writer.commit_for_others(batch)
        elif self.bus.up:
            for group, message in messages_of(batch, node=""):
                self.bus.send(group, message)

    def tab(self, member: int) -> Tab:
        tab = Tab(member, self._heard, self.browsers)
        self.tabs.append(tab)
        return tab

    def connect(self, tab: Tab, process: Process) -> Socket:
        """With a login of its own; the handshake is quick."""
        tab.cut()
        self._secrets += 1
        secret = f"token:{self._secrets}"
        self.db.logins[secret] = (tab.member, True)
        socket = tab.connect(process, secret)
        for _ in range(2):
            process.loop.run()
            self._answer_handshake(process)
        process.loop.run()
        return socket

    def restart(self, place: int) -> None:
        """A process is killed, and another one takes its place."""
        dying = self.processes[place]
        for tab in self.tabs:
            if tab.socket and tab.socket.process is dying:
                tab.cut()
        dying.stop()
        self.processes[place] = self._process(place)

    def bus_goes(self, up: bool) -> None:
        if up != self.bus.up:
            self.bus.up = up
            for process in self.processes:
                (process.line.comes_back if up else process.line.goes_down)()

    def tick(self) -> bool:
        """Time passes until the next timer. False if there is none."""
        loops = [self.browsers, *(process.loop for process in self.processes)]
        due = [at for loop in loops if (at := loop.next_timer) is not None]
        if due:
            self.time.now = max(self.time.now, min(due))
        return bool(due)

    # What follows from it.

    def settle(self, what: frozenset[str] | None = None) -> None:
        """Let everything that goes by itself go on until it stops."""
        what = self.automatic if what is None else what
        for _ in range(ENDLESS):
            self.browsers.run()
            moved = [self.go_on(process, what) for process in self.processes]
            if not any(moved):
                return self.look()
        raise Violation("it goes in a circle")

    def go_on(self, process: Process, what: frozenset[str]) -> bool:
        """Let one thing of each of these kinds go on in a process. False if nothing waited."""
        moved = False
        if "loops" in what and not process.loop.is_idle:
            process.loop.run()
            moved = True
        for name, waiting, act in (
            ("commands", self._commands(process), lambda: self._arrive(process)),
            ("commits", process.writer.waiting, process.writer.commit),
            ("reports", process.writer.committed, process.writer.report),
            ("reads", process.readers.pending, lambda: process.readers.answer(0)),
            ("asks the bus", process.line.asked, process.line.talk),
            ("bus", process.line.coming, lambda: process.line.hear(0)),
        ):
            if name in what and waiting:
                act()
                moved = True
        return moved

    def _commands(self, process: Process) -> list[Socket]:
        sockets = [tab.socket for tab in self.tabs if tab.socket and tab.socket.process is process]
        return [socket for socket in sockets if socket.commands]

    def _arrive(self, process: Process) -> None:
        self._commands(process)[0].arrive()

    def _answer_handshake(self, process: Process) -> None:
        for read in list(process.readers.pending):
            if read.is_handshake:
                process.readers.pending.remove(read)
                read.answer()

    # What must hold.

    def look(self) -> None:
        """Raise what was found wrong."""
        if self.violation is not None:
            raise self.violation
        for process in self.processes:
            if process.loop.errors:
                raise Violation(f"a task failed: {process.loop.errors[0]}")
        for record in self.log:
            if not (self.forgives_failures and "could not be" in record.msg):
                raise Violation(f"somebody complained: {record.getMessage()}")
        if self.db.epoch != "epoch 1":
            raise Violation("all clients had to start anew, although the database never went back")
        for tab in self.tabs:
            if tab.follower.resumes > RESUMES:
                raise Violation(f"a tab of member {tab.member} asks in a circle")

    def quiet(self, *, lose: bool = False) -> None:
        """Everything heals, and what was on its way arrives, or is lost; heads are compared twice. Then look at all."""
        self.bus_goes(up=True)
        for process in self.processes:
            if lose:
                process.line.coming.clear()
        self.settle(EVERYTHING)
        for tab in self.tabs:
            if tab.socket:
                tab.socket.ready(True)
            elif not tab.revoked:
                self.connect(tab, self.processes[0])
        self.settle(EVERYTHING)
        end = self.time.now + 2 * POLL_SECONDS + 1
        while self.tick() and self.time.now < end:
            self.settle(EVERYTHING)
        for process in self.processes:
            logins = [connection.login for connection in process.runtime.hub.connections]
            process.runtime.spawn(process.runtime.monitor._revalidate(logins))
        self.settle(EVERYTHING)
        self.check()

    def check(self) -> None:
        for tab in self.tabs:
            holds = tab.socket is not None and self.db.logins[tab.socket.secret][1]
            if tab.socket is not None and not holds:
                raise Violation(f"G10: a socket of member {tab.member} outlives its login")
            if holds:
                check_view(self.db, tab)

    def _heard(self, socket: Socket, document: Document) -> None:
        try:
            check_handed(self.db, socket, document)
        except Violation as violation:  # raised within the code under test, which may catch it
            self.violation = self.violation or violation


@contextmanager
def listening(world: World) -> Iterator[None]:
    """Inside, what the realtime layer logs is the world's."""
    handler = logging.Handler()
    handler.emit = world.log.append  # type: ignore[method-assign]
    log = logging.getLogger("hubbub")
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)
