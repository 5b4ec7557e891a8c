"""Too much at the socket: bounded memory, fair to others, and told when to come back."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import resource
import time
from contextlib import AsyncExitStack
from typing import Any

import pytest

from hubbub.protocol import limits
from hubbub.protocol.ids import make_message_id
from tests.faults.cluster import Place
from tests.faults.conftest import Record
from tests.faults.nodes import Node
from tests.faults.run_settings import bound
from tests.faults.scenario import Scenario, scenario
from tests.raw_socket import CLOSE, CONTINUATION, PING, PONG, TEXT, RawSocket, frame

FAIR_SECONDS = 5.0
"""How long an ordinary command of somebody else may take meanwhile."""

KIB_PER_CONNECTION = 64
"""More than an idle connection costs; what this guards against is ten times as much."""


def command(number: int, **fields: Any) -> bytes:
    return frame(TEXT, json.dumps({"id": number, **fields}).encode())


async def slowest_answer(s: Scenario, until: asyncio.Future[Any] | asyncio.Task[Any]) -> float:
    """While something goes on: the longest that somebody else waited for a message to be acknowledged."""
    person, slowest = s.people[0], 0.0
    while not until.done():
        asked = time.monotonic()
        answer = await person.insist(
            type="message.send", room=s.rooms[0], message=str(make_message_id()), text="as usual"
        )
        assert "ok" in answer
        slowest = max(slowest, time.monotonic() - asked)
        await asyncio.sleep(0.05)
    return slowest


async def test_a_flood_of_commands_affects_only_its_sender(sqlite: Place) -> None:
    """Six megabytes of commands on one line, answers read as they come: all are answered, or the line ends."""
    node = sqlite.nodes[0]
    async with scenario(sqlite) as s:
        await s.enter(2, 1)
        before = node.rss()
        flooder = s.people[1]
        async with RawSocket(node.url, flooder.token) as line:

            async def flood() -> None:
                text = "x" * 2000
                for number in range(1, 3001):
                    message = str(make_message_id())
                    await line.write(
                        command(number, type="message.send", room=s.rooms[0], message=message, text=text)
                    )

            async def drain() -> None:
                while True:
                    opcode, payload = await line.read(60)
                    if opcode == CLOSE:
                        assert int.from_bytes(payload[:2], "big") == 4008
                        return
                    if opcode == TEXT and json.loads(payload).get("re") == 3000:
                        return

            flooding = asyncio.gather(flood(), drain(), return_exceptions=True)
            slowest = await slowest_answer(s, flooding)
            outcomes = await flooding
        assert not [
            o for o in outcomes if o and not isinstance(o, ConnectionError | asyncio.IncompleteReadError)
        ]
        grown = node.rss() - before
        await s.peace()
        await s.verdict()
    assert slowest < bound(FAIR_SECONDS)
    assert grown < 40 * 1024, f"{grown} KiB more"


async def test_a_client_that_asks_much_and_reads_nothing_is_closed(sqlite: Place) -> None:
    """Answers cannot be left out as frames can: over the limit the connection ends."""
    node = sqlite.nodes[0]
    async with scenario(sqlite) as s:
        await s.enter(2, 1)
        await s.ask("say", room=s.rooms[0], member=s.people[0].member, texts=["y" * 8000] * 100)
        before = node.rss()
        async with RawSocket(node.url, s.people[1].token) as line:

            async def ask() -> None:
                with contextlib.suppress(ConnectionError):
                    async with asyncio.timeout(bound(60)):
                        for number in itertools.count():
                            await line.write(command(number, type="timeline", room=s.rooms[0], limit=100))

            asking = asyncio.ensure_future(ask())
            slowest = await slowest_answer(s, asking)
            await asking
        grown = node.rss() - before
    assert slowest < bound(FAIR_SECONDS), "with rates on it would not have come so far"
    assert grown < 100 * 1024, f"{grown} KiB more"


async def test_unfinished_messages_are_not_buffered_without_bound(sqlite: Place) -> None:
    """Endless fragments: the message is too long when it is, not when it ends."""
    async with scenario(sqlite) as s:
        await s.enter(1, 1)
        async with RawSocket(sqlite.nodes[0].url, s.people[0].token) as line:
            await line.write_if_open(frame(TEXT, b"{", fin=False))
            for _ in range(limits.FRAME_BYTES // 1000 + 1):
                await line.write_if_open(frame(CONTINUATION, b" " * 1000, fin=False))
            assert await line.read_close() == 1009


async def test_many_unfinished_frames_cost_only_their_bytes(sqlite: Place) -> None:
    """A hundred connections that each send nearly a whole frame, and then nothing."""
    node = sqlite.nodes[0]
    async with AsyncExitStack() as stack:
        s = await stack.enter_async_context(scenario(sqlite))
        await s.enter(1, 1)
        before = node.rss()
        for _ in range(100):
            line = await stack.enter_async_context(RawSocket(node.url, s.people[0].token))
            await line.write(frame(TEXT, b" " * 65_000)[:-1])
        await asyncio.sleep(0.5)
        grown = node.rss() - before
        assert "ok" in await s.people[0].ask(type="room.get", room=s.rooms[0])
    assert grown < 100 * (65 + KIB_PER_CONNECTION) * 2


async def test_refusals_for_rates_have_a_retry_time() -> None:
    """With limits on: a flood of messages, of handshakes, of connections of one member."""
    with Place() as place:
        strict = place.node(HUBBUB_RATE_LIMITS="on")
        place.nodes[0].end()
        place.nodes[0] = strict
        place.heal()
        async with AsyncExitStack() as stack:
            s = await stack.enter_async_context(scenario(place))
            await s.enter(2, 1)
            flooder, other = s.people
            refused: list[Any] = []
            while not refused:  # a slow machine gives as much as it takes, for a while
                ask = flooder.ask
                answers = await asyncio.gather(
                    *(ask(type="room.get", room=s.rooms[0]) for _ in range(limits.COMMANDS_BURST))
                )
                refused = [answer["error"] for answer in answers if "error" in answer]
            assert all(error["code"] == "rate_limited" and error["retry_after"] >= 0 for error in refused)
            assert "ok" in await other.ask(type="room.get", room=s.rooms[0]), "the others are not concerned"

            reasons = [
                await _closing_reason(stack, strict, other.token)
                for _ in range(limits.CONNECTIONS_PER_MEMBER)
            ]
            assert reasons[-1] is not None
            assert reasons[-1].startswith("retry_after="), "told when to come back"
            assert reasons[:5] == [None] * 5


async def _closing_reason(stack: AsyncExitStack, node: Node, token: str) -> str | None:
    """None if the connection stays open."""
    line = await stack.enter_async_context(RawSocket(node.url, token))
    opcode, payload = await line.read()
    if opcode == TEXT:
        return None
    assert int.from_bytes(payload[:2], "big") == 4029
    return payload[2:].decode()


async def test_a_storm_of_connects_is_survived_and_others_are_served(
    sqlite: Place, long: bool, record: Record
) -> None:
    """Some hundreds at once, that connect, ask for everything and go, again and again."""
    node = sqlite.nodes[0]
    async with scenario(sqlite) as s:
        await s.enter(2, 1)
        before = node.descriptors()
        token = s.people[1].token

        async def come_and_go() -> None:
            async with RawSocket(node.url, token) as line:
                await line.write_if_open(command(1, type="snapshot"))
                while json.loads(await line.read_kind(TEXT, 60)).get("re") != 1:
                    continue

        rounds = 5 if long else 2

        async def storm() -> None:
            for _ in range(rounds):
                await asyncio.gather(*(come_and_go() for _ in range(200)))

        storming = asyncio.ensure_future(storm())
        slowest = await slowest_answer(s, storming)
        await storming
        async with asyncio.timeout(bound(10)):
            while node.descriptors() > before * 1.1 + 2:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        await s.peace()
        figures = await s.verdict()
    record("storm", sqlite, figures | {"connects": 200 * rounds, "slowest_ack_s": round(slowest, 2)})
    assert slowest < bound(FAIR_SECONDS)


async def test_thousands_of_idle_connections(sqlite: Place, long: bool, record: Record) -> None:
    """Ten thousand in a long run; a few hundred otherwise. What each costs, and that all hear a message."""
    wanted = 10_000 if long else 300
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < wanted + 500:
        pytest.skip(f"only {hard} descriptors are allowed here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted + 500), hard))
    with Place() as place:
        node = place.nodes[0]
        async with AsyncExitStack() as stack:
            s = await stack.enter_async_context(scenario(place))
            await s.enter(2, 1)
            token = s.people[1].token
            before, fds = node.rss(), node.descriptors()
            listening: list[asyncio.Task[None]] = []
            for start in range(0, wanted, 100):
                batch = [RawSocket(node.url, token) for _ in range(min(100, wanted - start))]
                for line in batch:
                    stack.push_async_exit(line)
                await asyncio.gather(*(line.__aenter__() for line in batch))
                for line in batch:
                    await line.write_if_open(command(1, type="snapshot"))
                await asyncio.gather(*(_reply(line, 1) for line in batch))
                listening += [asyncio.create_task(_until_it_says(line, b"to all of you")) for line in batch]
            each = (node.rss() - before) / wanted
            begun = time.monotonic()
            s.people[0].say(s.rooms[0], "to all of you")
            await asyncio.gather(*listening)
            took = time.monotonic() - begun
            await s.peace()
            figures = await s.verdict()
        async with asyncio.timeout(60):
            while node.descriptors() > fds * 1.1 + 5:  # noqa: ASYNC110
                await asyncio.sleep(0.2)
    record(
        f"{wanted:,} connections",
        place,
        figures | {"slowest_heard_s": round(took, 2), "kib_each": round(each, 1)},
    )
    assert each < KIB_PER_CONNECTION


async def _reply(line: RawSocket, number: int) -> None:
    while json.loads(await line.read_kind(TEXT, 60)).get("re") != number:
        continue


async def _until_it_says(line: RawSocket, words: bytes) -> None:
    """Hear, and give signs of life when they are asked for."""
    while True:
        opcode, payload = await line.read(bound(120))
        if opcode == PING:
            await line.write_if_open(frame(PONG, payload))
        elif words in payload:
            return
        elif b'"heartbeat"' in payload:
            await line.write_if_open(frame(TEXT, b'{"type":"beat"}'))
