"""One channel in the project's channel layer: publishes what this process committed, receives the others' frames.

The layer may lose anything at any time; that costs latency, never a message (see `repair`). With the in-memory layer
there are no other processes, and the relay does nothing.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable
from itertools import chain, count
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import InMemoryChannelLayer, get_channel_layer

from hubbub import conf
from hubbub.publish import EVERYONE, Batch
from hubbub.realtime.bus import bus_connection as carriers
from hubbub.realtime.bus.bus_connection import BusConnection, Call
from hubbub.realtime.bus.envelopes import PREFIX, batch_of, messages_of
from hubbub.realtime.bus.peers import Peers

log = logging.getLogger("hubbub")

DOUBT_SECONDS = 1.0
"""Between two comparisons of heads while another process is silent."""


class Relay:
    """`publish` and `listen` never wait: a task for each server of the layer talks to it, in order (see `carrier`)."""

    def __init__(self, receive: Callable[[Batch], None], gossip: Callable[[str, Any], None]) -> None:
        self.node = uuid.uuid4().hex
        self.on_doubt: Callable[[], None] = lambda: None
        """Called when the layer goes down, comes back, or has lost something, and now and then while another process
        is silent: heads are to be compared now."""
        self._layer = bus()
        self._receive, self._gossip = receive, gossip
        self._channel = ""
        self._topics: set[str] = set()
        self._others = Peers()
        self._carriers = [] if self._layer is None else [self._carrier(n) for n in range(_count(self._layer))]
        for topic in {EVERYONE, *map(self._voice, range(len(self._carriers)))}:
            self.listen(topic, True)

    @property
    def alone(self) -> bool:
        return self._layer is None

    @property
    def well(self) -> bool:
        return all(carrier.well for carrier in self._carriers)

    @property
    def down(self) -> list[int]:
        """Which servers of the layer are down, by their place in its settings, from 1."""
        return [place for place, carrier in enumerate(self._carriers, 1) if not carrier.well]

    def carries(self, topic: str) -> bool:
        """Whether the others hear, and are heard, of this topic."""
        return self.alone or self._of(PREFIX + topic).well

    def publish(self, batch: Batch) -> None:
        if self._layer is not None:
            for group, message in messages_of(batch, self.node):
                self._send(group, message)

    def send_gossip(self, kind: str, content: Any) -> None:
        """Something for all other processes that nobody needs to keep: presence, typing."""
        if self._layer is not None:
            message = {"type": "hubbub.gossip", "node": self.node, "kind": kind, "content": content}
            self._send(PREFIX + EVERYONE, message)

    def listen(self, topic: str, yes: bool) -> None:
        """From now on this process hears (or no longer hears) a topic. Order is kept."""
        if self._layer is not None:
            (self._topics.add if yes else self._topics.discard)(topic)
            change = self._layer.group_add if yes else self._layer.group_discard
            self._of(PREFIX + topic).later(lambda: change(PREFIX + topic, self._channel))

    async def settled(self) -> None:
        """Wait until what was asked so far is done, so that a read after it sees what the layer will not bring.

        Not while the layer is down: then heads are polled, and nobody should wait for what may not come back.
        """
        if self._carriers:
            await asyncio.gather(*(carrier.settled() for carrier in self._carriers))

    async def keep(self) -> None:
        """Talk and listen for ever."""
        if self._layer is None:
            return
        while not self._channel:
            try:
                async with asyncio.timeout(carriers.TIMEOUT_SECONDS):
                    self._channel = await self._layer.new_channel(PREFIX.rstrip("."))
            except Exception as error:
                for carrier in self._carriers:
                    carrier.is_down(error)
                await asyncio.sleep(1)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._hear())
            tasks.create_task(self._miss_others())
            for carrier in self._carriers:
                tasks.create_task(carrier.keep())
            if expiry := getattr(self._layer, "group_expiry", None):
                tasks.create_task(self._renew(expiry / 4))

    def _carrier(self, place: int) -> BusConnection:
        """The layer's server at that place, and how this process speaks to itself through it."""

        def speak(beat: int) -> Call:
            said = {"type": "hubbub.beat", "node": self.node, "place": place, "beat": beat}
            return lambda: self._layer.group_send(PREFIX + self._voice(place), said)

        return BusConnection(
            speak=speak,
            listen=lambda: self._layer.group_add(PREFIX + self._voice(place), self._channel),
            down=lambda error: self._note_down(place, error),
            back=lambda: self._note_back(place),
            lost=lambda: self.on_doubt(),
        )

    def _of(self, group: str) -> BusConnection:
        return self._carriers[_place(self._layer, group)]

    def _voice(self, place: int) -> str:
        """A topic that goes through that server."""
        topics = chain([EVERYONE], (f"voice.{n}" for n in count()))
        return next(topic for topic in topics if _place(self._layer, PREFIX + topic) == place)

    def _send(self, group: str, message: dict[str, Any]) -> None:
        carrier = self._of(group)
        if carrier.keeps_up:
            carrier.later(lambda: self._layer.group_send(group, message))

    async def _renew(self, seconds: float) -> None:
        """Some layers (channels_redis' core) forget who listens after a day, also of whoever still does."""
        while True:
            await asyncio.sleep(seconds)
            for topic in list(self._topics):
                self.listen(topic, True)

    async def _hear(self) -> None:
        while True:
            try:
                message = await self._layer.receive(self._channel)
            except Exception as error:
                for carrier in self._carriers:
                    carrier.is_down(error)
                await asyncio.sleep(1)
                continue
            try:
                if message.get("node") != self.node:
                    self._understand(message)
                elif message["type"] == "hubbub.beat":
                    self._carriers[message["place"]].hear(message["beat"])
            except Exception:
                log.exception("A message of the channel layer makes no sense")

    def _understand(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "hubbub.gossip":
                if message["kind"] == "presence" and not message["content"]["states"]:
                    self._others.forget(message["node"])  # it says goodbye, or has no people
                self._gossip(message["kind"], message["content"])
            case "hubbub.beat":
                self._others.hear(message["node"], message["place"], asyncio.get_running_loop().time())
            case _:
                self._receive(batch_of(message))

    async def _miss_others(self) -> None:
        """While the layer is well here, a process that it does not reach may commit what nobody hears of."""
        loop = asyncio.get_running_loop()
        doubted = 0.0
        while True:
            await asyncio.sleep(carriers.BEAT_SECONDS)
            now = loop.time()
            missing = any(self._carriers[place].well for place in self._others.missing(now))
            if missing and now - doubted >= DOUBT_SECONDS:
                doubted = now
                self.on_doubt()

    def _note_down(self, place: int, error: Exception) -> None:
        log.warning("%s is down (%r). Other processes hear by polling.", self._name(place), error)
        self.on_doubt()

    def _note_back(self, place: int) -> None:
        log.warning("%s is back.", self._name(place))
        for topic in list(self._topics):  # what was asked for while it was down never came about
            if _place(self._layer, PREFIX + topic) == place:
                self.listen(topic, True)
        self.on_doubt()

    def _name(self, place: int) -> str:
        of = len(self._carriers)
        return "The channel layer" if of == 1 else f"Server {place + 1} of {of} of the channel layer"


def _count(layer: Any) -> int:
    """How many servers the layer deals its groups to, where each group is one server's: channels_redis' pub/sub."""
    return len(getattr(layer, "_shards", ())) or 1


def _place(layer: Any, group: str) -> int:
    """Which of them carries that group, from 0."""
    if _count(layer) == 1:
        return 0
    place: int = layer._shards.index(layer._get_shard(layer._get_group_channel_name(group)))
    return place


def bus() -> Any:
    """The project's channel layer, unless there is none or it reaches only this process."""
    try:
        layer = get_channel_layer(conf.get("CHANNEL_LAYER"))
    except Exception as error:
        log.warning("There is no channel layer: %s", error)
        return None
    return None if isinstance(layer, InMemoryChannelLayer) else layer


def publish_from_outside(batch: Batch) -> None:
    """For a process without sockets (shell, task, WSGI): hand a batch to the processes that have some."""
    layer = bus()
    if layer is None:
        return  # the serving process looks at the database itself
    try:
        for group, message in messages_of(batch, node=""):
            async_to_sync(layer.group_send)(group, message)
    except Exception as error:
        log.warning("The channel layer is down (%s). Browsers hear by polling.", error)
