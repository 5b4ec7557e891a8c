"""The server is killed and restarted on the same data: acknowledged messages are there, the others are sent again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.person import LOST, Person
from tests.e2e.site import Room, Site


@pytest.fixture
def dune(crashing_site: Site) -> Room:
    return crashing_site.new_room("dune", ("alice", "bob"))


@pytest.fixture
def pair(visit: Visit, crashing_site: Site, dune: Room) -> tuple[Person, Person]:
    """Alice and Bob in the same room, with connection errors allowed."""
    people = visit(crashing_site, "alice"), visit(crashing_site, "bob")
    for person in people:
        person.expects_error("ERR_CONNECTION_(REFUSED|RESET)|WebSocket connection .* failed")
        person.enters(dune)
    return people


@pytest.mark.parametrize("stops", [Site.kill, Site.shut_down], ids=["killed", "shut down"])
def test_no_message_is_lost_or_duplicated_when_the_server_stops(
    stops: Callable[[Site], None], pair: tuple[Person, Person], crashing_site: Site
) -> None:
    alice, bob = pair
    alice.says("before")
    bob.sees("before")
    stops(crashing_site)
    for person in pair:
        person.is_notified(LOST)
    alice.says("into the void", "hello?")
    bob.says("anybody there?")
    crashing_site.start()
    for person in pair:
        person.is_connected_again()
    for person in pair:
        expect(person.posts).to_have_count(4)
    assert bob.posts.all_inner_texts() == alice.posts.all_inner_texts()
    for text in ("before", "into the void", "hello?", "anybody there?"):
        expect(bob.post(text)).to_have_count(1)
    assert alice.position_of("into the void") < alice.position_of("hello?")
    alice.page.reload()
    expect(alice.posts).to_have_count(4)


def test_the_member_list_is_correct_after_a_kill(pair: tuple[Person, Person], crashing_site: Site) -> None:
    alice, bob = pair
    alice.sees_presence("Bob")
    crashing_site.kill()
    bob.page.close()
    crashing_site.start()
    alice.is_connected_again()
    alice.sees_presence("Bob", "Not connected")
