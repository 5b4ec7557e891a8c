"""Members at three nodes, for tests in which single bus messages are late, lost or out of order."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.faults.cluster import Cluster
from tests.faults.conftest import Record
from tests.faults.history import Said
from tests.faults.message_faults import Chosen, Fault
from tests.faults.redis_proxy import RedisProxy
from tests.faults.resp import PubSubMessage
from tests.faults.run_settings import LONG, bound
from tests.faults.shared_scenario import AGREED_SECONDS, SharedScenario

SOON_SECONDS = 5.0
STILL_SECONDS = 0.3 if LONG else 0.1
"""What has not arrived by then does not arrive."""

PEOPLE = 5
AT = [0, 1, 1, 2, 1]
"""Alice; Bob; Erin; Carol, the guest; Dave: at which node."""


class Town:
    """Alice is at node 0; Bob, Erin and Dave are at node 1, whose line to Redis is
    `proxy`. Carol is at node 2. Each has two clients."""

    def __init__(self, scene: SharedScenario, proxies: list[RedisProxy]) -> None:
        self.scene, self.proxy = scene, proxies[1]
        self.alice, self.bob, self.erin, self.carol, self.dave = scene.members
        self.said: list[Said] = []
        self._words = itertools.count()

    @property
    def cluster(self) -> Cluster:
        assert isinstance(self.scene.place, Cluster)
        return self.scene.place

    def delays(self, chosen: Chosen, how: str) -> Fault:
        """The next chosen message to node 1 is held back: alone (`late`), or with all others (`stalled`)."""
        return self.proxy.hold(chosen, times=1) if how == "late" else self.proxy.hold()

    async def has(self, fault: Fault, chosen: Chosen) -> None:
        """Wait until the message is held back."""
        await self.until(lambda: any(chosen(held.message) for held in fault.held))

    async def does(self, who: int, kind: str, **fields: Any) -> Any:
        """One command at the first of somebody's clients; what it answers. It must not be refused."""
        answer = await self.scene.of(who)[0].do(bound(SOON_SECONDS), type=kind, **fields)
        assert "ok" in answer, answer
        return answer["ok"]

    async def room_of(self, *members: int) -> int:
        """A new private room of Alice, Carol and these, which all of them know."""
        name = f"{self.scene.name}{len(self.scene.rooms)}"
        made = await self.does(self.alice, "room.create", name=name, private=True)
        room: int = made["room"]["id"]
        self.scene.rooms.append(room)
        await self.does(self.alice, "room.invite", room=room, members=[self.carol, *members])
        for member in members:
            await self.until(partial(self._all_know, member, room))
        return room

    async def says(self, room: int, count: int = 5) -> None:
        """Alice says something, so many times, and it is stored."""
        alice = self.scene.of(self.alice)[0]
        self.said += [alice.say(room, f"{room} {next(self._words)}") for _ in range(count)]
        async with asyncio.timeout(bound(SOON_SECONDS)):
            await alice.settle()

    async def changes_everything(self, room: int, words: str) -> None:
        """At node 0 and in a shell. Bob is in the room, Dave is not."""
        ask, alice = self.scene.ask, self.alice
        await self.says(room, 3)
        sent = [m for m in (await self.does(alice, "timeline", room=room))["messages"] if m["text"]][-2:]
        await self.does(alice, "message.edit", message=sent[0]["id"], seq=sent[0]["seq"], text=words)
        await self.does(alice, "message.delete", message=sent[1]["id"])
        await self.does(alice, "room.rename", room=room, name=f"{self.scene.name}{words}")
        await self.does(alice, "room.describe", room=room, description=words)
        await self.does(alice, "room.invite", room=room, members=[self.dave])
        await self.does(alice, "room.remove", room=room, member=self.erin)
        await self.does(alice, "profile.update", name=words)
        await ask("command", member=self.bob, type="room.notify", room=room, level="mentions")
        await ask("command", member=self.bob, type="room.unread", room=room, number=2)
        await ask("change_role", by=alice, member=self.dave, role="admin")
        await ask("name_workspace", name=words)
        await self.does(alice, "room.archive", room=room, archived=True)

    async def until(self, true: Callable[[], bool], within: float = SOON_SECONDS) -> None:
        async with asyncio.timeout(bound(within)):
            while not true():
                await asyncio.sleep(0.01)

    async def finish(self, record: Record, row: str, faults: int, within: float = AGREED_SECONDS) -> None:
        """Everybody has the same state, and nobody has heard too much. `faults`: how many have really happened."""
        assert faults > 0, "it has never happened"
        took = await self.scene.agree(within)
        await asyncio.sleep(STILL_SECONDS)
        assert not await self.scene.disagreements(), "nothing comes later"
        await self.scene.verdict()
        acked = sum(said.outcome == "acked" for said in self.said)
        figures = {"faults": faults, "acked": acked, "lost": 0, "doubled": 0, "converged_s": took}
        record(f"F26 {row}", self.cluster, figures)

    def _all_know(self, member: int, room: int) -> bool:
        """Whether each of the member's clients has the room and its messages."""
        return all(c.state is not None and room in c.state.first for c in self.scene.of(member))


def notice(topic: str, event: str = "") -> Chosen:
    """Notices of a topic (`member.7`, `room.12`, `everyone`), with that type of event if one is given."""

    def chosen(message: PubSubMessage) -> bool:
        if message.kind != "notice" or not message.group.endswith(f".{topic}"):
            return False
        data = [field.decode() for field in message.content["notice"] if isinstance(field, bytes)]
        return not event or any(f'"type":"{event}"' in text for text in data)

    return chosen


def end_logins(member: int) -> Chosen:
    """The notice that ends all logins of a member."""

    def chosen(message: PubSubMessage) -> bool:
        return message.kind == "notice" and message.content["notice"][:2] == ["EndLogins", member]

    return chosen
