"""Creating, finding, changing and leaving channels."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.person import Person
from tests.e2e.site import Room, Site


def test_a_channel_is_created_found_and_joined(alice: Person, bob: Person, site: Site) -> None:
    """Joining posts a system message."""
    alice.goes_to("/chat/general/")
    alice.presses("New channel")
    alice.fills(Name="orchard", What_it_is_for="Apples and pears")
    alice.presses("Create channel")
    alice.sees_system_message("Alice created this channel")
    bob.goes_to("/chat/general/")
    bob.presses("Browse channels")
    bob.dialog.get_by_role("searchbox", name="Search channels").fill("orch")
    bob.dialog.get_by_role("button", name="Join orchard").click()
    expect(bob.page.get_by_role("heading", level=1, name="orchard")).to_be_visible()
    bob.sees_system_message("Bob joined")
    alice.sees_system_message("Bob joined")
    expect(bob.panel).to_contain_text("Apples and pears")
    bob.says("Pears, please")
    alice.sees("Pears, please")
    site.leave(Room(site.ask("alice", "room.get", name="orchard")["room"]["id"]), "alice", "bob")


def test_a_channel_can_be_read_before_joining(alice: Person, bob: Person, site: Site) -> None:
    room = site.new_room("gallery", ("alice",))
    alice.enters(room)
    alice.says("everybody may look")
    bob.enters(room)
    bob.sees("everybody may look")
    expect(bob.composer).to_have_count(0)
    bob.presses("Join channel")
    bob.says("and take part")
    alice.sees("and take part")
    site.leave(room, "alice", "bob")


def test_a_channel_is_left(alice: Person, bob: Person, garden: Room) -> None:
    alice.enters(garden)
    bob.enters(garden)
    bob.panel.get_by_role("button", name="Leave").click()
    bob.dialog.get_by_role("button", name="Leave").click()
    expect(bob.room_link(garden.name)).to_have_count(0)
    alice.sees_system_message("Bob left")
    expect(alice.panel.get_by_role("heading", name="1 member")).to_be_visible()


def test_a_channel_is_renamed(alice: Person, bob: Person, garden: Room) -> None:
    alice.enters(garden)
    bob.enters(garden)
    renamed = f"{garden.name} of Eden"
    alice.panel.get_by_role("button", name="Rename").click()
    alice.fills(Name=renamed)
    alice.dialog.get_by_role("button", name="Rename").click()
    bob.sees_system_message(f"Alice renamed the channel to “{renamed}”")
    expect(bob.page.get_by_role("heading", level=1, name=renamed)).to_be_visible()
    expect(bob.page).to_have_url(f"{bob.site.url}{Room(garden.id, renamed).path}")
    bob.says("paradise")
    alice.sees("paradise")


def test_a_taken_name_is_refused_in_the_dialog(alice: Person, garden: Room) -> None:
    alice.enters(garden)
    alice.presses("New channel")
    alice.fills(Name=garden.name.upper())
    alice.presses("Create channel")
    expect(alice.dialog.get_by_role("alert")).to_contain_text("is taken")


def test_a_channel_gets_a_description(alice: Person, bob: Person, garden: Room) -> None:
    alice.enters(garden)
    bob.enters(garden)
    alice.presses("Say what this channel is for")
    alice.fills(What_it_is_for="Seeds and weeds")
    alice.presses("Save")
    bob.sees_system_message("Alice set the description: Seeds and weeds")
    expect(bob.panel).to_contain_text("Seeds and weeds")


def test_an_archived_channel_is_read_only_until_it_is_opened_again(
    alice: Person, bob: Person, garden: Room
) -> None:
    alice.enters(garden)
    bob.enters(garden)
    alice.panel.get_by_role("button", name="Archive").click()
    alice.dialog.get_by_role("button", name="Archive").click()
    bob.sees_system_message("Alice archived this channel")
    bob.reads("This channel is archived: you can read it, but not write in it.")
    expect(bob.composer).to_have_count(0)
    alice.panel.get_by_role("button", name="Open again").click()
    bob.says("back again")
    alice.sees("back again")


def test_a_private_channel_does_not_exist_for_others(alice: Person, bob: Person, site: Site) -> None:
    vault = site.new_room("vault", ("alice",), private=True)
    bob.goes_to(vault.path)
    bob.reads(f"There is no “{vault.name}” here")
    bob.goes_to("/chat/general/")
    bob.presses("Browse channels")
    bob.dialog.get_by_role("searchbox", name="Search channels").fill("vault")
    expect(bob.dialog.get_by_role("heading", name="No channel begins with “vault”")).to_be_visible()
    site.leave(vault, "alice")


def test_a_member_is_added(alice: Person, bob: Person, site: Site) -> None:
    vault = site.new_room("vault", ("alice",), private=True)
    alice.enters(vault)
    bob.goes_to("/chat/general/")
    alice.panel.get_by_role("button", name="Add people").click()
    alice.dialog.get_by_role("combobox", name="Name or handle").fill("bob")
    alice.dialog.get_by_role("option", name="Bob").click()
    alice.dialog.get_by_role("button", name="Add", exact=True).click()
    alice.sees_system_message("Alice added Bob")
    bob.opens_from_sidebar(vault.name)
    bob.says("what a fine vault")
    alice.sees("what a fine vault")
    site.leave(vault, "bob", "alice")


def test_successive_joins_and_leaves_are_folded_into_one_line(
    alice: Person, garden: Room, site: Site
) -> None:
    comers = ("erin", "frank", "grace", "heidi")
    for name in comers:
        site.ask(name, "room.join", room=garden.id)
    alice.enters(garden)
    alice.sees_system_message("Alice added Bob · Erin, Frank and 2 others joined")
    site.leave(garden, "heidi")
    alice.sees_system_message("2 others joined · Heidi left")
    expand = alice.timeline.get_by_role("button", name="Show each")
    expand.click()
    for name in ("Grace", "Heidi"):
        expect(alice.timeline.get_by_text(f"{name} joined")).to_be_visible()
    expand.click()
    expect(alice.timeline.get_by_text("Grace joined")).to_have_count(0)
    site.leave(garden, *comers[:-1])


def test_a_guest_sees_only_rooms_that_they_were_added_to(
    alice: Person, carol: Person, garden: Room, site: Site
) -> None:
    carol.goes_to(garden.path)
    carol.reads(f"There is no “{garden.name}” here")
    alice.enters(garden)
    site.ask("alice", "room.invite", room=garden.id, members=[site.accounts["carol"].id])
    carol.opens_from_sidebar(garden.name)
    alice.says("welcome, Carol")
    carol.sees("welcome, Carol")
    expect(carol.page.get_by_role("button", name="New channel")).to_have_count(0)
    site.leave(garden, "carol")
