"""One channel in the project's channel layer: publishes what this process committed, receives the others' frames.

The layer may lose anything at any time; that costs latency, never a message (see `repair`). With the in-memory layer
there are no other processes, and the relay does nothing.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import InMemoryChannelLayer, get_channel_layer
from pydantic_core import from_json

from hubbub import conf
from hubbub.protocol import objects
from hubbub.publish import EVERYONE, Batch, Notice, RoomFrame

log = logging.getLogger("hubbub")

TIMEOUT_SECONDS = 1.0
"""A layer that does not answer by then counts as down; the next try comes with the next message."""

BEAT_SECONDS = 0.5
DEAF_SECONDS = 1.2
"""Each process speaks to itself through the layer that often, and counts the layer as down when it has not heard itself
for so long. That notices whatever can happen to it: gone, frozen, cut off, subscriptions forgotten, one way only."""

BACKLOG = 1000
"""Messages that wait for a layer that is down; the others are left out, for heads are compared anyway."""

PREFIX = "hubbub."


class Relay:
    """`publish` and `listen` never wait: a task of the relay's talks to the layer, in order."""

    def __init__(self, receive: Callable[[Batch], None], gossip: Callable[[str, Any], None]) -> None:
        self.node = uuid.uuid4().hex
        self.well = True
        self.on_doubt: Callable[[], None] = lambda: None
        """Called when the layer goes down, comes back, or has lost something: heads are to be compared now."""
        self._layer = bus()
        self._receive, self._gossip = receive, gossip
        self._channel = ""
        self._topics: set[str] = set()
        self._outgoing: asyncio.Queue[Callable[[], Any] | asyncio.Future[None]] = asyncio.Queue()
        self._beats_said = self._beats_heard = 0
        self._heard_at = 0.0
        self.listen(EVERYONE, True)

    @property
    def alone(self) -> bool:
        return self._layer is None

    def publish(self, batch: Batch) -> None:
        if self._layer is not None and self._keeps_up():
            for group, message in messages_of(batch, self.node):
                self._later(self._layer.group_send, group, message)

    def send_gossip(self, kind: str, content: Any) -> None:
        """Something for all other processes that nobody needs to keep: presence, typing."""
        if self._layer is not None and self._keeps_up():
            message = {"type": "hubbub.gossip", "node": self.node, "kind": kind, "content": content}
            self._later(self._layer.group_send, PREFIX + EVERYONE, message)

    def listen(self, topic: str, yes: bool) -> None:
        """From now on this process hears (or no longer hears) a topic. Order is kept."""
        if self._layer is not None:
            (self._topics.add if yes else self._topics.discard)(topic)
            change = self._layer.group_add if yes else self._layer.group_discard
            self._later(lambda: change(PREFIX + topic, self._channel))

    async def settled(self) -> None:
        """Wait until what was asked so far is done, so that a read after it sees what the layer will not bring.

        Not while the layer is down: then heads are polled, and nobody should wait for what may not come back.
        """
        if self._layer is not None and self.well:
            done = asyncio.get_running_loop().create_future()
            self._outgoing.put_nowait(done)
            await asyncio.wait([done], timeout=TIMEOUT_SECONDS)

    async def keep(self) -> None:
        """Talk and listen for ever."""
        if self._layer is None:
            return
        while not self._channel:
            try:
                async with asyncio.timeout(TIMEOUT_SECONDS):
                    self._channel = await self._layer.new_channel(PREFIX.rstrip("."))
            except Exception as error:
                self._is_down(error)
                await asyncio.sleep(1)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._talk())
            tasks.create_task(self._hear())
            tasks.create_task(self._watch())

    def _later(self, call: Callable[..., Any], *args: Any) -> None:
        self._outgoing.put_nowait(lambda: call(*args))

    def _keeps_up(self) -> bool:
        """Whether there is a point in saying more. A layer that is stuck would be told all of it, much too late."""
        return self.well or self._outgoing.qsize() < BACKLOG

    async def _talk(self) -> None:
        while True:
            call = await self._outgoing.get()
            if isinstance(call, asyncio.Future):
                if not call.done():
                    call.set_result(None)
                continue
            try:
                async with asyncio.timeout(TIMEOUT_SECONDS):
                    await call()
            except Exception as error:
                self._is_down(error)

    async def _watch(self) -> None:
        """Speak to ourselves, and notice when it is not heard."""
        loop = asyncio.get_running_loop()
        self._heard_at = loop.time()
        while True:
            if self._outgoing.empty() or self.well:
                if not self.well:  # perhaps it lives and has only forgotten who listens
                    self._later(self._layer.group_add, PREFIX + EVERYONE, self._channel)
                self._beats_said += 1
                beat = {"type": "hubbub.beat", "node": self.node, "beat": self._beats_said}
                self._later(self._layer.group_send, PREFIX + EVERYONE, beat)
            await asyncio.sleep(BEAT_SECONDS)
            if loop.time() - self._heard_at > DEAF_SECONDS:
                self._is_down(TimeoutError("nothing comes through"))

    async def _hear(self) -> None:
        while True:
            try:
                message = await self._layer.receive(self._channel)
            except Exception as error:
                self._is_down(error)
                await asyncio.sleep(1)
                continue
            try:
                if message.get("node") != self.node:
                    self._understand(message)
                elif message["type"] == "hubbub.beat":
                    self._hear_ourselves(message["beat"])
            except Exception:
                log.exception("A message of the channel layer makes no sense")

    def _understand(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "hubbub.gossip":
                self._gossip(message["kind"], message["content"])
            case "hubbub.beat":
                pass
            case _:
                self._receive(batch_of(message))

    def _hear_ourselves(self, beat: int) -> None:
        expected, self._beats_heard = self._beats_heard + 1, beat
        self._heard_at = asyncio.get_running_loop().time()
        if not self.well:
            self._is_up()
        elif beat != expected:
            self.on_doubt()  # it lost some of ours, so it may have lost some of the others'

    def _is_down(self, error: Exception) -> None:
        if self.well:
            self.well = False
            log.warning("The channel layer is down (%r). Other processes hear by polling.", error)
            self.on_doubt()

    def _is_up(self) -> None:
        self.well = True
        log.warning("The channel layer is back.")
        for topic in self._topics:  # what was asked for while it was down never came about
            self._later(self._layer.group_add, PREFIX + topic, self._channel)
        self.on_doubt()


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


def messages_of(batch: Batch, node: str) -> list[tuple[str, dict[str, Any]]]:
    """A batch as messages of the channel layer: one for each room, one for each notice."""
    rooms: dict[int, list[list[Any]]] = {}
    for f in batch.frames:
        rooms.setdefault(f.room, []).append([f.seq, f.number, f.data, f.author_name, f.after])
    found: list[tuple[str, dict[str, Any]]] = [
        (f"{PREFIX}room.{room}", {"type": "hubbub.frames", "node": node, "room": room, "frames": frames})
        for room, frames in rooms.items()
    ]
    for n in batch.notices:
        group = PREFIX + (EVERYONE if n.topic.startswith("login.") else n.topic)
        notice = [n.topic, n.data, n.version, n.attach, n.detach, n.about]
        found.append((group, {"type": "hubbub.notice", "node": node, "notice": notice}))
    return found


def batch_of(message: dict[str, Any]) -> Batch:
    """The inverse of `messages_of`, for one message."""
    if message["type"] == "hubbub.notice":
        topic, data, version, attach, detach, about = message["notice"]
        return Batch([], [Notice(topic, data, version, tuple(attach) if attach else None, detach, about)])
    frames = []
    for seq, number, data, author, after in message["frames"]:
        state = objects.Message.model_validate(from_json(data)["message"])
        frames.append(RoomFrame(message["room"], seq, number, data, state, author, after))
    return Batch(frames)
