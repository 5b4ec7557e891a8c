"""A scenario: servers, clients that record, a workload, faults, a quiet period, and the check."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from tests.faults.client import BookKeeper
from tests.faults.cluster import Place
from tests.faults.history import Truth, View, check
from tests.faults.proxy import FaultProxy
from tests.faults.run_settings import bound, load

Where = Callable[[int], Callable[[], str]]
"""Person → how to find the address to connect to, asked anew at every attempt."""

Fault = Callable[[], Awaitable[None]]

TIMEOUT_SECONDS = bound(40)
"""For everybody to be back, and for every view to stand at its room's head."""

STILL_SECONDS = bound(5)
"""For what was under way when the talk ended to be committed and heard."""


class Scenario:
    """People in rooms at a place. `while_talking` lets a fault happen; then `peace`, then `verdict`."""

    def __init__(self, place: Place, *, seed: int = 0) -> None:
        self.place = place
        self.random = random.Random(seed)
        self.people: list[BookKeeper] = []
        self.rooms: list[int] = []
        self.figures: dict[str, Any] = {"faults": 0}
        self.name = f"p{time.monotonic_ns() // 1000}-"
        self._seed = seed
        self._asking = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []
        self._visits: dict[BookKeeper, asyncio.Task[None]] = {}

    async def ask(self, verb: str, **arguments: Any) -> Any:
        """Do something in the database, from a process of its own (see tests.faults.site_process)."""
        async with self._asking:  # the process inside takes one question at a time
            return await asyncio.to_thread(self.place.inside.ask, verb, **arguments)

    async def enter(self, count: int, rooms: int, where: Where | None = None) -> None:
        """Make people and rooms, and let each connect: person i to `where(i)()`, by default to node i and on."""
        made = await self.ask("people", members=count, rooms=rooms, name=self.name)
        self.rooms = made["rooms"]
        for number, (token, member) in enumerate(zip(made["tokens"], made["members"], strict=True)):
            self.join(f"person{number}", token, member, where(number) if where else self.anywhere(number))
        await self.all_live()

    async def enter_behind_proxies(self, stack: AsyncExitStack, count: int, rooms: int) -> list[FaultProxy]:
        """Like `enter`, with a proxy before each node."""
        proxies = [await stack.enter_async_context(FaultProxy(node.port)) for node in self.place.nodes]

        def where(number: int) -> str:
            return f"ws://127.0.0.1:{proxies[number % len(proxies)].port}/ws/"

        await self.enter(count, rooms, where=lambda number: lambda: where(number))
        return proxies

    def join(self, name: str, token: str, member: int, where: Callable[[], str]) -> BookKeeper:
        """One more connection."""
        person = BookKeeper(name, token, where, self._seed)
        person.member = member
        self.people.append(person)
        for node in self.place.nodes:
            node.token = token
        self._tasks.append(asyncio.create_task(person.run()))
        return person

    def visit(self, name: str, token: str, member: int, where: str) -> BookKeeper:
        """Somebody who only looks in: nothing is said or checked of them."""
        visitor = BookKeeper(name, token, lambda: where, self._seed)
        visitor.member = member
        self._visits[visitor] = asyncio.create_task(visitor.run())
        return visitor

    def is_gone(self, visitor: BookKeeper) -> None:
        """The visitor does not come back."""
        self._visits.pop(visitor).cancel()

    def anywhere(self, number: int) -> Callable[[], str]:
        """Where clients go: to the next node at every attempt, as behind a balancer."""
        attempt = iter(range(number, 1_000_000))
        return lambda: self.place.nodes[next(attempt) % len(self.place.nodes)].url

    async def all_live(self, within: float = TIMEOUT_SECONDS) -> None:
        async with asyncio.timeout(within):
            for person in self.people:
                if person.ended is None:
                    await person.live.wait()

    async def talk(self, per_second: float) -> None:
        """Everybody says something now and then, in some room, for ever; texts carry when they were said."""
        begun = time.monotonic()
        count = 0
        while True:
            now = time.monotonic()
            while begun + count / load(per_second) <= now:
                person = self.random.choice(self.people)
                room = self.random.choice([r for r in self.rooms if r in person.views] or self.rooms)
                if person.ended is None:
                    person.say(room, f"@{time.monotonic():.6f} {person.name} {count}")
                count += 1
            await asyncio.sleep(0.005)

    async def while_talking(self, fault: Fault, *, per_second: float) -> None:
        """Talk for as long as the fault lasts, which says itself when that is over."""
        talking = asyncio.create_task(self.talk(per_second))
        faulting = asyncio.ensure_future(fault())
        await asyncio.wait([talking, faulting], return_when=asyncio.FIRST_COMPLETED)
        for task in (talking, faulting):
            if task.done():
                task.result()
            task.cancel()
        await asyncio.gather(talking, faulting, return_exceptions=True)

    async def peace(self, within: float = TIMEOUT_SECONDS) -> None:
        """After healing: wait until everything has an outcome and every view stands at its room's head."""
        begun = time.monotonic()
        await self.all_live(within)
        async with asyncio.timeout(within):
            await asyncio.gather(*(person.settle() for person in self.living))
        heads = await self.ask("heads", rooms=self.all_rooms())
        async with asyncio.timeout(within):
            while any(view.seq < heads[str(room)] for person in self.living for room, view in here(person)):
                await asyncio.sleep(0.05)
        self.figures["converged_s"] = round(time.monotonic() - begun, 2)

    async def verdict(self) -> dict[str, Any]:
        """Compare every book with the database. Raises history.Broken."""
        truth = await self._truth_when_still()
        for person in self.people:
            if person.ended is not None:  # a login that was ended hears no more, wherever it stood
                for _, view in here(person):
                    view.left_at = view.seq
        said = [message for person in self.people for message in person.said]
        views = {person.name: person.views for person in self.people}
        members = {person.name: person.member for person in self.people}
        self.figures |= check(said, views, truth, members)
        returns = [pause for person in self.people for pause in _pauses(person)]
        self.figures["cuts"] = sum(len(person.closed) for person in self.people)
        self.figures["slowest_return_s"] = round(max(returns, default=0.0), 2)
        return self.figures

    async def _truth_when_still(self) -> dict[int, Truth]:
        """The database as it is once everybody's view has come to the same seqs.

        A change that was under way when the talk was cancelled is committed after the heads were read, or after the
        truth was. Views that still differ after STILL_SECONDS are compared as they are.
        """
        deadline = time.monotonic() + STILL_SECONDS
        while True:
            truth = await self.truth()
            if truth.keys() >= set(self.all_rooms()) and (
                self._stands_at(truth) or time.monotonic() > deadline
            ):
                return truth
            await asyncio.sleep(0.05)

    def _stands_at(self, truth: dict[int, Truth]) -> bool:
        return all(view.seq == truth[room].seq for person in self.living for room, view in here(person))

    async def truth(self) -> dict[int, Truth]:
        document = await self.ask("truth", rooms=self.all_rooms())
        return {int(room): Truth(**state) for room, state in document.items()}

    def all_rooms(self) -> list[int]:
        return sorted({room for person in self.people for room in person.views} | set(self.rooms))

    def slowest_heard(self) -> float:
        """How long after it was said the latest message was heard by somebody else."""
        return round(max((took for p in self.people for _, took in p.latencies), default=0.0), 2)

    @property
    def living(self) -> list[BookKeeper]:
        return [person for person in self.people if person.ended is None]

    async def leave(self) -> None:
        tasks = [*self._tasks, *self._visits.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def scenario(place: Place, *, seed: int = 0) -> AsyncIterator[Scenario]:
    """A scenario that is always cleaned up."""
    made = Scenario(place, seed=seed)
    try:
        yield made
    finally:
        await made.leave()


def here(person: BookKeeper) -> list[tuple[int, View]]:
    """The rooms that it has not left."""
    return [(room, view) for room, view in person.views.items() if view.left_at is None]


def _pauses(person: BookKeeper) -> list[float]:
    """How long each absence lasted."""
    found = []
    for closed, _ in person.closed:
        back = next((opened for opened in person.opened if opened > closed), None)
        if back is not None:
            found.append(back - closed)
    return found
