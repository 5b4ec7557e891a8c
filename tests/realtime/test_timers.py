"""What happens by itself, with short intervals: heartbeats, silence, comparisons, checks of logins.

The whole realtime side runs in the test's own event loop; the bus is cut off by taking away the outlet.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from hubbub import actions, publish
from hubbub.models import Member, Message, Room, Token
from hubbub.protocol import limits
from hubbub.protocol.closing import Close
from hubbub.protocol.events import Heartbeat
from hubbub.realtime import connection_monitor as pulse
from hubbub.realtime import runtime
from hubbub.realtime.logins.sign_in import still_valid
from hubbub.realtime.recovery import head_poll
from tests.realtime.wires import Dial, in_thread, until
from tests.sockets import new_id

pytestmark = pytest.mark.django_db(transaction=True)


class Quick:
    """Clocks of a tenth of their length."""

    BEAT, SILENCE, CHECK, POLL = 0.2, 0.6, 0.3, 0.3


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "HEARTBEAT_SECONDS", Quick.BEAT)
    monkeypatch.setattr(limits, "SILENCE_SECONDS", Quick.SILENCE)
    monkeypatch.setattr(pulse, "TICK_SECONDS", 0.02)
    monkeypatch.setattr(pulse, "REVALIDATE_SECONDS", Quick.CHECK)
    monkeypatch.setattr(head_poll, "POLL_SECONDS", Quick.POLL)


@pytest.fixture
def cut_off(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From now on nobody is told what is committed: the bus is down."""
    return lambda: monkeypatch.setattr(publish, "_outlet", None)


async def test_a_heartbeat_that_is_answered_keeps_the_socket(quick: None, dial: Dial) -> None:
    """Three times as long as silence would be allowed to last."""
    alice = dial("alice")
    for beats in range(1, 10):
        await alice.hears(lambda _, n=beats: sum(f.get("type") == "heartbeat" for f in alice.frames) >= n)  # type: ignore[misc]
        assert await alice.asks("beat") == {}
    assert alice.close is None


async def test_a_heartbeat_that_is_not_answered_ends_it(quick: None, dial: Dial) -> None:
    """F14: half open. 4010: come back and resume."""
    alice = dial("alice")
    await alice.hears_event("heartbeat")
    assert await alice.is_closed() == Close.LOST_CONTINUITY


async def test_the_room_socket_knows_no_heartbeat(quick: None, dial: Dial, room: Room) -> None:
    """The tutorial's page does not answer one; pings of the server watch its line."""
    script = dial("bob", room="square")
    await asyncio.sleep(Quick.SILENCE * 2)
    assert script.close is None
    assert script.frames == []


async def test_a_slow_readers_heartbeat_names_the_heads(dial: Dial, room: Room) -> None:
    """G7: the digest."""
    alice = dial("alice")
    await alice.asks("snapshot")
    runtime_here = runtime.runtime()
    (connection,) = runtime_here.hub.connections
    connection.heads_due = True
    runtime_here.monitor._send_heartbeats()
    assert (await alice.hears_event("heartbeat"))["heads"] == {str(room.pk): room.seq}
    assert not connection.heads_due
    assert Heartbeat().encode() == b'{"type":"heartbeat"}'


async def test_a_degraded_bus_is_reported_at_once_and_in_hello(
    dial: Dial, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What happens without Redis is degraded, and said: long before the next heartbeat is due."""
    monkeypatch.setattr(pulse, "TICK_SECONDS", 0.02)
    alice = dial("alice")
    assert "degraded" not in await alice.hears_event("hello")
    runtime.runtime().monitor.bus_is_up = lambda: False
    assert (await alice.hears_event("heartbeat"))["degraded"] is True
    assert (await dial("bob").hears_event("hello"))["degraded"] is True
    alice.frames.clear()
    runtime.runtime().monitor.bus_is_up = lambda: True
    assert await alice.hears_event("heartbeat") == {"type": "heartbeat"}
    assert "degraded" not in await dial("bob").hears_event("hello")


async def test_a_message_without_a_bus_message_is_found(
    quick: None, dial: Dial, room: Room, people: dict[str, Any], cut_off: Callable[[], None]
) -> None:
    """G7: heads are compared though nothing else happens."""
    bob = dial("bob")
    await bob.asks("snapshot")
    cut_off()
    await in_thread(actions.send_message, author=people["alice"][0], room=room.pk, text="unheard of")
    heard = await bob.hears_event("message")
    assert heard["message"]["text"] == "unheard of"


async def test_where_a_part_of_the_bus_is_down_only_its_rooms_are_compared_every_second(
    dial: Dial,
    room: Room,
    people: dict[str, Any],
    cut_off: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(head_poll, "POLL_SECONDS", 3600)
    monkeypatch.setattr(head_poll, "POLL_SECONDS_WITHOUT_BUS", 0.05)
    author = people["alice"][0]
    other = await in_thread(actions.create_room, by=author, name="kitchen")
    alice = dial("alice")
    await alice.asks("snapshot")
    here = runtime.runtime().poll
    here.bus_is_up = lambda: False
    here.bus_carries = lambda topic: topic != f"room.{room.pk}"
    compared, compare = [], here._poll

    async def noted(wanted: Any) -> None:
        await compare(wanted)
        compared.append(wanted)

    monkeypatch.setattr(here, "_poll", noted)
    here.now()  # wakes it, and compares all of them once more
    await until(lambda: len(compared) > 1)
    cut_off()
    for where in (other, room):
        await in_thread(actions.send_message, author=author, room=where.pk, text="unheard of")
    assert (await alice.hears_event("message"))["room"] == room.pk
    here.bus_carries = lambda topic: False
    await alice.hears(lambda frame: frame.get("type") == "message" and frame["room"] == other.pk)


async def test_a_removal_without_a_bus_message_evicts_too(
    quick: None, dial: Dial, room: Room, people: dict[str, Any], cut_off: Callable[[], None]
) -> None:
    """G9 without the bus: nothing after, on the browser's socket and on the room socket."""
    (alice, _), (bob, _) = people["alice"], people["bob"]
    browser, script = dial("bob"), dial("bob", room="square")
    await browser.asks("snapshot")
    cut_off()
    await in_thread(actions.remove_member, by=alice, room=room, member=bob)
    await in_thread(actions.send_message, author=alice, room=room.pk, text="canary")
    assert await script.is_closed() == Close.NOT_FOUND
    await browser.hears_event("refresh")
    assert await browser.asks("timeline", room=room.pk)  # answered, so all that was on its way has come
    assert "canary" not in str([f for f in browser.frames if f.get("type") == "message"])
    assert "canary" not in str(script.frames)


async def test_a_join_without_a_bus_message_is_found(
    quick: None, dial: Dial, people: dict[str, Any], room: Room, cut_off: Callable[[], None]
) -> None:
    bob = dial("bob")
    await bob.asks("snapshot")
    cut_off()
    other = await in_thread(actions.create_room, by=people["bob"][0], name="kitchen")
    await bob.hears_event("refresh")
    assert other.pk in [r["id"] for r in (await bob.asks("snapshot"))["rooms"]]


def goes_back(room: Room) -> None:
    """The database as a replica had it that takes over too early: the room's last message is unheard of."""
    last = Message.objects.filter(room=room).order_by("seq").last()
    assert last is not None
    last.delete()
    Room.objects.filter(pk=room.pk).update(seq=last.seq - 1, last_number=last.number - 1, posts=last.post - 1)


@pytest.mark.parametrize(
    "on_it_goes", [False, True], ids=["and stands", "and has caught up with other messages"]
)
async def test_a_database_that_has_gone_back_begins_a_new_epoch(
    quick: None, dial: Dial, room: Room, people: dict[str, Any], on_it_goes: bool
) -> None:
    """Else nobody would hear what is said until it has as many changes as before: they look like old ones."""
    bob, script = dial("bob"), dial("bob", room="square")
    epoch = (await bob.hears_event("hello"))["epoch"]
    await bob.asks("snapshot")
    await in_thread(actions.send_message, author=people["alice"][0], room=room.pk, text="forgotten")
    seq = (await bob.hears_event("message"))["seq"]
    await in_thread(goes_back, room)
    if on_it_goes:
        await in_thread(actions.send_message, author=people["alice"][0], room=room.pk, text="other")
    assert await bob.is_closed() == Close.LOST_CONTINUITY
    assert await script.is_closed() == Close.LOST_CONTINUITY
    again = dial("bob")
    assert (await again.hears_event("hello"))["epoch"] != epoch
    resumed = await again.asks("resume", epoch=epoch, rooms={room.pk: seq})
    assert resumed["reset"] is True
    await in_thread(actions.send_message, author=people["alice"][0], room=room.pk, text="on we go")
    await again.hears(lambda f: f.get("type") == "message" and f["message"]["text"] == "on we go")
    assert again.close is None


async def test_clients_start_over_when_another_process_begins_a_new_epoch(
    quick: None, dial: Dial, room: Room
) -> None:
    bob = dial("bob")
    await bob.asks("snapshot")
    repairs = runtime.runtime().poll
    await until(lambda: repairs._history is not None)
    present = await in_thread(actions.begin_epoch)
    assert await bob.is_closed() == Close.LOST_CONTINUITY
    assert (await dial("bob").hears_event("hello"))["epoch"] == present.epoch


@pytest.mark.parametrize("ending", ["token", "member", "account"])
async def test_an_ended_login_without_a_bus_message_is_found(
    quick: None, dial: Dial, people: dict[str, Any], cut_off: Callable[[], None], ending: str
) -> None:
    """G10 without the bus."""
    bob = dial("bob")
    await bob.asks("snapshot")
    member = people["bob"][0]
    cut_off()
    if ending == "token":
        await in_thread(Token.objects.filter(member=member).delete)
    elif ending == "member":
        await in_thread(Member.objects.filter(pk=member.pk).update, active=False)
    else:
        await in_thread(type(member.user).objects.filter(pk=member.user.pk).update, is_active=False)
    assert await bob.is_closed() == Close.REVOKED


async def test_logins_are_checked_together(
    dial: Dial, people: dict[str, Any], django_assert_max_num_queries: Any
) -> None:
    """A few queries, however many sockets there are."""
    for name in ("alice", "bob") * 10:
        await dial(name).asks("beat")
    logins = [connection.login for connection in runtime.runtime().hub.connections]
    assert len(logins) == 20

    def look() -> set[str]:
        with django_assert_max_num_queries(4):
            return still_valid(logins)

    assert len(await in_thread(look)) == 2


async def test_nothing_is_left_of_sockets_that_ended(dial: Dial, room: Room) -> None:
    """I10"""
    wires = [dial("alice"), dial("bob"), dial("bob", room="square")]
    await wires[0].asks("snapshot")
    for wire in wires:
        await wire.leaves()
    hub = runtime.runtime().hub
    assert not (
        hub.connections
        or hub.connections.of_member
        or hub.connections.of_login
        or hub.feeds
        or hub.notices.versions(hub.connections.of_member)
    )


async def test_simultaneous_handshakes_are_all_counted(dial: Dial, monkeypatch: pytest.MonkeyPatch) -> None:
    """CONNECTIONS_PER_MEMBER: handshakes that are all under way at once."""
    monkeypatch.setattr(limits, "CONNECTIONS_PER_MEMBER", 3)
    dial("bob")
    runtime.runtime().rates.lifted = False
    alices = [dial("alice") for _ in range(8)]
    await until(lambda: all(alice.frames or alice.close for alice in alices))
    refused = [alice.close[0] for alice in alices if alice.close]
    assert refused == [Close.TOO_MANY] * 5
    for alice in alices:
        await alice.leaves()
    assert await dial("alice").hears_event("hello")


async def test_a_full_writer_refuses_commands(
    dial: Dial, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """WRITER_QUEUE: fail fast, come back; nothing was changed."""
    alice = dial("alice")
    await alice.asks("snapshot")
    monkeypatch.setattr(limits, "WRITER_QUEUE", 0)
    error = await alice.asks("message.send", room=room.pk, message=new_id(), text="x")
    assert (error["code"], error["retry_after"]) == ("unavailable", 1.0)
    monkeypatch.undo()
    assert "message" in await alice.asks("message.send", room=room.pk, message=new_id(), text="x")


async def test_while_the_database_is_down_new_sockets_get_a_retry_time(
    dial: Dial, monkeypatch: pytest.MonkeyPatch
) -> None:
    """4012 with a time, not 4001: nobody is signed out because the database restarts."""
    await dial("alice").asks("beat")

    async def down(*_: Any) -> None:
        raise OSError("the database is down")

    with monkeypatch.context() as patch:
        patch.setattr(runtime.runtime().logins, "get", down)
        bob = dial("bob")
        assert await bob.is_closed() == Close.GOING_AWAY
    with monkeypatch.context() as patch:
        patch.setattr(runtime.runtime().catch_up, "epoch", down)
        bob = dial("bob")
        assert await bob.is_closed() == Close.GOING_AWAY
    assert bob.close is not None and bob.close[1].startswith("retry_after=")
    assert len(runtime.runtime().hub.connections) == 1


async def test_new_sockets_of_a_draining_server_are_closed(dial: Dial) -> None:
    await dial("alice").asks("beat")
    runtime.runtime().draining = 2.0
    bob = dial("bob")
    assert await bob.is_closed() == Close.GOING_AWAY
