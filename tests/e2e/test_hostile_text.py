"""No message and no name is executed as code: no dialogs, no errors, no elements that a message cannot have.

`visit` asserts after every test that the browser reported no error and no violation of the content security policy.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.person import Person
from tests.e2e.site import Room, Site

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "image": '<img src=x onerror="alert(1)">',
    "svg": "<svg/onload=alert(1)><animate onbegin=alert(1)>",
    "frame": '<iframe srcdoc="<script>parent.alert(1)</script>"></iframe>',
    "style": "<style>*{display:none}</style>",
    "form": "<form action=//evil.example><input autofocus onfocus=alert(1)></form>",
    "javascript link": "[tea](javascript:alert(1))",
    "javascript in disguise": "[tea](java&#115;cript:alert(1)) [more](JaVaScRiPt:alert(1))",
    "control character": "[tea](\x01javascript:alert(1))",
    "tab in a scheme": "[tea](<java\tscript:alert(1)>)",
    "data link": "[tea](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "vbscript link": "[tea](vbscript:msgbox(1))",
    "blob and file": "[tea](blob:https://example.org/x) [more](file:///etc/passwd)",
    "picture": "![tea](https://evil.example/pixel.png)",
    "autolink": "<javascript:alert(1)> <data:text/html,x>",
    "reference": "[tea][1]\n\n[1]: javascript:alert(1)",
    "attribute": '[tea](https://example.org/"onmouseover="alert(1))',
    "title": "[tea](https://example.org/ '\" onmouseover=\"alert(1)')",
    "fence": '```"><script>alert(1)</script>\n</code></pre><script>alert(1)</script>\n```',
    "code": "`</code><script>alert(1)</script>`",
    "nested": "> - **_[`<img src=x onerror=alert(1)>`](javascript:alert(1))_**",
    "entities": "&lt;script&gt;alert(1)&lt;/script&gt; &#60;script&#62;alert(1)&#60;/script&#62;",
    "half a tag": "<img src=x onerror=alert(1)//",
    "separators": "alert\u2028(1)\u2029</script>\x0b<script>alert(1)</script>",
    "wide brackets": "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
    "turned around": "\u202e<script>alert(1)</script>\u202c",
    "template": "{{constructor.constructor('alert(1)')()}} ${alert(1)} {@html '<b>'}",
}
# The elements that message text can be rendered as. Any other element in a post comes from an injection.
ALLOWED = """p, span, strong, em, s, del, code, pre, blockquote, ul, ol, li, a, br, hr,
    div, button, svg, path, rect, bdi, time"""


def test_hostile_text_stays_text(alice: Person, bob: Person, garden: Room, site: Site) -> None:
    bob.enters(garden)
    for text in HOSTILE.values():
        site.ask("alice", "message.send", room=garden.id, message=site.new_id(), text=text)
    alice.enters(garden)
    for reader in (alice, bob):
        expect(reader.posts).to_have_count(len(HOSTILE))
        foreign = reader.posts.evaluate_all(
            """(posts, allowed) => posts.flatMap(post => [...post.querySelectorAll("*")])
                .filter(each => !each.matches(allowed) || [...each.attributes].some(({name}) => name.startsWith("on")))
                .map(each => each.outerHTML)""",
            ALLOWED,
        )
        assert foreign == []
        addresses = reader.posts.get_by_role("link").evaluate_all("links => links.map(link => link.protocol)")
        assert set(addresses) <= {"http:", "https:", "mailto:"}
        for link in reader.posts.get_by_role("link").all():
            assert "noopener" in (link.get_attribute("rel") or "").split()
    expect(alice.post("<script>alert(1)</script>").first).to_be_visible()


@pytest.mark.parametrize("name", ['<img src=x onerror="alert(1)">', "</script><script>alert(1)</script>"])
def test_a_hostile_name_stays_a_name(name: str, alice: Person, site: Site) -> None:
    """As the name of a room and of a person, wherever the interface shows it."""
    room = site.new_room(name.replace("/", "\u2215"), ("judy", "alice"))
    site.ask("judy", "profile.update", name=name, about=name)
    site.ask("judy", "room.describe", room=room.id, description=name)
    site.ask("judy", "message.send", room=room.id, message=site.new_id(), text="what a name")
    alice.enters(room)
    alice.sees(f"{name} what a name")
    alice.sees_system_message(f"{name} set the description: {name}")
    expect(alice.page.get_by_role("heading", level=1, name=room.name)).to_be_visible()
    alice.post("what a name").get_by_role("button", name=name).click()
    expect(alice.dialog.get_by_role("heading", name=name)).to_be_visible()
    alice.goes_to("/people/?q=judy")
    alice.reads(name)
    assert alice.page.locator("img[src=x]").count() == 0
    site.ask("judy", "profile.update", name="Judy", about="")
    site.leave(room, "judy", "alice")


def test_a_very_long_word_does_not_overflow_the_page(alice: Person, garden: Room, site: Site) -> None:
    for text in ("a" * 2000, "https://example.org/" + "b" * 2000, "`" + "c" * 2000 + "`"):
        site.ask("alice", "message.send", room=garden.id, message=site.new_id(), text=text)
    alice.enters(garden)
    expect(alice.posts).to_have_count(3)
    assert alice.overflow() == 0


def test_a_link_that_names_another_address_shows_where_it_leads(
    alice: Person, garden: Room, site: Site
) -> None:
    """The text of a link must not hide its target."""
    alice.enters(garden)
    text = "[https://bank.example/login](https://evil.example/login) and [this page](https://fine.example/)"
    site.ask("bob", "message.send", room=garden.id, message=site.new_id(), text=text)
    expect(
        alice.page.get_by_role("link", name="https://bank.example/login (evil.example/login)")
    ).to_be_visible()
    expect(alice.page.get_by_role("link", name="this page", exact=True)).to_have_text("this page")
