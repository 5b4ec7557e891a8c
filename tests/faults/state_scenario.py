"""A scenario whose members keep the whole state, each in several clients, and whose logins end and begin."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tests.faults.cluster import Place
from tests.faults.scenario import Scenario
from tests.faults.state_keeper import StateKeeper


class StateScenario(Scenario):
    """Alice, the owner, is `members[0]`; the last but one is a guest; the last, Dave, is in none of the rooms."""

    def __init__(self, place: Place, *, seed: int = 0) -> None:
        super().__init__(place, seed=seed)
        self.members: list[int] = []
        self.tokens: dict[int, str] = {}
        self._home: dict[int, int] = {}
        self.signed_out: list[StateKeeper] = []
        """Clients whose login was ended: each has to notice."""
        self.away: dict[int, list[StateKeeper]] = {}
        """Members who are deactivated → the clients that they had."""

    async def move_in(self, people: int, *, tabs: int = 2, at: list[int] | None = None) -> None:
        """Make the town, and let each of its people connect with so many clients.

        `at`: the node of each, for good. Without it clients go to the next node after every cut, and those of one
        member begin at different nodes.
        """
        made = await self.ask("town", people=people, name=self.name)
        self.members, self.rooms = made["members"], made["rooms"]
        self.tokens = dict(zip(self.members, made["tokens"], strict=True))
        self._home = dict(zip(self.members, at, strict=True)) if at else {}
        for number, member in enumerate(self.members * tabs):
            self.connect(member, number + number // people)
        await self.all_live()

    def connect(self, member: int, first: int = 0) -> StateKeeper:
        """One more client of a member. `first`: the node where it begins if the member has none for good."""
        home = self._home.get(member)
        where = self.anywhere(first) if home is None else lambda: self.place.nodes[home].url
        return self.join(f"client{len(self.people)} of {member}", self.tokens[member], member, where)

    def join(self, name: str, token: str, member: int, where: Callable[[], str]) -> StateKeeper:
        keeper = StateKeeper(name, token, where, self._seed, like_browser=len(self.people) % 2 == 1)
        keeper.member = member
        self.people.append(keeper)
        self._tasks.append(asyncio.create_task(keeper.run()))
        return keeper

    async def sign_in_again(self, member: int) -> None:
        """They choose a new password: all their logins end, and each of their clients gets another one."""
        before = self._sign_out(member)
        self.tokens[member] = await self.ask("change_password", member=member)
        for first in range(len(before)):
            self.connect(member, first)

    async def send_away(self, member: int) -> None:
        """They are deactivated."""
        self.away[member] = self._sign_out(member)
        await self.ask("set_active", by=self.members[0], member=member, active=False)

    async def let_all_in(self) -> None:
        """Those who were deactivated are active again, and sign in. Before it their old logins have all ended."""
        while self.away:
            member, clients = self.away.popitem()
            assert all(client.ended is not None for client in clients)
            await self.ask("set_active", by=self.members[0], member=member, active=True)
            for first in range(len(clients)):
                self.connect(member, first)

    @property
    def keepers(self) -> list[StateKeeper]:
        """Those whose login holds."""
        return [p for p in self.living if isinstance(p, StateKeeper) and p not in self.signed_out]

    def of(self, member: int) -> list[StateKeeper]:
        return [keeper for keeper in self.keepers if keeper.member == member]

    def _sign_out(self, member: int) -> list[StateKeeper]:
        before = self.of(member)
        self.signed_out += before
        return before
