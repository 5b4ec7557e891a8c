"""Who is connected and who is typing, on open sockets."""

from __future__ import annotations

from typing import Any

import pytest

from hubbub.realtime.presence.presence import GRACE_SECONDS
from tests.online import Arrive
from tests.serving import Person, Server, Shell
from tests.sockets import Online, Refused


def told(online: Online, member: int, state: str) -> dict[str, Any]:
    """Wait until somebody is told that a member is active, away or offline."""
    return online.hears_event(
        "presence", lambda e: {"member": member, "state": state} in e["presence"], f"{member} {state}"
    )


def test_connecting_and_disconnecting_is_seen_by_others(
    any_server: Server, alice: Online, comes: Arrive, erin: Person
) -> None:
    tab = comes(erin)
    told(alice, erin.member, "active")
    tab.closes()
    told(alice, erin.member, "offline")


def test_a_broken_connection_counts_as_gone(
    server: Server, alice: Online, comes: Arrive, erin: Person
) -> None:
    """A crash says no goodbye."""
    tab = comes(erin)
    told(alice, erin.member, "active")
    tab.vanishes()
    told(alice, erin.member, "offline")


def test_a_snapshot_says_who_is_here(any_server: Server, alice: Online, comes: Arrive, erin: Person) -> None:
    comes(erin)
    told(alice, erin.member, "active")
    state = alice.takes_snapshot()
    assert {"member": erin.member, "state": "active"} in state["presence"]
    assert {"member": alice.me, "state": "active"} in state["presence"]


def test_several_tabs_are_one_person(server: Server, alice: Online, comes: Arrive, erin: Person) -> None:
    first, second = comes(erin), comes(erin)
    told(alice, erin.member, "active")
    first.closes()
    alice.listen(GRACE_SECONDS + 1)
    assert not [
        e
        for e in alice.events[alice._read :]
        if {"member": erin.member, "state": "offline"} in e.get("presence", ())
    ]
    second.closes()
    told(alice, erin.member, "offline")


def test_a_reload_is_not_a_departure(server: Server, alice: Online, comes: Arrive, erin: Person) -> None:
    tab = comes(erin)
    told(alice, erin.member, "active")
    for _ in range(3):
        tab.closes()
        tab = comes(erin)
    alice.listen(GRACE_SECONDS + 1)
    assert erin.member not in alice.news_of_presence()


def test_a_member_in_another_tab_is_away(
    any_server: Server, alice: Online, comes: Arrive, erin: Person
) -> None:
    tab = comes(erin)
    told(alice, erin.member, "active")
    tab.command("presence.set", state="away")
    told(alice, erin.member, "away")
    tab.command("presence.set", state="active")
    told(alice, erin.member, "active")


def test_the_roster_lists_those_who_are_connected_first(
    server: Server, alice: Online, comes: Arrive, shell: Shell, erin: Person
) -> None:
    """In each room, who belongs to it and who of them is connected now."""
    tab = comes(erin)
    told(alice, erin.member, "active")
    absent = Person(**shell.ask("newcomer('aaron-' + name, 'member')", name=erin.name))
    room = alice.creates(invite=(tab, absent))
    entries = alice.command("room.roster", room=room)["entries"]
    assert [(e["member"], e["state"]) for e in entries] == [
        (alice.me, "active"),
        (erin.member, "active"),
        (absent.member, "offline"),
    ]
    tab.closes()
    told(alice, erin.member, "offline")
    entries = alice.command("room.roster", room=room)["entries"]
    assert [e["member"] for e in entries if e["state"] == "active"] == [alice.me]


def test_typing_is_seen_in_the_room_and_nowhere_else(
    any_server: Server, alice: Online, bob: Online, dave: Online
) -> None:
    room = alice.creates(invite=(bob,))
    alice.command("typing", room=room)
    event = bob.hears_event("typing")
    assert (event["room"], event["members"]) == (room, [alice.me])
    dave.hears_nothing(of={"typing", "message"})


def test_typing_needs_membership(any_server: Server, alice: Online, dave: Online) -> None:
    room = alice.creates()
    with pytest.raises(Refused, match="only in a room that you are in"):
        dave.command("typing", room=room)
    alice.hears_nothing(of={"typing"})


def test_typing_is_never_stored(server: Server, alice: Online, bob: Online, shell: Shell) -> None:
    room = alice.creates(invite=(bob,))
    before = shell.ask("room(pk).seq", pk=room)
    alice.command("typing", room=room)
    bob.hears_event("typing")
    assert shell.ask("room(pk).seq", pk=room) == before


def test_joining_and_leaving_are_lines_in_the_room(any_server: Server, alice: Online, bob: Online) -> None:
    """“X joined”."""
    room = alice.creates()
    bob.command("room.join", room=room)
    joined = alice.hears_event("message", lambda e: e["room"] == room)["message"]
    assert (joined["system"]["kind"], joined["author"]) == ("joined", bob.me)
    bob.command("room.leave", room=room)
    left = alice.hears_event("message", lambda e: e["room"] == room)["message"]
    assert (left["system"]["kind"], left["author"]) == ("left", bob.me)


def test_a_new_name_reaches_everybody_at_once(
    any_server: Server, alice: Online, comes: Arrive, erin: Person
) -> None:
    tab = comes(erin)
    tab.command("profile.update", name="Erin O'Neill")
    event = alice.hears_event(
        "member", lambda e: e["member"]["id"] == erin.member and "O'Neill" in e["member"]["name"]
    )
    assert event["member"]["handle"] == erin.name
