"""Who is here now."""

from __future__ import annotations

import pytest
from playwright.sync_api import Error, expect

from tests.e2e.person import Person
from tests.e2e.site import Room


def test_the_roster_shows_who_is_here(alice: Person, bob: Person, garden: Room) -> None:
    alice.enters(garden)
    alice.sees_here("Alice")
    alice.sees_here("Bob", "Not connected")
    bob.enters(garden)
    alice.sees_here("Bob")


def test_who_closes_the_page_fades(alice: Person, bob: Person, garden: Room) -> None:
    alice.enters(garden)
    bob.enters(garden)
    alice.sees_here("Bob")
    bob.page.close()
    alice.sees_here("Bob", "Not connected")


def test_whose_browser_dies_fades(alice: Person, bob: Person, garden: Room) -> None:
    alice.enters(garden)
    bob.enters(garden)
    alice.sees_here("Bob")
    with pytest.raises(Error, match="crash"):
        bob.goes_to("chrome://crash")
    alice.sees_here("Bob", "Not connected")


def test_several_tabs_are_one_person(alice: Person, bob: Person, garden: Room) -> None:
    alice.enters(garden)
    bob.enters(garden)
    second = bob.another_tab()
    second.enters(garden)
    bob.page.close()
    second.says("still here")
    alice.sees("still here")
    alice.sees_here("Bob")
    second.page.close()
    alice.sees_here("Bob", "Not connected")


def test_who_looks_at_something_else_is_away(alice: Person, bob: Person, garden: Room) -> None:
    alice.enters(garden)
    bob.enters(garden)
    alice.sees_here("Bob")
    bob.looks(elsewhere=True)
    alice.sees_here("Bob", "Away")
    bob.looks(elsewhere=False)
    alice.sees_here("Bob")


def test_a_menu_stays_while_its_row_moves(alice: Person, bob: Person, garden: Room) -> None:
    alice.enters(garden)
    bob.enters(garden)
    alice.sees_here("Bob")
    alice.panel.get_by_role("button", name="Actions for Bob").click()
    bob.page.close()
    alice.sees_here("Bob", "Not connected")
    alice.page.get_by_role("menuitem", name="Profile").click()
    expect(alice.dialog).to_contain_text("Bob")
