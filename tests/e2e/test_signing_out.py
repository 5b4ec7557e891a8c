"""Signing out clears the browser's storage, and asks before it deletes unsent messages."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.person import Person
from tests.e2e.site import Site

SECRET = "a secret that was only begun"
KEPT = """async () => {
    const open = indexedDB.open("hubbub")
    await new Promise(resolve => (open.onsuccess = resolve))
    const stores = [...open.result.objectStoreNames]
    const read = name => new Promise(resolve => {
        const request = open.result.transaction(name).objectStore(name).getAll()
        request.onsuccess = () => resolve(request.result)
    })
    const rows = (await Promise.all(stores.map(read))).flat()
    open.result.close()
    return JSON.stringify([{...localStorage}, rows])
}"""


def signed_in(site: Site, visit: Visit, name: str = "erin") -> Person:
    person = visit(site)
    person.signs_in(name)
    expect(person.composer).to_be_visible()
    return person


def kept_by(person: Person) -> str:
    """The personal data in the browser's storage; appearance settings are not included."""
    return str(person.page.evaluate(KEPT))


def is_out(person: Person) -> None:
    expect(person.page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_signing_out_asks_and_then_clears_the_storage(site: Site, visit: Visit) -> None:
    erin = signed_in(site, visit)
    erin.says("said out loud")
    erin.sees("said out loud")
    erin.types(SECRET)
    assert SECRET in kept_by(erin)
    erin.chooses_in_user_menu("Sign out")
    expect(erin.dialog).to_contain_text("1 channel has a draft. Signing out deletes this from the browser.")
    erin.presses("Cancel")
    expect(erin.composer).to_have_value(SECRET)
    erin.chooses_in_user_menu("Sign out")
    erin.dialog.get_by_role("button", name="Sign out").click()
    is_out(erin)
    assert SECRET not in kept_by(erin)
    assert "said out loud" not in kept_by(erin)
    assert erin.page.evaluate("localStorage['hubbub.room']") == "null"
    erin.page.go_back()
    is_out(erin)
    expect(erin.page.get_by_text("said out loud")).to_have_count(0)


def test_the_other_tab_shows_nothing_and_deletes_the_draft(site: Site, visit: Visit) -> None:
    erin = signed_in(site, visit)
    room = site.new_room("cellar", ("erin",))
    erin.enters(room)
    erin.says("for members only")
    other_tab = erin.another_tab()
    other_tab.enters(room)
    other_tab.sees("for members only")
    other_tab.types(SECRET)
    expect(erin.page.get_by_role("textbox", name="Message ")).to_have_value(SECRET)
    erin.chooses_in_user_menu("Sign out")
    erin.dialog.get_by_role("button", name="Sign out").click()
    is_out(erin)
    expect(other_tab.page.get_by_role("heading", name="You are signed out")).to_be_visible()
    shown = other_tab.page.locator("body").inner_text()
    assert "for members only" not in shown and SECRET not in shown and "Erin" not in shown
    assert room.name not in other_tab.page.title()
    assert SECRET not in kept_by(erin)


def test_a_login_ended_elsewhere_clears_the_screen(site: Site, visit: Visit) -> None:
    desk, phone = signed_in(site, visit, "judy"), signed_in(site, visit, "judy")
    phone.types(SECRET)
    desk.goes_to("/account/logins/")
    desk.presses("Sign out everywhere else")
    expect(phone.page.get_by_role("heading", name="You are signed out")).to_be_visible()
    expect(phone.composer).to_have_count(0)
    expect(phone.sidebar).to_have_count(0)
    assert SECRET not in kept_by(phone)
    phone.signs_in("erin")
    expect(phone.composer).to_be_visible()
    expect(phone.composer).to_have_value("")


def test_signing_out_on_the_account_page_clears_the_storage(site: Site, visit: Visit) -> None:
    erin = signed_in(site, visit)
    erin.types(SECRET)
    erin.goes_to("/account/logout/")
    erin.reads("are deleted from this browser")
    assert SECRET in str(erin.page.evaluate("JSON.stringify({...localStorage})"))
    erin.page.get_by_role("button", name="Sign out").click()
    is_out(erin)
    assert SECRET not in str(erin.page.evaluate("JSON.stringify({...localStorage})"))
