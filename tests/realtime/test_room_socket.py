"""The room socket: the Channels tutorial's protocol, unchanged."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from hubbub.protocol import limits
from hubbub.protocol.closing import Close
from tests.online import Arrive, Enter
from tests.serving import Person, Server, Shell
from tests.sockets import Online, new_id

NAMES = ["غرفة الاستقبال", "聊天室", "🎉 party 👩‍👩‍👧", "the big hall", "Ünïcödé", "a+b&c=d?e#f%g", "lobby"]


def test_a_message_reaches_all_in_the_room(any_server: Server, enters: Enter) -> None:
    """`{"message": …}` in and out, to the sender too."""
    room = f"lobby {new_id()}"
    alice, bob = enters(room, "alice"), enters(room, "bob")
    alice.says("hello, world")
    for somebody in (alice, bob):
        line = somebody.hears("hello, world")
        assert (line["message"], line["author"]) == ("hello, world", "Alice")
        assert isinstance(line["number"], int)


def test_text_and_binary_are_both_accepted(any_server: Server, enters: Enter) -> None:
    bob = enters(f"lobby {new_id()}")
    bob.says("in text")
    bob.says("in bytes", binary=True)
    assert bob.hears("in text")["number"] + 1 == bob.hears("in bytes")["number"]


@pytest.mark.parametrize("name", NAMES)
def test_any_name_in_any_script(any_server: Server, enters: Enter, shell: Shell, name: str) -> None:
    """There, names outside ASCII letters fail."""
    name = f"{name} {new_id()[-6:]}"
    alice, bob = enters(name, "alice"), enters(name, "bob")
    alice.says(f"مرحبا 你好 👋 {name}")
    assert bob.hears(f"مرحبا 你好 👋 {name}")["author"] == "Alice"
    assert shell.ask("Room.objects.named(name).get().name", name=name) == name


def test_the_same_name_written_otherwise_is_the_same_room(any_server: Server, enters: Enter) -> None:
    unique = new_id()
    alice, bob = enters(f"Café {unique}", "alice"), enters(f"CAFE\u0301 {unique}", "bob")
    alice.says("encore")
    bob.hears("encore")


def test_a_message_reaches_only_its_room(any_server: Server, enters: Enter) -> None:
    here, there = enters(f"here {new_id()}"), enters(f"there {new_id()}")
    here.says("only here")
    here.hears("only here")
    there.hears_nothing()


def test_a_room_that_does_not_exist_is_opened(any_server: Server, enters: Enter, shell: Shell) -> None:
    name = f"new {new_id()}"
    enters(name).says("first!")
    enters(name).says("second")
    assert shell.ask("Room.objects.named(name).get().kind", name=name) == "public"


def test_two_who_open_the_same_new_room_at_once_both_get_in(any_server: Server, enters: Enter) -> None:
    for _ in range(5):
        name = f"rush {new_id()}"
        with ThreadPoolExecutor(4) as pool:
            everybody = list(pool.map(lambda who: enters(name, who), ("alice", "bob", "dave", "bob")))  # noqa: B023
        everybody[0].says("all here?")
        for person in everybody:
            person.hears("all here?")


def test_history_is_stored_and_the_browser_sees_it(any_server: Server, enters: Enter, alice: Online) -> None:
    """Both kinds of socket are one conversation."""
    name = f"mixed {new_id()}"
    room = alice.creates(name)
    script = enters(name, "bob")
    script.says("from the script")
    heard = alice.hears("from the script", room=room)
    assert script.hears("from the script")["number"] == heard["number"]
    said = alice.says(room, "from the browser")
    assert script.hears("from the browser") == {
        "message": "from the browser",
        "author": "Alice",
        "number": said["number"],
    }
    history = [m["text"] for m in alice.command("timeline", room=room)["messages"]]
    assert history[-2:] == ["from the script", "from the browser"]


def test_a_join_is_announced_in_the_room(any_server: Server, enters: Enter) -> None:
    name = f"porch {new_id()}"
    alice = enters(name, "alice")
    enters(name, "bob")
    line = alice.next()
    assert (line["message"], line["author"]) == ("Bob joined", None)


def test_editing_an_old_message_is_no_new_line(any_server: Server, enters: Enter, alice: Online) -> None:
    name = f"quiet {new_id()}"
    room = alice.creates(name)
    said = alice.says(room, "draft")
    script = enters(name, "alice")
    alice.command("message.edit", message=said["id"], text="final", seq=said["seq"])
    alice.command("message.delete", message=said["id"])
    script.hears_nothing()


@pytest.mark.parametrize(
    ("nonsense", "complaint"),
    [
        ("hello", "JSON object"),
        ('{"text": "hello"}', "JSON object"),
        ("[]", "JSON object"),
        ('"message"', "JSON object"),
        ('{"message": 7}', "string"),
        ('{"message": null}', "string"),
        ('{"message": "  "}', "needs some text"),
        ('{"message": "a\\u0000b"}', "NUL"),
        (json.dumps({"message": "x" * (limits.MESSAGE_BYTES + 1)}), "16384 bytes"),
    ],
)
def test_an_error_goes_only_to_its_sender(
    any_server: Server, enters: Enter, nonsense: str, complaint: str
) -> None:
    name = f"errors {new_id()}"
    alice, bob = enters(name, "alice"), enters(name, "alice")
    alice.send(nonsense)
    error = alice.next()["error"]
    assert error["code"] == "invalid"
    assert complaint in error["message"]
    bob.hears_nothing(for_=0.1)
    alice.says("still here")
    bob.hears("still here")


@pytest.mark.parametrize("name", ["~direct", "x" * (limits.ROOM_NAME_CHARACTERS + 1), "\u200b", ".."])
def test_an_invalid_room_name_is_refused(any_server: Server, enters: Enter, name: str) -> None:
    script = enters(name)
    script.is_closed(Close.NOT_FOUND)


def test_a_private_room_does_not_exist_for_others(any_server: Server, alice: Online, enters: Enter) -> None:
    """And says no more than a room that does not exist; it is not even opened a second time."""
    name = f"vault {new_id()}"
    alice.creates(name, private=True)
    enters(name, "dave").is_closed(Close.NOT_FOUND)
    script = enters(name, "alice")
    script.says("mine")
    script.hears("mine")


def test_a_guest_creates_no_rooms_and_enters_only_their_own(
    any_server: Server, alice: Online, carol: Online, enters: Enter
) -> None:
    enters(f"new {new_id()}", "carol").is_closed(Close.NOT_FOUND)
    name = f"public {new_id()}"
    room = alice.creates(name)
    enters(name, "carol").is_closed(Close.NOT_FOUND)
    alice.invites(room, carol)
    script = enters(name, "carol")
    script.says("thank you")
    assert script.hears("thank you")["author"] == "Carol"


def test_an_archived_room_takes_no_messages(any_server: Server, alice: Online, enters: Enter) -> None:
    name = f"old {new_id()}"
    room = alice.creates(name)
    script = enters(name, "alice")
    alice.command("room.archive", room=room, archived=True)
    assert script.hears("Alice archived the room")["author"] is None
    script.says("too late")
    assert script.next()["error"]["code"] == "forbidden"


def test_many_lines_in_flight_come_back_in_order(any_server: Server, enters: Enter) -> None:
    """G5"""
    script = enters(f"busy {new_id()}")
    for n in range(3 * limits.WAITING_COMMANDS):
        script.says(f"{n}")
    heard = [script.next() for _ in range(3 * limits.WAITING_COMMANDS)]
    assert [line["message"] for line in heard] == [f"{n}" for n in range(3 * limits.WAITING_COMMANDS)]
    numbers = [line["number"] for line in heard]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_a_member_on_a_room_socket_is_present(
    any_server: Server, alice: Online, enters: Enter, comes: Arrive, erin: Person
) -> None:
    enters("general", erin)
    alice.hears_event("presence", lambda e: {"member": erin.member, "state": "active"} in e["presence"])
