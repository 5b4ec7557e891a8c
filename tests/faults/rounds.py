"""Rounds of F26: members change everything while the bus and another part fail; then all clients must agree."""

from __future__ import annotations

import asyncio
import json
import random
import time
import urllib.request

from tests.faults.cluster import Cluster
from tests.faults.faulty_bus import EVERY_KIND, FaultyBus
from tests.faults.random_changes import RandomChanges
from tests.faults.run_settings import LONG, bound, load
from tests.faults.shared_scenario import AGREED_SECONDS, SharedScenario

QUIET_SECONDS = 5.0 if LONG else 0.5
ROUND_SECONDS = 15.0 if LONG else 2.0
AWAY_SECONDS = 4.0 if LONG else 1.0
PER_SECOND = 90
WAYS = [{"up": True, "down": True}, {"up": False, "down": True}, {"up": True, "down": False}]

LIES: list[tuple[float, frozenset[str]]] = [
    (0.35, EVERY_KIND),
    (0.5, frozenset({"notice"})),
    (0.5, frozenset({"frames"})),
    (0.45, EVERY_KIND),
    (0.6, frozenset({"gossip", "beat"})),
]
"""How many messages suffer, and of which kinds, round after round."""


class Rounds:
    """`play` one after the other; each begins with another lie and another trouble."""

    def __init__(self, scene: SharedScenario, bus: FaultyBus, cluster: Cluster, seed: int) -> None:
        self.scene, self.bus, self.cluster = scene, bus, cluster
        self.random_changes = RandomChanges(scene, seed)
        self.slowest = 0.0
        """Seconds until the last client agreed, in the slowest round."""
        self.compared = 0
        self._random = random.Random(seed)  # noqa: S311
        self._kills = 0
        self._faults_before = bus.faults
        self._troubles = [self._stall_a_line, self._kill_redis, self._nothing_else, self._kill_a_node]

    @property
    def faults(self) -> int:
        return self.bus.faults - self._faults_before + self._kills

    async def speak(self, node: int, text: str) -> None:
        """Dave says something about himself at that node, over HTTP."""
        scene = self.scene
        token = scene.tokens[scene.members[-1]]
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.cluster.nodes[node].port}/chat/api/profile.update",
            data=json.dumps({"about": text}).encode(),
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        with await asyncio.to_thread(urllib.request.urlopen, request, timeout=bound(5)):
            pass

    async def begin(self) -> None:
        """Learn how the nodes call themselves."""
        for place in range(len(self.cluster.nodes)):
            await self.bus.learn_name(place, self.speak)

    async def play(self, turn: int) -> None:
        """In every third round the bus goes on lying while all have to agree."""
        await self.scene.let_all_in()
        await self._open_rooms()
        self.bus.lie(*LIES[turn % len(LIES)])
        doings = asyncio.create_task(self.random_changes.go_on(ROUND_SECONDS, per_second=load(PER_SECOND)))
        await asyncio.sleep(self._random.uniform(0, ROUND_SECONDS / 3))
        await self._troubles[turn % len(self._troubles)]()
        await doings
        if turn % 3 != 2:
            self.bus.end()
        quiet_since = time.monotonic()
        self.slowest = max(self.slowest, await self.scene.agree(AGREED_SECONDS))
        await asyncio.sleep(quiet_since + QUIET_SECONDS - time.monotonic())
        self.bus.end()
        await self.scene.agree_who_is_there()
        assert not (found := await self.scene.disagreements()), "\n".join(found)
        self.compared += len(self.scene.keepers)

    async def _open_rooms(self) -> None:
        """Some may still be archived, and nobody could say anything there."""
        for room in self.scene.rooms:
            command = {"type": "room.archive", "room": room, "archived": False}
            await self.scene.ask("command", member=self.scene.members[0], **command)

    async def _nothing_else(self) -> None:
        pass

    async def _stall_a_line(self) -> None:
        """One node does not reach Redis for some seconds, in one direction or both; then all arrives that was sent."""
        proxy, way = self._random.choice(self.bus.proxies), self._random.choice(WAYS)
        proxy.swallow(**way)
        await asyncio.sleep(self._random.uniform(0.5, AWAY_SECONDS))
        proxy.swallow(False)

    async def _kill_redis(self) -> None:
        self.cluster.redis.kill()
        self._kills += 1
        await asyncio.sleep(AWAY_SECONDS)
        self.cluster.redis.start()
        await asyncio.to_thread(self.cluster.redis.wait)

    async def _kill_a_node(self) -> None:
        """Its people go to the next one."""
        place = self._random.randrange(len(self.cluster.nodes))
        node = self.cluster.nodes[place]
        node.kill()
        self._kills += 1
        await asyncio.sleep(AWAY_SECONDS / 2)
        node.start()
        await node.ready()
        await self.bus.learn_name(place, self.speak)
