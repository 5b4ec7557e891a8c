"""A scene: a place, people with their books, a workload, faults, peace, and the check."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

from tests.faults.client import BookKeeper
from tests.faults.cluster import Place
from tests.faults.history import Truth, View, check

Where = Callable[[int], Callable[[], str]]
"""Person → how to find the address to connect to, asked anew at every attempt."""

Fault = Callable[[], Awaitable[None]]


class Scene:
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

    async def ask(self, verb: str, **arguments: Any) -> Any:
        """Do something in the database, from a process of its own (see tests.faults.inside)."""
        async with self._asking:  # the process inside takes one question at a time
            return await asyncio.to_thread(self.place.inside.ask, verb, **arguments)

    async def enter(self, count: int, rooms: int, where: Where | None = None) -> None:
        """Make people and rooms, and let each connect: person i to `where(i)()`, by default to node i and on."""
        made = await self.ask("people", members=count, rooms=rooms, name=self.name)
        self.rooms = made["rooms"]
        for number, (token, member) in enumerate(zip(made["tokens"], made["members"], strict=True)):
            self.join(f"person{number}", token, member, where(number) if where else self.anywhere(number))
        await self.all_live()

    def join(self, name: str, token: str, member: int, where: Callable[[], str]) -> BookKeeper:
        """One more connection."""
        person = BookKeeper(name, token, where, self._seed)
        person.member = member
        self.people.append(person)
        self._tasks.append(asyncio.create_task(person.run()))
        return person

    def anywhere(self, number: int) -> Callable[[], str]:
        """Where clients go: to the next node at every attempt, as behind a balancer."""
        attempt = iter(range(number, 1_000_000))
        return lambda: self.place.nodes[next(attempt) % len(self.place.nodes)].url

    async def all_live(self, within: float = 40) -> None:
        async with asyncio.timeout(within):
            for person in self.people:
                if person.ended is None:
                    await person.live.wait()

    async def talk(self, seconds: float, per_second: float, rooms: Iterable[int] | None = None) -> None:
        """Everybody says something now and then, in some room; texts carry when they were said."""
        places = list(rooms or self.rooms)
        begun = time.monotonic()
        count = 0
        while (now := time.monotonic()) < begun + seconds:
            while begun + count / per_second <= now:
                person = self.random.choice(self.people)
                room = self.random.choice([r for r in places if r in person.views] or self.rooms)
                if person.ended is None:
                    person.say(room, f"@{time.monotonic():.6f} {person.name} {count}")
                count += 1
            await asyncio.sleep(0.005)

    async def while_talking(self, fault: Fault, *, seconds: float, per_second: float) -> None:
        """Talk, and let the fault happen meanwhile. What repeats for ever is cancelled at the end."""
        talking = asyncio.create_task(self.talk(seconds, per_second))
        faulting = asyncio.ensure_future(fault())
        done, _ = await asyncio.wait([talking, faulting], return_when=asyncio.FIRST_COMPLETED)
        if faulting in done:
            faulting.result()
        await talking
        faulting.cancel()
        for result in await asyncio.gather(faulting, return_exceptions=True):
            if isinstance(result, Exception):
                raise result

    async def peace(self, within: float = 40) -> None:
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
        truth = await self.truth()
        for person in self.people:
            if person.ended is not None:  # a login that was ended hears no more, wherever it stood
                for _, view in here(person):
                    view.left_at = view.seq
        said = [message for person in self.people for message in person.said]
        self.figures |= check(said, {person.name: person.views for person in self.people}, truth)
        returns = [pause for person in self.people for pause in _pauses(person)]
        self.figures["cuts"] = sum(len(person.closed) for person in self.people)
        self.figures["slowest_return_s"] = round(max(returns, default=0.0), 2)
        return self.figures

    async def truth(self) -> dict[int, Truth]:
        document = await self.ask("truth", rooms=self.all_rooms())
        return {int(room): Truth(**state) for room, state in document.items()}

    def all_rooms(self) -> list[int]:
        return sorted({room for person in self.people for room in person.views} | set(self.rooms))

    def slowest(self, since: float, until: float) -> float:
        """The longest that somebody waited for what another said, of what arrived in that time. Seconds."""
        return max((s for p in self.people for at, s in p.latencies if since <= at <= until), default=0.0)

    @property
    def living(self) -> list[BookKeeper]:
        return [person for person in self.people if person.ended is None]

    async def leave(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def scene(place: Place, *, seed: int = 0) -> AsyncIterator[Scene]:
    """A scene that is cleared away whatever happens."""
    made = Scene(place, seed=seed)
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
