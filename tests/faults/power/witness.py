"""People at a server whose writes are logged: for each answer and each event they note how long the log was then.

What a person knows at some moment was on the disk before: a power cut at any later record must not take it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from copy import copy
from typing import Any, NamedTuple
from uuid import UUID

from tests.faults.client import BookKeeper
from tests.faults.cluster import Place
from tests.faults.history import Said, View
from tests.faults.scenario import Scenario

Measure = Callable[[], int]
"""How many bytes the log has now: a position."""


class Known(NamedTuple):
    """A state of a message that a person knew when the log was `position` bytes long."""

    position: int
    message: dict[str, Any]


class Witness(BookKeeper):
    """Books with positions, each list in their order."""

    def __init__(self, name: str, token: str, where: Callable[[], str], seed: int, measure: Measure) -> None:
        super().__init__(name, token, where, seed)
        self._measure = measure
        self.acked: list[Known] = []
        """What commands were answered with."""
        self.heard: list[Known] = []
        """What came as events or was caught up on."""
        self._begun: list[tuple[int, Said]] = []

    def say(self, room: int, text: str) -> Said:
        position = self._measure()
        said = super().say(room, text)
        self._begun.append((position, said))
        return said

    def remember(self, before: Witness, position: int) -> None:
        """Go on as `before` would after a power cut at that moment. Call it before the first connection."""
        self._epoch = before._epoch
        acked = {UUID(known.message["id"]) for known in before.acked if known.position <= position}
        for begun, said in before._begun:
            if begun > position:
                continue
            if said.id in acked:
                self._outbox.said.append(copy(said))
            else:  # it had no answer yet, so it is sent again
                self._outbox.add(Said(said.id, said.room, said.author, said.text, said.begun))
        for room, view in before.views.items():
            self.views[room] = View(start=view.start, seq=view.start)
        for known in before.heard:
            if known.position <= position:
                view = self.views[known.message["room"]]
                view.start = view.seq = max(view.seq, known.message["seq"])

    def _request(self, command: dict[str, Any], settle: Callable[[dict[str, Any]], None]) -> None:
        def noted(document: dict[str, Any]) -> None:
            if command["type"].startswith("message.") and (ok := document.get("ok")):
                self.acked.append(Known(self._measure(), ok.get("message", ok)))
            settle(document)

        super()._request(command, noted)

    def _put(self, view: View, message: dict[str, Any]) -> None:
        self.heard.append(Known(self._measure(), message))
        super()._put(view, message)


class Witnessed(Scenario):
    """A scene of witnesses, for as long as it is entered."""

    def __init__(self, place: Place, measure: Measure, *, seed: int) -> None:
        super().__init__(place, seed=seed)
        self._measure = measure
        self.witnesses: list[Witness] = []

    def join(self, name: str, token: str, member: int, where: Callable[[], str]) -> Witness:
        person = Witness(name, token, where, self._seed, self._measure)
        person.member = member
        self.people.append(person)
        self.witnesses.append(person)
        self._tasks.append(asyncio.create_task(person.run()))
        return person

    async def change_things(self, pause: float) -> None:
        """People edit and delete what they said, until this is cancelled."""
        while True:
            await asyncio.sleep(self.random.uniform(0, 2 * pause))
            person = self.random.choice(self.witnesses)
            own = [
                state
                for view in person.views.values()
                for state in view.states.values()
                if state["author"] == person.member and state["text"]
            ]
            if not own or not person.live.is_set():
                continue
            message = self.random.choice(own)
            try:
                if self.random.random() < 0.2:
                    await person.ask(type="message.delete", message=message["id"])
                else:
                    text = f"edited {len(person.acked)} by {person.name}"
                    await person.ask(
                        type="message.edit", message=message["id"], seq=message["seq"], text=text
                    )
            except (ConnectionError, TimeoutError):
                continue  # the server was restarted; nothing is known of this one

    async def __aenter__(self) -> Witnessed:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.leave()
