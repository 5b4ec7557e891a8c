"""Publishes this process's commits over the project's channel layer, and receives those of its peers.

The layer may lose messages at any time; that costs latency, never a message (see `repair`). With the in-memory layer
there are no peers, and the relay does nothing.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable
from itertools import chain, count
from typing import Any

from hubbub.publish import EVERYONE, Batch
from hubbub.realtime.bus import bus_connection
from hubbub.realtime.bus.bus_connection import BusConnection, Call
from hubbub.realtime.bus.channel_layer import server_count, server_of, shared_layer
from hubbub.realtime.bus.envelopes import PREFIX, batch_of, messages_of
from hubbub.realtime.bus.peers import Peers

log = logging.getLogger("hubbub")

SILENT_PEER_POLL_SECONDS = 1.0
"""Between two comparisons of heads while a peer is silent."""


class Relay:
    """One channel of the layer. `publish` and `subscribe` never wait: each server has a `BusConnection`."""

    def __init__(self, receive: Callable[[Batch], None], gossip: Callable[[str, Any], None]) -> None:
        self.node = uuid.uuid4().hex
        self.on_possible_loss: Callable[[], None] = lambda: None
        """Called when heads must be compared at once: the layer goes down, comes back or has lost something, and
        repeatedly while a peer is silent."""
        self._layer = shared_layer()
        self._receive, self._gossip = receive, gossip
        self._channel = ""
        self._topics: set[str] = set()
        self._peers = Peers()
        servers = 0 if self._layer is None else server_count(self._layer)
        self._connections = [self._connect(server) for server in range(servers)]
        for topic in {EVERYONE, *map(self._heartbeat_topic, range(servers))}:
            self.subscribe(topic, True)

    @property
    def is_alone(self) -> bool:
        """Whether there is no layer to other processes."""
        return self._layer is None

    @property
    def is_up(self) -> bool:
        return all(connection.is_up for connection in self._connections)

    @property
    def down(self) -> list[int]:
        """Which servers of the layer are down, by their position in its settings, from 1."""
        return [number for number, connection in enumerate(self._connections, 1) if not connection.is_up]

    def carries(self, topic: str) -> bool:
        """Whether messages of this topic reach this process and its peers now."""
        return self.is_alone or self._of(PREFIX + topic).is_up

    def publish(self, batch: Batch) -> None:
        if self._layer is not None:
            for group, message in messages_of(batch, self.node):
                self._send(group, message)

    def send_gossip(self, kind: str, content: Any) -> None:
        """Send something to all peers that is not stored: presence, typing, rates."""
        if self._layer is not None:
            message = {"type": "hubbub.gossip", "node": self.node, "kind": kind, "content": content}
            self._send(PREFIX + EVERYONE, message)

    def subscribe(self, topic: str, wanted: bool) -> None:
        """Subscribe this process to a topic, or (False) end the subscription. Calls keep their order."""
        if self._layer is not None:
            (self._topics.add if wanted else self._topics.discard)(topic)
            change = self._layer.group_add if wanted else self._layer.group_discard
            self._of(PREFIX + topic).enqueue(lambda: change(PREFIX + topic, self._channel))

    async def settled(self) -> None:
        """Wait until all calls so far are done: a read after it sees what came before the subscriptions.

        Does not wait for a server that is down: then heads are polled.
        """
        if self._connections:
            await asyncio.gather(*(connection.settled() for connection in self._connections))

    async def run_forever(self) -> None:
        """Send and receive."""
        if self._layer is None:
            return
        while not self._channel:
            try:
                async with asyncio.timeout(bus_connection.TIMEOUT_SECONDS):
                    self._channel = await self._layer.new_channel(PREFIX.rstrip("."))
            except Exception as error:
                self._mark_all_down(error)
                await asyncio.sleep(1)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._receive_messages())
            tasks.create_task(self._watch_peers())
            for connection in self._connections:
                tasks.create_task(connection.run_forever())
            if expiry := getattr(self._layer, "group_expiry", None):
                tasks.create_task(self._renew(expiry / 4))

    def _connect(self, server: int) -> BusConnection:
        def heartbeat(beat: int) -> Call:
            message = {"type": "hubbub.beat", "node": self.node, "server": server, "beat": beat}
            return lambda: self._layer.group_send(PREFIX + self._heartbeat_topic(server), message)

        return BusConnection(
            heartbeat=heartbeat,
            subscribe=lambda: self._layer.group_add(PREFIX + self._heartbeat_topic(server), self._channel),
            on_down=lambda error: self._note_down(server, error),
            on_up=lambda: self._note_up(server),
            on_loss=lambda: self.on_possible_loss(),
        )

    def _of(self, group: str) -> BusConnection:
        return self._connections[server_of(self._layer, group)]

    def _heartbeat_topic(self, server: int) -> str:
        """A topic that this server carries."""
        topics = chain([EVERYONE], (f"heartbeat.{n}" for n in count()))
        return next(topic for topic in topics if server_of(self._layer, PREFIX + topic) == server)

    def _send(self, group: str, message: dict[str, Any]) -> None:
        connection = self._of(group)
        if connection.takes_messages:
            connection.enqueue(lambda: self._layer.group_send(group, message))

    async def _renew(self, seconds: float) -> None:
        """Subscribe again: some layers (channels_redis' core) drop every subscription after a day."""
        while True:
            await asyncio.sleep(seconds)
            for topic in list(self._topics):
                self.subscribe(topic, True)

    async def _receive_messages(self) -> None:
        while True:
            try:
                message = await self._layer.receive(self._channel)
            except Exception as error:
                self._mark_all_down(error)
                await asyncio.sleep(1)
                continue
            try:
                if message.get("node") != self.node:
                    self._dispatch(message)
                elif message["type"] == "hubbub.beat":
                    self._connections[message["server"]].receive_heartbeat(message["beat"])
            except Exception:
                log.exception("A message of the channel layer could not be understood")

    def _dispatch(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "hubbub.gossip":
                if message["kind"] == "presence" and not message["content"]["states"]:
                    self._peers.forget(message["node"])  # it stops, or has no connections
                self._gossip(message["kind"], message["content"])
            case "hubbub.beat":
                self._peers.note(message["node"], message["server"], asyncio.get_running_loop().time())
            case _:
                self._receive(batch_of(message))

    async def _watch_peers(self) -> None:
        """Compare heads while the layer works here but a peer is silent: it may commit without reaching the layer."""
        loop = asyncio.get_running_loop()
        compared = 0.0
        while True:
            await asyncio.sleep(bus_connection.BEAT_SECONDS)
            now = loop.time()
            silent = any(self._connections[server].is_up for server in self._peers.silent(now))
            if silent and now - compared >= SILENT_PEER_POLL_SECONDS:
                compared = now
                self.on_possible_loss()

    def _mark_all_down(self, error: Exception) -> None:
        for connection in self._connections:
            connection.mark_down(error)

    def _note_down(self, server: int, error: Exception) -> None:
        log.warning("%s is down (%r). Other processes poll the database.", self._name(server), error)
        self.on_possible_loss()

    def _note_up(self, server: int) -> None:
        log.warning("%s is back.", self._name(server))
        for topic in list(self._topics):  # subscriptions that were asked for while it was down have failed
            if server_of(self._layer, PREFIX + topic) == server:
                self.subscribe(topic, True)
        self.on_possible_loss()

    def _name(self, server: int) -> str:
        servers = len(self._connections)
        return (
            "The channel layer" if servers == 1 else f"Server {server + 1} of {servers} of the channel layer"
        )
