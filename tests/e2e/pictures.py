"""Takes the screenshots of the README and saves them in docs/: python -m tests.e2e.pictures."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import expect, sync_playwright

from tests.e2e.person import Person
from tests.e2e.site import Site
from tests.servers.browser import FLAGS, find_chromium

DOCS = Path(__file__).parents[2] / "docs"
# The time in the screenshots; all messages are dated before it.
NOW = datetime(2026, 11, 20, 15, 4, tzinfo=UTC)
# By username: name and hue.
PEOPLE = {
    "alice": ("Alice", 340),
    "bob": ("Bob", 225),
    "wei": ("王伟", 40),
    "layla": ("ليلى", 160),
    "erin": ("Erin", 280),
    "tomas": ("Tomás", 100),
}
CODE = """
I take the controller. This is what goes onto it:

```python
async def keep_lit(lamp: Lamp) -> None:
    while await lamp.is_dark_outside():
        await lamp.flash(seconds=2)   # two on, eight off:
        await asyncio.sleep(8)        # ours since 1886
```
"""
TODAY = "Good morning! Today:\n\n1. swap the controller\n2. **test the fog horn**\n3. new tide table on the website"
TIDES = "الجدول الجديد منشور: https://lighthouse.example/tides"
# By room: day and time, author and text of each message.
SAID = {
    "general": [
        ("19 16:41", "bob", "The new lamp controller is here. It lies on the shelf by the stairs."),
        ("20 09:12", "alice", TODAY),
        ("20 09:15", "wei", "早上好！雾号我来测试，下午一点开始。"),
        ("20 09:24", "layla", "صباح الخير! سأحدّث جدول المد والجزر على الموقع قبل الظهر."),
        ("20 09:31", "bob", CODE.strip()),
        ("20 13:22", "wei", "> **test the fog horn**\n\n雾号测试完成，一切正常。全港都听见了。"),
        ("20 14:58", "bob", "Heard it through the headphones. The lamp flashes, too: `2 s on, 8 s off`."),
        ("20 15:01", "layla", TIDES),
        ("20 15:02", "alice", "Then tea is on me: at _four_, in the kitchen."),
    ],
    "kitchen": [
        ("20 14:40", "tomas", "Who has the good teapot?"),
        ("20 14:44", "erin", "Not me, this time."),
    ],
    "charts": [("20 11:05", "layla", "The north channel is two metres shallower than on the map.")],
    "设计": [("20 10:20", "wei", "新海报的草图已经好了。"), ("20 10:21", "wei", "请大家看看，谢谢！")],
    "boats": [],
}
# Runs in a Django shell on the site's data: no command can set the date of a message.
DATED = """
from datetime import datetime, UTC
from hubbub import actions
from hubbub.models import Member, Membership, Message, Room
said, people = {said!r}, {people!r}
everybody = [Member.objects.get(handle=handle) for handle in people]
def date(message, when):
    moment = datetime.strptime(f"2026-11-{{when}}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
    Message.objects.filter(pk=message.pk).update(created_at=moment)
for handle, (name, hue) in people.items():
    actions.update_profile(member=Member.objects.get(handle=handle), name=name, hue=hue)
for name, lines in said.items():
    room = Room.objects.filter(name=name).first() or actions.create_room(by=everybody[0], name=name)
    actions.invite_members(by=everybody[0], room=room, members=everybody[1:])
    Message.objects.filter(room=room).update(created_at=datetime(2026, 11, 18, 9, tzinfo=UTC))
    read = name in {read!r}
    for when, handle, text in lines:
        date(actions.send_message(author=Member.objects.get(handle=handle), room=room, text=text), when)
    for membership in Membership.objects.filter(room=room).select_related("room"):
        if read or membership.member.handle != "alice":
            actions.mark_read(membership=membership, number=membership.room.last_number)
general = Room.objects.get(name="general")
actions.describe_room(by=everybody[0], room=general, description="Everything about the lamp, the horn and the tides")
Message.objects.filter(room=general).order_by("-number")[:1].get().delete()
Room.objects.filter(pk=general.pk).update(seq=general.seq, last_number=general.last_number)
for other, text in (("bob", "Is the attic free on Sunday?"), ("wei", "谢谢你的茶！")):
    room = actions.open_direct(by=everybody[0], members=[Member.objects.get(handle=other)])
    date(actions.send_message(author=Member.objects.get(handle=other), room=room, text=text), "20 14:30")
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        site = Site(Path(place) / "data")
        site.populate(*PEOPLE)
        site.in_shell(DATED.format(said=SAID, people=PEOPLE, read=["general", "charts", "boats"]))
        site.start()
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        try:
            take(site, browser)
        finally:
            browser.close()
            site.stop()


def take(site: Site, browser: Any) -> None:
    others = {username: Person(browser, site, username) for username in ("bob", "wei", "layla", "erin")}
    for username, person in others.items():
        person.signs_in(username)
        person.goes_to("/chat/general/")
        expect(person.composer).to_be_visible()
    at_desk: dict[str, Any] = {
        "viewport": {"width": 1440, "height": 900},
        "color_scheme": "light",
        "timezone_id": "UTC",
    }
    alice = Person(browser, site, "alice", **at_desk)
    picture(alice, others["wei"], DOCS / "screenshot.png")
    on_phone: dict[str, Any] = {
        "viewport": {"width": 390, "height": 844},
        "color_scheme": "dark",
        "timezone_id": "UTC",
    }
    phone = Person(browser, site, "alice", **on_phone, device_scale_factor=2)
    picture(phone, others["wei"], DOCS / "screenshot-dark-narrow.png")


def picture(alice: Person, other: Person, path: Path) -> None:
    """Alice's screen while somebody else is typing."""
    alice.page.clock.set_fixed_time(NOW)
    alice.signs_in("alice")
    alice.goes_to("/chat/general/")
    alice.sees("tea is on me")
    expect(alice.posts.get_by_role("region", name="Code").locator("span").first).to_be_attached()
    alice.page.evaluate("document.activeElement.blur()")
    other.types("")
    other.composer.press_sequentially("好")
    alice.reads("王伟 is typing…")
    alice.page.screenshot(path=path, animations="disabled")


if __name__ == "__main__":
    main()
