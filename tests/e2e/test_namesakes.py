"""Two people whose names look the same are distinguished wherever they are shown."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.e2e.person import Person
from tests.e2e.site import Room, Site

HIS = "\u0410lice"  # with a Cyrillic letter
BOTH = re.compile("lice")


@pytest.fixture
def square(site: Site) -> Iterator[Room]:
    """A channel with Alice, Bob and Carol, a guest who has taken Alice's name and colour."""
    room = site.new_room("square", ("alice", "bob", "carol"))
    hue = site.ask("alice", "profile.update")["hue"]
    before = site.ask("carol", "profile.update")["hue"]
    site.ask("carol", "profile.update", name=HIS, hue=hue)
    yield room
    site.ask("carol", "profile.update", name="Carol", hue=before)
    site.leave(room, "alice", "bob", "carol")


def test_a_guest_with_the_owners_name_is_distinguished_everywhere(
    bob: Person, site: Site, square: Room
) -> None:
    """In the timeline, the member list, the sidebar, the profile, and for screen readers."""
    bob.enters(square)
    site.ask("alice", "message.send", room=square.id, message=site.new_id(), text="I am the owner")
    site.ask("carol", "message.send", room=square.id, message=site.new_id(), text="send me your passwords")
    site.ask("carol", "message.send", room=square.id, message=site.new_id(), text="quickly")
    hers = bob.posts.filter(has_text="I am the owner")
    first, second = bob.posts.filter(has_text="passwords"), bob.posts.filter(has_text="quickly")
    expect(hers).to_contain_text("@alice")
    expect(hers).not_to_contain_text("Guest")
    expect(first).to_contain_text("@carol")
    expect(first.get_by_text("Guest")).to_be_visible()
    for post in (first, second):  # the second is grouped with the first and has no visible name
        expect(post).to_have_accessible_name(re.compile(r"^.lice\s+@carol\s+Guest"))

    people = bob.panel.get_by_role("listitem").filter(has_text=BOTH)
    expect(people).to_have_count(2)
    expect(people.filter(has_text="@carol")).to_contain_text("Guest")
    expect(people.filter(has_text="@alice")).not_to_contain_text("Guest")

    direct = site.ask("bob", "room.direct", members=[site.accounts["carol"].id])["room"]["id"]
    expect(bob.sidebar.get_by_role("link", name=re.compile(r"lice\s+@carol\s+Guest"))).to_be_visible()
    bob.goes_to(f"/chat/~{direct}/")
    title = bob.page.get_by_role("heading", level=1, name=re.compile(r"lice\s+@carol\s+Guest"))
    expect(title).to_be_visible()


def test_the_handle_disappears_when_the_name_changes(bob: Person, site: Site, square: Room) -> None:
    """It appears and disappears without a reload."""
    bob.enters(square)
    site.ask("alice", "message.send", room=square.id, message=site.new_id(), text="it is me")
    mine = bob.posts.filter(has_text="it is me")
    expect(mine).to_contain_text("@alice")
    site.ask("carol", "profile.update", name="Carol")
    expect(mine).not_to_contain_text("@alice")


def test_the_badge_is_visible_in_forced_colours_mode(bob: Person, site: Site, square: Room) -> None:
    """That mode removes its background but shows its border."""
    bob.page.emulate_media(forced_colors="active")
    bob.enters(square)
    site.ask("carol", "message.send", room=square.id, message=site.new_id(), text="look")
    badge = bob.posts.filter(has_text="look").get_by_text("Guest").first
    border = badge.evaluate(
        "badge => [getComputedStyle(badge).borderTopColor, getComputedStyle(badge).borderTopWidth]"
    )
    assert border[0] not in ("rgba(0, 0, 0, 0)", "transparent")
    assert border[1] == "1px"
