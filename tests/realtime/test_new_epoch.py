"""The database went back and another process has begun a new epoch. This process has not noticed it yet: nothing of
the old history may reach a client that follows the new one.
"""

from __future__ import annotations

from typing import Any

import pytest

from hubbub import actions
from hubbub.models import Message, Room
from hubbub.realtime import runtime
from tests.realtime.test_timers import goes_back
from tests.realtime.wires import Dial, Wire, in_thread, until

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_client_of_the_new_history_gets_no_frames_of_the_old_one(
    dial: Dial, room: Room, people: dict[str, Any]
) -> None:
    bob = dial("bob")
    await bob.asks("snapshot")
    await in_thread(actions.send_message, author=people["alice"][0], room=room.pk, text="forgotten")
    await bob.hears_event("message")
    await in_thread(goes_back, room)
    present = await in_thread(actions.begin_epoch)

    snapshot = await _snapshot(dial, "alice")
    assert snapshot["epoch"] == present.epoch
    await in_thread(actions.send_message, author=people["alice"][0], room=room.pk, text="on we go")
    alice = dial("alice")
    seq = next(r["seq"] for r in snapshot["rooms"] if r["id"] == room.pk)
    resumed = await alice.asks("resume", epoch=present.epoch, rooms={room.pk: seq})
    changes = next(c for c in resumed["changes"] if c["room"] == room.pk)
    heard = [m["text"] for m in changes["messages"]]
    heard += [f["message"]["text"] for f in alice.frames if f.get("type") == "message"]
    assert heard == ["on we go"]


async def test_cached_reads_are_dropped_with_a_new_history(
    dial: Dial, room: Room, people: dict[str, Any]
) -> None:
    """Clients that miss the same share a read. It is of no use to the next history."""
    author = people["alice"][0]
    seq = (await in_thread(Room.objects.get, pk=room.pk)).seq
    for text in ("forgotten", "forgotten too"):
        await in_thread(actions.send_message, author=author, room=room.pk, text=text)
    bob = dial("bob")
    epoch = (await bob.hears_event("hello"))["epoch"]
    await bob.asks("resume", epoch=epoch, rooms={room.pk: seq})  # no feed has this: it is read
    repairs = runtime.runtime().poll
    await repairs._poll(lambda topic: True)
    for _ in range(2):
        await in_thread(goes_back, room)
    assert not await in_thread(Message.objects.filter(text__startswith="forgotten").exists)
    present = await in_thread(actions.begin_epoch)
    await repairs._poll(lambda topic: True)
    await bob.is_closed()

    for text in ("one", "two"):
        await in_thread(actions.send_message, author=author, room=room.pk, text=text)
    again = dial("bob")
    resumed = await again.asks("resume", epoch=present.epoch, rooms={room.pk: seq})
    changes = next(c for c in resumed["changes"] if c["room"] == room.pk)
    assert [m["text"] for m in changes["messages"]] == ["one", "two"]


async def _snapshot(dial: Dial, name: str) -> dict[str, Any]:
    """The snapshot that somebody gets who comes back for as long as they are asked to."""
    while True:
        wire = dial(name)
        request = wire.sends("snapshot")
        await until(lambda: wire.close is not None or _answer(wire, request) is not None)  # noqa: B023
        if answer := _answer(wire, request):
            found: dict[str, Any] = answer["ok"]
            return found


def _answer(wire: Wire, request: int) -> dict[str, Any] | None:
    return next((frame for frame in wire.frames if frame.get("re") == request), None)
