"""The network goes and comes back: it is told plainly, and nothing is lost or doubled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest
from playwright.sync_api import WebSocketRoute, expect

from hubbub.protocol.limits import MESSAGES_BURST
from tests.e2e.conftest import Visit
from tests.e2e.line import Line
from tests.e2e.person import LOST, Person
from tests.e2e.site import Room, Site

# Says each of these texts, in no time.
SAY = """
(composer, texts) => texts.forEach(text => {
    composer.value = text
    composer.dispatchEvent(new Event("input", {bubbles: true}))
    composer.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true, cancelable: true}))
})
"""


@pytest.fixture
def new_line(site: Site) -> Iterator[Callable[[], Line]]:
    """Makes lines that can be cut. They end after the browsers at them, which would complain."""
    with ExitStack() as lines:
        yield lambda: lines.enter_context(closing(Line(site.port)))


@pytest.fixture
def alice(new_line: Callable[[], Line], visit: Visit, site: Site) -> Person:
    return visit(site, "alice", line=new_line())


@pytest.fixture
def bob(new_line: Callable[[], Line], visit: Visit, site: Site) -> Person:
    return visit(site, "bob", line=new_line())


@pytest.mark.parametrize("silently", [False, True], ids=["cut", "frozen"])
def test_without_a_network_one_is_told_so(silently: bool, alice: Person, bob: Person, garden: Room) -> None:
    alice.enters(garden)
    bob.enters(garden)
    alice.loses_the_network(silently=silently)
    alice.is_notified(LOST)
    alice.sees_here("Bob", "Unknown without a connection")
    bob.says("anything new?")
    alice.has_the_network_again()
    alice.sees_only("anything new?")
    alice.is_connected_again()
    alice.sees_here("Bob")


def test_that_others_are_heard_late_is_said_and_taken_back(alice: Person, bob: Person, garden: Room) -> None:
    """Only several processes can be degraded, so the test itself sends what a degraded server sends.

    The real server's `hello` and heartbeats say "not degraded": the test waits for the first and withholds the second.
    """
    lines: list[WebSocketRoute] = []

    def forward_all_but_heartbeats(line: WebSocketRoute) -> None:
        server = line.connect_to_server()
        server.on_message(lambda frame: None if '"type":"heartbeat"' in str(frame) else line.send(frame))
        lines.append(line)

    alice.page.route_web_socket("**/ws/", forward_all_but_heartbeats)
    alice.enters(garden)
    bob.enters(garden)
    bob.says("is Alice connected?")
    alice.sees("is Alice connected?")
    lines[-1].send('{"type": "heartbeat", "degraded": true}')
    alice.is_notified("Some messages may take a few seconds to arrive. Nothing is lost.")
    bob.says("am I late?")
    alice.sees("am I late?")
    lines[-1].send('{"type": "heartbeat"}')
    expect(alice.page.get_by_text("Some messages may take")).to_have_count(0)


def test_what_is_written_without_a_network_is_sent_once_after(
    alice: Person, bob: Person, garden: Room
) -> None:
    alice.enters(garden)
    bob.enters(garden)
    alice.says("before the tunnel")
    bob.sees("before the tunnel")
    alice.loses_the_network()
    alice.is_notified(LOST)
    alice.says("in the tunnel", "still in it")
    expect(alice.timeline.get_by_text("Waiting for the connection")).to_have_count(2)
    bob.says("where is she?")
    bob.hears("where is she?")
    alice.has_the_network_again()
    everything = ("before the tunnel", "where is she?", "in the tunnel", "still in it")
    bob.sees_only(*everything)
    alice.sees_only(*everything)
    alice.is_connected_again()


def test_what_is_written_without_a_network_survives_a_closed_tab(
    alice: Person, bob: Person, garden: Room
) -> None:
    alice.enters(garden)
    bob.enters(garden)
    alice.loses_the_network()
    alice.is_notified(LOST)
    alice.says("written in the dark", "and left there")
    alice.page.close()
    later = alice.another_tab()
    later.has_the_network_again()
    later.enters(garden)
    bob.sees_only("written in the dark", "and left there")
    later.sees_only("written in the dark", "and left there")


def test_what_is_written_as_the_tab_closes_survives_that_too(
    alice: Person, bob: Person, garden: Room
) -> None:
    texts = [f"last words {number}." for number in range(1, 11)]
    alice.enters(garden)
    bob.enters(garden)
    alice.loses_the_network()
    alice.is_notified(LOST)
    alice.composer.evaluate(SAY, texts)
    alice.page.close()
    later = alice.another_tab()
    later.has_the_network_again()
    later.enters(garden)
    bob.sees_only(*texts)


def test_more_than_the_server_takes_at_once_arrives_in_order(
    alice: Person, bob: Person, garden: Room
) -> None:
    """The server says when it is ready for the rest; the browser waits, and tells nobody of it."""
    texts = [f"line {number} of a long story" for number in range(1, MESSAGES_BURST + 6)]
    alice.enters(garden)
    bob.enters(garden)
    alice.loses_the_network()
    alice.is_notified(LOST)
    alice.says(*texts)
    alice.has_the_network_again()
    bob.sees_only(*texts)
    alice.sees_only(*texts)


def test_two_tabs_of_one_person_send_once(alice: Person, bob: Person, garden: Room) -> None:
    second = alice.another_tab()
    alice.enters(garden)
    second.enters(garden)
    bob.enters(garden)
    alice.loses_the_network()
    for tab in (alice, second):
        tab.is_notified(LOST)
    alice.says("from the first tab")
    second.says("from the second tab")
    alice.has_the_network_again()
    expect(bob.posts).to_have_count(2)
    for reader in (alice, second):
        expect(reader.posts).to_have_count(2)
        expect(reader.timeline.get_by_text("Waiting for the connection")).to_have_count(0)
    # Told again after everything has settled: nothing was sent a second time.
    alice.says("over")
    bob.sees("over")
    expect(bob.posts).to_have_count(3)


def test_edits_and_deletions_made_meanwhile_are_caught_up_with(
    alice: Person, bob: Person, garden: Room
) -> None:
    alice.enters(garden)
    bob.enters(garden)
    alice.says("first words", "second words")
    bob.sees("second words")
    bob.loses_the_network()
    bob.is_notified(LOST)
    alice.edits("second words", into="better words")
    alice.sees("better words (edited)")
    bob.has_the_network_again()
    bob.sees("better words (edited)")
    bob.sees_only("first words", "better words")
