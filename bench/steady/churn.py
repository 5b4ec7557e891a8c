"""The load of a working day, at a constant rate: every kind of action that could leak memory."""

from __future__ import annotations

import asyncio
import contextlib
import random
import uuid
from collections import Counter
from collections.abc import Sequence
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from bench.steady.person import Person, Refused, connected
from hubbub.protocol.ids import make_message_id

DEVICES = 150
STAY_SECONDS = (5, 60)
PAUSE_SECONDS = (1, 7)
"""Seconds between two actions of one device."""
ROOM_EVERY_SECONDS = 3.0
SLOW_READERS = 3
HURRIED, RUSH_MESSAGES, RUSH_PAGES = 100, 20, 30
"""People who first page through everything and post much in each of their rooms. So the server's memory per room, and
the caches of SQLite and the allocator, reach their size soon, instead of after half an hour."""
ASKS_UNREAD = 2000
"""Maximum of pages that a slow reader requests and does not read: the server closes it long before."""
TROUBLE = (Refused, ConnectionClosed, InvalidHandshake, OSError, TimeoutError)
TEXT = (
    "the quick brown fox jumps over the lazy dog and runs on along the river, again and again, until evening"
)


class Churn:
    """`done` counts the actions; `run` continues until it is cancelled."""

    def __init__(self, port: int, tokens: Sequence[str], general: tuple[int, int], seed: int = 1) -> None:
        self.done: Counter[str] = Counter()
        self._port, self._tokens = port, tokens
        self._general, self._messages = general
        self._chance = random.Random(seed)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(DEVICES):
                group.create_task(self._device(self._tokens[number % len(self._tokens)]))
            for number in range(SLOW_READERS):
                group.create_task(self._slow_reader(self._tokens[number]))
            group.create_task(self._room_after_room())
            group.create_task(self._rush())

    async def _rush(self) -> None:
        """One after the other, each once."""
        for token in self._tokens[:HURRIED]:
            with contextlib.suppress(*TROUBLE):
                async with connected(self._port, token, {}) as person:
                    for room in list(person.rooms) * RUSH_MESSAGES:
                        await person.ask("message.send", room=room, message=str(make_message_id()), text=TEXT)
                    for _ in range(RUSH_PAGES):
                        before = self._chance.randint(100, self._messages)
                        await person.ask("timeline", room=self._general, before=before, limit=100)

    async def _device(self, token: str) -> None:
        """Connects and disconnects: half the time it resumes, now and then its connection is cut."""
        memory: dict[str, Any] = {}
        while True:
            await asyncio.sleep(self._chance.uniform(0, 5))
            try:
                async with connected(self._port, token, memory) as person:
                    self.done["connections"] += 1
                    await self._stay(person)
                    if self._chance.random() < 0.3:
                        person.line.transport.abort()
                        self.done["lines cut"] += 1
            except TROUBLE as trouble:
                self._count(trouble)
            if self._chance.random() < 0.5:
                memory.clear()

    async def _stay(self, person: Person) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + self._chance.uniform(*STAY_SECONDS)
        mine: list[dict[str, Any]] = []
        while loop.time() < until:
            try:
                await self._do_something(person, mine)
            except Refused as refusal:
                self._count(refusal)
            await asyncio.sleep(self._chance.uniform(*PAUSE_SECONDS))

    async def _do_something(self, person: Person, mine: list[dict[str, Any]]) -> None:
        room = self._general if self._chance.random() < 0.4 else self._chance.choice(list(person.rooms))
        step = self._chance.choices(("say", "edit", "delete", "read", "page", "look"), (60, 12, 6, 10, 8, 4))[
            0
        ]
        if step == "say" or (step in ("edit", "delete") and not mine):
            said = await person.ask("message.send", room=room, message=str(make_message_id()), text=TEXT)
            mine.append(said["message"])
            self.done["messages"] += 1
        elif step == "edit":
            last = mine.pop()
            await person.ask("message.edit", message=last["id"], text=f"{TEXT}!", seq=last["seq"])
            self.done["edits"] += 1
        elif step == "delete":
            await person.ask("message.delete", message=mine.pop()["id"])
            self.done["deletions"] += 1
        elif step == "read":
            page = await person.ask("timeline", room=room, limit=1)
            if page["messages"]:
                await person.ask("room.read", room=room, number=page["messages"][-1]["number"])
        elif step == "page":
            await person.ask("timeline", room=room, around=self._chance.randint(1, 2000), limit=50)
            self.done["pages"] += 1
        else:
            await person.ask("presence.set", state=self._chance.choice(("active", "away")))

    def _count(self, trouble: Exception) -> None:
        """A device that the server refuses or loses reconnects, as people do; its cases are counted."""
        self.done[f"refused: {trouble}" if isinstance(trouble, Refused) else "lines lost"] += 1

    async def _room_after_room(self) -> None:
        """One member creates a room and adds people, they talk, everybody leaves."""
        while True:
            makers = self._chance.sample(range(len(self._tokens)), 3)
            try:
                async with (
                    connected(self._port, self._tokens[makers[0]], {}) as first,
                    connected(self._port, self._tokens[makers[1]], {}) as second,
                ):
                    made = await first.ask(
                        "room.create", name=f"steady {uuid.uuid4().hex[:12]}", private=False
                    )
                    room = made["room"]["id"]
                    await second.ask("room.join", room=room)
                    for person in (first, second) * 3:
                        await person.ask("message.send", room=room, message=str(make_message_id()), text=TEXT)
                    await asyncio.sleep(ROOM_EVERY_SECONDS)
                    await second.ask("room.leave", room=room)
                    await first.ask("room.archive", room=room, archived=True)
                    await first.ask("room.leave", room=room)
                    self.done["rooms made and left"] += 1
            except TROUBLE as trouble:
                self._count(trouble)
                await asyncio.sleep(ROOM_EVERY_SECONDS)

    async def _slow_reader(self, token: str) -> None:
        """Sends requests and reads nothing, until the server closes the connection."""
        ask = f'{{"id":1,"type":"timeline","room":{self._general},"limit":100}}'
        while True:
            try:
                await self._ask_without_reading(ask, token)
            except TROUBLE as trouble:
                self._count(trouble)
            await asyncio.sleep(self._chance.uniform(5, 20))

    async def _ask_without_reading(self, ask: str, token: str) -> None:
        line = await connect(
            f"ws://127.0.0.1:{self._port}/ws/",
            additional_headers={"Authorization": f"Bearer {token}"},
            compression=None,
            proxy=None,
            max_queue=1,
            ping_interval=None,
            close_timeout=0.1,
        )
        try:
            for _ in range(ASKS_UNREAD):
                await asyncio.wait_for(line.send(ask), 30)
                await asyncio.sleep(0.05)
        except (ConnectionClosed, OSError, TimeoutError):
            self.done["slow readers cut"] += 1
        finally:
            line.transport.abort()
