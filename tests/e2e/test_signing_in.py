"""Signing in and out, passwords, and the list of logins."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.person import Person
from tests.e2e.site import PASSWORD, Room, Site

ANOTHER_PASSWORD = "a short winter night"
ENDED = "This sign-in was ended"


def test_the_client_requires_signing_in(dave: Person, garden: Room) -> None:
    """The page asks Dave to sign in, then opens the room that he asked for."""
    dave.goes_to(garden.path)
    expect(dave.page.get_by_role("heading", name="Sign in")).to_be_visible()
    dave.fills(Username="bob", Password=PASSWORD)
    dave.presses("Sign in")
    expect(dave.page.get_by_role("heading", level=1, name=garden.name)).to_be_visible()


def test_a_wrong_password_is_refused(dave: Person) -> None:
    dave.signs_in("bob", "not the password")
    expect(dave.page.get_by_role("alert")).to_contain_text(re.compile("username and/or password", re.I))
    dave.fills(Password=PASSWORD)
    dave.presses("Sign in")
    expect(dave.composer).to_be_visible()


def test_signing_out_ends_access(site: Site, visit: Visit) -> None:
    erin = visit(site)
    erin.signs_in("erin")
    expect(erin.composer).to_be_visible()
    erin.chooses_in_user_menu("Sign out")
    expect(erin.page.get_by_role("heading", name="Sign in")).to_be_visible()
    erin.goes_to("/chat/general/")
    expect(erin.page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_signing_out_ends_access_in_other_tabs(site: Site, visit: Visit) -> None:
    erin = visit(site)
    erin.signs_in("erin")
    expect(erin.composer).to_be_visible()
    other_tab = erin.another_tab()
    other_tab.goes_to("/chat/general/")
    expect(other_tab.composer).to_be_visible()
    erin.chooses_in_user_menu("Sign out")
    other_tab.is_notified(ENDED)


def test_a_new_password_signs_out_the_other_browsers(site: Site, visit: Visit) -> None:
    desk, phone = visit(site), visit(site)
    for browser in (desk, phone):
        browser.signs_in("frank")
        expect(browser.composer).to_be_visible()
    desk.goes_to("/account/password/change/")
    desk.fills(Present_password=PASSWORD, New_password=ANOTHER_PASSWORD)
    desk.presses("Change the password")
    phone.is_notified(ENDED)
    expect(phone.page.get_by_role("link", name="Sign in")).to_be_visible()
    desk.goes_to("/chat/general/")
    expect(desk.composer).to_be_visible()


def test_another_tab_continues_after_a_password_change(alice: Person, site: Site, visit: Visit) -> None:
    """The tab that changes the password gets a new login. The other tab reconnects with it and keeps the draft."""
    room = site.new_room("garden", ("alice", "kim"))
    kim = visit(site)
    kim.signs_in("kim")
    expect(kim.composer).to_be_visible()
    kim.enters(room)
    kim.types("where was I")
    other_tab = kim.another_tab()
    other_tab.goes_to("/account/password/change/")
    other_tab.fills(Present_password=PASSWORD, New_password=ANOTHER_PASSWORD)
    other_tab.presses("Change the password")
    expect(other_tab.page.get_by_label("New password")).to_have_count(0)
    alice.enters(room)
    kim.composer.press("Enter")
    alice.sees("Kim where was I")
    kim.sees_only("where was I")
    expect(kim.page.get_by_text(ENDED)).to_have_count(0)
    site.leave(room, "alice", "kim")


def test_the_owner_creates_a_password_reset_link(alice: Person, dave: Person, visit: Visit) -> None:
    alice.confirms_password("/people/?q=grace")
    alice.page.get_by_role("button", name="New password… for Grace").click()
    link = alice.page.get_by_label("Link", exact=True).input_value()
    dave.goes_to(link)
    dave.fills(New_password=ANOTHER_PASSWORD)
    dave.presses("Set the password")
    dave.reads("The password is set")
    dave.signs_in("grace", ANOTHER_PASSWORD)
    expect(dave.composer).to_be_visible()
    late = visit(alice.site)
    late.goes_to(link)
    late.reads("This link does not work any more")


def test_a_member_ends_another_login_of_their_own(site: Site, visit: Visit) -> None:
    desk, phone = visit(site), visit(site)
    for browser in (desk, phone):
        browser.signs_in("heidi")
        expect(browser.composer).to_be_visible()
    desk.goes_to("/account/logins/")
    expect(desk.page.get_by_role("listitem")).to_have_count(2)
    expect(desk.page.get_by_role("listitem").first).to_contain_text("this one")
    desk.page.get_by_role("button", name=re.compile("^Sign out .* on ")).click()
    phone.is_notified(ENDED)
    desk.reads(re.compile("is signed out"))
    expect(desk.page.get_by_role("listitem")).to_have_count(1)


def test_deactivation_ends_access_immediately(alice: Person, site: Site, visit: Visit) -> None:
    ivan = visit(site)
    ivan.signs_in("ivan")
    expect(ivan.composer).to_be_visible()
    alice.goes_to("/people/?q=ivan")
    alice.page.get_by_role("button", name="Deactivate Ivan").click()
    ivan.is_notified(ENDED)
    ivan.signs_in("ivan")
    expect(ivan.page.get_by_role("heading", name="This account is deactivated")).to_be_visible()
    alice.page.get_by_role("button", name="Reactivate Ivan").click()
    ivan.signs_in("ivan")
    expect(ivan.composer).to_be_visible()
