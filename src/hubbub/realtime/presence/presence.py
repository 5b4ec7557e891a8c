"""Who is connected now. Several tabs are one person; a killed process fades by itself, for its lease runs out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from hubbub.protocol.objects import PresenceState
from hubbub.realtime.delivery.connection import Connection

TICK_SECONDS = 0.3
"""Changes are gathered that long and told in one event: a thousand arrivals are not a thousand events each."""

PEOPLE_PER_SECOND = 2000

GRACE_SECONDS = 3.0
"""Somebody whose last connection ended is shown that long: a reload is not a departure."""

GOSSIP_SECONDS = 5.0
LEASE_SECONDS = 16.0
"""Another process's people count that long after its last sign of life: three gossips may be lost."""

NODES_REMEMBERED = 1000
"""Other processes, each with a new name after every restart, whose late gossip is recognised as late."""

States = dict[int, PresenceState]


class Presence:
    """Local connections and other processes' leases in, changes out."""

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
        self._told: States = {}
        self._leaving: dict[int, float] = {}
        self._nodes: dict[str, tuple[float, States]] = {}
        self._generation = 0
        """Counts what this process has said of its people."""
        self._generations: dict[str, int] = {}
        """Other processes → the latest that was heard of theirs: an older one is late, and says nothing new."""
        self._dirty: set[int] = set()

    def states(self) -> Mapping[int, PresenceState]:
        """Everybody who is connected somewhere, as last told."""
        return self._told

    def changed(self, member: int) -> None:
        """A connection of the member came, went, or looks away."""
        if member in self._of_member:
            self._leaving.pop(member, None)
        else:
            self._leaving[member] = self._loop.time() + GRACE_SECONDS
        self._dirty.add(member)

    def hear(self, node: str, generation: int, states: Mapping[str, str]) -> None:
        """Another process says who is connected there: all of them, every few seconds. Nobody: it says goodbye."""
        if generation <= self._generations.get(node, 0):
            return
        self._generations.pop(node, None)
        self._generations[node] = generation
        if len(self._generations) > NODES_REMEMBERED:
            del self._generations[next(iter(self._generations))]  # the one that was heard longest ago
        before = self._nodes.pop(node, (0.0, {}))[1]
        now = {int(member): PresenceState(state) for member, state in states.items()}
        if now:
            self._nodes[node] = (self._loop.time() + LEASE_SECONDS, now)
        self._dirty |= before.keys() | now.keys()

    async def keep(self) -> None:
        """Tell changes every tick, and other processes every few seconds."""
        next_gossip = 0.0
        while True:
            # Each change goes to everybody: the more there are, the longer changes are gathered.
            await asyncio.sleep(TICK_SECONDS + len(self._of_member) / PEOPLE_PER_SECOND)
            changed = self._tick()
            if changed or self._loop.time() >= next_gossip:
                self._say(self._local())
                next_gossip = self._loop.time() + GOSSIP_SECONDS

    def say_goodbye(self) -> None:
        """This process stops: its people are not here any more."""
        self._say({})

    def _say(self, states: Mapping[str, str]) -> None:
        self._generation += 1
        self._gossip("presence", {"node": self._node, "generation": self._generation, "states": states})

    def _tick(self) -> bool:
        now = self._loop.time()
        for member in [m for m, deadline in self._leaving.items() if deadline <= now]:
            del self._leaving[member]
            self._dirty.add(member)
        for node in [n for n, (lease, _) in self._nodes.items() if lease <= now]:
            self._dirty |= self._nodes.pop(node)[1].keys()
        changes = {m: state for m in self._dirty if (state := self._state(m)) != self._told_of(m)}
        self._dirty.clear()
        if changes:  # a mapping of its own: readers' threads may be at work with the one before
            now_told = {**self._told, **changes}
            self._told = {m: state for m, state in now_told.items() if state != PresenceState.OFFLINE}
            self._announce(changes)
        return bool(changes)

    def _told_of(self, member: int) -> PresenceState:
        return self._told.get(member, PresenceState.OFFLINE)

    def _state(self, member: int) -> PresenceState:
        here = {connection.state for connection in self._of_member.get(member, ())}
        here |= {states[member].value for _, states in self._nodes.values() if member in states}
        if PresenceState.ACTIVE in here:
            return PresenceState.ACTIVE
        if here:
            return PresenceState.AWAY
        return self._told_of(member) if member in self._leaving else PresenceState.OFFLINE

    def _local(self) -> dict[str, str]:
        states = {m: {c.state for c in connections} for m, connections in self._of_member.items()}
        here = {str(m): "active" if "active" in found else "away" for m, found in states.items()}
        # Whoever is in the middle of a reload may come back on another process: it must not see them go first.
        leaving = {str(m): self._told[m].value for m in self._leaving if m in self._told}
        return leaving | here
