"""The member list shows who is connected."""

from __future__ import annotations

import pytest
from playwright.sync_api import Error, expect

from tests.e2e.person import Person
from tests.e2e.site import Room


def test_the_member_list_shows_connected_members(alice: Person, bob: Person, garden: Room) -> None:
    alice.enters(garden)
    alice.sees_presence("Alice")
    alice.sees_presence("Bob", "Not connected")
    bob.enters(garden)
    alice.sees_presence("Bob")


def test_closing_the_page_makes_a_member_offline(alice: Person, bob: Person, garden: Room) -> None:
    alice.enters(garden)
    bob.enters(garden)
    alice.sees_presence("Bob")
    bob.page.close()
    alice.sees_presence("Bob", "Not connected")


def test_a_killed_browser_makes_a_member_offline(alice: Person, bob: Person, garden: Room) -> None:
    alice.enters(garden)
    bob.enters(garden)
    alice.sees_presence("Bob")
    with pytest.raises(Error, match="crash"):
        bob.goes_to("chrome://crash")
    alice.sees_presence("Bob", "Not connected")


def test_several_tabs_count_as_one_member(alice: Person, bob: Person, garden: Room) -> None:
    alice.enters(garden)
    bob.enters(garden)
    second = bob.another_tab()
    second.enters(garden)
    bob.page.close()
    second.says("still here")
    alice.sees("still here")
    alice.sees_presence("Bob")
    second.page.close()
    alice.sees_presence("Bob", "Not connected")


def test_a_hidden_tab_makes_a_member_away(alice: Person, bob: Person, garden: Room) -> None:
    alice.enters(garden)
    bob.enters(garden)
    alice.sees_presence("Bob")
    bob.hides_tab()
    alice.sees_presence("Bob", "Away")
    bob.returns_to_tab()
    alice.sees_presence("Bob")


def test_a_menu_stays_open_while_its_row_moves(alice: Person, bob: Person, garden: Room) -> None:
    alice.enters(garden)
    bob.enters(garden)
    alice.sees_presence("Bob")
    alice.panel.get_by_role("button", name="Actions for Bob").click()
    bob.page.close()
    alice.sees_presence("Bob", "Not connected")
    alice.page.get_by_role("menuitem", name="Profile").click()
    expect(alice.dialog).to_contain_text("Bob")
