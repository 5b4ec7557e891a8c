"""A room with three thousand messages: it opens at the end, loads both ways, and keeps the eye where it is."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.person import Person
from tests.e2e.population import HISTORY
from tests.e2e.reader import number_in
from tests.e2e.site import Room, Site

LAST = f"entry {HISTORY}."
JITTER = 1.0  # pixels: browsers round positions


@pytest.fixture
def annals(site: Site) -> Room:
    """`entry 1.` to `entry 3000.`, of very different heights."""
    return Room(int(site.ask("alice", "room.get", name="annals")["room"]["id"]), "annals")


@pytest.fixture
def first_number(site: Site, annals: Room) -> int:
    """The number of `entry 1.`: before it the room tells who was brought in."""
    page = site.ask("alice", "timeline", room=annals.id, after=0)["messages"]
    return next(int(message["number"]) for message in page if message["text"] == "entry 1.")


def test_a_long_room_opens_at_its_end(alice: Person, annals: Room) -> None:
    alice.enters(annals)
    expect(alice.post(LAST)).to_be_in_viewport()
    assert alice.posts.count() < 300, "only a part of a long room is in the page"


def test_history_loads_above_without_moving_what_is_read(alice: Person, annals: Room) -> None:
    alice.enters(annals)
    expect(alice.post(LAST)).to_be_in_viewport()
    jumps: list[float] = []
    for _ in range(12):
        anchor = alice.seen()[0]
        before = alice.top_of(anchor)
        alice.scrolls(-350)
        jumps.append(abs(alice.top_of(anchor) - before - 350))
        alice.settles()
        jumps.append(abs(alice.top_of(anchor) - before - 350))
    assert max(jumps) <= JITTER, jumps
    assert number_in(alice.seen()[0]) < HISTORY - 40


def test_scrolling_without_a_pause_reaches_far_back_and_the_end_again(alice: Person, annals: Room) -> None:
    alice.enters(annals)
    expect(alice.post(LAST)).to_be_in_viewport()
    alice.scrolls_back_to(HISTORY - 400)
    alice.settles()
    assert alice.posts.count() < 300
    alice.presses("Jump to latest")
    expect(alice.post(LAST)).to_be_in_viewport()
    expect(alice.page.get_by_role("button", name="Jump to latest")).to_have_count(0)


def test_a_link_far_back_opens_there_and_scrolls_both_ways(
    alice: Person, annals: Room, first_number: int
) -> None:
    """Every message that was ever said has an address."""
    alice.enters(annals, first_number + 999)
    expect(alice.post("entry 1000.")).to_be_focused()
    expect(alice.post("entry 1000.")).to_be_in_viewport()
    for direction in (-1, 1):
        reached = number_in(alice.seen()[0])
        for _ in range(10):
            alice.scrolls(direction * 600)
            alice.settles()
        assert direction * (number_in(alice.seen()[0]) - reached) > 20
    alice.presses("Jump to latest")
    expect(alice.post(LAST)).to_be_in_viewport()


def test_the_very_beginning_is_reached(alice: Person, annals: Room, first_number: int) -> None:
    alice.enters(annals, first_number + 60)
    expect(alice.post("entry 61.")).to_be_in_viewport()
    for _ in range(30):
        alice.scrolls(-3000)
        alice.settles()
    alice.is_told("Alice created this channel")
    expect(alice.page.get_by_text("The beginning of this channel.")).to_be_in_viewport()


def test_what_arrives_does_not_move_whoever_reads_above(alice: Person, bob: Person, site: Site) -> None:
    room = site.new_room("busy", ("alice", "bob"))
    for number in range(1, 31):
        who = "alice" if number % 2 else "bob"
        site.ask(who, "message.send", room=room.id, message=site.new_id(), text=f"line {number}.\n\nmore")
    alice.enters(room)
    expect(alice.post("line 30.")).to_be_in_viewport()
    alice.scrolls(-500)
    alice.settles()
    anchor = alice.seen()[0]
    before = alice.top_of(anchor)
    bob.enters(room)
    bob.says("something new")
    button = alice.page.get_by_role("button", name=re.compile("1 new message|Jump to latest"))
    expect(button).to_be_visible()
    alice.sees("something new")
    assert abs(alice.top_of(anchor) - before) <= JITTER
    button.click()
    expect(alice.post("something new")).to_be_in_viewport()
    bob.says("and more")
    expect(alice.post("and more")).to_be_in_viewport()
    site.leave(room, "alice", "bob")


def test_a_room_opens_where_reading_goes_on_and_a_reload_keeps_the_place(bob: Person, site: Site) -> None:
    """Thirty unread messages: the room opens at the first of them, and after a reload where reading stopped."""
    room = site.new_room("serial", ("alice", "bob", "erin"))
    write_parts(site, room, range(1, 11))
    site.read_everything("bob")
    write_parts(site, room, range(11, 41))
    bob.goes_to("/chat/general/")
    bob.has_unread(30, room)
    bob.goes_by_sidebar_to(room.name)
    expect(bob.timeline.get_by_text("New", exact=True)).to_be_in_viewport()
    expect(bob.post("part 40.")).not_to_be_in_viewport()
    bob.scrolls(900)
    bob.settles()
    reading = bob.seen()[-1]
    bob.page.reload()
    expect(bob.post(reading)).to_be_in_viewport()
    expect(bob.post("part 40.")).not_to_be_in_viewport()
    site.leave(room, "alice", "bob", "erin")


def write_parts(site: Site, room: Room, numbers: range) -> None:
    """By two people in turn, as a talk is."""
    for number in numbers:
        text = f"part {number}.\n\n" + "It went on and on. " * 12
        who = "alice" if number % 2 else "erin"
        site.ask(who, "message.send", room=room.id, message=site.new_id(), text=text)
