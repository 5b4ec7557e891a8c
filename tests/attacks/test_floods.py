"""Rows 11, 67, 70: flooding clients do not affect others, and are closed with 4029.

`HUBBUB_ATTACK_SECONDS=120` makes the attacks longer than in a normal test run.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator

import pytest

from hubbub.protocol import limits
from hubbub.protocol.closing import Close
from tests.attacks.floods import KINDS, Outcome, flooding, talk
from tests.online import Arrive, ByHand
from tests.raw_socket import PING, TEXT, frame
from tests.serving import Person, Server, Shell, Site, newcomer, served, shell_of
from tests.sockets import Online, new_id

SECONDS = float(os.environ.get("HUBBUB_ATTACK_SECONDS", "0"))
ENOUGH = max(SECONDS, 20.0)
"""Time for the server to end each flood, on a busy machine too."""

CODES = {
    "no JSON": {Close.PROTOCOL_ERROR},
    "empty messages": {Close.PROTOCOL_ERROR},
    "after the goodbye": {Close.PROTOCOL_ERROR},
    "empty fragments": {1009},
}


@pytest.fixture(scope="module")
def strict(a_copy_of: Callable[[], Site]) -> Iterator[Server]:
    """`hubbub serve` with its default limits."""
    with served(a_copy_of(), HUBBUB_RATE_LIMITS="on") as server:
        yield server


@pytest.fixture(scope="module")
def newcomers(strict: Server) -> Iterator[Callable[[int], list[Person]]]:
    """New guests for this test only."""
    with shell_of(strict.site) as shell:
        yield lambda count: [_guest(shell) for _ in range(count)]


def _guest(shell: Shell) -> Person:
    return newcomer(shell, f"guest-{new_id()[-12:]}", "guest")


@pytest.fixture
def serving(strict: Server) -> Server:
    return strict


def ended(outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        assert not outcome.is_open, f"{outcome.kind}: the server has not ended it"
        expected = CODES.get(outcome.kind, {Close.TOO_MANY})
        assert outcome.code in expected, f"{outcome.kind}: closed with {outcome.code}"


def test_all_kinds_of_floods_are_ended_while_others_talk(
    strict: Server, comes: Arrive, newcomers: Callable[[int], list[Person]]
) -> None:
    alice, bob = comes("alice"), comes("bob")
    room = alice.creates(invite=(bob,))
    attackers = list(zip(newcomers(len(KINDS)), KINDS, strict=True))
    with flooding(strict, attackers, seconds=ENOUGH) as flood:
        assert talk(strict, alice, bob, room, lambda: flood.is_over).posts
        ended(flood.outcomes())


def test_thirty_connections_of_one_guest_share_one_budget(
    strict: Server, comes: Arrive, newcomers: Callable[[int], list[Person]]
) -> None:
    alice, bob = comes("alice"), comes("bob")
    room = alice.creates(invite=(bob,))
    (guest,) = newcomers(1)
    attackers = [(guest, "beats")] * limits.CONNECTIONS_PER_MEMBER
    with flooding(strict, attackers, seconds=ENOUGH) as flood:
        assert talk(strict, alice, bob, room, lambda: flood.is_over).posts
        ended(flood.outcomes())


def test_a_refused_client_cannot_flood(strict: Server) -> None:
    with flooding(strict, [(None, "pings")], seconds=ENOUGH) as flood:
        (outcome,) = flood.outcomes()
    assert (outcome.code, outcome.is_open) == (Close.SIGN_IN, False)


def test_a_member_closed_for_flooding_reconnects_and_has_lost_nothing(
    strict: Server, comes: Arrive, newcomers: Callable[[int], list[Person]]
) -> None:
    (guest,) = newcomers(1)
    alice, before = comes("alice"), comes(guest)
    room = alice.creates(invite=(before,))
    with flooding(strict, [(guest, "pings")], seconds=ENOUGH) as flood:
        ended(flood.outcomes())
    alice.says(room, "while you were closed")
    after = comes(guest, snapshot=False)
    after.resumes(before)
    assert after.view(room).texts == ["while you were closed"]


async def test_a_resumed_tab_may_send_a_burst_of_commands(
    strict: Server, alice: Online, by_hand: ByHand
) -> None:
    """A burst of commands and unsent messages, with pings in between: all are answered."""
    room = alice.creates()
    left = limits.MESSAGES_BURST // 2  # other tests of this module have used some of it
    tab = await by_hand("alice")
    await tab.open()
    asked = [{"id": n, "type": "beat"} for n in range(1, 101)]
    for n in range(left):
        asked.append(
            {"id": 200 + n, "type": "message.send", "room": room, "message": new_id(), "text": f"{n}"}
        )
    asked.append({"id": 300, "type": "beat"})
    await tab.write(b"".join(frame(TEXT, json.dumps(a).encode()) + frame(PING) for a in asked))
    alice.hears(f"{left - 1}", room=room)
    assert b"error" not in await tab.read_until(b'{"re":300,"ok":{}}')
    await tab.write_command({"id": 301, "type": "beat"})
    assert await tab.read_until(b'{"re":301,"ok":{}}')


@pytest.fixture
def alice(comes: Arrive) -> Online:
    return comes("alice")
