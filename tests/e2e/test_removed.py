"""Removed members receive nothing more from the room."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.person import Person
from tests.e2e.site import Site

CANARY = "the canary sings"


@pytest.mark.parametrize("private", [True, False], ids=["private", "public"])
def test_a_removed_member_receives_nothing(private: bool, alice: Person, bob: Person, site: Site) -> None:
    """Bob's page shows that he is no longer in the room, and no frame that his browser receives has a later message."""
    cellar = site.new_room("cellar", ("alice", "bob"), private=private)
    alice.enters(cellar)
    bob.enters(cellar)
    alice.says("still among friends")
    bob.sees("still among friends")

    alice.panel.get_by_role("button", name="Actions for Bob").click()
    alice.page.get_by_role("menuitem", name="Remove from channel").click()
    alice.dialog.get_by_role("button", name="Remove from channel").click()
    alice.sees_system_message("Alice removed Bob")
    if private:
        bob.reads(f"There is no “{cellar.name}” here")
    else:
        bob.reads("You are not in this channel. Join it to write.")
    expect(bob.room_link(cellar.name)).to_have_count(0)

    alice.says(CANARY)
    alice.receives(CANARY)
    # Frames arrive in order: a later message on the same socket proves that the canary was not sent to Bob.
    site.ask("alice", "message.send", room=general(site), message=site.new_id(), text="all is well")
    bob.receives("all is well")
    assert not [frame for frame in bob.frames if CANARY in frame]
    site.leave(cellar, "alice")


def test_a_member_who_left_receives_nothing(alice: Person, bob: Person, site: Site) -> None:
    cellar = site.new_room("cellar", ("alice", "bob"))
    alice.enters(cellar)
    bob.goes_to("/chat/general/")
    site.leave(cellar, "bob")
    expect(bob.room_link(cellar.name)).to_have_count(0)
    alice.says(CANARY)
    alice.receives(CANARY)
    site.ask("alice", "message.send", room=general(site), message=site.new_id(), text="all is quiet")
    bob.receives("all is quiet")
    assert not [frame for frame in bob.frames if CANARY in frame]
    site.leave(cellar, "alice")


def general(site: Site) -> int:
    return int(site.ask("alice", "room.get", name="general")["room"]["id"])
