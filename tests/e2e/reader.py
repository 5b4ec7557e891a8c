"""Somebody who reads a room: what stands there, what is heard, and moving through it."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Locator, expect

from tests.e2e.visitor import Visitor

SECONDS_TO_HEAR = 15
SECONDS_TO_SCROLL = 60

# The names of the numbered posts (“entry 7.”) that are seen whole, first to last.
SEEN = """
(timeline) => {
    const window = timeline.getBoundingClientRect()
    const whole = element => {
        const {top, bottom} = element.getBoundingClientRect()
        return top >= window.top && bottom <= window.bottom
    }
    const posts = [...timeline.querySelectorAll("li[aria-labelledby]")].filter(whole)
    return posts.map(post => post.innerText.match(/\\b(entry|line|part) \\d+\\./)?.[0]).filter(Boolean)
}
"""
# What scrolls in the timeline: found by what it does.
BOX = """
const box = [...timeline.querySelectorAll("*")].find(each =>
    each.scrollHeight > each.clientHeight && ["auto", "scroll"].includes(getComputedStyle(each).overflowY))
"""
# Resolves once the content has kept its height and place for twelve frames, and no more of it is on its way.
SETTLED = f"""
timeline => new Promise((resolve, reject) => {{
    {BOX}
    let last = "", same = 0, looks = 0
    const look = () => {{
        if (++looks > 3000) return reject(new Error("the timeline does not come to rest"))
        const now = `${{box.scrollHeight}} ${{box.scrollTop}}`
        same = now === last && timeline.ariaBusy !== "true" ? same + 1 : 0
        last = now
        if (same < 12) requestAnimationFrame(look)
        else resolve()
    }}
    look()
}})
"""


class Reader(Visitor):
    """A visitor before a room. Everything is found the way a screen reader finds it: by role and name."""

    @property
    def timeline(self) -> Locator:
        return self.page.get_by_role("region", name=re.compile("^Messages in"))

    @property
    def posts(self) -> Locator:
        """What people have said, oldest first. Dividers and what the system tells have no name of their own."""
        return self.timeline.get_by_role("listitem", name=re.compile("."))

    def post(self, text: str) -> Locator:
        return self.timeline.get_by_role("listitem", name=text)

    # ── what stands there ──

    def sees(self, text: str) -> None:
        """The post stands there; one's own does so before the server has it (`hears` waits for that)."""
        expect(self.post(text)).to_be_visible()

    def sees_only(self, *texts: str) -> None:
        """These posts, each once, in this order, and no others; none of them waits to be sent."""
        expect(self.posts).to_contain_text(list(texts))
        expect(self.timeline.get_by_text("Waiting for the connection")).to_have_count(0)

    def is_told(self, sentence: str) -> None:
        """The timeline tells of something that happened in the room."""
        expect(self.timeline.get_by_role("listitem").filter(has_text=sentence).last).to_be_visible()

    def place_of(self, text: str) -> int:
        """Where a post stands among the posts on the screen."""
        return next(place for place, post in enumerate(self.posts.all_inner_texts()) if text in post)

    def hears(self, text: str) -> None:
        """A frame with this text reaches the browser, whatever room is on the screen."""
        deadline = time.monotonic() + SECONDS_TO_HEAR
        while not any(text in frame for frame in self.frames):
            assert time.monotonic() < deadline, f"{self.name} never heard “{text}”"
            self.page.wait_for_timeout(20)

    # ── moving through it ──

    def seen(self) -> list[str]:
        """Every numbered post that is seen whole, first to last."""
        return list(self.timeline.evaluate(SEEN))

    def top_of(self, post: str) -> float:
        """Pixels from the top of the window."""
        return float(self.post(post).evaluate("post => post.getBoundingClientRect().top"))

    def scrolls(self, pixels: int) -> None:
        """Down, or up if negative; at once."""
        self.timeline.evaluate(f"(timeline, pixels) => {{ {BOX}; box.scrollTop += pixels }}", pixels)

    def turns_the_wheel(self, pixels: int) -> None:
        self.timeline.hover()
        self.page.mouse.wheel(0, pixels)

    def settles(self) -> None:
        self.timeline.evaluate(SETTLED)

    def scrolls_back_to(self, number: int) -> None:
        """Turns the wheel upwards without a pause until numbered posts as old as this one are seen."""
        deadline = time.monotonic() + SECONDS_TO_SCROLL
        while number_in((self.seen() or [f"entry {number + 1}."])[0]) > number:
            assert time.monotonic() < deadline, f"{self.name} does not get to {number}"
            self.turns_the_wheel(-2500)


def number_in(post: str) -> int:
    found = re.search(r"\d+", post)
    assert found
    return int(found[0])
