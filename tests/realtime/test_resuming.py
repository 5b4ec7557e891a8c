"""Resuming after any absence: nothing is lost, nothing comes twice."""

from __future__ import annotations

import asyncio
import json
import random
import threading
import time
from collections.abc import Callable

import pytest

from hubbub.protocol import limits
from tests.online import Arrive, ByHand
from tests.raw_socket import TEXT, frame
from tests.realtime.truth import assert_all_see_the_truth
from tests.serving import Person, Server, Shell, Site, served, shell_of
from tests.sockets import Online, Refused, dial, new_id


def test_messages_of_an_absence_come_with_the_resume(
    any_server: Server, alice: Online, comes: Arrive, shell: Shell
) -> None:
    bob = comes("bob")
    room = alice.creates(invite=(bob,))
    first = alice.says(room, "one")
    bob.hears("one")
    bob.closes()
    alice.says(room, "two")
    alice.command("message.edit", message=first["id"], text="one, edited", seq=first["seq"])
    back = comes("bob", snapshot=False)
    back.resumes(bob)
    assert back.view(room).texts == ["one, edited", "two"]
    alice.says(room, "three")
    back.hears("three")
    assert_all_see_the_truth(shell, room, back, alice)


def test_a_resume_without_missed_messages_is_empty(any_server: Server, alice: Online, comes: Arrive) -> None:
    room = alice.creates()
    alice.says(room, "one")
    alice.hears("one")
    alice.resumes()
    changes = next(c for c in alice.state["changes"] if c["room"] == room)
    assert changes == {"room": room, "seq": alice.view(room).seq, "messages": []}


def test_rooms_joined_and_left_during_an_absence(any_server: Server, alice: Online, comes: Arrive) -> None:
    bob = comes("bob")
    left = alice.creates(private=True, invite=(bob,))
    bob.closes()
    joined = alice.creates(private=True)
    alice.command("room.invite", room=joined, members=[bob.me])
    alice.command("room.remove", room=left, member=bob.me)
    alice.says(left, "Bob is gone")
    back = comes("bob", snapshot=False)
    state = back.resumes(bob)
    assert joined in {room["id"] for room in state["rooms"]}
    assert left not in {room["id"] for room in state["rooms"]}
    assert left not in {changes["room"] for changes in state["changes"]}
    assert not any(b"Bob is gone" in data for data in back.received)
    alice.says(joined, "welcome back")
    back.hears("welcome back")


def test_a_room_that_is_not_ones_own_is_left_out_of_a_resume(
    any_server: Server, alice: Online, dave: Online
) -> None:
    """Attack row 3: guessed rooms, with any seq."""
    room = alice.creates(private=True)
    alice.says(room, "canary-resume")
    reply = dave.command("resume", epoch=dave.epoch, rooms={str(room): 0, "999999": 3})
    assert reply["changes"] == []
    assert not any(b"canary-resume" in data for data in dave.received)


def test_another_epoch_starts_over(any_server: Server, alice: Online) -> None:
    """G8: an epoch that is not this database's."""
    room = alice.creates()
    reply = alice.command("resume", epoch="of another life", rooms={str(room): 0})
    assert reply["reset"] is True
    assert reply["changes"] == []


def test_a_client_with_more_than_the_database_starts_over(server: Server, alice: Online) -> None:
    room = alice.creates()
    reply = alice.command("resume", epoch=alice.epoch, rooms={str(room): 10_000})
    assert reply["changes"] == [{"room": room, "seq": alice.view(room).seq, "messages": [], "reset": True}]


@pytest.mark.parametrize("missed", [limits.RESUME_MESSAGES, limits.RESUME_MESSAGES + 1])
def test_all_or_nothing(server: Server, alice: Online, shell: Shell, missed: int) -> None:
    """G8: never a part."""
    room = alice.creates()
    shell.run(
        "actions.send_messages([actions.Post(member('alice'), pk, __import__('uuid').uuid4(), str(n))"
        " for n in range(missed)])",
        pk=room,
        missed=missed,
    )
    head = shell.ask("room(pk).seq", pk=room)
    alice.catches_up_to(room, head)
    (changes,) = alice.command("resume", epoch=alice.epoch, rooms={str(room): head - missed})["changes"]
    assert changes["seq"] == head
    assert len(changes["messages"]) == (missed if missed <= limits.RESUME_MESSAGES else 0)
    assert changes.get("reset", False) is (missed > limits.RESUME_MESSAGES)


def test_a_resume_of_many_rooms_is_answered_with_so_many_bytes(
    server: Server, comes: Arrive, shell: Shell, erin: Person
) -> None:
    """From the first room that is too much in all, rooms are reset."""
    tab = comes(erin)
    rooms = [tab.creates() for _ in range(20)]
    shell.run(
        "[actions.send_messages([actions.Post(member(who), pk, __import__('uuid').uuid4(), 'x' * 8000)"
        " for _ in range(25)]) for pk in pks]",
        who=erin.name,
        pks=rooms,
    )
    for room in rooms:
        tab.catches_up_to(room, shell.ask("room(pk).seq", pk=room))
    asked = len(tab.received)
    answer = tab.command("resume", epoch=tab.epoch, rooms={str(room): 1 for room in rooms})
    assert [changes["room"] for changes in answer["changes"]] == rooms
    resets = [changes.get("reset", False) for changes in answer["changes"]]
    assert resets == [False, False] + [True] * 18
    assert max(map(len, tab.received[asked:])) < 1.5 * limits.RESUME_TOTAL_BYTES


def test_too_many_rooms_at_once_are_refused(server: Server, alice: Online) -> None:
    rooms = {str(room): 0 for room in range(1, limits.RESUME_ROOMS + 2)}
    with pytest.raises(Refused, match="rooms"):
        alice.command("resume", epoch=alice.epoch, rooms=rooms)


def test_bobs_connection_breaks_repeatedly_while_alice_posts(
    any_server: Server, alice: Online, comes: Arrive, shell: Shell
) -> None:
    """F12, in small: cut after cut, each at another moment; then every view is the database."""
    chance = random.Random(12)
    bob = comes("bob")
    room = alice.creates(invite=(bob,))
    done = threading.Event()

    def talk() -> None:
        for n in range(150):
            alice.says(room, f"{n}")
            time.sleep(chance.random() * 0.01)
        done.set()

    talking = threading.Thread(target=talk)
    talking.start()
    cuts = 0
    while not done.is_set():
        bob.listen(chance.random() * 0.1)
        if chance.random() < 0.5:
            bob.vanishes()
        else:
            bob.closes()
        cuts += 1
        again = comes("bob", snapshot=False)
        again.resumes(bob)
        bob = again
    talking.join()
    assert cuts > 5
    assert_all_see_the_truth(shell, room, bob, alice)
    assert bob.view(room).texts == [f"{n}" for n in range(150)]


async def test_a_client_may_vanish_at_any_byte(any_server: Server, alice: Online, by_hand: ByHand) -> None:
    """Attack row 15: reset in the middle of the handshake and of a frame. Half a command is no command."""
    room = alice.creates()
    chance = random.Random(15)
    post = {"id": 1, "type": "message.send", "room": room, "message": new_id(), "text": "half a word"}
    whole = frame(TEXT, json.dumps(post).encode())
    for _ in range(30):
        alice_by_hand = await by_hand("alice")
        handshake = alice_by_hand.request
        if chance.random() < 0.5:
            await alice_by_hand.write(handshake[: chance.randrange(1, len(handshake))])
        else:
            await alice_by_hand.open()
            await alice_by_hand.write(whole[: chance.randrange(1, len(whole))])
        alice_by_hand.reset()
    alice.hears_nothing()
    alice.says(room, "still here")
    assert any_server.process.poll() is None


async def test_a_client_that_vanishes_during_a_snapshot_leaves_nothing_behind(
    server: Server, comes: Arrive, by_hand: ByHand
) -> None:
    alice = comes("alice")
    before = server.ready()["connections"]
    for _ in range(30):
        bob = await by_hand("bob")
        await bob.open()
        await bob.write_command({"id": 1, "type": "snapshot"})
        bob.reset()
    deadline = time.monotonic() + 10
    while (now := server.ready()["connections"]) > before and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
    assert now == before
    alice.command("beat")


def test_a_forgotten_socket_does_not_disturb_the_new_one(
    any_server: Server, alice: Online, comes: Arrive
) -> None:
    """Half open: the phone has changed networks, and the server has not noticed yet."""
    old = comes("bob")
    room = alice.creates(invite=(old,))
    new = comes("bob", snapshot=False)
    new.resumes(old)
    alice.says(room, "to the new one")
    new.hears("to the new one")
    old.vanishes()
    alice.says(room, "and again")
    new.hears("and again")


def test_two_resumes_at_once_are_both_answered_and_nothing_is_missed(
    any_server: Server, alice: Online, bob: Online, shell: Shell
) -> None:
    room = alice.creates(invite=(bob,))
    for n in range(10):
        rooms = {str(room): bob.view(room).seq}
        requests = [bob.ask("resume", epoch=bob.epoch, rooms=rooms) for _ in range(3)]
        alice.says(room, f"{n}")
        for request in requests:
            bob.reply_to(request)
    assert_all_see_the_truth(shell, room, bob)


def test_joining_while_a_snapshot_is_read_is_not_lost(
    any_server: Server, alice: Online, comes: Arrive, shell: Shell
) -> None:
    """The state that is read may be older than the news that came during the read."""
    bob = comes("bob")
    for n in range(10):
        request = bob.ask("snapshot")
        room = alice.creates(private=True)
        alice.command("room.invite", room=room, members=[bob.me])
        bob.reply_to(request)
        alice.says(room, f"welcome {n}")
        bob.hears(f"welcome {n}")


def test_the_server_is_killed_and_everything_acknowledged_is_there(a_copy_of: Callable[[], Site]) -> None:
    """F1: SIGKILL in the middle of a conversation; everybody resumes without a reset."""
    site = a_copy_of()
    acknowledged: list[str] = []
    with served(site) as server:
        alice, bob = (
            Online(dial(server, person=site.people[name]), site.people[name]) for name in ("alice", "bob")
        )
        for person in (alice, bob):
            person.takes_snapshot()
        room = alice.creates(invite=(bob,))
        in_flight = [(new_id(), f"{n}") for n in range(60)]
        requests = [alice.ask("message.send", room=room, message=m, text=t) for m, t in in_flight]
        for request in requests[:25]:
            acknowledged.append(alice.reply_to(request)["message"]["text"])
        server.process.kill()
        server.process.wait()
    with served(site) as server, shell_of(site) as shell:
        back = []
        for before in (alice, bob):
            person = Online(dial(server, person=before.person), before.person)
            assert "reset" not in person.resumes(before)
            assert not any("reset" in changes for changes in person.state["changes"])
            back.append(person)
        assert set(acknowledged) <= set(back[0].view(room).texts)
        for message, text in in_flight[25:]:
            back[0].sends(room, text, id=message)
        assert_all_see_the_truth(shell, room, *back)
        assert back[1].view(room).texts == [text for _, text in in_flight]
        for person in (alice, bob, *back):
            person.closes()
