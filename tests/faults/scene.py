"""A scene: nodes, people with their books, a workload, faults, peace, and the check."""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.faults.client import BookKeeper
from tests.faults.history import Truth, check
from tests.faults.nodes import Node


class Scene:
    """People in rooms on nodes. `talk` while `fault` happens, then `peace`, then `verdict`."""

    def __init__(self, data: Path, environment: dict[str, str] | None = None, *, seed: int = 0) -> None:
        self.data = data
        self.environment = environment or {}
        self.random = random.Random(seed)  # noqa: S311
        self.nodes: list[Node] = []
        self.people: list[BookKeeper] = []
        self.rooms: list[int] = []
        self.figures: dict[str, Any] = {}
        self._seed = seed
        self._tasks: list[asyncio.Task[None]] = []

    def inside(self, *arguments: str) -> Any:
        """Do something in the database, from a process of its own (see tests.faults.inside)."""
        result = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "tests.faults.inside", *arguments],
            env={**os.environ, **self.environment, "HUBBUB_DATA": str(self.data)},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        if result.returncode:
            raise RuntimeError(result.stderr[-3000:])
        return json.loads(result.stdout) if result.stdout.strip() else None

    def enter(self, count: int, rooms: int, where: Callable[[int], Callable[[], str]] | None = None) -> None:
        """Make people and rooms, and let each connect: person i to `where(i)()`, by default to node i."""
        made = self.inside("people", str(count), str(rooms))
        self.rooms = made["rooms"]
        for number, (token, member) in enumerate(zip(made["tokens"], made["members"], strict=True)):
            address = where(number) if where else self._at(number)
            person = BookKeeper(f"person{number}", token, address, self._seed)
            person.member = member
            self.people.append(person)
            self._tasks.append(asyncio.create_task(person.run()))

    async def all_live(self, within: float = 30) -> None:
        async with asyncio.timeout(within):
            for person in self.people:
                if person.ended is None:
                    await person.live.wait()

    async def talk(self, seconds: float, per_second: float) -> None:
        """Everybody says something now and then, in some room; texts carry the time they were meant for."""
        begun = time.monotonic()
        count = 0
        while (now := time.monotonic()) < begun + seconds:
            while begun + count / per_second <= now:
                person = self.random.choice(self.people)
                meant = begun + count / per_second
                person.say(self.random.choice(self.rooms), f"@{meant:.6f} {person.name} {count}")
                count += 1
            await asyncio.sleep(0.005)

    async def while_talking(
        self, fault: Callable[[], Awaitable[None]], *, seconds: float, per_second: float
    ) -> None:
        """Talk, and let the fault happen meanwhile; it may end early or be cancelled at the end."""
        talking = asyncio.create_task(self.talk(seconds, per_second))
        faulting = asyncio.ensure_future(fault())
        await talking
        faulting.cancel()
        await asyncio.gather(faulting, return_exceptions=True)

    async def peace(self, within: float = 40) -> None:
        """After healing: wait until everything has an outcome and every view stands at its room's head."""
        begun = time.monotonic()
        await self.all_live(within)
        async with asyncio.timeout(within):
            await asyncio.gather(*(person.settle() for person in self.people if person.ended is None))
        heads = {
            int(room): state["seq"] for room, state in (await asyncio.to_thread(self.inside, "truth")).items()
        }
        async with asyncio.timeout(within):
            while any(view.seq < heads[room] for person in self._living() for room, view in _here(person)):
                await asyncio.sleep(0.1)
        self.figures["converged_s"] = round(time.monotonic() - begun, 2)

    async def verdict(self) -> dict[str, Any]:
        """Compare every book with the database. Raises history.Broken."""
        document = await asyncio.to_thread(self.inside, "truth")
        truth = {int(room): Truth(**state) for room, state in document.items()}
        said = [message for person in self.people for message in person.said]
        self.figures |= check(said, {person.name: person.views for person in self.people}, truth)
        recoveries = [pause for person in self.people for pause in _pauses(person)]
        self.figures["cuts"] = sum(len(person.closed) for person in self.people)
        self.figures["slowest_return_s"] = round(max(recoveries, default=0.0), 2)
        return self.figures

    async def leave(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for node in self.nodes:
            node.thaw()
            node.kill()

    def _at(self, number: int) -> Callable[[], str]:
        return lambda: self.nodes[number % len(self.nodes)].url

    def _living(self) -> list[BookKeeper]:
        return [person for person in self.people if person.ended is None]


@asynccontextmanager
async def scene(
    data: Path, environment: dict[str, str] | None = None, **options: Any
) -> AsyncIterator[Scene]:
    """A scene that is cleared away whatever happens."""
    made = Scene(data, environment, **options)
    try:
        yield made
    finally:
        await made.leave()


def _here(person: BookKeeper) -> list[tuple[int, Any]]:
    return [(room, view) for room, view in person.views.items() if view.left_at is None]


def _pauses(person: BookKeeper) -> list[float]:
    """How long each absence lasted."""
    found = []
    for closed, _ in person.closed:
        back = next((opened for opened in person.opened if opened > closed), None)
        if back is not None:
            found.append(back - closed)
    return found
