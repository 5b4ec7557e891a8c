"""The members who are connected now, in all processes. Several tabs are one person, and killed processes expire."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from hubbub.protocol.objects import PresenceState
from hubbub.realtime.delivery.connection import Connection

TICK_SECONDS = 0.3
"""Changes of so long are coalesced into one event: a thousand arrivals must not be a thousand events for each."""

PEOPLE_PER_SECOND = 2000
"""A tick is longer by a second for so many members here, because every event goes to all of them."""

GRACE_SECONDS = 3.0
"""A member stays present for so long after their last connection ended, so that a reload changes nothing."""

GOSSIP_SECONDS = 5.0
"""Between two messages to other processes if nothing changes."""

LEASE_SECONDS = 16.0
"""Members at another process expire so long after its last message: three of these may be lost."""

NODES_REMEMBERED = 1000
"""Processes whose late gossip is recognised. A process has a new name after every restart."""

States = dict[int, PresenceState]


class Presence:
    """Merges local connections and other processes' states, and announces changes."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        of_member: Mapping[int, set[Connection]],
        announce: Callable[[States], None],
        gossip: Callable[[str, object], None],
        *,
        node: str,
    ) -> None:
        self._loop = loop
        self._of_member = of_member
        self._announce, self._gossip = announce, gossip
        self._node = node
        self._announced: States = {}
        self._leaving: dict[int, float] = {}
        self._nodes: dict[str, tuple[float, States]] = {}
        self._generation = 0
        """Counts the states that this process has sent."""
        self._generations: dict[str, int] = {}
        """Other processes → the newest generation received. An older one is late, and ignored."""
        self._dirty: set[int] = set()

    def states(self) -> Mapping[int, PresenceState]:
        """All connected members, as last announced."""
        return self._announced

    def changed(self, member: int) -> None:
        """A connection of the member opened, closed, or changed its state."""
        if member in self._of_member:
            self._leaving.pop(member, None)
        else:
            self._leaving[member] = self._loop.time() + GRACE_SECONDS
        self._dirty.add(member)

    def receive(self, node: str, generation: int, states: Mapping[str, str]) -> None:
        """All members at another process; sent every few seconds. An empty mapping: that process stops."""
        if generation <= self._generations.get(node, 0):
            return
        self._generations.pop(node, None)
        self._generations[node] = generation
        if len(self._generations) > NODES_REMEMBERED:
            del self._generations[next(iter(self._generations))]  # the one whose message is the oldest
        before = self._nodes.pop(node, (0.0, {}))[1]
        now = {int(member): PresenceState(state) for member, state in states.items()}
        if now:
            self._nodes[node] = (self._loop.time() + LEASE_SECONDS, now)
        self._dirty |= before.keys() | now.keys()

    async def run_forever(self) -> None:
        """Announce changes at every tick, and the local state to other processes every few seconds."""
        next_gossip = 0.0
        while True:
            # Each change goes to all members here: the more there are, the longer the tick.
            await asyncio.sleep(TICK_SECONDS + len(self._of_member) / PEOPLE_PER_SECOND)
            changed = self._tick()
            if changed or self._loop.time() >= next_gossip:
                self._send(self._local())
                next_gossip = self._loop.time() + GOSSIP_SECONDS

    def announce_stop(self) -> None:
        """Tell other processes that this one stops, and its members are gone."""
        self._send({})

    def _send(self, states: Mapping[str, str]) -> None:
        self._generation += 1
        self._gossip("presence", {"node": self._node, "generation": self._generation, "states": states})

    def _tick(self) -> bool:
        now = self._loop.time()
        for member in [m for m, deadline in self._leaving.items() if deadline <= now]:
            del self._leaving[member]
            self._dirty.add(member)
        for node in [n for n, (lease, _) in self._nodes.items() if lease <= now]:
            self._dirty |= self._nodes.pop(node)[1].keys()
        changes = {m: state for m in self._dirty if (state := self._state(m)) != self._announced_state(m)}
        self._dirty.clear()
        if changes:  # a new mapping: readers' threads may be using the old one
            announced = {**self._announced, **changes}
            self._announced = {m: state for m, state in announced.items() if state != PresenceState.OFFLINE}
            self._announce(changes)
        return bool(changes)

    def _announced_state(self, member: int) -> PresenceState:
        return self._announced.get(member, PresenceState.OFFLINE)

    def _state(self, member: int) -> PresenceState:
        here = {connection.presence for connection in self._of_member.get(member, ())}
        here |= {states[member].value for _, states in self._nodes.values() if member in states}
        if PresenceState.ACTIVE in here:
            return PresenceState.ACTIVE
        if here:
            return PresenceState.AWAY
        return self._announced_state(member) if member in self._leaving else PresenceState.OFFLINE

    def _local(self) -> dict[str, str]:
        states = {m: {c.presence for c in connections} for m, connections in self._of_member.items()}
        here = {str(m): "active" if "active" in found else "away" for m, found in states.items()}
        # A reload may reconnect to another process, which must not announce the member as gone before that.
        leaving = {str(m): self._announced[m].value for m in self._leaving if m in self._announced}
        return leaving | here
