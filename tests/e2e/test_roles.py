"""A changed role takes effect in open browsers."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.person import Person
from tests.e2e.site import Site


def test_a_new_role_takes_effect_immediately(alice: Person, site: Site, visit: Visit) -> None:
    """A new guest is no longer offered what guests may not do."""
    judy = visit(site, "judy")
    judy.goes_to("/chat/general/")
    create = judy.page.get_by_role("button", name="New channel")
    add = judy.panel.get_by_role("button", name="Add people")
    expect(create).to_be_visible()
    expect(add).to_be_visible()
    gives_role(alice, "Guest")
    expect(create).to_have_count(0)
    expect(add).to_have_count(0)
    gives_role(alice, "Member")
    expect(create).to_be_visible()
    expect(add).to_be_visible()


def gives_role(alice: Person, role: str) -> None:
    alice.confirms_password("/people/?q=judy")
    alice.page.get_by_label("Role of Judy").select_option(role)
    alice.page.get_by_role("button", name="Change the role of Judy").click()
