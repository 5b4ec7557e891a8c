"""A member's rate is one rate, however many processes they talk to."""

from __future__ import annotations

import asyncio
import time

from hubbub.protocol import limits
from hubbub.protocol.ids import make_message_id
from tests.faults.client import BookKeeper
from tests.faults.cluster import Cluster
from tests.faults.scenario import scenario

FLOOD_SECONDS = 6.0


async def test_two_nodes_give_a_member_hardly_more_than_one(cluster: Cluster) -> None:
    """Bounded overrun: each node has its burst once, and hears within a second what the others gave."""
    strict = [cluster.node(HUBBUB_RATE_LIMITS="on") for _ in range(2)]
    try:
        for node in strict:
            node.start()
        for node in strict:
            await node.ready()
        async with scenario(cluster) as s:
            await s.enter(1, 1, where=lambda _: lambda: strict[0].url)
            made = s.people[0]
            s.join("the same", made.token, made.member, lambda: strict[1].url)
            await s.all_live()
            begun = time.monotonic()
            taken = await asyncio.gather(*(_flood(person, s.rooms[0]) for person in s.people))
            took = time.monotonic() - begun
    finally:
        for node in strict:
            node.end()
    bursts, rate = len(strict) * limits.MESSAGES_BURST, limits.MESSAGES_PER_SECOND
    assert sum(taken) <= bursts + rate * took, f"{taken} in {took} s: one rate, not a rate at each node"


async def _flood(person: BookKeeper, room: int) -> int:
    """How much one node gives, until it has refused for some seconds."""
    taken = refused = 0
    until = time.monotonic() + FLOOD_SECONDS
    while not refused or time.monotonic() < until:
        answer = await person.ask(
            type="message.send", room=room, message=str(make_message_id()), text="again"
        )
        if "ok" in answer:
            taken += 1
        else:
            refused += 1
            assert answer["error"]["code"] == "rate_limited"
            assert answer["error"]["retry_after"] >= 0
            await asyncio.sleep(min(answer["error"]["retry_after"], 0.1))
    return taken
