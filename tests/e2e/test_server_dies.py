"""The server is killed and comes back on the same data: what was acknowledged is there, the rest is sent."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.person import LOST, Person
from tests.e2e.site import Room, Site


@pytest.fixture
def dune(frail_site: Site) -> Room:
    return frail_site.new_room("dune", ("alice", "bob"))


@pytest.fixture
def pair(visit: Visit, frail_site: Site, dune: Room) -> tuple[Person, Person]:
    """Alice and Bob in the same room; their browsers will not reach the server for a while."""
    people = visit(frail_site, "alice"), visit(frail_site, "bob")
    for person in people:
        person.expects("ERR_CONNECTION_(REFUSED|RESET)|WebSocket connection .* failed")
        person.enters(dune)
    return people


@pytest.mark.parametrize("ends", [Site.kill, Site.end], ids=["killed", "ended"])
def test_nothing_is_lost_or_doubled_when_the_server_goes(
    ends: Callable[[Site], None], pair: tuple[Person, Person], frail_site: Site
) -> None:
    alice, bob = pair
    alice.says("before")
    bob.sees("before")
    ends(frail_site)
    for person in pair:
        person.is_notified(LOST)
    alice.says("into the void", "hello?")
    bob.says("anybody there?")
    frail_site.start()
    for person in pair:
        person.is_connected_again()
    for person in pair:
        expect(person.posts).to_have_count(4)
    assert bob.posts.all_inner_texts() == alice.posts.all_inner_texts()
    for text in ("before", "into the void", "hello?", "anybody there?"):
        expect(bob.post(text)).to_have_count(1)
    assert alice.place_of("into the void") < alice.place_of("hello?")
    alice.page.reload()
    expect(alice.posts).to_have_count(4)


def test_after_a_kill_the_roster_is_right_again(pair: tuple[Person, Person], frail_site: Site) -> None:
    alice, bob = pair
    alice.sees_here("Bob")
    frail_site.kill()
    bob.page.close()
    frail_site.start()
    alice.is_connected_again()
    alice.sees_here("Bob", "Not connected")
