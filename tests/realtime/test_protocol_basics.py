"""From hello to replies and refusals, on every server."""

from __future__ import annotations

import json

import pytest

from hubbub.protocol import limits
from hubbub.protocol.ids import make_message_id
from tests.online import Arrive
from tests.serving import Server
from tests.sockets import Online, Refused, new_id


def test_the_server_sends_hello_first(any_server: Server, comes: Arrive) -> None:
    alice = comes("alice", snapshot=False)
    hello = alice.hears_event("hello")
    assert hello["member"] == alice.me
    assert hello["heartbeat"] == limits.HEARTBEAT_SECONDS
    assert hello["epoch"] == alice.takes_snapshot()["epoch"]


def test_bob_gets_what_alice_posts(any_server: Server, alice: Online, bob: Online) -> None:
    """On the socket of the browser."""
    room = alice.creates(invite=(bob,))
    said = alice.says(room, "Good morning, Bob")
    assert bob.hears("Good morning, Bob") == said
    assert alice.hears("Good morning, Bob") == said
    assert said["author"] == alice.me


def test_a_snapshot_shows_ones_rooms_people_and_places(
    any_server: Server, alice: Online, bob: Online
) -> None:
    room = alice.creates("the garden " + new_id()[-4:], invite=(bob,))
    alice.says(room, "first")
    state = bob.takes_snapshot()
    garden = next(r for r in state["rooms"] if r["id"] == room)
    place = next(m for m in state["memberships"] if m["room"] == room)
    assert garden["posts"] - place["read_posts"] == 1
    assert {alice.me, bob.me} <= {m["id"] for m in state["members"]}
    assert state["me"]["handle"] == "bob"


def test_after_the_snapshot_every_change_is_sent(any_server: Server, comes: Arrive, alice: Online) -> None:
    bob = comes("bob")
    room = alice.creates(invite=(bob,))
    late = comes("bob")
    alice.says(room, "after the snapshot")
    late.hears("after the snapshot")
    alice.hears("after the snapshot")
    assert late.view(room).seq == alice.view(room).seq


def test_before_the_snapshot_nothing_is_sent(server: Server, comes: Arrive, alice: Online) -> None:
    bob = comes("bob", snapshot=False)
    bob.hears_event("hello")
    alice.says(alice.room("general"), "is anybody there?")
    bob.hears_nothing()


def test_editing_and_taking_back_are_new_states_of_the_same_message(
    any_server: Server, alice: Online, bob: Online
) -> None:
    room = alice.creates(invite=(bob,))
    said = alice.says(room, "helo")
    edited = alice.command("message.edit", message=said["id"], text="hello", seq=said["seq"])
    assert bob.hears("hello") == edited
    assert edited["number"] == said["number"] and edited["seq"] == said["seq"] + 1
    alice.command("message.delete", message=said["id"])
    gone = bob.hears_event("message", lambda e: e["message"].get("deleted") is True)["message"]
    assert (gone["id"], gone["text"]) == (said["id"], "")


def test_a_refusal_names_the_request_and_helps(any_server: Server, alice: Online) -> None:
    request = alice.ask("message.send", room=999_999, message=new_id(), text="hello?")
    with pytest.raises(Refused, match="no such room") as refusal:
        alice.reply_to(request)
    assert refusal.value.code == "not_found"
    assert refusal.value.retry_after is None


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ({"type": "message.sned"}, "there is no command “message.sned”"),
        ({"type": "beat", "mood": "good"}, "unknown field “mood”"),
        ({"type": "message.send", "room": 1, "text": "x"}, "message: Field required"),
        ({"type": "timeline", "room": "one"}, "room:"),
        ({"type": "timeline", "room": 1, "limit": 101}, "limit:"),
        (
            {"type": "message.send", "room": 1, "message": str(make_message_id()), "text": " "},
            "needs some text",
        ),
    ],
)
def test_an_invalid_command_is_refused_and_the_socket_stays_open(
    server: Server, alice: Online, document: dict[str, object], complaint: str
) -> None:
    alice.send(json.dumps({"id": 77, **document}))
    with pytest.raises(Refused) as refusal:
        alice.reply_to(77)
    assert refusal.value.code == "invalid"
    assert complaint in refusal.value.message
    alice.command("beat")


def test_without_an_id_there_is_no_reply(any_server: Server, alice: Online) -> None:
    room = alice.creates()
    document = {"type": "message.send", "room": room, "message": new_id(), "text": "no answer, please"}
    alice.send(json.dumps(document))
    alice.hears("no answer, please")
    assert not [frame for frame in alice.received if b'"re":null' in frame]


def test_an_error_without_an_id_says_so(server: Server, alice: Online) -> None:
    alice.send(json.dumps({"type": "no such command"}))
    alice.command("beat")
    (error,) = [frame for frame in alice.received if b'"re":null' in frame]
    assert json.loads(error)["error"]["code"] == "invalid"


def test_many_commands_in_flight_are_all_answered(any_server: Server, alice: Online) -> None:
    """More than a connection may have waiting: what is too many waits in the network."""
    room = alice.creates()
    requests = [
        alice.ask("message.send", room=room, message=new_id(), text=f"number {n}")
        for n in range(4 * limits.WAITING_COMMANDS)
    ]
    numbers = [alice.reply_to(request)["message"]["number"] for request in requests]
    assert numbers == sorted(numbers)
    alice.listen(0.2)
    assert alice.view(room).texts == [f"number {n}" for n in range(4 * limits.WAITING_COMMANDS)]


def test_reads_and_writes_mix(any_server: Server, alice: Online) -> None:
    room = alice.creates()
    said = [alice.ask("message.send", room=room, message=new_id(), text=f"{n}") for n in range(20)]
    read = [alice.ask("timeline", room=room) for _ in range(20)]
    for request in said + read:
        alice.reply_to(request)
    assert [m["text"] for m in alice.command("timeline", room=room)["messages"]][1:] == [
        f"{n}" for n in range(20)
    ]


def test_the_socket_only_commands_are_answered(server: Server, alice: Online) -> None:
    assert alice.command("beat") == {}
    assert alice.command("presence.set", state="away") == {}
    assert alice.command("presence.set", state="active") == {}
