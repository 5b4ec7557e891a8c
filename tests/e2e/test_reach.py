"""The reach setting: members choose who can add them to channels."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.person import Person
from tests.e2e.site import Site


def test_a_member_who_disallows_it_is_not_added_and_the_reason_is_shown(
    bob: Person, site: Site, visit: Visit
) -> None:
    """The choice applies to all tabs immediately and after a reload."""
    room = site.new_room("trap", ("erin",), private=True)
    bob.goes_to("/chat/general/")
    bob.chooses_in_user_menu("Who can reach you")
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
    bob.chooses_in_user_menu("Who can reach you")
    expect(bob.dialog.get_by_role("radio", name="Nobody")).to_be_checked()
    bob.dialog.get_by_text("Everybody", exact=True).click()
    expect(bob.dialog.get_by_role("radio", name="Everybody")).to_be_checked()
    site.ask("erin", "room.invite", room=room.id, members=[site.accounts["bob"].id])
    site.leave(room, "erin", "bob")
