"""A new server: the first visitor becomes its owner, and only the first."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.site import PASSWORD, Site


def test_from_an_empty_directory_to_two_people_who_talk(visit: Visit, new_site: Site) -> None:
    """The owner names the workspace, invites a friend by link, and hears the friend's first message."""
    alice, bob = visit(new_site), visit(new_site)
    alice.goes_to("/")
    alice.reads("Welcome to Hubbub")
    alice.fills(Name_of_the_workspace="The Lighthouse", Your_name="Alice")
    alice.fills(Username="alice", Password=PASSWORD)
    alice.presses("Start")
    alice.is_told("Alice created this channel")
    expect(alice.page.get_by_role("heading", name="The Lighthouse")).to_be_visible()
    expect(alice.page.get_by_role("heading", level=1, name="general")).to_be_visible()

    alice.chooses_of_own_menu("Invite people")
    alice.presses("Create the link")
    link = alice.page.get_by_label("Link", exact=True).input_value()
    expect(alice.page.get_by_role("img", name="The link as a QR code")).to_be_visible()
    alice.goes_to("/chat/general/")

    bob.goes_to(link)
    bob.reads("Alice invited you to The Lighthouse")
    bob.fills(Your_name="Bob", Username="bob", Password=PASSWORD)
    bob.presses("Join")
    bob.says("Hello, I am new here")
    alice.is_told("Bob joined")
    alice.sees("Bob Hello, I am new here")
    alice.sees_here("Bob")


def test_who_comes_second_cannot_become_owner(visit: Visit, new_site: Site) -> None:
    first, second = visit(new_site), visit(new_site)
    for visitor in (first, second):
        visitor.goes_to("/welcome/")
        visitor.fills(Name_of_the_workspace="Mine", Your_name="Mallory", Username="m", Password=PASSWORD)
    first.presses("Start")
    expect(first.composer).to_be_visible()
    second.presses("Start")
    expect(second.page.get_by_role("heading", name="Sign in")).to_be_visible()
    second.goes_to("/welcome/")
    expect(second.page.get_by_role("heading", name="Sign in")).to_be_visible()
