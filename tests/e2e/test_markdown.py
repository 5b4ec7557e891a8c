"""Markdown in messages is rendered for everybody."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.person import Person
from tests.e2e.site import Room


@pytest.mark.parametrize(
    ("typed", "role", "seen"),
    [
        ("this is **important**", "strong", "important"),
        ("this is _emphatic_", "emphasis", "emphatic"),
        ("run `make tea` now", "code", "make tea"),
        ("> to be or not to be", "blockquote", "to be or not to be"),
        ("see https://example.org/tea", "link", "https://example.org/tea"),
        ("see [the tea](https://example.org/tea)", "link", "the tea"),
        ("- milk\n- sugar", "list", "milk"),
    ],
)
def test_markdown_is_rendered(
    typed: str, role: Any, seen: str, alice: Person, bob: Person, garden: Room
) -> None:
    alice.enters(garden)
    bob.enters(garden)
    alice.says(typed)
    for reader in (alice, bob):
        expect(reader.posts.get_by_role(role)).to_contain_text(seen)


def test_an_external_link_opens_safely(alice: Person, garden: Room) -> None:
    alice.enters(garden)
    alice.says("https://example.org/tea")
    link = alice.posts.get_by_role("link")
    expect(link).to_have_attribute("target", "_blank")
    assert "noopener" in (link.get_attribute("rel") or "").split()


def test_code_is_highlighted_and_can_be_copied(alice: Person, bob: Person, garden: Room) -> None:
    alice.enters(garden)
    bob.enters(garden)
    bob.context.grant_permissions(["clipboard-read", "clipboard-write"])
    code = 'def brew(tea):\n    return "hot " + tea'
    alice.types(f"```python\n{code}\n```")
    alice.presses("Send")
    block = bob.posts.get_by_role("region", name="Code")
    expect(block).to_have_text(code)
    colours = (
        "block => new Set([...block.querySelectorAll('*')].map(each => getComputedStyle(each).color)).size"
    )
    bob.page.wait_for_function(f"block => ({colours})(block) > 1", arg=block.element_handle())
    bob.posts.get_by_role("button", name="Copy code").click()
    expect(bob.posts.get_by_role("button", name="Copied")).to_be_visible()
    assert bob.page.evaluate("navigator.clipboard.readText()") == code


def test_the_formatting_buttons_insert_markdown(alice: Person, garden: Room) -> None:
    alice.enters(garden)
    alice.types("important")
    alice.composer.select_text()
    alice.page.get_by_role("toolbar", name="Formatting").get_by_role("button", name="Bold").click()
    expect(alice.composer).to_have_value("**important**")
    alice.composer.press("ControlOrMeta+z")
    expect(alice.composer).to_have_value("important")
