"""Commits at the worst moments while a snapshot is read; and a removal in an unrepaired gap."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from hubbub import actions, publish
from hubbub.models import Member, Room
from hubbub.protocol import limits
from hubbub.realtime import runtime
from tests.realtime.wires import Dial, in_thread

pytestmark = pytest.mark.django_db(transaction=True)

People = dict[str, tuple[Member, str]]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], None]:
    """Have something committed, and told, after the next state was read and before it is used."""

    def arrange(change: Callable[[], Any]) -> None:
        catch_up = runtime.runtime().catch_up
        read = catch_up.state
        changes = [change]

        async def state(asked: Any) -> Any:
            found = await read(asked)
            if changes:
                await in_thread(changes.pop())
                await asyncio.sleep(0.05)  # what it published is delivered
            return found

        monkeypatch.setattr(catch_up, "state", state)

    return arrange


async def test_a_room_joined_during_the_read_is_answered_and_attached(
    dial: Dial, people: People, room: Room, meanwhile: Any
) -> None:
    alice, bob = people["alice"][0], people["bob"][0]
    wire = dial("bob")
    await wire.asks("beat")
    other = await in_thread(actions.create_room, by=alice, name="kitchen")
    meanwhile(lambda: actions.join_room(member=bob, room=other))
    state = await wire.asks("snapshot")
    assert other.pk in [r["id"] for r in state["rooms"]]
    await in_thread(actions.send_message, author=alice, room=other.pk, text="welcome")
    await wire.hears(lambda frame: frame.get("type") == "message" and frame["message"]["text"] == "welcome")


async def test_a_room_lost_during_the_read_is_neither_answered_nor_attached(
    dial: Dial, people: People, room: Room, meanwhile: Any
) -> None:
    """G9"""
    alice, bob = people["alice"][0], people["bob"][0]
    wire = dial("bob")
    await wire.asks("beat")
    meanwhile(lambda: actions.remove_member(by=alice, room=room, member=bob))
    state = await wire.asks("snapshot")
    assert room.pk not in [r["id"] for r in state["rooms"]]
    await in_thread(actions.send_message, author=alice, room=room.pk, text="canary")
    await wire.asks("beat")
    assert "canary" not in str(wire.frames)


async def test_messages_during_the_read_come_after_the_answer(
    dial: Dial, people: People, room: Room, meanwhile: Any
) -> None:
    wire = dial("bob")
    await wire.asks("beat")
    meanwhile(lambda: actions.send_message(author=people["alice"][0], room=room.pk, text="meanwhile"))
    state = await wire.asks("snapshot")
    (seen,) = [r["seq"] for r in state["rooms"] if r["id"] == room.pk]
    if seen == room.seq:  # read before it was said: then it comes after the answer
        await wire.hears_event("message")
        kinds = [frame.get("type", "answer") for frame in wire.frames]
        assert kinds.index("message") > len(kinds) - 1 - kinds[::-1].index("answer")


async def test_a_member_whose_rooms_keep_changing_must_ask_again(
    dial: Dial, people: People, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = dial("bob")
    await wire.asks("beat")
    versions = iter(range(100, 1000))

    async def version(member: int) -> int:
        return next(versions)

    monkeypatch.setattr(runtime.runtime().catch_up, "version", version)
    error = await wire.asks("snapshot")
    assert error["code"] == "unavailable"
    assert error["retry_after"] > 0
    monkeypatch.undo()
    assert "rooms" in await wire.asks("snapshot")


async def test_a_removal_in_an_unrepaired_gap_still_evicts(
    dial: Dial, people: People, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """G8 and G9: too much was missed to deliver, and in it the message that removes Bob."""
    alice, bob = people["alice"][0], people["bob"][0]
    hers, his = dial("alice"), dial("bob")
    for wire in (hers, his):
        await wire.asks("snapshot")
    # Heads have not been compared yet when the bus is back.
    monkeypatch.setattr(runtime.runtime().poll, "_poll", _nothing)
    with monkeypatch.context() as cut_off:
        cut_off.setattr(publish, "_outlet", None)
        await in_thread(actions.remove_member, by=alice, room=room, member=bob)
        posts = [actions.Post(alice, room.pk, uuid4(), "x") for _ in range(limits.RESUME_MESSAGES + 1)]
        await in_thread(actions.send_messages, posts)
    said = await in_thread(actions.send_message, author=alice, room=room.pk, text="canary")
    await hers.hears(lambda frame: frame.get("type") == "lag" and frame["head"] == said.seq)
    await in_thread(actions.send_message, author=alice, room=room.pk, text="canary, again")
    await hers.hears(lambda frame: "canary, again" in str(frame))
    await his.asks("beat")
    assert "canary" not in str(his.frames)
    assert not [frame for frame in his.frames if frame.get("type") == "lag"]


async def _nothing() -> None:
    pass


async def test_broadcasts_during_the_read_come_after_the_answer(
    dial: Dial, people: People, room: Room, meanwhile: Any
) -> None:
    """As when somebody comes or goes: nobody would say it again."""
    wire = dial("bob")
    await wire.asks("beat")
    meanwhile(lambda: actions.name_workspace(name="Orchard"))
    state = await wire.asks("snapshot")
    if state["workspace"]["name"] != "Orchard":
        await wire.hears(lambda frame: frame.get("type") == "workspace" and "Orchard" in str(frame))
