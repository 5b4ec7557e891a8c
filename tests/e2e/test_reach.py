"""Who may bring one into channels: chosen in a dialog, told to whoever tries."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.person import Person
from tests.e2e.site import Site


def test_somebody_who_does_not_want_it_is_not_added_and_the_other_is_told_why(
    bob: Person, site: Site, visit: Visit
) -> None:
    """Attack row 67: the choice holds in all tabs at once, and is the same after a reload."""
    room = site.new_room("trap", ("erin",), private=True)
    bob.goes_to("/chat/general/")
    bob.chooses_of_own_menu("Who can reach you")
    bob.dialog.get_by_text("Nobody", exact=True).click()
    expect(bob.dialog.get_by_role("radio", name="Nobody")).to_be_checked()
    expect(bob.dialog.get_by_text("You join channels and start direct messages yourself.")).to_be_visible()

    erin = visit(site, "erin")
    erin.enters(room)
    erin.panel.get_by_role("button", name="Add people").click()
    erin.dialog.get_by_role("combobox").fill("bob")
    erin.dialog.get_by_role("option", name="Bob").click()
    erin.dialog.get_by_role("button", name="Add", exact=True).click()
    expect(erin.page.get_by_text("they have chosen who may add them or write to them: Bob.")).to_be_visible()

    bob.goes_to("/chat/general/")
    bob.chooses_of_own_menu("Who can reach you")
    expect(bob.dialog.get_by_role("radio", name="Nobody")).to_be_checked()
    bob.dialog.get_by_text("Everybody", exact=True).click()
    expect(bob.dialog.get_by_role("radio", name="Everybody")).to_be_checked()
    site.ask("erin", "room.invite", room=room.id, members=[site.accounts["bob"].id])
    site.leave(room, "erin", "bob")
