"""One order for all: an acknowledged message is stored, placed once, and everybody gets the same order."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest

from tests.online import Arrive
from tests.realtime.truth import assert_all_see_the_truth
from tests.serving import Server, Shell
from tests.sockets import Online, Refused, new_id


def test_an_acknowledged_message_is_in_the_database(any_server: Server, alice: Online, shell: Shell) -> None:
    """G1, as another process sees it: the message is stored."""
    room = alice.creates()
    for number in range(10):
        said = alice.says(room, f"number {number}")
        assert shell.ask("Message.objects.get(pk=pk).text", pk=said["id"]) == f"number {number}"


def test_everybody_sees_the_same_order_without_holes(
    any_server: Server, alice: Online, comes: Arrive, shell: Shell
) -> None:
    """G4 and G6: three people talk at once, two listen."""
    bob, dave = comes("bob"), comes("dave")
    room = alice.creates(invite=(bob, dave))
    others = [comes("bob"), comes("dave")]

    def talk(person: Online) -> None:
        requests = [
            person.ask("message.send", room=room, message=new_id(), text=f"{person.person.name} {n}")
            for n in range(40)
        ]
        for request in requests:
            person.reply_to(request)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(talk, (alice, bob, dave)))
    assert_all_see_the_truth(shell, room, alice, bob, dave, *others)
    texts = alice.view(room).texts
    assert len(texts) == 120
    for name in ("alice", "bob", "dave"):
        assert [t for t in texts if t.startswith(name)] == [f"{name} {n}" for n in range(40)], "G5"


def test_everybody_gets_edits_in_the_same_order(
    any_server: Server, alice: Online, bob: Online, shell: Shell
) -> None:
    room = alice.creates(invite=(bob,))
    said = [alice.says(room, f"draft {n}") for n in range(5)]
    for message in said:
        alice.command("message.edit", message=message["id"], text="final", seq=message["seq"])
    alice.command("message.delete", message=said[2]["id"])
    assert_all_see_the_truth(shell, room, alice, bob)
    assert bob.view(room).texts == ["final", "final", "", "final", "final"]


@pytest.mark.parametrize("sockets", [20])
def test_twenty_sockets_send_the_same_message_at_once(
    any_server: Server, alice: Online, comes: Arrive, shell: Shell, sockets: int
) -> None:
    """G2 and F22: one message, nineteen `dup`."""
    room = alice.creates()
    people = [comes("alice") for _ in range(sockets)]
    message = new_id()
    ready = threading.Barrier(sockets)

    def send(person: Online) -> dict[str, object]:
        ready.wait()
        return person.sends(room, "only once", id=message)

    with ThreadPoolExecutor(sockets) as pool:
        replies = list(pool.map(send, people))
    assert [reply.get("dup") for reply in replies].count(None) == 1
    assert len({str(reply["message"]) for reply in replies}) == 1
    assert_all_see_the_truth(shell, room, alice)
    assert alice.view(room).texts == ["only once"]


def test_a_much_later_retry_is_the_first_message(server: Server, alice: Online, bob: Online) -> None:
    """G2: without a time window, from another socket, after an edit."""
    room = alice.creates(invite=(bob,))
    first = alice.says(room, "hello")
    edited = alice.command("message.edit", message=first["id"], text="hello!", seq=first["seq"])
    bob.hears("hello!")
    again = alice.sends(room, "hello", id=first["id"])
    assert again == {"message": edited, "dup": True}
    bob.hears_nothing()


def test_somebody_elses_id_reveals_nothing(server: Server, alice: Online, bob: Online) -> None:
    """G2"""
    room = alice.creates(private=True)
    secret = alice.says(room, "between us")
    shared = alice.creates(invite=(bob,))
    with pytest.raises(Refused) as refusal:
        bob.sends(shared, "guess", id=secret["id"])
    assert refusal.value.code == "conflict"
    assert "between us" not in refusal.value.message
    with pytest.raises(Refused) as refusal:
        alice.sends(room, "another text", id=secret["id"])
    assert refusal.value.code == "conflict"


def test_unacknowledged_messages_are_sent_again_in_order(
    any_server: Server, alice: Online, comes: Arrive, shell: Shell
) -> None:
    """G5: Bob's connection breaks in the middle of what he says; his client sends the rest again, from the first."""
    bob = comes("bob")
    room = alice.creates(invite=(bob,))
    posts = [(new_id(), f"{n}") for n in range(30)]
    requests = [bob.ask("message.send", room=room, message=m, text=text) for m, text in posts]
    acknowledged = 5
    for request in requests[:acknowledged]:
        bob.reply_to(request)
    bob.vanishes()
    again = comes("bob")
    for message, text in posts[acknowledged:]:
        again.sends(room, text, id=message)
    assert_all_see_the_truth(shell, room, alice)
    assert alice.view(room).texts == [text for _, text in posts]


def test_times_rise_within_a_room(server: Server, alice: Online) -> None:
    room = alice.creates()
    requests = [alice.ask("message.send", room=room, message=new_id(), text="x") for _ in range(50)]
    times = [alice.reply_to(request)["message"]["created_at"] for request in requests]
    assert all(earlier < later for earlier, later in pairwise(times))


def test_one_refused_command_harms_no_other_of_its_batch(
    any_server: Server, alice: Online, shell: Shell
) -> None:
    room = alice.creates()
    requests = [
        alice.ask("message.send", room=room if n % 3 else 10**9, message=new_id(), text=f"{n}")
        for n in range(60)
    ]
    refused = 0
    for request in requests:
        try:
            alice.reply_to(request)
        except Refused as refusal:
            assert refusal.code == "not_found"
            refused += 1
    assert refused == 20
    assert_all_see_the_truth(shell, room, alice)
    assert alice.view(room).texts == [f"{n}" for n in range(60) if n % 3]
