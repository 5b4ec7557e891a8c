"""Checks every byte that is pushed to outsiders' sockets while members are active."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest

from tests.online import Arrive, ByHand, Enter
from tests.raw_socket import TEXT, frame
from tests.serving import Person, Server, Shell
from tests.sockets import Online, Refused, new_id


@pytest.fixture
def canary() -> str:
    """A word that occurs only in this test's secret texts."""
    return f"canary-{new_id()[-12:]}"


@pytest.fixture
def owner(comes: Arrive) -> Online:
    return comes("alice")


@pytest.fixture
def member(comes: Arrive) -> Online:
    return comes("bob")


def assert_clean(canary: str, *outsiders: Online) -> None:
    for outsider in outsiders:
        outsider.command("beat")  # pending frames arrive before this reply
        outsider.listen(0.5)
        leaks = [data for data in outsider.received if canary.encode() in data]
        assert not leaks, f"{outsider.person.name} received {leaks[0][:300]!r}"


def do_everything_in_a_room(canary: str, owner: Online, member: Online, room: int) -> None:
    """Cause every kind of event in a room."""
    said = owner.says(room, f"{canary} said")
    owner.command("message.edit", message=said["id"], text=f"{canary} edited", seq=said["seq"])
    member.says(room, f"{canary} answer")
    owner.command("room.describe", room=room, description=f"{canary} purpose")
    if owner.command("room.get", room=room)["room"]["kind"] != "direct":
        owner.command("room.rename", room=room, name=f"{canary} {new_id()}")
    member.command("typing", room=room)
    member.command("room.read", room=room, number=1)
    owner.command("message.delete", message=said["id"])
    owner.command("room.archive", room=room, archived=True)
    owner.command("room.archive", room=room, archived=False)
    member.hears_event("message", lambda e: e["message"].get("system", {}).get("kind") == "unarchived")


def test_no_byte_of_a_private_room_reaches_a_member_or_a_guest_outside(
    any_server: Server, owner: Online, member: Online, comes: Arrive, canary: str
) -> None:
    """Rows 2, 4, 16: on any socket, not even a sign of activity."""
    outsiders = comes("dave"), comes("carol"), comes("dave")
    for outsider in outsiders:
        outsider.forgets()
    room = owner.creates(f"{canary} room", private=True, invite=(member,))
    do_everything_in_a_room(canary, owner, member, room)
    assert_clean(canary, *outsiders)
    for outsider in outsiders:
        told = [e for e in outsider.events[outsider._read :] if e["type"] not in ("presence", "heartbeat")]
        assert told == [], "outsiders must get no frame of the room"


def test_no_byte_of_a_direct_room_reaches_anybody_else(
    server: Server, owner: Online, member: Online, comes: Arrive, canary: str
) -> None:
    """Rows 2, 3, 16"""
    outsiders = comes("dave"), comes("carol")
    room = owner.command("room.direct", members=[member.me])["room"]["id"]
    member.hears_event("membership", lambda e: e["membership"]["room"] == room)
    owner.says(room, f"{canary} between us")
    member.hears(f"{canary} between us")
    member.command("typing", room=room)
    assert_clean(canary, *outsiders)


def test_a_guest_gets_no_events_of_public_rooms_they_are_not_in(
    server: Server, owner: Online, member: Online, comes: Arrive, canary: str
) -> None:
    """Row 4"""
    carol = comes("carol")
    room = owner.creates(f"{canary} room", invite=(member,))
    do_everything_in_a_room(canary, owner, member, room)
    assert_clean(canary, carol)


def test_a_guest_gets_no_events_about_people_without_a_common_room(
    server: Server, comes: Arrive, shell: Shell, canary: str
) -> None:
    """Rows 4, 16: presence, new names, new members."""
    carol = comes("carol")
    stranger = Person(**shell.ask("newcomer(x, 'member')", x=canary))
    dave, tab = comes("dave"), comes(stranger)
    tab.command("profile.update", name=f"{canary} Stranger", about=canary)
    tab.command("presence.set", state="away")
    dave.hears_event("presence", lambda e: {"member": stranger.member, "state": "away"} in e["presence"])
    assert_clean(canary, carol)
    assert stranger.member not in carol.news_of_presence()
    assert stranger.member not in {m["id"] for m in carol.takes_snapshot()["members"]}
    assert stranger.member not in {p["member"] for p in carol.state["presence"]}


def test_a_guest_gets_events_about_people_in_a_common_room(
    server: Server, owner: Online, comes: Arrive, shell: Shell
) -> None:
    """Row 4, the opposite: a guest gets the events that they may see."""
    carol = comes("carol")
    friend = Person(**shell.ask("newcomer('friend' + x, 'member')", x=new_id()[-8:]))
    owner.creates(invite=(carol, friend))
    tab = comes(friend)
    carol.hears_event("presence", lambda e: {"member": friend.member, "state": "active"} in e["presence"])
    tab.command("profile.update", name="A Friend")
    carol.hears_event("member", lambda e: e["member"]["name"] == "A Friend")


def test_a_member_who_becomes_a_guest_gets_no_more_events_about_others(
    server: Server, comes: Arrive, shell: Shell, erin: Person, canary: str
) -> None:
    """Rows 4, 10, 16: on an already open socket."""
    tab = comes(erin)
    shell.run(
        "actions.change_role(by=member('alice'), member=Member.objects.get(pk=pk), role=Role.GUEST)",
        pk=erin.member,
    )
    with pytest.raises(Refused):
        tab.command("room.create", name=f"guests open no rooms {new_id()}")
    tab.forgets()
    shell.run("newcomer(x, 'member')", x=canary)
    comes("dave").command("profile.update", about=canary)
    tab.takes_snapshot()
    comes("dave").command("profile.update", about=f"{canary} again")
    shared = {m["id"] for m in tab.state["members"]}
    heard = [e["member"]["id"] for e in tab.events[tab._read :] if e["type"] == "member"]
    assert set(heard) <= shared


def test_private_events_of_bob_reach_only_bob(
    server: Server, owner: Online, member: Online, comes: Arrive
) -> None:
    """Rows 16, 30: his read position, notification level and rooms."""
    room = owner.creates(invite=(member,))
    owner.says(room, "read this")
    dave = comes("dave")
    member.command("room.read", room=room, number=3)
    member.command("room.notify", room=room, level="nothing")
    member.hears_event("membership", lambda e: e["membership"]["level"] == "nothing")
    for other in (owner, dave):
        other.command("beat")
        mine = [e for e in other.events if e["type"] == "membership"]
        assert all(e["membership"]["level"] != "nothing" for e in mine)


def test_replies_to_guessed_room_ids_are_identical(
    server: Server, owner: Online, comes: Arrive, canary: str
) -> None:
    """Row 3: private, unknown and archived rooms get the same refusal."""
    private = owner.creates(f"{canary} room", private=True)
    owner.says(private, f"{canary} said")
    archived = owner.creates(f"{canary} old", private=True)
    owner.command("room.archive", room=archived, archived=True)
    for who in ("dave", "carol"):
        outsider = comes(who)
        answers: dict[str, set[str]] = {}
        for room in (private, archived, 10**9):
            rooms = {str(room): 0}
            assert outsider.command("resume", epoch=outsider.epoch, rooms=rooms)["changes"] == []
            for command, fields in (
                ("timeline", {}),
                ("room.get", {}),
                ("room.roster", {}),
                ("room.join", {}),
                ("room.leave", {}),
                ("room.read", {"number": 1}),
                ("message.send", {"message": new_id(), "text": "hello?"}),
                ("typing", {}),
            ):
                with pytest.raises(Refused) as refusal:
                    outsider.command(command, room=room, **fields)
                answers.setdefault(command, set()).add(str(refusal.value))
        assert all(len(said) == 1 for said in answers.values()), answers
        assert_clean(canary, outsider)


def test_the_room_socket_of_a_private_room_opens_for_nobody_else(
    server: Server, owner: Online, enters: Enter, canary: str
) -> None:
    """Rows 1, 3"""
    name = f"{canary} room"
    room = owner.creates(name, private=True)
    for who in ("dave", "carol"):
        script = enters(name, who)
        owner.says(room, f"{canary} said")
        script.is_closed(4004)
        assert script.lines == []


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(lambda: frame(TEXT, json.dumps({"id": 1, "type": "snapshot"}).encode()), id="snapshot"),
        pytest.param(
            lambda: frame(TEXT, json.dumps({"id": 1, "type": "room.directory"}).encode()), id="directory"
        ),
        pytest.param(
            lambda: frame(
                TEXT,
                json.dumps(
                    {"id": 1, "type": "message.send", "room": 1, "message": new_id(), "text": "canary"}
                ).encode(),
            ),
            id="message",
        ),
    ],
)
async def test_commands_before_sign_in_are_not_run(
    any_server: Server, owner: Online, by_hand: ByHand, words: Callable[[], bytes]
) -> None:
    """Row 7: commands that are sent directly after the handshake."""
    nobody = await by_hand()
    await nobody.open()
    await nobody.write(words() * 5)
    assert await nobody.read_close() == 4001
    owner.hears_nothing(of={"message"})


async def test_aborted_connections_leave_nothing_behind(
    server: Server, comes: Arrive, by_hand: ByHand
) -> None:
    """Rows 15, 70: partial handshakes, partial frames, aborted connections."""
    alice = comes("alice")
    before = server.ready()["connections"]
    for n in range(60):
        raw = await by_hand("bob")
        if n % 3 == 0:
            await raw.write(raw.request[: 20 + n])
        elif n % 3 == 1:
            await raw.open()
            await raw.write(b"\x81\xfe\x40")
        else:
            await raw.write(raw.request)
        raw.reset()
    end = time.monotonic() + 10
    while (now := server.ready()["connections"]) != before and time.monotonic() < end:
        alice.listen(0.1)
    assert now == before
    alice.command("beat")


async def test_many_tiny_pieces_of_one_message_do_not_fill_the_memory(
    server: Server, by_hand: ByHand
) -> None:
    """Row 11: up to two million empty fragments; the server soon closes the connection."""
    from pathlib import Path

    def resident() -> int:
        return int(Path(f"/proc/{server.process.pid}/statm").read_text().split()[1]) * 4096

    before = resident()
    bob = await by_hand("bob")
    await bob.open()
    await bob.write(b"\x01\x80\0\0\0\0")
    with pytest.raises((BrokenPipeError, ConnectionResetError)):
        for _ in range(2000):  # more than the buffers in between hold
            await bob.write(b"\x00\x80\0\0\0\0" * 1000)
    assert resident() - before < 16 * 1024 * 1024
    assert server.process.poll() is None
