"""The network is lost and restored: the client shows it, and no message is lost or duplicated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest
from playwright.sync_api import WebSocketRoute, expect

from hubbub.protocol.limits import MESSAGES_BURST
from tests.e2e.conftest import Visit
from tests.e2e.network_link import NetworkLink
from tests.e2e.person import LOST, Person
from tests.e2e.site import Room, Site

# Sends these texts within one task of the page.
SEND_ALL = """
(composer, texts) => texts.forEach(text => {
    composer.value = text
    composer.dispatchEvent(new Event("input", {bubbles: true}))
    composer.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true, cancelable: true}))
})
"""


@pytest.fixture
def new_link(site: Site) -> Iterator[Callable[[], NetworkLink]]:
    """Creates network links. They are closed after the browsers, which would report lost connections."""
    with ExitStack() as links:
        yield lambda: links.enter_context(closing(NetworkLink(site.port)))


@pytest.fixture
def alice(new_link: Callable[[], NetworkLink], visit: Visit, site: Site) -> Person:
    return visit(site, "alice", link=new_link())


@pytest.fixture
def bob(new_link: Callable[[], NetworkLink], visit: Visit, site: Site) -> Person:
    return visit(site, "bob", link=new_link())


@pytest.mark.parametrize("silently", [False, True], ids=["cut", "frozen"])
def test_a_lost_network_is_shown(silently: bool, alice: Person, bob: Person, garden: Room) -> None:
    alice.enters(garden)
    bob.enters(garden)
    alice.loses_the_network(silently=silently)
    alice.is_notified(LOST)
    alice.sees_presence("Bob", "Unknown without a connection")
    bob.says("anything new?")
    alice.has_the_network_again()
    alice.sees_only("anything new?")
    alice.is_connected_again()
    alice.sees_presence("Bob")


def test_delayed_delivery_is_shown_while_it_lasts(alice: Person, bob: Person, garden: Room) -> None:
    """Only several server processes can have this problem, so the test injects the heartbeats that they would send.

    The real server's `hello` and heartbeats say "not degraded": the test waits for the first and withholds the second.
    """
    sockets: list[WebSocketRoute] = []

    def forward_all_but_heartbeats(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        server.on_message(lambda frame: None if '"type":"heartbeat"' in str(frame) else socket.send(frame))
        sockets.append(socket)

    alice.page.route_web_socket("**/ws/", forward_all_but_heartbeats)
    alice.enters(garden)
    bob.enters(garden)
    bob.says("is Alice connected?")
    alice.sees("is Alice connected?")
    sockets[-1].send('{"type": "heartbeat", "degraded": true}')
    alice.is_notified("Some messages may take a few seconds to arrive. Nothing is lost.")
    bob.says("am I late?")
    alice.sees("am I late?")
    sockets[-1].send('{"type": "heartbeat"}')
    expect(alice.page.get_by_text("Some messages may take")).to_have_count(0)


def test_messages_written_offline_are_sent_once(alice: Person, bob: Person, garden: Room) -> None:
    alice.enters(garden)
    bob.enters(garden)
    alice.says("before the tunnel")
    bob.sees("before the tunnel")
    alice.loses_the_network()
    alice.is_notified(LOST)
    alice.says("in the tunnel", "still in it")
    expect(alice.timeline.get_by_text("Waiting for the connection")).to_have_count(2)
    bob.says("where is she?")
    bob.receives("where is she?")
    alice.has_the_network_again()
    everything = ("before the tunnel", "where is she?", "in the tunnel", "still in it")
    bob.sees_only(*everything)
    alice.sees_only(*everything)
    alice.is_connected_again()


def test_messages_written_offline_survive_closing_the_tab(alice: Person, bob: Person, garden: Room) -> None:
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


def test_messages_written_just_before_the_tab_closes_survive(
    alice: Person, bob: Person, garden: Room
) -> None:
    texts = [f"last words {number}." for number in range(1, 11)]
    alice.enters(garden)
    bob.enters(garden)
    alice.loses_the_network()
    alice.is_notified(LOST)
    alice.composer.evaluate(SEND_ALL, texts)
    alice.page.close()
    later = alice.another_tab()
    later.has_the_network_again()
    later.enters(garden)
    bob.sees_only(*texts)


def test_messages_beyond_the_rate_limit_arrive_in_order(alice: Person, bob: Person, garden: Room) -> None:
    """The server answers with `retry_after`; the client waits and retries without showing an error."""
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
    # One more message after everything has settled proves that nothing was sent twice.
    alice.says("over")
    bob.sees("over")
    expect(bob.posts).to_have_count(3)


def test_edits_made_while_offline_are_caught_up(alice: Person, bob: Person, garden: Room) -> None:
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
