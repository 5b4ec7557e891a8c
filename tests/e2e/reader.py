"""A visitor who reads a room: finds messages, waits for frames, scrolls."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Locator, expect

from tests.e2e.visitor import Visitor

SECONDS_TO_RECEIVE = 15
SECONDS_TO_SCROLL = 60

# The numbers of the numbered posts (“entry 7.”) that are completely visible, first to last.
VISIBLE_POSTS = """
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
# Finds the scrolling element of the timeline by its style.
BOX = """
const box = [...timeline.querySelectorAll("*")].find(each =>
    each.scrollHeight > each.clientHeight && ["auto", "scroll"].includes(getComputedStyle(each).overflowY))
"""
# Resolves once the timeline is not loading and has kept its height and scroll position for twelve animation frames.
SETTLED = f"""
timeline => new Promise((resolve, reject) => {{
    {BOX}
    let last = "", same = 0, frames = 0
    const look = () => {{
        if (++frames > 3000) return reject(new Error("the timeline does not stop changing"))
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
    """A visitor in a room. Everything is found as a screen reader finds it: by role and accessible name."""

    @property
    def timeline(self) -> Locator:
        return self.page.get_by_role("region", name=re.compile("^Messages in"))

    @property
    def posts(self) -> Locator:
        """The posts, oldest first. Dividers and system messages have no accessible name, so they are not included."""
        return self.timeline.get_by_role("listitem", name=re.compile("."))

    def post(self, text: str) -> Locator:
        return self.timeline.get_by_role("listitem", name=text)

    # ── messages ──

    def sees(self, text: str) -> None:
        """The post is visible. An own post is visible before the server has it; `receives` waits for the server."""
        expect(self.post(text)).to_be_visible()

    def sees_only(self, *texts: str) -> None:
        """The timeline has exactly these posts in this order, and none of them is waiting to be sent."""
        expect(self.posts).to_contain_text(list(texts))
        expect(self.timeline.get_by_text("Waiting for the connection")).to_have_count(0)

    def sees_system_message(self, sentence: str) -> None:
        """The timeline shows a system message with this sentence."""
        expect(self.timeline.get_by_role("listitem").filter(has_text=sentence).last).to_be_visible()

    def position_of(self, text: str) -> int:
        """The index of a post among the rendered posts."""
        return next(index for index, post in enumerate(self.posts.all_inner_texts()) if text in post)

    def receives(self, text: str) -> None:
        """A WebSocket frame with this text reaches the browser, whichever room is open."""
        deadline = time.monotonic() + SECONDS_TO_RECEIVE
        while not any(text in frame for frame in self.frames):
            assert time.monotonic() < deadline, f"{self.name} has not received “{text}”"
            self.page.wait_for_timeout(20)

    # ── scrolling ──

    def visible_posts(self) -> list[str]:
        """The numbered posts that are completely visible, first to last."""
        return list(self.timeline.evaluate(VISIBLE_POSTS))

    def top_of(self, post: str) -> float:
        """The position of a post in pixels from the top of the window."""
        return float(self.post(post).evaluate("post => post.getBoundingClientRect().top"))

    def scrolls(self, pixels: int) -> None:
        """Scrolls down, or up if negative, without animation."""
        self.timeline.evaluate(f"(timeline, pixels) => {{ {BOX}; box.scrollTop += pixels }}", pixels)

    def turns_the_wheel(self, pixels: int) -> None:
        self.timeline.hover()
        self.page.mouse.wheel(0, pixels)

    def settles(self) -> None:
        self.timeline.evaluate(SETTLED)

    def scrolls_back_to(self, number: int) -> None:
        """Turns the wheel upwards without a pause until the numbered post `number` or an older one is visible."""
        deadline = time.monotonic() + SECONDS_TO_SCROLL
        while number_in((self.visible_posts() or [f"entry {number + 1}."])[0]) > number:
            assert time.monotonic() < deadline, f"{self.name} has not reached {number}"
            self.turns_the_wheel(-2500)


def number_in(post: str) -> int:
    found = re.search(r"\d+", post)
    assert found
    return int(found[0])
