"""The audit log, and the password that creating a token requires."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.person import Person
from tests.e2e.site import PASSWORD, Site

A_DAY_AGO = """
from importlib import import_module
from django.conf import settings
from allauth.usersessions.models import UserSession
Store = import_module(settings.SESSION_ENGINE).SessionStore
for login in UserSession.objects.filter(user__username="erin"):
    session = Store(login.session_key)
    for entry in session["account_authentication_methods"]:
        entry["at"] -= 86400
    session.save()
"""


@pytest.fixture
def erin(site: Site, visit: Visit) -> Person:
    """Signed in since yesterday."""
    erin = visit(site)
    erin.signs_in("erin")
    expect(erin.composer).to_be_visible()
    site.in_shell(A_DAY_AGO)
    return erin


def test_creating_a_token_requires_the_password(erin: Person) -> None:
    erin.goes_to("/account/tokens/")
    erin.page.get_by_label("What is it for?").fill("weather station")
    erin.presses("Create the token")
    erin.reads("Your password, please")
    erin.fills(Password="guessed, and wrong")
    erin.presses("Go on")
    erin.reads(re.compile("password", re.IGNORECASE))
    expect(erin.page.get_by_role("heading", name="Your password, please")).to_be_visible()
    erin.fills(Password=PASSWORD)
    erin.presses("Go on")
    expect(erin.page.get_by_label("Token", exact=True)).to_have_value(re.compile("^hub_"))
    row = erin.page.get_by_role("listitem").filter(has_text="weather station")
    expect(row).to_contain_text("never used")
    row.get_by_role("button", name="Renew weather station").click()
    erin.reads(re.compile("The token works until"))
    erin.goes_to("/account/activity/")
    for label in ("Token made", "Token renewed", "Wrong password"):
        erin.reads(label)


def test_the_owner_searches_the_audit_log(alice: Person, erin: Person) -> None:
    alice.goes_to("/audit/")
    alice.page.get_by_label("Person").fill("erin")
    alice.page.get_by_label("What").select_option("Signed in")
    alice.presses("Filter")
    rows = alice.page.get_by_role("main").get_by_role("listitem")
    expect(rows.first).to_contain_text("Signed in by erin")
    expect(rows.filter(has_text="Wrong password")).to_have_count(0)


def test_members_cannot_see_the_audit_log(erin: Person) -> None:
    erin.goes_to("/account/")
    expect(erin.page.get_by_role("link", name="Activity", exact=True)).to_be_visible()
    expect(erin.page.get_by_role("link", name="Audit log")).to_have_count(0)
    erin.expects_error("status of 403")
    erin.goes_to("/audit/")
    expect(erin.page.get_by_role("heading", name="Audit log")).to_have_count(0)
