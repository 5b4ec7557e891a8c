"""Somebody who reads back: where a message stands on the screen, and moving the page."""

from __future__ import annotations

import re

from tests.e2e.person import Person

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
# Resolves once the content has kept its height and place for twelve frames: nothing more is on its way.
SETTLED = f"""
timeline => new Promise((resolve, reject) => {{
    {BOX}
    let last = "", same = 0, looks = 0
    const look = () => {{
        if (++looks > 600) return reject(new Error("the timeline does not come to rest"))
        const now = `${{box.scrollHeight}} ${{box.scrollTop}}`
        same = now === last ? same + 1 : 0
        last = now
        if (same < 12) requestAnimationFrame(look)
        else resolve()
    }}
    look()
}})
"""


class Reader(Person):
    """A person in a room with numbered posts."""

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


def number_in(post: str) -> int:
    found = re.search(r"\d+", post)
    assert found
    return int(found[0])
