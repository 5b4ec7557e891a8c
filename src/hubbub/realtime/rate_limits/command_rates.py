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
from hubbub.realtime.rate_limits.handshake_rates import Handshakes
from hubbub.realtime.rate_limits.incoming_budget import IncomingBudget
from hubbub.realtime.rate_limits.token_bucket import TokenBucket

SHARE_SECONDS = 1.0


class Rates:
    """The rates of one process. `HUBBUB["RATE_LIMITS"] = False` lifts them all."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        gossip: Callable[[str, object], None] = lambda kind, content: None,
    ) -> None:
        self._clock, self._gossip = clock, gossip
        self._taken: dict[int, list[int]] = {}
        self._commands: dict[int, TokenBucket] = {}
        self._messages: dict[int, TokenBucket] = {}
        self._intakes: dict[int, IncomingBudget] = {}
        self._sockets: Counter[int] = Counter()
        self._handshakes = Handshakes(clock())
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

    def admit(self, address: str | None = None) -> float:
        """Count a handshake for everybody and for its address: 0.0, or the seconds after which to come back."""
        return 0.0 if self.lifted else self._handshakes.admit(address, self._clock())

    def signed_in(self, address: str | None) -> None:
        """A handshake that was admitted has signed in: its address has one more."""
        if not self.lifted:
            self._handshakes.signed_in(address, self._clock())

    def seat(self, member: int) -> bool:
        """Count a socket of a member's, from before it opens until `unseat`. False: too many, so it is not counted."""
        if self._sockets[member] >= limits.CONNECTIONS_PER_MEMBER and not self.lifted:
            return False
        self._sockets[member] += 1
        return True

    def intake(self, member: int) -> IncomingBudget | None:
        """The budget that all sockets of a member here share for what they send; None: it is lifted."""
        if self.lifted:
            return None
        intake = self._intakes.get(member)
        if intake is None:
            intake = self._intakes[member] = IncomingBudget(self._clock())
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
        self._handshakes.forget_idle(now)
        # A socket that is open holds its member's budget: another one would not share it.
        quiet = [m for m, intake in self._intakes.items() if m not in self._sockets and intake.is_full(now)]
        for member in quiet:
            del self._intakes[member]

    def _of_commands(self, member: int, now: float) -> TokenBucket:
        return self._bucket(self._commands, member, now, limits.COMMANDS_PER_SECOND, limits.COMMANDS_BURST)

    def _of_messages(self, member: int, now: float) -> TokenBucket:
        return self._bucket(self._messages, member, now, limits.MESSAGES_PER_SECOND, limits.MESSAGES_BURST)

    @staticmethod
    def _bucket(
        buckets: dict[int, TokenBucket], member: int, now: float, rate: float, burst: float
    ) -> TokenBucket:
        bucket = buckets.get(member)
        if bucket is None:
            bucket = buckets[member] = TokenBucket(rate, burst, now)
        return bucket
