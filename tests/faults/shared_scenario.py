"""A scenario whose clients keep the whole state, and the check that all have the same state in the end."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from typing import Any

from tests.faults.cluster import Place
from tests.faults.history import Broken, Truth, check
from tests.faults.received import not_allowed
from tests.faults.run_settings import bound
from tests.faults.scenario import TIMEOUT_SECONDS
from tests.faults.state_check import Document, differences, wrong_presence
from tests.faults.state_keeper import StateKeeper
from tests.faults.state_scenario import StateScenario

AGREED_SECONDS, BACK_SECONDS = 6.0, 2.5
"""Until a change that the bus has lost is known everywhere: a poll every five seconds and a second for the read; and
two seconds from the moment when processes hear each other again, and half a second for the look."""

PRESENCE_SECONDS = 22.0
"""A killed process's people fade with its lease, after 16 s; then gossip, every five."""

REVOKED_SECONDS = 30.0
"""Until a login has ended if the bus does not say so."""

LOOK_SECONDS = 0.25
COUNTED = ("said", "acked", "failed", "unknown", "lost", "doubled")


class SharedScenario(StateScenario):
    """`agree` waits for the same state everywhere; `verdict` says whether anybody has heard too much."""

    async def whole(self) -> tuple[dict[int, Document], dict[int, Document]]:
        """What a fresh snapshot says to each member, and the rooms with all their messages."""
        heard_of = {heard.room for person in self.people for heard in getattr(person, "heard", ())}
        found = await self.ask("whole_states", members=self.members, rooms=sorted(heard_of))
        fresh, rooms = ({int(pk): told for pk, told in found[part].items()} for part in ("states", "rooms"))
        return fresh, rooms

    async def disagreements(self) -> list[str]:
        """Every difference between a client and the database, with the client's name before its path."""
        fresh, rooms = await self.whole()
        return [
            f"{keeper.name} ({'browser' if keeper.like_browser else 'plain'}) {line}"
            for keeper in self.keepers
            for line in (
                differences(keeper.state, fresh[keeper.member], rooms) if keeper.state else ["has no state"]
            )
        ]

    async def agree(self, within: float) -> float:
        """Wait until no client differs from the database. Seconds it took since all was said. Broken if it lasts."""
        for task in self._tasks:
            if task.done():
                task.result()  # raises what a client has choked on
        await self._until_none(self._unsettled, TIMEOUT_SECONDS)
        await asyncio.gather(*(keeper.meet_strangers() for keeper in self.keepers))
        begun = time.monotonic()
        while found := await self.disagreements():
            if time.monotonic() - begun > bound(within):
                raise Broken(f"I11, after {within} s:\n" + "\n".join(found[:40]))
            await asyncio.sleep(LOOK_SECONDS)
        took = round(time.monotonic() - begun, 2)
        await self._until_none(self._wrong_logins, bound(REVOKED_SECONDS))
        return took

    async def agree_who_is_there(self) -> None:
        """Wait until every client shows those as connected who are. Broken if it lasts."""
        fresh, _ = await self.whole()
        await self._until_none(lambda: self._wrong_presence(fresh), bound(PRESENCE_SECONDS))

    async def verdict(self) -> dict[str, Any]:
        """Nobody heard what they were not allowed to (G9); what was acknowledged is stored once. Raises Broken."""
        _, rooms = await self.whole()
        found = [
            f"G9: {person.name} heard {line}"
            for person in self.people
            if isinstance(person, StateKeeper)
            for line in not_allowed(person.heard, person.member, rooms)
        ]
        if found:
            raise Broken("\n".join(found[:40]) + f"\n{len(found)} in all")
        fields = Truth.__dataclass_fields__
        truth = {pk: Truth(**{key: room[key] for key in room if key in fields}) for pk, room in rooms.items()}
        counted: Counter[str] = Counter()
        for person in self.people:  # one by one: two clients of a member know nothing of each other's order
            counted.update({key: n for key, n in check(person.said, {}, truth).items() if key in COUNTED})
        self.figures |= counted
        self.figures["cuts"] = sum(len(person.closed) for person in self.people)
        return self.figures

    async def _until_none(self, find: Callable[[], Iterable[str]], within: float) -> None:
        begun = time.monotonic()
        while found := list(find()):
            if time.monotonic() - begun > within:
                raise Broken(f"after {within} s:\n" + "\n".join(found[:40]))
            await asyncio.sleep(LOOK_SECONDS / 4)

    def _unsettled(self) -> Iterator[str]:
        for keeper in self.keepers:
            if not keeper.live.is_set():
                yield f"{keeper.name} is not connected"
            for said in keeper.said:
                if said.outcome == "unknown":
                    yield f"{keeper.name} has no answer to {said.text!r} in room {said.room}"

    def _wrong_logins(self) -> Iterator[str]:
        for person in self.people:
            if person.ended is None and person in self.signed_out:
                yield f"I7: {person.name} still has a login that was ended"
            if person.ended is not None and person not in self.signed_out:
                yield f"I7: {person.name} has lost a login that holds: {person.ended}"

    def _wrong_presence(self, fresh: dict[int, Document]) -> list[str]:
        connected: dict[int, str] = {}
        for keeper in self.keepers:
            if keeper.live.is_set() and connected.get(keeper.member) != "active":
                connected[keeper.member] = keeper.attention
        everybody = set(self.members)
        return [
            f"{keeper.name} {line}"
            for keeper in self.keepers
            if keeper.state is not None
            for line in wrong_presence(keeper.state, fresh[keeper.member], connected, everybody)
        ]


@asynccontextmanager
async def shared_scenario(place: Place, *, seed: int = 0) -> AsyncIterator[SharedScenario]:
    """A scenario that is always cleaned up."""
    made = SharedScenario(place, seed=seed)
    try:
        yield made
    finally:
        await made.leave()
