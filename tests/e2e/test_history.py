"""A room with three thousand messages opens at the end, loads in both directions, and keeps its scroll position."""

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
def history(site: Site) -> Room:
    """`entry 1.` to `entry 3000.`, of very different heights."""
    return Room(int(site.ask("alice", "room.get", name="history")["room"]["id"]), "history")


@pytest.fixture
def first_number(site: Site, history: Room) -> int:
    """The number of `entry 1.`: system messages about added members come before it."""
    page = site.ask("alice", "timeline", room=history.id, after=0)["messages"]
    return next(int(message["number"]) for message in page if message["text"] == "entry 1.")


def test_a_long_room_opens_at_its_end(alice: Person, history: Room) -> None:
    alice.enters(history)
    expect(alice.post(LAST)).to_be_in_viewport()
    assert alice.posts.count() < 300, "only a part of a long room is in the page"


def test_history_loads_above_without_moving_visible_messages(alice: Person, history: Room) -> None:
    alice.enters(history)
    expect(alice.post(LAST)).to_be_in_viewport()
    jumps: list[float] = []
    for _ in range(12):
        anchor = alice.visible_posts()[0]
        before = alice.top_of(anchor)
        alice.scrolls(-350)
        jumps.append(abs(alice.top_of(anchor) - before - 350))
        alice.settles()
        jumps.append(abs(alice.top_of(anchor) - before - 350))
    assert max(jumps) <= JITTER, jumps
    assert number_in(alice.visible_posts()[0]) < HISTORY - 40


def test_continuous_scrolling_reaches_old_messages_and_the_end_again(alice: Person, history: Room) -> None:
    alice.enters(history)
    expect(alice.post(LAST)).to_be_in_viewport()
    alice.scrolls_back_to(HISTORY - 400)
    alice.settles()
    assert alice.posts.count() < 300
    alice.presses("Jump to latest")
    expect(alice.post(LAST)).to_be_in_viewport()
    expect(alice.page.get_by_role("button", name="Jump to latest")).to_have_count(0)


def test_a_link_to_an_old_message_opens_there_and_scrolls_both_ways(
    alice: Person, history: Room, first_number: int
) -> None:
    """Every message has a URL, however old it is."""
    alice.enters(history, first_number + 999)
    expect(alice.post("entry 1000.")).to_be_focused()
    expect(alice.post("entry 1000.")).to_be_in_viewport()
    for direction in (-1, 1):
        reached = number_in(alice.visible_posts()[0])
        for _ in range(10):
            alice.scrolls(direction * 600)
            alice.settles()
        assert direction * (number_in(alice.visible_posts()[0]) - reached) > 20
    alice.presses("Jump to latest")
    expect(alice.post(LAST)).to_be_in_viewport()


def test_the_very_beginning_is_reached(alice: Person, history: Room, first_number: int) -> None:
    alice.enters(history, first_number + 60)
    expect(alice.post("entry 61.")).to_be_in_viewport()
    for _ in range(30):
        alice.scrolls(-3000)
        alice.settles()
    alice.sees_system_message("Alice created this channel")
    expect(alice.page.get_by_text("The beginning of this channel.")).to_be_in_viewport()


def test_new_messages_do_not_move_a_reader_further_up(alice: Person, bob: Person, site: Site) -> None:
    room = site.new_room("busy", ("alice", "bob"))
    for number in range(1, 31):
        who = "alice" if number % 2 else "bob"
        site.ask(who, "message.send", room=room.id, message=site.new_id(), text=f"line {number}.\n\nmore")
    alice.enters(room)
    expect(alice.post("line 30.")).to_be_in_viewport()
    alice.scrolls(-500)
    alice.settles()
    anchor = alice.visible_posts()[0]
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


def test_a_room_opens_at_the_first_unread_message_and_a_reload_keeps_the_position(
    bob: Person, site: Site
) -> None:
    """The room opens at the first of thirty unread messages, and after a reload where Bob stopped reading."""
    room = site.new_room("serial", ("alice", "bob", "erin"))
    write_parts(site, room, range(1, 11))
    site.read_everything("bob")
    write_parts(site, room, range(11, 41))
    bob.goes_to("/chat/general/")
    bob.has_unread(30, room)
    bob.opens_from_sidebar(room.name)
    expect(bob.timeline.get_by_text("New", exact=True)).to_be_in_viewport()
    expect(bob.post("part 40.")).not_to_be_in_viewport()
    bob.scrolls(900)
    bob.settles()
    reading = bob.visible_posts()[-1]
    bob.page.reload()
    expect(bob.post(reading)).to_be_in_viewport()
    expect(bob.post("part 40.")).not_to_be_in_viewport()
    site.leave(room, "alice", "bob", "erin")


def write_parts(site: Site, room: Room, numbers: range) -> None:
    """Alternately by two people, as in a conversation."""
    for number in numbers:
        text = f"part {number}.\n\n" + "It went on and on. " * 12
        who = "alice" if number % 2 else "erin"
        site.ask(who, "message.send", room=room.id, message=site.new_id(), text=text)
