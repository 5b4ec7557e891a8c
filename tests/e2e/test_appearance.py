"""Themes: light and dark by the system's setting or by choice, in the client and on the account pages."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.person import Person
from tests.e2e.site import Site

BRIGHTNESS = """
() => {
    const canvas = document.createElement("canvas").getContext("2d")
    canvas.fillStyle = getComputedStyle(document.body).backgroundColor
    canvas.fillRect(0, 0, 1, 1)
    const [red, green, blue, seen] = canvas.getImageData(0, 0, 1, 1).data
    return seen === 0 ? 255 : (red + green + blue) / 3
}
"""


def is_dark(person: Person) -> bool:
    return bool(person.page.evaluate(BRIGHTNESS) < 128)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_theme_follows_the_system(scheme: str, visit: Visit, site: Site) -> None:
    alice = visit(site, "alice", color_scheme=scheme)
    for path in ("/chat/general/", "/account/"):
        alice.goes_to(path)
        expect(alice.page.get_by_role("main")).to_be_visible()
        assert is_dark(alice) == (scheme == "dark"), path


def test_a_chosen_theme_applies_everywhere(alice: Person) -> None:
    alice.goes_to("/chat/general/")
    alice.chooses_in_user_menu("Appearance")
    alice.dialog.get_by_role("radio", name="Dark").press("Space")
    assert is_dark(alice)
    alice.presses("Done")
    alice.page.reload()
    expect(alice.composer).to_be_visible()
    assert is_dark(alice)
    alice.goes_to("/account/")
    assert is_dark(alice)


def test_text_size_can_be_changed(alice: Person) -> None:
    size = "element => parseFloat(getComputedStyle(element).fontSize)"
    alice.goes_to("/chat/general/")
    before = alice.composer.evaluate(size)
    alice.chooses_in_user_menu("Appearance")
    alice.dialog.get_by_role("radio", name="Large").press("Space")
    alice.presses("Done")
    assert alice.composer.evaluate(size) > before
    assert alice.overflow() == 0
