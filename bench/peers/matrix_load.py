"""The load generator for Matrix, whose clients send with PUT and receive with long polls: load.c for a small load.

    python -m bench.peers.matrix_load --port P --connections N --rooms R --size BYTES

Commands, answers, marks in the messages and the definition of a delivery are those of load.c, except that the caller
measures the server's processor time. A connection is an account with one socket for sending and one that always waits
in /sync.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import sys
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from bench.peers.matrix_line import Line

FILTER = {
    "presence": {"types": []},
    "account_data": {"types": []},
    "room": {
        "timeline": {"limit": 100, "types": ["m.room.message"]},
        "state": {"types": []},
        "ephemeral": {"types": []},
        "account_data": {"types": []},
    },
}
POLL_MILLISECONDS = 20_000
SECONDS_WITHOUT_DELIVERY = 30.0
"""Seconds without a delivery that end a run."""
FILLING = "the quick brown fox jumps over the lazy dog and runs on along the river "


@dataclass
class Person:
    """One account in one room."""

    room: Room
    speaking: Line
    hearing: Line
    name: str
    next: int = 0


@dataclass
class Room:
    number: int
    id: str = ""
    people: list[Person] = field(default_factory=list)
    sent: int = 0
    heard_by: dict[int, int] = field(default_factory=dict)


class Load:
    """All people, and the results of the current run so far."""

    def __init__(self, port: int, size: int, rooms: int) -> None:
        self.port, self.size = port, size
        self.rooms = [Room(number) for number in range(rooms)]
        self.tasks: set[asyncio.Task[None]] = set()
        self.running = self.closed_loop = False
        self._reset(0.0)

    def _reset(self, seconds: float) -> None:
        self.sent = self.delivered = self.in_time = self.missing = self.repeated = self.foreign = 0
        self.latencies: list[float] = []
        self.started = self.last_delivery = time.monotonic()
        self.stop_at = self.started + seconds

    async def connect(self, connections: int) -> None:
        """Sign everybody up. The first member of a room creates it. From then on all listen."""
        for number in range(connections):
            room = self.rooms[number % len(self.rooms)]
            identity = {"username": f"person{number}", "password": "only for measuring"}
            account = {**identity, "auth": {"type": "m.login.dummy"}}
            known = await Line(self.port).ask("POST", "/register", account)
            token = known["access_token"]
            person = Person(room, Line(self.port, token), Line(self.port, token), known["user_id"])
            if not room.people:
                made = await person.speaking.ask("POST", "/createRoom", {"preset": "public_chat"})
                room.id = quote(made["room_id"])
            else:
                await person.speaking.ask("POST", f"/join/{room.id}", {})
            room.people.append(person)
        everybody = [person for room in self.rooms for person in room.people]
        since = await asyncio.gather(*[self._poll(person, "", 0) for person in everybody])
        for person, position in zip(everybody, since, strict=True):
            self._go_on(self._listen(person, position))

    async def run(self, mode: str, amount: float, seconds: float) -> dict[str, float]:
        self._reset(seconds)
        self.running, self.closed_loop = True, mode == "closed"
        own = time.process_time()
        if self.closed_loop:
            for room in self.rooms:
                for _ in range(int(amount)):
                    self._send(room, time.monotonic())
        else:
            await self._send_at_rate(amount)
        await asyncio.sleep(self.stop_at - time.monotonic())
        while self._expected() and time.monotonic() - self.last_delivery < SECONDS_WITHOUT_DELIVERY:
            await asyncio.sleep(0.01)
        self.running = False
        took = time.monotonic() - self.started
        return {
            **{"seconds": seconds, "sent": self.sent, "delivered": self.delivered, "in_time": self.in_time},
            **{
                "missing": self.missing + self._expected(),
                "repeated": self.repeated,
                "foreign": self.foreign,
            },
            **{"closed": 0, "p50_ms": self._percentile(0.5), "p99_ms": self._percentile(0.99)},
            **{"p999_ms": self._percentile(0.999), "max_ms": self._percentile(1)},
            **{"generator_cpu": time.process_time() - own, "took": took},
        }

    def _expected(self) -> int:
        return sum(room.sent - person.next for room in self.rooms for person in room.people)

    def _percentile(self, share: float) -> float:
        ordered = sorted(self.latencies) or [0.0]
        return round(1000 * ordered[min(int(len(ordered) * share), len(ordered) - 1)], 3)

    # ── sending ──

    async def _send_at_rate(self, per_second: float) -> None:
        for count in itertools.count():
            if (due := self.started + count / per_second) >= self.stop_at:
                return
            await asyncio.sleep(due - time.monotonic())
            self._send(self.rooms[count % len(self.rooms)], due)

    def _send(self, room: Room, due: float) -> None:
        number, room.sent = room.sent, room.sent + 1
        self.sent += 1
        mark = f"@@{room.number:04x}{number:08x}{int(due * 1e9):016x} "
        body = {"msgtype": "m.text", "body": (mark + FILLING * 2)[: self.size]}
        speaker = room.people[0].speaking
        self._go_on(speaker.ask("PUT", f"/rooms/{room.id}/send/m.room.message/{number}", body))

    # ── receiving ──

    async def _listen(self, person: Person, since: str) -> None:
        while True:
            since = await self._poll(person, since, POLL_MILLISECONDS)

    async def _poll(self, person: Person, since: str, milliseconds: int) -> str:
        query = {"timeout": milliseconds, "filter": json.dumps(FILTER), **({"since": since} if since else {})}
        heard = await person.hearing.ask("GET", f"/sync?{urlencode(query)}")
        for room in heard.get("rooms", {}).get("join", {}).values():
            for event in room["timeline"]["events"]:
                self._hear(person, event["content"]["body"])
        return str(heard["next_batch"])

    def _hear(self, person: Person, text: str) -> None:
        at, room = time.monotonic(), person.room
        number, due = int(text[6:14], 16), int(text[14:30], 16) / 1e9
        if int(text[2:6], 16) != room.number:
            self.foreign += 1
            return
        if number < person.next or not self.running:
            self.repeated += 1
            return
        self.missing += number - person.next
        person.next = number + 1
        self.delivered += 1
        self.in_time += at < self.stop_at
        self.last_delivery = at
        self.latencies.append(at - due)
        room.heard_by[number] = room.heard_by.get(number, 0) + 1
        if room.heard_by[number] == len(room.people):
            del room.heard_by[number]
            if self.closed_loop and at < self.stop_at:
                self._send(room, at)

    def _go_on(self, doing: Any) -> None:
        """Run in the background; a failure fails the whole measurement."""
        task = asyncio.ensure_future(doing)
        self.tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            sys.exit(f"matrix_load: {error!r}")


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("port", "connections", "rooms", "size"):
        parser.add_argument(f"--{name}", type=int, required=True)
    chosen = parser.parse_args()
    load = Load(chosen.port, chosen.size, chosen.rooms)
    started = time.monotonic()
    await load.connect(chosen.connections)
    print(json.dumps({"connected": chosen.connections, "seconds": time.monotonic() - started}), flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        mode, amount, seconds = line.split()
        print(json.dumps(await load.run(mode, float(amount), float(seconds))), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
