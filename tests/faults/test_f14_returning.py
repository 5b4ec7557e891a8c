"""F14: half-open sockets are noticed by silence. F15: all are cut at once, and return to twenty missed messages."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from hubbub.realtime.storage.readers import THREADS
from tests.faults.cluster import Cluster, Place
from tests.faults.conftest import Record
from tests.faults.nodes import Node
from tests.faults.run_settings import bound
from tests.faults.scenario import scenario
from tests.servers.fixtures import or_skipped

ALL_BACK_SECONDS = 60.0
NOTICED_SECONDS = 35.0
ROOMS, MISSED = 2, 20

FILES_OF_READERS = 3 * (THREADS - 1)
"""Each reader thread opens the SQLite file, its log and its index once, when it first has work. 20 sockets are more."""


class ReadsNoted:
    """Nodes that note each range of messages that they read because somebody missed it."""

    data: Path

    @property
    def reads(self) -> Path:
        return self.data / "reads"

    def node(self, *, script: str | None = None, **environment: str) -> Node:
        more = {"READS_FILE": str(self.reads), **environment}
        node: Node = super().node(script=script or "tests.faults.failing", **more)  # type: ignore[misc]
        return node


class NotedSqlite(ReadsNoted, Place):
    pass


class NotedCluster(ReadsNoted, Cluster):
    pass


@pytest.fixture(params=[NotedSqlite, NotedCluster], ids=["sqlite", "cluster"])
def noted(request: pytest.FixtureRequest) -> Iterator[NotedSqlite | NotedCluster]:
    with or_skipped(), request.param() as place:
        yield place


async def test_all_are_cut_at_once_and_resume_twenty_missed_messages(
    noted: NotedSqlite | NotedCluster, seed: int, record: Record
) -> None:
    """What they missed is read once for each room and node, not for each of them."""
    async with AsyncExitStack() as stack:
        s = await stack.enter_async_context(scenario(noted, seed=seed))
        proxies = await s.enter_behind_proxies(stack, 60, ROOMS)
        for proxy in proxies:
            proxy.refusing = True
            s.figures["faults"] += len(proxy)
            proxy.cut()
        while connections(noted):
            await asyncio.sleep(0.05)
        for room in s.rooms:
            texts = [f"missed {number}" for number in range(MISSED)]
            await s.ask("say", room=room, member=s.people[0].member, texts=texts)
        noted.reads.write_text("")
        for proxy in proxies:
            proxy.refusing = False
        begun = time.monotonic()
        while not all(person.closed and person.opened[-1] > person.closed[-1][0] for person in s.people):
            await asyncio.sleep(0.01)
        await s.peace()
        figures = await s.verdict() | {"all_back_s": round(time.monotonic() - begun, 2)}
    reads = {
        "reads": len(noted.reads.read_text().splitlines()),
        "reads_allowed": len(noted.nodes) * ROOMS,
    }
    record("F15", noted, figures | reads)
    assert figures["cuts"] == len(s.people), "each was cut off, once"
    assert figures["all_back_s"] < bound(ALL_BACK_SECONDS)
    assert 0 < reads["reads"] <= reads["reads_allowed"]
    assert not sum(person.resets for person in s.people)


@pytest.mark.patient
async def test_half_open_sockets_are_noticed_and_leave_nothing_behind(sqlite: Place, record: Record) -> None:
    """F14: neither side is told. Both notice by silence: the server within its 35 seconds, clients by their pings."""
    node = sqlite.nodes[0]
    async with AsyncExitStack() as stack:
        s = await stack.enter_async_context(scenario(sqlite))
        (proxy,) = await s.enter_behind_proxies(stack, 20, 1)
        before = node.descriptors()
        begun = time.monotonic()
        s.figures["faults"] += len(proxy)
        proxy.lose()
        async with asyncio.timeout(NOTICED_SECONDS + 1):
            while not all(person.closed for person in s.people):
                await asyncio.sleep(0.05)
            clients = time.monotonic() - begun
            await s.all_live()
            while connections(sqlite) != len(s.people):
                await asyncio.sleep(0.1)
        servers = time.monotonic() - begun
        everybody = {person.member for person in s.people}
        async with asyncio.timeout(bound(20)):
            while any(person.who_is_there() != everybody for person in s.people):
                await asyncio.sleep(0.05)
        await s.peace()
        figures = await s.verdict()
        after = node.descriptors()
    noticed = {"noticed_by_clients_s": round(clients, 1), "noticed_by_server_s": round(servers, 1)}
    record("F14", sqlite, figures | noticed | {"descriptors_more": after - before})
    assert after <= before * 1.1 + FILES_OF_READERS, "I10: no descriptor is left behind"


def connections(place: Place) -> int:
    """How many sockets the nodes believe to be open."""
    return sum(node.connections() or 0 for node in place.nodes)
