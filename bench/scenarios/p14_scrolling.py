"""P14: a browser scrolls through ten thousand messages and back while twenty new ones arrive each second.

The browser is headless Chromium, on any free core. Long tasks are those that the browser itself reports: more than
50 ms in which its main thread does nothing else. They count from the moment when the room is on the screen.
"""

from __future__ import annotations

import time
from typing import Any

from playwright.sync_api import CDPSession, Page, sync_playwright

from bench.browsing import signed_in
from bench.generator import connected
from bench.product import fresh_workspace
from bench.rounds import Plan, say, spread
from bench.scenarios.scenario import Bar, Scenario
from tests.servers.browser import FLAGS, find_chromium

HEAP, ROWS, TASKS = "JS heap, MB", "rows in the document", "tasks over 50 ms"
MESSAGES, PER_SECOND = 10_000, 20
WHEEL_PIXELS, WHEEL_SECONDS = 1500, 0.05
LOOK_EVERY = 20
"""Turns of the wheel between two measurements of the heap."""
LONGEST_SECONDS = 240.0

WATCH = """
window.longTasks = []
new PerformanceObserver(list => longTasks.push(...list.getEntries().map(task => task.duration)))
    .observe({type: "longtask", buffered: true})
"""
ROWS_NOW = "timeline => timeline.querySelectorAll('li').length"
AT_BEGINNING = "timeline => timeline.innerText.includes('The beginning of this channel.')"


def measure(plan: Plan) -> dict[str, Any]:
    seen = []
    for _ in range(1 if plan.runs <= 2 else plan.runs // 2 + 1):
        seen.append(_scrolled(quick=plan.seconds < 2))
        say(", ".join(f"{name} {value:g}" for name, value in seen[-1].items()))
    found = {name: spread([run[name] for run in seen]) for name in seen[0]}
    values = {HEAP: found["heap_mb"]["max"], ROWS: found["rows"]["max"], TASKS: found["long_tasks"]["max"]}
    return {"contenders": {"Hubbub": {**found, "runs": seen}}, "values": values}


def _scrolled(*, quick: bool) -> dict[str, float]:
    with (
        fresh_workspace(members=20, messages=MESSAGES) as workspace,
        workspace.served() as server,
        connected(server, workspace.room_dialect("general"), connections=1, rooms=1) as speaker,
        sync_playwright() as playwright,
    ):
        site = f"http://127.0.0.1:{server.port}"
        _, cookies = signed_in(site, "member2")
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US")
        context.add_cookies(
            [{"name": c.name, "value": c.value or "", "url": site} for c in cookies.cookiejar]
        )
        context.add_init_script(WATCH)
        page = context.new_page()
        page.goto(f"{site}/chat/general/")
        reader = Reader(page, context.new_cdp_session(page))
        speaker.begin(f"rate {PER_SECOND} {5 if quick else 60}")
        reader.scroll(-WHEEL_PIXELS, until=AT_BEGINNING, turns=40 if quick else 0)
        reader.scroll(WHEEL_PIXELS, until="() => false", turns=reader.turns)
        found = reader.found()
        assert speaker.end().sent, "nothing arrived"
        browser.close()
    return found


class Reader:
    """Turns the wheel and measures now and then; `found` is the worst result."""

    def __init__(self, page: Page, inside: CDPSession) -> None:
        self._page, self._inside = page, inside
        self._timeline = page.get_by_role("region", name="Messages in")
        self._timeline.wait_for()
        self._inside.send("Performance.enable")
        page.wait_for_timeout(1000)
        self._first = int(page.evaluate("longTasks.length"))
        self._heap: list[float] = []
        self._rows: list[int] = []
        self.turns = 0

    def scroll(self, pixels: int, *, until: str, turns: int) -> None:
        """Scroll until the condition holds, or for a number of turns (0: without a limit)."""
        self._timeline.hover()
        deadline = time.monotonic() + LONGEST_SECONDS
        turned = 0
        while turned < turns or (not turns and not self._timeline.evaluate(until)):
            assert time.monotonic() < deadline, f"{turned} turns of the wheel did not lead to the beginning"
            for _ in range(LOOK_EVERY):
                self._page.mouse.wheel(0, pixels)
                self._page.wait_for_timeout(1000 * WHEEL_SECONDS)
            turned += LOOK_EVERY
            self._rows.append(int(self._timeline.evaluate(ROWS_NOW)))
            self._heap.append(self._heap_now())
        self.turns = turned

    def found(self) -> dict[str, float]:
        tasks = self._page.evaluate("longTasks")[self._first :]
        self._inside.send("HeapProfiler.collectGarbage")
        return {
            "heap_mb": max(self._heap),
            "heap_collected_mb": self._heap_now(),
            "rows": max(self._rows),
            "long_tasks": len(tasks),
            "longest_task_ms": max(tasks, default=0),
        }

    def _heap_now(self) -> float:
        metrics = self._inside.send("Performance.getMetrics")["metrics"]
        return next(float(m["value"]) for m in metrics if m["name"] == "JSHeapUsedSize") / 1e6


scenario = Scenario(
    "P14",
    "10 000 messages scrolled through",
    measure,
    [Bar(HEAP, most=60), Bar(ROWS, most=400), Bar(TASKS, most=0)],
)
