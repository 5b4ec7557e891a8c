"""Losing access ends delivery at once (contract G9). Security rows 1, 21 and 22."""

from __future__ import annotations

import threading
import time

import pytest

from hubbub.protocol.closing import Close
from tests.online import Arrive, Enter
from tests.serving import Server, Shell
from tests.sockets import Online, Refused, new_id


def last_heard(person: Online, room: int) -> dict[str, object]:
    event = [e for e in person.events if e["type"] == "message" and e["room"] == room][-1]
    message: dict[str, object] = event["message"]
    return message


def assert_heard_nothing_after_removal(person: Online, room: int) -> None:
    person.hears_event("left", lambda e: e["room"] == room)
    person.listen(0.5)
    last = last_heard(person, room)
    assert last["system"] == {"kind": "removed", "member": person.me}
    after = [e for e in person.events if e.get("seq", 0) > last["seq"] and e.get("room") == room]
    assert after == []


def test_bob_is_removed_in_the_middle_of_a_flood(any_server: Server, alice: Online, comes: Arrive) -> None:
    """Attack row 1: a hundred messages around the removal; his last is the one that removes him, in every tab."""
    tabs = [comes("bob"), comes("bob")]
    erin = comes("dave")
    room = alice.creates(private=True, invite=(tabs[0], erin))
    requests = []
    for n in range(100):
        requests.append(alice.ask("message.send", room=room, message=new_id(), text=f"canary {n}"))
        if n == 50:
            requests.append(alice.ask("room.remove", room=room, member=tabs[0].me))
    for request in requests:
        alice.reply_to(request)
    for tab in tabs:
        assert_heard_nothing_after_removal(tab, room)
    erin.hears("canary 99")


def test_another_process_removes_bob_in_the_middle_of_a_flood(
    any_server: Server, alice: Online, bob: Online, shell: Shell
) -> None:
    """Attack row 1: the shell knows no sockets. Whatever is said after the removal does not reach him."""
    room = alice.creates(private=True, invite=(bob,))
    stop = threading.Event()

    def talk() -> None:
        while not stop.is_set():
            alice.says(room, "canary")
            time.sleep(0.005)

    talking = threading.Thread(target=talk)
    talking.start()
    time.sleep(0.2)
    shell.run("actions.remove_member(by=member('alice'), room=room(pk), member=member('bob'))", pk=room)
    time.sleep(0.5)
    stop.set()
    talking.join()
    bob.listen(1)
    removed_at = shell.ask("Message.objects.get(room=pk, system__kind='removed').seq", pk=room)
    beyond = [
        e["seq"] for e in bob.events if e["type"] == "message" and e["room"] == room and e["seq"] > removed_at
    ]
    assert beyond == []


def test_an_old_cursor_gives_no_access(any_server: Server, alice: Online, comes: Arrive) -> None:
    """Attack rows 1 and 22: resume, timeline, message, roster, posting: as if the room did not exist."""
    bob = comes("bob")
    room = alice.creates(private=True, invite=(bob,))
    before = alice.says(room, "before")
    bob.hears("before")
    cursor = bob.view(room).seq
    alice.removes(bob, room)
    bob.hears_event("left")
    secret = alice.says(room, "canary-after")
    back = comes("bob")
    for online in (bob, back):
        assert online.command("resume", epoch=alice.epoch, rooms={str(room): cursor})["changes"] == []
        for command, fields in (
            ("timeline", {"room": room}),
            ("message.get", {"message": secret["id"]}),
            ("message.get", {"message": before["id"]}),
            ("room.roster", {"room": room}),
            ("room.get", {"room": room}),
            ("room.read", {"room": room, "number": 1}),
            ("message.send", {"room": room, "message": new_id(), "text": "let me in"}),
        ):
            with pytest.raises(Refused) as refusal:
                online.command(command, **fields)
            assert refusal.value.code == "not_found", command
        with pytest.raises(Refused, match="only in a room that you are in"):
            online.command("typing", room=room)
    alice.says(room, "canary-after, again")
    for online in (bob, back):
        online.hears_nothing(of={"message", "typing", "room"})
        assert not any(b"canary-after" in data for data in online.received)


def test_after_leaving_no_tab_gets_anything_more(any_server: Server, alice: Online, comes: Arrive) -> None:
    tabs = [comes("bob"), comes("bob")]
    room = alice.creates(invite=(tabs[0],))
    tabs[0].command("room.leave", room=room)
    alice.says(room, "he is gone")
    for tab in tabs:
        tab.hears_event("left", lambda e: e["room"] == room)
        tab.hears_nothing()


def test_after_leaving_changes_of_old_messages_are_not_sent(
    server: Server, alice: Online, bob: Online
) -> None:
    room = alice.creates(invite=(bob,))
    said = alice.says(room, "draft")
    bob.hears("draft")
    bob.command("room.leave", room=room)
    bob.hears_event("left")
    alice.command("message.edit", message=said["id"], text="canary", seq=said["seq"])
    alice.command("room.rename", room=room, name=f"canary {new_id()}")
    alice.command("message.delete", message=said["id"])
    alice.command("typing", room=room)
    bob.hears_nothing()


def test_after_rejoining_new_messages_are_sent(any_server: Server, alice: Online, bob: Online) -> None:
    room = alice.creates(private=True, invite=(bob,))
    for n in range(5):
        alice.removes(bob, room)
        alice.says(room, f"unheard {n}")
        alice.command("room.invite", room=room, members=[bob.me])
        alice.says(room, f"heard {n}")
        bob.hears(f"heard {n}")
    assert not any(b"unheard" in data for data in bob.received)


def test_bobs_room_socket_closes_with_his_membership(
    any_server: Server, alice: Online, enters: Enter
) -> None:
    """4004, and his script is told why."""
    name = f"hall {new_id()}"
    room = alice.creates(name)
    script = enters(name, "bob")
    script.says("I am here")
    message = alice.hears("I am here", room=room)
    alice.command("room.remove", room=room, member=message["author"])
    alice.says(room, "canary")
    script.is_closed(Close.NOT_FOUND)
    assert "canary" not in [line["message"] for line in script.lines]


def test_removed_again_and_again_while_others_talk(
    server: Server, alice: Online, bob: Online, dave: Online
) -> None:
    """F21, in small: each absence is quiet, each return is complete."""
    room = alice.creates(private=True, invite=(bob, dave))
    for n in range(15):
        requests = [dave.ask("message.send", room=room, message=new_id(), text=f"a{n}") for _ in range(5)]
        requests_alice = [alice.ask("room.remove", room=room, member=bob.me)]
        requests_alice.append(alice.ask("room.invite", room=room, members=[bob.me]))
        for request in requests:
            dave.reply_to(request)
        for request in requests_alice:
            alice.reply_to(request)
    alice.says(room, "the end")
    bob.hears("the end")
    inside = True
    for event in bob.events:
        if event["type"] == "message" and event["room"] == room:
            assert inside, f"heard {event} while he was out"
            inside = event["message"].get("system") != {"kind": "removed", "member": bob.me}
        elif event["type"] == "membership" and event["membership"]["room"] == room:
            inside = True


def test_an_archived_room_is_quiet_and_readable(server: Server, alice: Online, bob: Online) -> None:
    room = alice.creates(invite=(bob,))
    alice.says(room, "last words")
    alice.command("room.archive", room=room, archived=True)
    with pytest.raises(Refused, match="archived"):
        bob.says(room, "too late")
    assert [m["text"] for m in bob.command("timeline", room=room)["messages"]].count("last words") == 1
