"""Two servers on one PostgreSQL without Redis: slower, but nothing is lost and nobody receives too much."""

from __future__ import annotations

import time

import pytest

from hubbub_site.config import Config
from hubbub_site.doctor import servers
from tests.faults.run_settings import bound
from tests.online import Arrive
from tests.scale.conftest import Nodes
from tests.sockets import Online, Refused, new_id

BOUND_SECONDS = bound(6.0)
"""Between two comparisons of heads lie five."""


@pytest.fixture(scope="module")
def bus() -> str:
    """None."""
    return ""


@pytest.fixture
def alice(comes: Arrive) -> Online:
    return comes("alice")


@pytest.fixture
def bob(comes: Arrive, nodes: Nodes) -> Online:
    """At the second server."""
    return comes("bob", at=nodes[1])


def brought_in(alice: Online, bob: Online) -> int:
    """A room of both; Bob's server finds out by looking, and then he asks what is new."""
    room = alice.creates(private=True)
    alice.command("room.invite", room=room, members=[bob.me])
    begun = time.monotonic()
    bob.hears_event("refresh")
    assert time.monotonic() - begun < BOUND_SECONDS
    bob.resumes()
    return room


def test_it_is_said(nodes: Nodes) -> None:
    for node in nodes:
        assert node.ready()["bus"] == "none"
        assert (
            "No REDIS_URL: messages from other servers on this database arrive seconds late"
            in node.log.read_text()
        )
    (found,) = servers.redis(Config(database_url="postgres://db/chat"))
    assert found.grade == "warn" and "seconds late" in found.text


def test_they_hear_each_other_by_polling(alice: Online, bob: Online) -> None:
    room = brought_in(alice, bob)
    said = [alice.says(room, f"line {number}") for number in range(30)]
    begun = time.monotonic()
    bob.catches_up_to(room, said[-1]["seq"])
    assert time.monotonic() - begun < BOUND_SECONDS
    assert bob.view(room).texts == [f"line {number}" for number in range(30)]
    answer = bob.says(room, "I hear you")
    alice.catches_up_to(room, answer["seq"])
    assert alice.view(room).texts[-1] == "I hear you"


def test_who_is_removed_hears_nothing_after_it(alice: Online, bob: Online) -> None:
    """What was said after the removal is behind it in the feed, however late the feed is read (contract G9)."""
    room = brought_in(alice, bob)
    alice.says(room, "still here")
    alice.command("room.remove", room=room, member=bob.me)
    for number in range(20):
        alice.says(room, f"canary {number}")
    with pytest.raises(Refused):
        bob.command("timeline", room=room)
    bob.hears_event("refresh")
    bob.resumes()
    assert room not in bob.rooms
    bob.listen(1)
    assert not any(b"canary" in data for data in bob.received)


def test_the_same_message_at_both_servers_is_one(alice: Online, comes: Arrive, nodes: Nodes) -> None:
    there = comes("alice", at=nodes[1])
    room = alice.creates(private=True)
    first = alice.sends(room, "once", id=(name := new_id()))
    assert there.sends(room, "once", id=name)["dup"]
    assert first["message"]["number"] == alice.command("room.get", room=room)["room"]["last_number"]


def test_each_server_shows_who_is_there(alice: Online, comes: Arrive, nodes: Nodes) -> None:
    """Presence lives on the bus alone: without one, people at the other server are not in the roster."""
    dave = comes("dave", at=nodes[1])
    deadline = time.monotonic() + BOUND_SECONDS
    while dave.me not in members_there(dave):
        assert time.monotonic() < deadline, "his own server knows him"
        time.sleep(0.1)
    assert dave.me not in members_there(alice)


def members_there(online: Online) -> set[int]:
    return {p["member"] for p in online.takes_snapshot()["presence"]}
