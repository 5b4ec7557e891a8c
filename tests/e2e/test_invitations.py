"""Invitation links: valid, used up, revoked, expired."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.person import Person
from tests.e2e.site import PASSWORD, Room, Site


def test_a_link_brings_a_guest_into_one_channel(
    alice: Person, dave: Person, garden: Room, site: Site
) -> None:
    alice.goes_to("/invite/")
    alice.page.get_by_label("Newcomers become").select_option("guest")
    alice.page.get_by_label("and are brought into").select_option(garden.name)
    alice.presses("Create the link")
    link = alice.page.get_by_label("Link", exact=True).input_value()
    alice.enters(garden)
    dave.goes_to(link)
    dave.reads("Make an account to come in as a guest.")
    dave.fills(Your_name="Gustav", Username="gustav", Password=PASSWORD)
    dave.presses("Join")
    alice.sees_system_message("Alice added Bob and Gustav")
    dave.says("a guest speaks")
    alice.sees("Gustav Guest a guest speaks")
    expect(dave.room_link("general")).to_have_count(0)


def test_a_used_up_link_is_refused(alice: Person, visit: Visit, site: Site) -> None:
    alice.goes_to("/invite/")
    alice.page.get_by_label("and can be used").select_option("once")
    alice.presses("Create the link")
    link = alice.page.get_by_label("Link", exact=True).input_value()
    first, late = visit(site), visit(site)
    for visitor in (first, late):
        visitor.goes_to(link)
    first.fills(Your_name="Karl", Username="karl", Password=PASSWORD)
    first.presses("Join")
    expect(first.composer).to_be_visible()
    late.expects_error("status of 410")
    late.fills(Your_name="Ludwig", Username="ludwig", Password=PASSWORD)
    late.presses("Join")
    late.reads("This invitation has been used up")


def test_a_revoked_link_is_refused(alice: Person, dave: Person) -> None:
    alice.goes_to("/invite/")
    alice.page.get_by_label("Note").fill("for nobody")
    alice.presses("Create the link")
    link = alice.page.get_by_label("Link", exact=True).input_value()
    alice.page.get_by_role("button", name="Revoke for nobody").click()
    dave.expects_error("status of 410")
    dave.goes_to(link)
    dave.reads("This invitation has been revoked")


@pytest.mark.parametrize(("age", "says"), [(-1, "has expired"), (None, "does not exist")])
def test_an_old_or_a_wrong_link_is_refused(age: int | None, says: str, dave: Person, site: Site) -> None:
    secret = "nothing-that-was-ever-made"
    if age is not None:
        secret = site.in_shell(
            "from datetime import timedelta\n"
            "from hubbub_site.accounts.invitations import create_invitation\n"
            "from hubbub_site.accounts.models import User\n"
            f"by, age = User.objects.get(username='alice'), timedelta(seconds={age})\n"
            "print(create_invitation(by=by, expires_in=age)[1])"
        )
    dave.expects_error("status of 4(04|10)")
    dave.goes_to(f"/join/{secret}/")
    dave.reads(f"This invitation {says}")


def test_a_link_is_shown_once(alice: Person) -> None:
    alice.goes_to("/invite/")
    alice.presses("Create the link")
    expect(alice.page.get_by_label("Link", exact=True)).to_have_value(re.compile("/join/"))
    alice.page.reload()
    expect(alice.page.get_by_label("Link", exact=True)).to_have_count(0)


def test_a_bad_name_is_refused_where_it_was_typed(alice: Person, dave: Person) -> None:
    alice.goes_to("/invite/")
    alice.presses("Create the link")
    dave.goes_to(alice.page.get_by_label("Link", exact=True).input_value())
    dave.expects_error("status of 422")
    dave.fills(Your_name="Bob the Second", Username="BOB", Password="short")
    dave.presses("Join")
    dave.reads("This username is taken.")
    dave.reads(re.compile("at least 10 characters", re.IGNORECASE))
