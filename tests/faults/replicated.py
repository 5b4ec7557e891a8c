"""A cluster whose PostgreSQL has a replica, behind one address that moves to the replica when it takes over."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg

from tests.faults.cluster import Cluster
from tests.faults.proxy import FaultProxy
from tests.faults.replica import NAME, Replica
from tests.faults.site_process import SiteProcess


class Replicated(Cluster):
    """Starts without nodes; `standing` starts three. Then `kill_primary`, and `promote` moves the address."""

    tier = "PostgreSQL with a replica + Redis, three nodes"
    replica: Replica
    address: FaultProxy
    died: float
    """When the last primary was killed (monotonic)."""

    def __init__(self) -> None:
        super().__init__(nodes=0)
        self._replicas = 0

    @asynccontextmanager
    async def standing(self, *, synchronous: bool = False) -> AsyncIterator[None]:
        """Three nodes on the primary, which has a replica. `synchronous`: a commit waits for the replica."""
        if not self.postgres.running:  # a test has failed before the replica took over
            self.postgres.start()
            await asyncio.to_thread(self.postgres.wait)
        async with FaultProxy(self.postgres.port) as self.address:
            self.environment["DATABASE_URL"] = self.postgres.url_at(self.address.port)
            self.inside = SiteProcess(self.environment)
            self.nodes = [self.node() for _ in range(3)]
            try:
                for node in self.nodes:
                    node.start()
                    if node is self.nodes[0]:
                        await self.add_replica()
                        await node.ready()  # it migrates
                await asyncio.gather(*(node.ready() for node in self.nodes))
                await asyncio.to_thread(self._wait_for_replica, synchronous)
                yield
            finally:
                self.inside.stop()
                for node in self.nodes:
                    node.end()

    async def add_replica(self) -> None:
        """A new replica of the present primary."""
        self._replicas += 1
        directory = self._room_for(f"replica{self._replicas}")
        self.replica = await asyncio.to_thread(Replica, directory, self.postgres)
        self.backends.append(self.replica)
        self.replica.start()  # not in a thread that ends with the test: the kernel ends what it has started
        await asyncio.to_thread(self.replica.wait)
        await asyncio.to_thread(self.replica.follows)

    def kill_primary(self) -> None:
        """The primary is gone for good."""
        self.postgres.kill()
        self.died = time.monotonic()
        self.backends.remove(self.postgres)

    def promote(self) -> float:
        """The replica is the primary now; nobody is led to it yet. Returns after how many seconds."""
        self.postgres = self.replica
        return self.replica.take_over()

    def move_address(self) -> None:
        """New connections reach the present primary."""
        self.address.upstream = self.postgres.port

    def _wait_for_replica(self, yes: bool) -> None:
        with psycopg.connect(self.postgres.admin, autocommit=True) as connection:
            connection.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{NAME if yes else ''}'")
            connection.execute("SELECT pg_reload_conf()")
