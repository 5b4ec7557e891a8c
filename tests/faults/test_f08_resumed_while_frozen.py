"""F8: PostgreSQL is frozen, lines are torn, and people come back to a database that does not answer."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack

from hubbub.protocol.closing import Close
from tests.faults.client import BookKeeper
from tests.faults.cluster import Cluster
from tests.faults.conftest import Record
from tests.faults.run_settings import bound
from tests.faults.scenario import scenario
from tests.raw_socket import RawSocket

REFUSED_SECONDS = 2.0
RECOVERY_SECONDS = 10.0


async def test_clients_resume_when_a_frozen_database_goes_on(
    cluster: Cluster, seconds: float, seed: int, record: Record
) -> None:
    """Nobody is signed out, nobody waits for an answer, nobody begins anew."""
    postgres = cluster.postgres
    async with AsyncExitStack() as stack:
        s = await stack.enter_async_context(scenario(cluster, seed=seed))
        proxies = await s.enter_behind_proxies(stack, 18, 3)
        torn = s.people[0::3]  # behind the first proxy
        staying = s.people[1::3]

        async def outage() -> None:
            await asyncio.sleep(1)
            postgres.freeze()
            s.figures["faults"] += 1
            while not all(person.refusals for person in staying):
                await asyncio.sleep(0.05)
            proxies[0].reset()
            s.figures["faults"] += len(torn)
            resumes = await asyncio.gather(*(_resume(person) for person in staying))
            sent_away = [await _sent_away(cluster.nodes[0].url, person.token) for person in torn[:3]]
            s.figures["slowest_read_refusal_s"] = round(max(*resumes, *sent_away), 2)
            await asyncio.sleep(seconds)
            assert postgres.frozen
            assert not any(person.live.is_set() for person in torn)
            postgres.thaw()
            begun = time.monotonic()
            await s.all_live()
            s.figures["recovery_s"] = round(time.monotonic() - begun, 2)
            await asyncio.sleep(2)

        await s.while_talking(outage, per_second=40)
        await s.peace()
        figures = await s.verdict()
        codes = {code for person in torn for _, code in person.closed}
        cut = [person.name for person in staying if person.closed]
    record("F8 frozen, people come back", cluster, figures)
    assert codes == {1006, Close.GOING_AWAY}, "torn off, and then asked to wait"
    assert not cut, "open sockets stay open"
    assert not sum(person.resets for person in s.people)
    assert figures["acked"] == figures["said"]
    assert figures["slowest_read_refusal_s"] <= bound(REFUSED_SECONDS)
    assert figures["recovery_s"] <= bound(RECOVERY_SECONDS)


async def _resume(person: BookKeeper) -> float:
    """Seconds until a resume on an open connection is refused, or answered by what the server has in memory."""
    seqs = {room: view.seq for room, view in person.views.items()}
    begun = time.monotonic()
    answer = await person.ask(type="resume", epoch=person.epochs[-1][1], rooms=seqs)
    assert "ok" in answer or answer["error"]["code"] == "unavailable"
    return time.monotonic() - begun


async def _sent_away(url: str, token: str) -> float:
    """Seconds until somebody who comes back is told to wait: their login cannot be looked up."""
    begun = time.monotonic()
    async with RawSocket(url, token) as line:
        assert await line.read_close() == Close.GOING_AWAY
    return time.monotonic() - begun
