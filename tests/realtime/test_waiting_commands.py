"""Commands without an answer: so many are read, the rest waits; a disconnect is noticed all the same."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from hubbub.errors import Unavailable
from hubbub.models import Room
from hubbub.protocol import limits
from hubbub.protocol.closing import Close
from hubbub.realtime import runtime
from hubbub.realtime.sockets import asgi_reader
from tests.realtime.wires import Dial, Wire, until
from tests.sockets import new_id

pytestmark = pytest.mark.django_db(transaction=True)

MORE = 10


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Commands that were taken, and that the writer leaves without an answer."""
    return []


async def test_a_portable_server_is_not_asked_for_more_than_may_come_in(dial: Dial) -> None:
    """On a server without `hubbub.push` the rest waits with the server, which stops reading if it can."""
    dial("bob")
    runtime.runtime().rates.lifted = False
    tab = dial("alice")
    await tab.hears_event("hello")
    last = [tab.sends("beat") for _ in range(limits.INCOMING_FRAMES_BURST + 150)][-1]
    await until(lambda: len(tab.frames) > limits.TURN_FRAMES)
    assert tab.inbox.qsize() >= 100
    await tab.hears(lambda frame: frame.get("re") == last)
    for _ in range(limits.FLOOD_SECONDS * limits.INCOMING_FRAMES_PER_SECOND * 3):
        tab.sends("beat")
    assert await tab.is_closed() == Close.TOO_MANY
    assert tab.inbox.qsize() > 0


@pytest.fixture
async def alice(dial: Dial, held: list[Any], monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Wire]:
    """On line, with no limits of rate."""
    alice = dial("alice")
    await alice.asks("snapshot")
    here = runtime.runtime()
    here.rates.lifted = True
    monkeypatch.setattr(here.writer, "submit", lambda job, done: held.append((job, done)))
    yield alice
    for job, done in held:  # and those that are taken for it
        done(job)


def talks(alice: Wire, room: Room, more: int, text: str = "x") -> None:
    for _ in range(limits.WAITING_COMMANDS + more):
        alice.sends("message.send", room=room.pk, message=new_id(), text=text)


async def test_only_so_many_commands_wait(alice: Wire, room: Room, held: list[Any]) -> None:
    """WAITING_COMMANDS: the others stay where they are until there is room."""
    talks(alice, room, MORE)
    await until(lambda: len(held) == limits.WAITING_COMMANDS and alice.inbox.empty())
    assert len(held) == limits.WAITING_COMMANDS
    answered = 0
    for more in (5, limits.WAITING_COMMANDS + MORE - 5):
        for job, done in held[answered : answered + more]:
            job.refusal = Unavailable("busy")
            done(job)
        answered += more
        expected = min(limits.WAITING_COMMANDS + answered, limits.WAITING_COMMANDS + MORE)
        await until(lambda: len(held) == expected)  # noqa: B023


async def test_a_disconnect_is_noticed_while_commands_wait(alice: Wire, room: Room, held: list[Any]) -> None:
    """Also where the server tells of an end only after what came before it: nobody is shown as here who is not."""
    talks(alice, room, MORE)
    await until(lambda: len(held) == limits.WAITING_COMMANDS)
    await alice.leaves()
    assert not runtime.runtime().hub.connections


async def test_reading_ahead_of_waiting_commands_is_bounded(alice: Wire, room: Room, held: list[Any]) -> None:
    text = "x" * 10_000
    talks(alice, room, asgi_reader.AHEAD_BYTES // len(text) + 20, text)
    await until(lambda: len(held) == limits.WAITING_COMMANDS and alice.inbox.qsize() < 21)
