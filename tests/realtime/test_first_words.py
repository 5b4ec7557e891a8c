"""From hello to the first message, on every way to serve."""

from __future__ import annotations

from tests.realtime.conftest import Arrive
from tests.serving import Server
from tests.sockets import Online


def test_the_server_speaks_first(any_server: Server, comes: Arrive) -> None:
    alice = comes("alice", snapshot=False)
    hello = alice.hears_event("hello")
    assert hello["member"] == alice.me
    assert hello["heartbeat"] == 20
    assert hello["epoch"] == alice.takes_snapshot()["epoch"]


def test_what_alice_says_bob_hears(any_server: Server, alice: Online, bob: Online) -> None:
    """Row 3, on the socket of the browser."""
    room = alice.creates(invite=(bob,))
    said = alice.says(room, "Good morning, Bob")
    assert bob.hears("Good morning, Bob") == said
    assert alice.hears("Good morning, Bob") == said
