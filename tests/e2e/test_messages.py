"""Editing, deleting and linking to messages."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.person import Person
from tests.e2e.site import Room, Site

# Records the texts of highlighted posts: the highlight may be over when the test looks.
RECORD_HIGHLIGHTS = """
window.highlighted = []
document.addEventListener("animationstart", ({target}) => {
    if (target.matches("li")) highlighted.push(target.querySelector("p:not([class])").innerText)
})
"""


def test_an_edit_reaches_others_and_is_marked(alice: Person, bob: Person, garden: Room) -> None:
    alice.enters(garden)
    bob.enters(garden)
    alice.says("teh lamp is lit")
    bob.sees("teh lamp is lit")
    alice.edits("teh lamp is lit", into="the lamp is lit")
    bob.sees("the lamp is lit (edited)")
    bob.sees_only("the lamp is lit")


def test_escape_cancels_an_edit(alice: Person, garden: Room) -> None:
    alice.enters(garden)
    alice.says("well said")
    alice.composer.press("ArrowUp")
    editor = alice.page.get_by_role("textbox", name="Edit message")
    editor.fill("said badly")
    editor.press("Escape")
    alice.sees_only("well said")
    expect(alice.composer).to_be_focused()


def test_a_deletion_can_be_undone(alice: Person, bob: Person, garden: Room) -> None:
    alice.enters(garden)
    bob.enters(garden)
    alice.says("keep me")
    bob.sees("keep me")
    alice.chooses("Delete", on="keep me")
    expect(alice.posts).to_have_count(0)
    alice.presses("Undo")
    alice.sees("keep me")
    bob.sees_only("keep me")


def test_a_deleted_message_leaves_a_placeholder(alice: Person, bob: Person, garden: Room) -> None:
    alice.page.clock.install()
    alice.enters(garden)
    bob.enters(garden)
    alice.says("never mind", "this stays")
    bob.sees("this stays")
    alice.chooses("Delete", on="never mind")
    alice.reads("Message deleted")
    alice.page.clock.fast_forward("00:06")
    for reader in (alice, bob):
        reader.sees("This message was deleted")
        expect(reader.page.get_by_text("never mind")).to_have_count(0)
        reader.sees("this stays")


def test_closing_the_page_completes_a_deletion(alice: Person, bob: Person, garden: Room) -> None:
    alice.enters(garden)
    bob.enters(garden)
    alice.says("never mind")
    bob.sees("never mind")
    alice.chooses("Delete", on="never mind")
    alice.page.close(run_before_unload=True)
    bob.sees("This message was deleted")


def test_an_owner_can_delete_messages_of_others(alice: Person, bob: Person, garden: Room) -> None:
    alice.enters(garden)
    bob.enters(garden)
    bob.says("something rude")
    alice.sees("something rude")
    alice.chooses("Delete", on="something rude")
    alice.page.close(run_before_unload=True)
    bob.sees("This message was deleted")


def test_a_link_to_a_message_opens_and_highlights_it(
    alice: Person, bob: Person, garden: Room, site: Site
) -> None:
    """Each message has a URL."""
    alice.context.grant_permissions(["clipboard-read", "clipboard-write"])
    alice.enters(garden)
    alice.says("look at this", "and this")
    alice.chooses("Copy link", on="look at this")
    alice.is_notified("Copied")
    link = alice.page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(re.escape(site.url + garden.path) + r"\d+/", link)
    bob.context.add_init_script(RECORD_HIGHLIGHTS)
    bob.goes_to(link)
    expect(bob.post("look at this")).to_be_focused()
    bob.page.wait_for_function("highlighted.length > 0")
    assert [text for text in bob.page.evaluate("highlighted") if "this" in text] == ["look at this"]


def test_the_text_of_a_message_can_be_copied(alice: Person, garden: Room) -> None:
    alice.context.grant_permissions(["clipboard-read", "clipboard-write"])
    alice.enters(garden)
    alice.says("copy **me**")
    alice.chooses("Copy text", on="copy me")
    alice.is_notified("Copied")
    assert alice.page.evaluate("navigator.clipboard.readText()") == "copy **me**"
