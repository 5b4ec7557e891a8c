"""What processes exchange through the channel layer, and how they cope when it fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from channels_redis.utils import _consistent_hash

from hubbub.publish import Batch, DirectoryNotice, EndLogin, EndLogins, PrivateNotice, RoomFrame
from hubbub.realtime.bus import bus_connection
from hubbub.realtime.bus import relay as relays
from hubbub.realtime.bus.envelopes import batch_of, messages_of
from hubbub.realtime.bus.relay import Relay
from tests.realtime.fakes import ROOM, frame, removal


class Layer:
    """A channel layer that can be down, and remembers what it was asked."""

    def __init__(self) -> None:
        self.down = self.deaf = False
        self.sent: list[tuple[str, Any]] = []
        self.groups: set[str] = set()
        self.inbox: asyncio.Queue[Any] = asyncio.Queue()

    async def new_channel(self, prefix: str) -> str:
        self._check()
        return f"{prefix}.1"

    async def group_add(self, group: str, channel: str) -> None:
        self._check()
        self.groups.add(group)

    async def group_discard(self, group: str, channel: str) -> None:
        self._check()
        self.groups.discard(group)

    async def group_send(self, group: str, message: Any) -> None:
        self._check()
        self.sent.append((group, message))
        if group in self.groups and not self.deaf:
            self.inbox.put_nowait(message)

    async def receive(self, channel: str) -> Any:
        return await self.inbox.get()

    def _check(self) -> None:
        if self.down:
            raise ConnectionError("no Redis")


@pytest.fixture
def layer(monkeypatch: pytest.MonkeyPatch) -> Layer:
    layer = Layer()
    monkeypatch.setattr(relays, "shared_layer", lambda: layer)
    return layer


@pytest.fixture
def heard() -> list[Any]:
    return []


@asynccontextmanager
async def running(heard: list[Any]) -> AsyncIterator[Relay]:
    relay = Relay(heard.append, lambda kind, content: heard.append((kind, content)))
    task = asyncio.create_task(relay.run_forever())
    try:
        yield relay
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(holds: Any) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110  what it waits for has no event
            await asyncio.sleep(0.01)


def batch() -> Batch:
    return Batch(
        [frame(1, text="مرحبا 你好 👋"), removal(2, of=3), frame(4, room=ROOM + 1, after=2)],
        [
            PrivateNotice(3, b"{}", 7, room=ROOM, attach=2),
            PrivateNotice(3, b"{}", 8, room=ROOM, detach=True),
            DirectoryNotice(3, b"{}", 9),
            EndLogin("token:5"),
            EndLogins(3, 10, spared="session:a"),
        ],
    )


def said(frame: RoomFrame) -> tuple[Any, ...]:
    return (
        frame.room,
        frame.seq,
        frame.number,
        frame.data,
        frame.message,
        frame.author_name,
        frame.new,
        frame.after,
    )


def test_a_batch_survives_packing_and_unpacking() -> None:
    """messages_of and batch_of are inverses."""
    told = batch()
    heard = [batch_of(message) for _, message in messages_of(told, "node")]
    assert [said(f) for part in heard for f in part.frames] == [said(f) for f in told.frames]
    assert [n for part in heard for n in part.notices] == told.notices


def test_it_survives_the_layers_own_encoding() -> None:
    from channels_redis.serializers import registry

    serializer = registry.get_serializer("msgpack")
    for _, message in messages_of(batch(), "node"):
        again = serializer.deserialize(serializer.serialize(message))
        assert batch_of(again).notices == batch_of(message).notices
        assert list(map(said, batch_of(again).frames)) == list(map(said, batch_of(message).frames))


def test_each_room_is_one_message_and_ends_of_logins_go_to_all() -> None:
    groups = [group for group, _ in messages_of(batch(), "node")]
    assert groups == [
        f"hubbub.room.{ROOM}",
        f"hubbub.room.{ROOM + 1}",
        "hubbub.member.3",
        "hubbub.member.3",
        "hubbub.everyone",
        "hubbub.everyone",
        "hubbub.everyone",
    ]


async def test_it_receives_peers_and_not_itself(layer: Layer, heard: list[Any]) -> None:
    async with running(heard) as relay:
        for node in (relay.node, "another"):
            for _, message in messages_of(Batch([frame(1, text=node)]), node):
                layer.inbox.put_nowait(message)
        await until(lambda: heard)
        assert [f.message.text for f in heard[0].frames] == ["another"]


async def test_a_message_that_cannot_be_understood_is_skipped(
    layer: Layer, heard: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    async with running(heard):
        layer.inbox.put_nowait({"type": "hubbub.frames", "node": "x"})
        layer.inbox.put_nowait({"type": "hubbub.gossip", "node": "x", "kind": "typing", "content": {}})
        await until(lambda: heard)
    assert heard == [("typing", {})]
    assert "could not be understood" in caplog.text


async def test_settled_waits_for_earlier_calls(layer: Layer, heard: list[Any]) -> None:
    async with running(heard) as relay:
        relay.subscribe("room.7", True)
        await relay.settled()
        assert layer.groups == {"hubbub.everyone", "hubbub.room.7"}


async def test_it_starts_while_the_layer_is_down(
    layer: Layer, heard: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    layer.down = True
    async with running(heard) as relay:
        await until(lambda: not relay.is_up)
        layer.down = False
        await until(lambda: relay.is_up and "hubbub.everyone" in layer.groups)


async def test_subscriptions_are_renewed_when_the_layer_comes_back(layer: Layer, heard: list[Any]) -> None:
    recovered = []
    async with running(heard) as relay:
        relay.on_possible_loss = lambda: recovered.append(relay.is_up)
        relay.subscribe("room.7", True)
        await relay.settled()
        layer.down = True
        layer.groups.clear()
        relay.subscribe("room.8", True)
        await until(lambda: not relay.is_up)
        layer.down = False
        await until(lambda: True in recovered)
        await relay.settled()
        assert layer.groups == {"hubbub.everyone", "hubbub.room.7", "hubbub.room.8"}


async def test_a_layer_that_delivers_nothing_is_down(
    layer: Layer, heard: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its subscriptions were forgotten, or it is cut off in one direction."""
    monkeypatch.setattr(bus_connection, "BEAT_SECONDS", 0.02)
    monkeypatch.setattr(bus_connection, "DOWN_SECONDS", 0.2)
    async with running(heard) as relay:
        await until(lambda: relay._connections[0]._beats_received > 2)
        layer.deaf = True
        await until(lambda: not relay.is_up)
        layer.deaf = False
        await until(lambda: relay.is_up)


async def test_a_lost_heartbeat_compares_heads_at_once(
    layer: Layer, heard: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bus_connection, "BEAT_SECONDS", 0.02)
    losses = []
    async with running(heard) as relay:
        relay.on_possible_loss = lambda: losses.append(relay.is_up)
        await until(lambda: relay._connections[0]._beats_received > 2)
        assert not losses
        layer.deaf = True
        said = relay._connections[0]._beats_sent
        await until(lambda: relay._connections[0]._beats_sent > said + 2)
        layer.deaf = False
        await until(lambda: losses == [True])


async def test_settled_does_not_wait_for_a_layer_that_is_down(layer: Layer, heard: list[Any]) -> None:
    async with running(heard) as relay:
        await relay.settled()
        layer.down = True
        relay.publish(Batch([frame(1)]))
        await relay.settled()
        assert not relay.is_up
        async with asyncio.timeout(0.5):
            await relay.settled()
        assert not relay.is_up


async def test_a_layer_that_is_stuck_does_not_fill_the_memory(
    layer: Layer, heard: list[Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(bus_connection, "TIMEOUT_SECONDS", 0.05)
    caplog.set_level(logging.ERROR)

    async def stuck(group: str, message: Any) -> None:
        await asyncio.sleep(60)

    async with running(heard) as relay:
        await relay.settled()
        monkeypatch.setattr(layer, "group_send", stuck)
        relay.publish(Batch([frame(1)]))
        await until(lambda: not relay.is_up)
        for seq in range(3 * bus_connection.BACKLOG):
            relay.publish(Batch([frame(seq)]))
        assert relay._connections[0]._waiting.qsize() <= bus_connection.BACKLOG


class Sharded:
    """Two layers as one: as channels_redis deals groups to its servers."""

    def __init__(self) -> None:
        self._shards = [Layer(), Layer()]
        self.new_channel, self.receive = self._shards[0].new_channel, self._shards[0].receive
        self._shards[1].inbox = self._shards[0].inbox

    def _get_group_channel_name(self, group: str) -> str:
        return f"asgi__group__{group}"

    def _get_shard(self, name: str) -> Layer:
        return self._shards[_consistent_hash(name, 2)]

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("group_") or name == "group_expiry":
            raise AttributeError(name)
        return lambda group, *args: getattr(self._get_shard(self._get_group_channel_name(group)), name)(
            group, *args
        )

    def carries(self, place: int) -> str:
        """A topic that goes through that one."""
        topics = (f"room.{n}" for n in range(100))
        of = {self._get_group_channel_name(f"hubbub.{t}"): t for t in topics}
        return next(t for name, t in of.items() if self._get_shard(name) is self._shards[place])


@pytest.mark.parametrize("dead", [0, 1])
async def test_of_two_servers_the_dead_one_is_reported_and_the_other_goes_on(
    monkeypatch: pytest.MonkeyPatch, heard: list[Any], dead: int, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(bus_connection, "BEAT_SECONDS", 0.02)
    sharded = Sharded()
    monkeypatch.setattr(relays, "shared_layer", lambda: sharded)
    lost, kept = sharded.carries(dead), sharded.carries(1 - dead)
    async with running(heard) as relay:
        relay.subscribe(lost, True)
        relay.subscribe(kept, True)
        await until(lambda: all(connection._beats_received > 2 for connection in relay._connections))
        assert relay.is_up and relay.down == []
        sharded._shards[dead].down = True
        sharded._shards[dead].groups.clear()
        await until(lambda: not relay.is_up)
        assert relay.down == [dead + 1]
        assert (relay.carries(lost), relay.carries(kept)) == (False, True)
        beats = relay._connections[1 - dead]._beats_received
        await until(lambda: relay._connections[1 - dead]._beats_received > beats + 5)
        assert relay.down == [dead + 1], "the other one's life is not its own"
        sharded._shards[dead].down = False
        await until(lambda: relay.is_up)
        await relay.settled()
        assert f"hubbub.{lost}" in sharded._shards[dead].groups, "asked for once more"
    assert f"Server {dead + 1} of 2 of the channel layer is down" in caplog.text


async def test_a_server_that_hangs_does_not_delay_the_other(
    monkeypatch: pytest.MonkeyPatch, heard: list[Any]
) -> None:
    sharded = Sharded()
    monkeypatch.setattr(relays, "shared_layer", lambda: sharded)
    hangs, goes = sharded.carries(0), sharded.carries(1)

    async def never(*_: Any) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(bus_connection, "TIMEOUT_SECONDS", 60)
    async with running(heard) as relay:
        await relay.settled()
        monkeypatch.setattr(sharded._shards[0], "group_add", never)
        relay.subscribe(hangs, True)
        relay.subscribe(goes, True)
        await until(lambda: f"hubbub.{goes}" in sharded._shards[1].groups)


async def test_subscriptions_that_expire_are_renewed(layer: Layer, heard: list[Any]) -> None:
    layer.group_expiry = 0.2  # type: ignore[attr-defined]
    async with running(heard) as relay:
        relay.subscribe("room.7", True)
        await relay.settled()
        layer.groups.discard("hubbub.room.7")
        await until(lambda: "hubbub.room.7" in layer.groups)
        relay.subscribe("room.7", False)
        await relay.settled()
        assert "hubbub.room.7" not in layer.groups


async def test_alone_it_does_nothing(monkeypatch: pytest.MonkeyPatch, heard: list[Any]) -> None:
    monkeypatch.setattr(relays, "shared_layer", lambda: None)
    relay = Relay(heard.append, lambda kind, content: None)
    relay.publish(Batch([frame(1)]))
    relay.subscribe("room.7", True)
    await relay.settled()
    await relay.run_forever()
    assert relay.is_alone
