"""All histories of a short script: every order of what bus, readers and clock may do between its changes.

At each point the next change may be done, any message on the bus may arrive (or a copy of it), any query may be read or
answered, a timer may fire, heads may be compared, the tab may come back. And at each point everything may heal, with
all that is still on its way lost. Histories that lead to the same state are gone on with once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tests.realtime.model.fingerprint import SOON, fingerprint
from tests.realtime.model.steps import ALICE, BOB, CAROL, SQUARE, Change, _change
from tests.realtime.model.world import EVERYTHING, World, listening


class Script(NamedTuple):
    """Changes in their order, and how often something may happen besides. `late`: what does not go on by itself."""

    changes: Sequence[Change]
    late: frozenset[str] = frozenset({"bus"})
    copies: int = 0
    polls: int = 0
    returns: int = 0
    company: bool = True
    """Whether Carol is in the room at the same process, so that its feed stays."""


@dataclass
class Explored:
    """The states that were seen, and how many histories lead through them."""

    states: int = 0
    histories: int = 0
    runs: int = 0


Move = Callable[[], None]


class Game:
    """One history of a script, as far as it has come."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.world = World(EVERYTHING, processes=1)
        self._listening = listening(self.world)
        self._listening.__enter__()
        for member, name in ((ALICE, "alice"), (BOB, "bob"), (CAROL, "carol")):
            self.world.db.person(member, name)
        self.world.db.room(SQUARE, "square")
        for member in (ALICE, CAROL):
            self.world.do(_change(("join", member, SQUARE)))
        (self.process,) = self.world.processes
        for member in (BOB, CAROL) if script.company else (BOB,):
            self.world.connect(self.world.tab(member), self.process)
        self.world.settle()
        self.world.automatic = EVERYTHING - script.late
        self.done = 0
        self.left = {"copies": script.copies, "polls": script.polls, "returns": script.returns}

    def close(self) -> None:
        self.world.close()
        self._listening.__exit__(None, None, None)

    def state(self) -> int:
        coming = tuple(sorted(map(repr, self.process.line.coming)))
        return hash((fingerprint(self.world), self.done, coming, tuple(self.left.values())))

    def moves(self) -> list[tuple[str, Move]]:
        """What may happen next, in an order that is the same for equal states."""
        found: list[tuple[str, Move]] = []
        line, readers = self.process.line, self.process.readers
        if self.done < len(self.script.changes):
            found.append((f"does {self.script.changes[self.done]}", self._do))
        for place, message in sorted(enumerate(line.coming), key=lambda entry: repr(entry[1])):
            found.append((f"hears {_told(message)}", lambda place=place: line.hear(place)))
            if self.left["copies"]:
                found.append((f"hears a copy of {_told(message)}", lambda place=place: self._copy(place)))
        for place, read in enumerate(readers.pending):
            if not read.done:
                found.append((f"reads {read}", lambda read=read: read.look()))
            else:
                found.append((f"has read {read}", lambda place=place: readers.answer(place)))
        if self._is_due():
            found.append(("time passes", lambda: self.world.tick()))
        if self.left["polls"]:
            found.append(("compares", self._poll))
        if self.left["returns"]:
            found.append(("comes back", self._return))
        return found

    def _do(self) -> None:
        self.world.do(_change(self.script.changes[self.done]))
        self.done += 1

    def _copy(self, place: int) -> None:
        self.left["copies"] -= 1
        self.process.line.hear(place, again=True)

    def _poll(self) -> None:
        self.left["polls"] -= 1
        self.process.runtime.poll.now()

    def _return(self) -> None:
        self.left["returns"] -= 1
        self.world.connect(self.world.tabs[0], self.process)

    def _is_due(self) -> bool:
        loops = (self.world.browsers, self.process.loop)
        return any(
            at is not None and at <= self.world.time.now + SOON for at in (x.next_timer for x in loops)
        )


def explore(script: Script) -> Explored:
    """Run all histories. Raises AssertionError, with the history, where a promise is broken."""
    explored = Explored()
    known: dict[int, int] = {}
    path: list[str] = []

    def play(names: Sequence[str]) -> Game:
        explored.runs += 1
        game = Game(script)
        for name in names:
            _move(game, name)
        return game

    def visit(game: Game) -> int:
        """How many histories go on from here; each may also end here."""
        state = game.state()
        if state in known:
            game.close()
            return known[state]
        explored.states += 1
        names = [name for name, _ in game.moves()]
        count = 1
        for name in names:
            path.append(name)
            _move(game, name)
            count += visit(game)
            path.pop()
            game = play(path)
        game.world.quiet(lose=True)
        game.close()
        known[state] = count
        return count

    try:
        explored.histories = visit(play(()))
    except AssertionError as error:
        raise AssertionError(f"{error}\nafter\n" + "\n".join(f"  {name}" for name in path)) from error
    return explored


def _move(game: Game, wanted: str) -> None:
    act = next(act for name, act in game.moves() if name == wanted)
    act()
    game.world.settle()


def _told(message: dict[str, object]) -> str:
    return str(message.get("notice") or [frame[0] for frame in message["frames"]])[:60]  # type: ignore[attr-defined]
