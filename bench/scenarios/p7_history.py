"""P7: a page of fifty messages anywhere in a room of a million, compared with a room of ten thousand."""

from __future__ import annotations

import random
from typing import Any

from bench.asking import line
from bench.product import Workspace, kept_workspace
from bench.rounds import Plan, say, spread
from bench.scenarios.scenario import Bar, Scenario

RATIO = "p99 in 1 000 000 ÷ p99 in 10 000"
PAGE = "p99 of a page in 1 000 000, ms"
LARGE, SMALL = 1_000_000, 10_000
WARM_UP, PAGES = 200, 1000
MEMBERS = 100


def measure(plan: Plan) -> dict[str, Any]:
    seen: dict[str, list[float]] = {"1 000 000 messages": [], "10 000 messages": []}
    large, small = (kept_workspace(members=MEMBERS, messages=count) for count in (LARGE, SMALL))
    for turn in range(1 + plan.runs):
        for name, workspace in (("1 000 000 messages", large), ("10 000 messages", small)):
            p99 = _pages(workspace, seed=turn)
            say(f"{name}: p99 {p99:.2f} ms for a page{' (warm-up)' if not turn else ''}")
            if turn:
                seen[name].append(p99)
    p99s = {name: spread(values) for name, values in seen.items()}
    found = {name: {"page_p99_ms": p99s[name], "runs": values} for name, values in seen.items()}
    large_p99, small_p99 = (p99["median"] for p99 in p99s.values())
    return {"contenders": found, "values": {RATIO: round(large_p99 / small_p99, 3), PAGE: large_p99}}


def _pages(workspace: Workspace, *, seed: int) -> float:
    """The 99th percentile of pages before random numbers, in milliseconds: asked over the socket, one at a time."""
    chance = random.Random(seed)
    room, seq = workspace.rooms["general"]
    times = []
    with (
        workspace.served() as server,
        line(server.port, Authorization=f"Bearer {workspace.tokens[0]}") as asking,
    ):
        for _ in range(WARM_UP + PAGES):
            answer, took = asking.ask("timeline", room=room, before=chance.randint(60, seq), limit=50)
            assert len(answer["messages"]) == 50
            times.append(took)
    return sorted(times[WARM_UP:])[int(PAGES * 0.99) - 1]


scenario = Scenario("P7", "A page of history", measure, [Bar(RATIO, most=1.5), Bar(PAGE, most=10)])
