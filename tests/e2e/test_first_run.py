"""A new server: the first visitor with the set-up code becomes the owner, and nobody after that."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.site import PASSWORD, Site, printed_address


def test_from_an_empty_directory_to_two_people_who_talk(visit: Visit, new_site: Site) -> None:
    """The owner names the workspace, invites a friend by link, and receives the friend's first message."""
    alice, bob = visit(new_site), visit(new_site)
    alice.goes_to(printed_address(new_site))
    alice.reads("Welcome to Hubbub")
    alice.fills(Name_of_the_workspace="The Lighthouse", Your_name="Alice")
    alice.fills(Username="alice", Password=PASSWORD)
    alice.presses("Start")
    alice.sees_system_message("Alice created this channel")
    expect(alice.page.get_by_role("heading", name="The Lighthouse")).to_be_visible()
    expect(alice.page.get_by_role("heading", level=1, name="general")).to_be_visible()

    alice.chooses_in_user_menu("Invite people")
    alice.presses("Create the link")
    link = alice.page.get_by_label("Link", exact=True).input_value()
    expect(alice.page.get_by_role("img", name="The link as a QR code")).to_be_visible()
    alice.goes_to("/chat/general/")

    bob.goes_to(link)
    bob.reads("Alice invited you to The Lighthouse")
    bob.fills(Your_name="Bob", Username="bob", Password=PASSWORD)
    bob.presses("Join")
    bob.says("Hello, I am new here")
    alice.sees_system_message("Bob joined")
    alice.sees("Bob Hello, I am new here")
    alice.sees_presence("Bob")


def test_the_second_visitor_cannot_become_owner(visit: Visit, new_site: Site) -> None:
    first, second = visit(new_site), visit(new_site)
    for visitor in (first, second):
        visitor.goes_to(printed_address(new_site))
        visitor.fills(Name_of_the_workspace="Mine", Your_name="Mallory", Username="m", Password=PASSWORD)
    first.presses("Start")
    expect(first.composer).to_be_visible()
    second.presses("Start")
    expect(second.page.get_by_role("heading", name="Sign in")).to_be_visible()
    second.goes_to("/welcome/")
    expect(second.page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_the_code_leaves_the_address_and_is_sent_only_with_the_form(visit: Visit, new_site: Site) -> None:
    address = printed_address(new_site)
    code = address.partition("#")[2]
    alice = visit(new_site)
    asked: list[str] = []
    alice.page.on("request", lambda request: asked.append(f"{request.url} {request.headers}"))
    alice.goes_to(address)
    expect(alice.page.get_by_label("Set-up code")).to_have_value(code)
    expect(alice.page.get_by_label("Name of the workspace")).to_be_focused()
    assert alice.page.url == f"{new_site.url}/welcome/"
    alice.fills(
        Name_of_the_workspace="The Lighthouse", Your_name="Alice", Username="alice", Password=PASSWORD
    )
    alice.presses("Start")
    expect(alice.composer).to_be_visible()
    assert asked and not any(code in request for request in asked)


def test_without_the_code_nobody_becomes_owner(visit: Visit, new_site: Site) -> None:
    dave = visit(new_site)
    dave.expects_error("422")
    dave.goes_to("/")
    dave.fills(Name_of_the_workspace="Mine", Your_name="Dave", Username="dave", Password=PASSWORD)
    dave.page.get_by_label("Set-up code").fill("00000-00000")
    dave.presses("Start")
    dave.reads("This is not the set-up code")
