"""Rate limits for commands: token buckets for each member; also the count of a member's open sockets.

Processes share a member's rate: each sends the others once a second what the member took, and they charge it to their
own bucket. So a member who uses N processes gets their rate, and at most N bursts once.
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
"""Between two messages to the other processes."""


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
        self._budgets: dict[int, IncomingBudget] = {}
        self._sockets: Counter[int] = Counter()
        self._handshakes = Handshakes(clock())
        self.lifted = not conf.get("RATE_LIMITS")

    def check(self, member: int, command: Command) -> None:
        """Count a command. Raises RateLimited, with the seconds until a retry."""
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

    async def run_forever(self) -> None:
        """Send the other processes what was taken here."""
        while True:
            await asyncio.sleep(SHARE_SECONDS)
            if self._taken:
                taken, self._taken = self._taken, {}
                self._gossip("rates", {str(member): counts for member, counts in taken.items()})

    def receive(self, taken: Mapping[str, Sequence[int]]) -> None:
        """Charge the tokens that members took at another process: [commands, messages] for each."""
        if self.lifted:
            return
        now = self._clock()
        for member, (commands, messages) in taken.items():
            self._of_commands(int(member), now).charge(commands, now)
            if messages:
                self._of_messages(int(member), now).charge(messages, now)

    def admit(self, address: str | None = None) -> float:
        """Count a handshake for the process and for its address: 0.0, or the seconds until a retry."""
        return 0.0 if self.lifted else self._handshakes.admit(address, self._clock())

    def signed_in(self, address: str | None) -> None:
        """A handshake that was admitted has signed in: give it back to its address."""
        if not self.lifted:
            self._handshakes.signed_in(address, self._clock())

    def seat(self, member: int) -> bool:
        """Count a socket of a member until `unseat`. False: the member has too many, and it is not counted."""
        if self._sockets[member] >= limits.CONNECTIONS_PER_MEMBER and not self.lifted:
            return False
        self._sockets[member] += 1
        return True

    def incoming_budget(self, member: int) -> IncomingBudget | None:
        """The budget that all sockets of a member share for what they send; None where rates are lifted."""
        if self.lifted:
            return None
        budget = self._budgets.get(member)
        if budget is None:
            budget = self._budgets[member] = IncomingBudget(self._clock())
        return budget

    def unseat(self, member: int) -> None:
        self._sockets[member] -= 1
        if not self._sockets[member]:
            del self._sockets[member]

    def forget_idle(self) -> None:
        """Drop buckets that are full again: a new one would be the same. Other threads may add some."""
        now = self._clock()
        for buckets in (self._commands, self._messages):
            for member in [m for m, bucket in list(buckets.items()) if bucket.is_full(now)]:
                del buckets[member]
        self._handshakes.forget_idle(now)
        # An open socket refers to its member's budget; a new one would not be shared with it.
        quiet = [m for m, budget in self._budgets.items() if m not in self._sockets and budget.is_full(now)]
        for member in quiet:
            del self._budgets[member]

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
