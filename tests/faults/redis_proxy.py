"""A Redis proxy that drops, repeats, swaps and delays single pub/sub messages on their way to one node."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tests.faults.message_faults import Chosen, Fault, Held, every_message
from tests.faults.proxy import Ends, FaultProxy, Line
from tests.faults.resp import PubSubMessage, Replies, message_of


class RedisProxy(FaultProxy):
    """Stands between one node and Redis. Besides what FaultProxy does to whole lines, it faults single messages.

    Give each node a proxy of its own, so that the lines of one node fail and those of the others do not:

        async with RedisProxy(cluster.redis.port) as proxy:
            node = cluster.node(REDIS_URL=proxy.url)
            ...
            late = proxy.hold(lambda m: m.kind == "notice" and m.group == "hubbub.member.7", seconds=3, times=1)
            ...
            await late.happened(within=5)

    `drop`, `double`, `swap` and `hold` begin a fault for the messages that a predicate chooses, and return a `Fault`.
    The predicate gets each pub/sub message that Redis sends to this node (`m.kind`: frames, notice, beat, gossip;
    `m.group`: `hubbub.room.7`, `hubbub.member.7`, `hubbub.everyone`; `m.content`: the dict that was sent), also those
    that the node itself has published. A random predicate makes random faults. A message gets the first fault that
    chooses it. `times`: for so many messages; None: until `Fault.end()`.

    `swallow(up=…, down=…)` stalls one or both directions of all lines, `swallow(False)` lets everything go on, in
    order. `hold()` without a predicate stalls the messages alone; replies to commands go on.

    `Fault.seen` counts what has really happened, `counts` sums it up by kind. `messages` counts all messages.
    """

    def __init__(self, upstream: int, *, host: str = "127.0.0.1") -> None:
        super().__init__(upstream, host=host)
        self.messages = 0
        self._begun: list[Fault] = []

    @property
    def url(self) -> str:
        """For REDIS_URL."""
        return f"redis://{self.host}:{self.port}/0"

    @property
    def counts(self) -> Counter[str]:
        """Kind of fault (`drop`, `double`, `swap`, `hold`) → to how many messages it has happened."""
        found: Counter[str] = Counter()
        for fault in self._begun:
            found[fault.kind] += fault.seen
        return found

    def drop(self, chosen: Chosen | None = None, *, times: int | None = None) -> Fault:
        """The node never gets the message."""
        return self._begin(Fault("drop", chosen or every_message, times))

    def double(self, chosen: Chosen | None = None, *, after: float = 0.0, times: int | None = None) -> Fault:
        """The node gets the message, and once more `after` seconds."""
        return self._begin(Fault("double", chosen or every_message, times, seconds=after))

    def swap(self, chosen: Chosen | None = None, *, within: float = 1.0, times: int | None = None) -> Fault:
        """The next message of the same channel goes first. If none comes `within` seconds, nothing happens."""
        return self._begin(Fault("swap", chosen or every_message, times, seconds=within))

    def hold(
        self, chosen: Chosen | None = None, *, seconds: float | None = None, times: int | None = None
    ) -> Fault:
        """The message arrives so many seconds later, after those that follow it; None: when the fault ends.

        Held messages keep their order. If the node's line breaks meanwhile, they are lost.
        """
        return self._begin(Fault("hold", chosen or every_message, times, seconds=seconds))

    def end_all(self) -> None:
        """End all faults of single messages; what is held goes on."""
        for fault in self._begun:
            fault.end()

    def swallow(self, yes: bool = True, *, up: bool = True, down: bool = True) -> None:
        super().swallow(yes, up=up, down=down)
        if not yes and down:
            for line in self._lines:
                assert isinstance(line, RedisLine)
                line.flow()

    @property
    def flows_down(self) -> bool:
        """Whether what Redis sends is passed on."""
        return self._down.is_set()

    def fault_for(self, message: PubSubMessage) -> Fault | None:
        """The first fault that takes this message."""
        self.messages += 1
        return next((fault for fault in self._begun if fault.takes(message)), None)

    def line(self, client: Ends, server: Ends) -> Line:
        return RedisLine(self, client, server)

    def _begin(self, fault: Fault) -> Fault:
        self._begun.append(fault)
        return fault


class RedisLine(Line):
    """One connection of the node to Redis."""

    def __init__(self, proxy: RedisProxy, client: Ends, server: Ends) -> None:
        super().__init__(proxy, client, server)
        self._redis_proxy, self._writer = proxy, client[1]
        self._replies = Replies()
        self.held: list[Held] = []
        self._stalled: list[bytes] = []

    async def carry(self) -> None:
        try:
            await super().carry()
        finally:
            for held in list(self.held):
                held.forget()

    def coming_down(self, data: bytes) -> Iterator[bytes]:
        for reply in self._replies.feed(data):
            message = message_of(reply)
            if message is None:
                yield reply
            else:
                yield from self._suffer(message)

    def late(self, raw: bytes) -> None:
        """Pass on what was held; behind a stall, when that is over."""
        if self._lost or self._writer.is_closing():
            return
        if self._redis_proxy.flows_down:
            self._writer.write(raw)
        else:
            self._stalled.append(raw)

    def flow(self) -> None:
        """The stall is over."""
        stalled, self._stalled = self._stalled, []
        for raw in stalled:
            self._writer.write(raw)

    def _suffer(self, message: PubSubMessage) -> Iterator[bytes]:
        fault = self._redis_proxy.fault_for(message)
        if fault is None or fault.kind == "double":
            yield message.raw
            yield from self._overtake(message)
        if fault is None:
            return
        if fault.kind == "drop":
            fault.seen += 1
        elif fault.kind == "double" and not fault.seconds:
            fault.seen += 1
            yield message.raw
        else:
            fault.seen += fault.kind == "hold"
            Held(self.held, self.late, fault, message)

    def _overtake(self, message: PubSubMessage) -> Iterator[bytes]:
        """`message` has gone before those that are held."""
        for held in list(self.held):
            held.is_overtaken()
            if held.fault.kind == "swap" and held.message.channel == message.channel:
                held.fault.seen += 1
                held.forget()
                yield held.message.raw
