"""Entering a room by its socket while the membership ends."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from hubbub import actions
from hubbub.models import Room
from hubbub.protocol import limits
from hubbub.protocol.closing import Close
from hubbub.realtime import runtime
from hubbub.realtime.sockets.room_socket import RoomSocket
from tests.realtime.wires import Dial, Wire, in_thread, until

pytestmark = pytest.mark.django_db(transaction=True)


async def test_bob_who_is_removed_while_he_enters_gets_nothing(
    dial: Dial, room: Room, people: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The removal is heard here after his membership was read, and before his socket hears the room (G9)."""
    alice, bob = people["alice"][0], people["bob"][0]
    enter = RoomSocket._enter
    listener = dial("alice")
    await listener.asks("snapshot")

    async def enter_and_be_removed(session: RoomSocket, name: str) -> Any:
        state = await enter(session, name)
        if session.connection.member.pk == bob.pk:
            await in_thread(actions.remove_member, by=alice, room=room, member=bob)
        return state

    monkeypatch.setattr(RoomSocket, "_enter", enter_and_be_removed)
    script = dial("bob", room="square")
    await listener.hears(
        lambda f: f.get("type") == "message" and f["message"].get("system", {}).get("kind") == "removed"
    )
    await in_thread(actions.send_message, author=alice, room=room, text="secret")
    assert await script.is_closed() == Close.NOT_FOUND
    assert script.frames == []


async def test_rooms_created_by_connecting_count_for_the_rates(
    dial: Dial, room: Room, people: dict[str, Any]
) -> None:
    """Each entry counts for the member's rates as the commands do that it runs."""
    dial("bob")
    runtime.runtime().rates.lifted = False
    refused: list[tuple[int, str]] = []
    for n in range(limits.COMMANDS_BURST):
        script = dial("alice", room=f"room {n}")
        await until(partial(is_answered, script, people["alice"][0].pk))
        if script.close is not None:
            refused.append(script.close)
        await script.leaves()
        if len(refused) == 3:
            break
    assert [code for code, _ in refused] == [Close.TOO_MANY] * 3
    assert all(reason.startswith("retry_after=") for _, reason in refused)
    assert await in_thread(Room.objects.filter(name__startswith="room ").count) < limits.COMMANDS_BURST


def is_answered(script: Wire, member: int) -> bool:
    here = runtime.runtime().hub.connections.of_member.get(member, ())
    return script.close is not None or any(connection.live for connection in here)
