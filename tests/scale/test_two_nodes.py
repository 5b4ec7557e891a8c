"""People at two servers on one PostgreSQL, with Redis between them: it is one place to them."""

from __future__ import annotations

import re
import sqlite3
import threading
import time
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from hubbub.protocol.closing import Close
from tests.faults.run_settings import bound
from tests.online import Arrive
from tests.scale.browser import Browser
from tests.scale.conftest import Nodes
from tests.serving import Person, Shell
from tests.site.sites import HALVES, succeeds
from tests.sockets import Online, Refused, new_id

SOON = bound(1.0)
"""Seconds within which the other server's people hear it, and a revoked login is closed (contract G10)."""


@pytest.fixture
def alice(comes: Arrive) -> Online:
    """At the first server."""
    return comes("alice")


@pytest.fixture
def bob(comes: Arrive, nodes: Nodes) -> Online:
    """At the second server."""
    return comes("bob", at=nodes[1])


def becomes(watcher: Online, member: int, state: str) -> None:
    """Wait until the watcher receives that a member is now active, away or offline."""
    watcher.hears_event(
        "presence",
        lambda e: {"member": member, "state": state} in e["presence"],
        f"member {member} becoming {state}",
    )


def present(online: Online) -> dict[int, str]:
    return {p["member"]: p["state"] for p in online.takes_snapshot()["presence"]}


def test_both_say_that_the_bus_is_up(nodes: Nodes) -> None:
    for node in nodes:
        state = node.ready()
        assert (state["ready"], state["bus"], state["database"]) == (True, "up", "postgresql")


def test_they_talk(alice: Online, bob: Online) -> None:
    room = alice.creates(private=True, invite=(bob,))
    for number in range(20):
        begun = time.monotonic()
        alice.says(room, f"ping {number}")
        bob.hears(f"ping {number}", room=room)
        assert time.monotonic() - begun < SOON
        bob.says(room, f"pong {number}")
        alice.hears(f"pong {number}", room=room)


def test_talking_at_once_they_see_one_order(alice: Online, bob: Online) -> None:
    """Each says a hundred things without waiting; both end with the same two hundred in the same order."""
    room = alice.creates(private=True, invite=(bob,))
    asked = [
        (who, who.ask("message.send", room=room, message=new_id(), text=f"{who.person.name} {n}"))
        for n in range(100)
        for who in (alice, bob)
    ]
    numbers = [who.reply_to(request)["message"]["number"] for who, request in asked]
    assert sorted(numbers) == list(range(min(numbers), min(numbers) + 200))
    head = alice.command("room.get", room=room)["room"]["seq"]
    for who in (alice, bob):
        who.catches_up_to(room, head)
    assert len(alice.view(room).texts) == 200
    assert alice.view(room).texts == bob.view(room).texts
    states = bob.view(room).messages
    assert {key: alice.view(room).messages[key] for key in states} == states


def test_the_roster_is_one(alice: Online, comes: Arrive, nodes: Nodes, erin: Person) -> None:
    """Erin comes to the other server, looks away, and goes."""
    there = comes(erin, at=nodes[1])
    becomes(alice, erin.member, "active")
    assert present(alice)[erin.member] == "active"
    there.command("presence.set", state="away")
    becomes(alice, erin.member, "away")
    there.closes()
    becomes(alice, erin.member, "offline")
    assert erin.member not in present(alice)


def test_two_tabs_at_two_servers_are_one_person(
    alice: Online, comes: Arrive, nodes: Nodes, erin: Person
) -> None:
    tabs = [comes(erin, at=node) for node in nodes]
    becomes(alice, erin.member, "active")
    tabs[1].closes()
    alice.listen(4.5)  # longer than a departure takes to be believed
    gone = [
        e
        for e in alice.events
        if e["type"] == "presence" and {"member": erin.member, "state": "offline"} in e["presence"]
    ]
    assert gone == []
    tabs[0].closes()
    becomes(alice, erin.member, "offline")


def test_typing_is_seen(alice: Online, bob: Online) -> None:
    room = alice.creates(private=True, invite=(bob,))
    alice.command("typing", room=room)
    event = bob.hears_event("typing", lambda e: e["room"] == room)
    assert alice.me in event["members"]


def test_bob_reads_there_and_his_other_tab_knows_here(alice: Online, bob: Online, comes: Arrive) -> None:
    room = alice.creates(private=True, invite=(bob,))
    message = alice.says(room, "look")
    here = comes("bob")
    bob.command("room.read", room=room, number=message["number"])
    here.hears_event("membership", lambda e: e["membership"]["read_number"] == message["number"])


def test_who_is_removed_here_hears_nothing_more_there(
    alice: Online, bob: Online, comes: Arrive, nodes: Nodes
) -> None:
    """In the middle of a flood, in every tab at every server (contract G9)."""
    tabs = [bob, comes("bob"), comes("bob", at=nodes[1])]
    room = alice.creates(private=True, invite=tuple(tabs))
    requests = []
    for number in range(100):
        requests.append(alice.ask("message.send", room=room, message=new_id(), text=f"canary {number}"))
        if number == 50:
            requests.append(alice.ask("room.remove", room=room, member=bob.me))
    for request in requests:
        alice.reply_to(request)
    for tab in tabs:
        tab.hears_event("left", lambda e: e["room"] == room)
        tab.listen(0.5)
        heard = [e["message"] for e in tab.events if e["type"] == "message" and e["room"] == room]
        assert heard[-1]["system"] == {"kind": "removed", "member": bob.me}
    with pytest.raises(Refused):
        bob.command("timeline", room=room)


def test_signing_out_here_closes_the_tab_there(comes: Arrive, nodes: Nodes, erin: Person) -> None:
    there = comes(erin, at=nodes[1], cookie=True)
    by_token = comes(erin, at=nodes[1])
    begun = time.monotonic()
    Browser(erin.session).post(nodes[0], "/account/logout/")
    there.is_closed(Close.REVOKED, within=SOON + 5)
    assert time.monotonic() - begun < SOON
    assert by_token.creates() > 0, "another login is another login"


def test_a_token_revoked_here_is_closed_there(
    comes: Arrive, nodes: Nodes, erin: Person, shell: Shell
) -> None:
    there = comes(erin, at=nodes[1])
    token = shell.ask("Token.objects.get(member=pk).pk", pk=erin.member)
    begun = time.monotonic()
    Browser(erin.session).post(nodes[0], f"/account/tokens/{token}/revoke/")
    there.is_closed(Close.REVOKED, within=SOON + 5)
    assert time.monotonic() - begun < SOON


def test_deactivated_here_is_closed_there(alice: Online, comes: Arrive, nodes: Nodes, erin: Person) -> None:
    there = comes(erin, at=nodes[1])
    begun = time.monotonic()
    Browser(alice.person.session).post(nodes[0], f"/people/{erin.member}/deactivate/")
    there.is_closed(Close.REVOKED, within=SOON + 5)
    assert time.monotonic() - begun < SOON


def test_an_invitation_made_here_is_used_there_and_counted_here(alice: Online, nodes: Nodes) -> None:
    """The newcomer is in Alice's directory at once, at the server where they did not sign in."""
    browser = Browser(alice.person.session)
    terms = {"role": "member", "room": "", "expires": "", "uses": "1", "note": ""}
    page = browser.post(nodes[0], "/invite/", **terms)
    link = re.search(r"/join/[\w-]+/", page)
    assert link is not None
    name = f"fay{new_id()[-8:]}"
    account = {"name": "Fay", "username": name, "password": "a long summer day"}
    Browser().post(nodes[1], link[0], **account)
    alice.hears_event("member", lambda e: e["member"]["handle"] == name)
    assert "has been used up" in Browser().get(nodes[0], link[0])


def test_a_shell_beside_them_is_heard_at_both(alice: Online, bob: Online, shell: Shell) -> None:
    room = alice.creates(private=True, invite=(bob,))
    shell.run("actions.send_message(author=member('alice'), room=room(pk), text='from a task')", pk=room)
    alice.hears("from a task", room=room)
    bob.hears("from a task", room=room)


def test_a_message_tried_again_at_the_other_server_is_the_same(
    alice: Online, comes: Arrive, nodes: Nodes
) -> None:
    """Its answer was lost with the first server (contract G2)."""
    again = comes("alice", at=nodes[1])
    room = alice.creates(private=True)
    first = alice.sends(room, "once", id=(name := new_id()))
    second = again.sends(room, "once", id=name)
    assert second["dup"] and second["message"] == first["message"]


def test_a_backup_while_both_write_is_one_moment(
    alice: Online, bob: Online, nodes: Nodes, tmp_path: Path
) -> None:
    """PostgreSQL read as it was at one moment: in the copy every room's counters fit its messages."""
    room = alice.creates(private=True, invite=(bob,))
    stop = threading.Event()
    both_talk = threading.Barrier(3)

    def talk(who: Online) -> None:
        who.says(room, "to begin with")
        both_talk.wait(60)
        while not stop.is_set():
            who.says(room, "and another thing")

    talking = [threading.Thread(target=talk, args=(who,)) for who in (alice, bob)]
    for thread in talking:
        thread.start()
    try:
        both_talk.wait(60)
        succeeds(nodes[0].site, "backup", tmp_path / "chat.zip")
    finally:
        stop.set()
        for thread in talking:
            thread.join()
    with zipfile.ZipFile(tmp_path / "chat.zip") as opened:
        opened.extract("hubbub.sqlite3", tmp_path)
    with closing(sqlite3.connect(tmp_path / "hubbub.sqlite3")) as copy:
        assert copy.execute(HALVES).fetchall() == []
        (said,) = copy.execute("SELECT count(*) FROM hubbub_message WHERE room_id = ?", (room,)).fetchone()
    alice.says(room, "what the copy cannot have")
    assert 0 < said < alice.command("room.get", room=room)["room"]["last_number"]
