"""How fast is too fast: a token bucket for each member, one for handshakes; and how many sockets are too many.

Several processes share a member's rate: each tells the others once a second how much a member took, and they charge
their own bucket for it. So what somebody gets at N processes is their rate, and at most N bursts once.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from hubbub import conf
from hubbub.errors import RateLimited
from hubbub.protocol import limits
from hubbub.protocol.commands import STORING, Beat
from hubbub.protocol.wire import Command
from hubbub.realtime.intake import Intake

SHARE_SECONDS = 1.0


class Bucket:
    """Holds `burst` tokens and gains `rate` a second. `take` returns 0.0, or the seconds until there is one."""

    __slots__ = ("_at", "_tokens", "burst", "rate")

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self.rate, self.burst = rate, burst
        self._tokens, self._at = float(burst), now

    def take(self, now: float) -> float:
        self._tokens = min(self.burst, self._tokens + (now - self._at) * self.rate)
        self._at = now
        if self._tokens >= 1:
            self._tokens -= 1
            return 0.0
        return (1 - self._tokens) / self.rate

    def charge(self, tokens: int, now: float) -> None:
        """Somebody else took these. The debt is bounded: what one has to wait for, is over after a burst's time."""
        self._tokens = min(self.burst, self._tokens + (now - self._at) * self.rate)
        self._at = now
        self._tokens = max(self._tokens - tokens, -self.burst)

    def is_full(self, now: float) -> bool:
        return self._tokens + (now - self._at) * self.rate >= self.burst


class Rates:
    """The rates of one process. `HUBBUB["RATE_LIMITS"] = False` lifts them all."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        gossip: Callable[[str, object], None] = lambda kind, content: None,
    ) -> None:
        self._clock, self._gossip = clock, gossip
        self._taken: dict[int, list[int]] = {}
        self._commands: dict[int, Bucket] = {}
        self._messages: dict[int, Bucket] = {}
        self._intakes: dict[int, Intake] = {}
        self._sockets: Counter[int] = Counter()
        self._handshakes = Bucket(limits.HANDSHAKES_PER_SECOND, limits.HANDSHAKES_BURST, clock())
        self.lifted = not conf.get("RATE_LIMITS")

    def check(self, member: int, command: Command) -> None:
        """Count a command. Raises RateLimited, which says when to come back."""
        if self.lifted or type(command) is Beat:
            return
        now = self._clock()
        sends = type(command) in STORING
        wait = self._of_commands(member, now).take(now)
        if not wait and sends:
            wait = self._of_messages(member, now).take(now)
        if wait:
            raise RateLimited("You are too fast. Wait a moment.", retry_after=wait)
        taken = self._taken.setdefault(member, [0, 0])
        taken[0] += 1
        taken[1] += sends

    async def keep(self) -> None:
        """Tell the other processes what was taken here, once a second."""
        while True:
            await asyncio.sleep(SHARE_SECONDS)
            if self._taken:
                taken, self._taken = self._taken, {}
                self._gossip("rates", {str(member): counts for member, counts in taken.items()})

    def hear(self, taken: Mapping[str, Sequence[int]]) -> None:
        """What members took at another process: [commands, messages] each."""
        if self.lifted:
            return
        now = self._clock()
        for member, (commands, messages) in taken.items():
            self._of_commands(int(member), now).charge(commands, now)
            if messages:
                self._of_messages(int(member), now).charge(messages, now)

    def admit(self) -> float:
        """Count a handshake: 0.0, or the seconds after which to come back."""
        return 0.0 if self.lifted else self._handshakes.take(self._clock())

    def seat(self, member: int) -> bool:
        """Count a socket of a member's, from before it opens until `unseat`. False: too many, so it is not counted."""
        if self._sockets[member] >= limits.CONNECTIONS_PER_MEMBER and not self.lifted:
            return False
        self._sockets[member] += 1
        return True

    def intake(self, member: int) -> Intake | None:
        """The budget that all sockets of a member here share for what they send; None: it is lifted."""
        if self.lifted:
            return None
        intake = self._intakes.get(member)
        if intake is None:
            intake = self._intakes[member] = Intake(self._clock())
        return intake

    def unseat(self, member: int) -> None:
        self._sockets[member] -= 1
        if not self._sockets[member]:
            del self._sockets[member]

    def forget_idle(self) -> None:
        """Drop buckets that are full again: they say nothing that a new one would not. Other threads may add some."""
        now = self._clock()
        for buckets in (self._commands, self._messages):
            for member in [m for m, bucket in list(buckets.items()) if bucket.is_full(now)]:
                del buckets[member]
        # A socket that is open holds its member's budget: another one would not share it.
        quiet = [m for m, intake in self._intakes.items() if m not in self._sockets and intake.is_full(now)]
        for member in quiet:
            del self._intakes[member]

    def _of_commands(self, member: int, now: float) -> Bucket:
        return self._bucket(self._commands, member, now, limits.COMMANDS_PER_SECOND, limits.COMMANDS_BURST)

    def _of_messages(self, member: int, now: float) -> Bucket:
        return self._bucket(self._messages, member, now, limits.MESSAGES_PER_SECOND, limits.MESSAGES_BURST)

    @staticmethod
    def _bucket(buckets: dict[int, Bucket], member: int, now: float, rate: float, burst: float) -> Bucket:
        bucket = buckets.get(member)
        if bucket is None:
            bucket = buckets[member] = Bucket(rate, burst, now)
        return bucket
