"""P6: the memory of an idle socket: signed in, snapshot taken, subscribed to ten rooms and `general`."""

from __future__ import annotations

import time
from typing import Any

from bench.generator import connected
from bench.product import fresh_workspace
from bench.rounds import Plan, say, spread
from bench.scenarios.scenario import Bar, Scenario

FIGURE = "KiB per idle connection"
MEMBERS = 100
FIRST = 200
"""Connections before the measurement begins, so that caches and threads exist."""
COUNTED = 2000
SETTLE_SECONDS = 3


def measure(plan: Plan) -> dict[str, Any]:
    seen = []
    for _ in range(max(1, plan.runs // 2)):
        with fresh_workspace(members=MEMBERS, rooms=MEMBERS) as workspace, workspace.served() as server:
            dialect = workspace.event_dialect({"type": "snapshot"})
            with connected(server, dialect, connections=FIRST, rooms=1):
                time.sleep(SETTLE_SECONDS)
                before = server.memory
                with connected(server, dialect, connections=COUNTED, rooms=1):
                    time.sleep(SETTLE_SECONDS)
                    seen.append((server.memory - before) / COUNTED / 1024)
        say(f"Hubbub: {seen[-1]:.1f} KiB for each of {COUNTED} connections")
    each = spread(seen)
    found = {"Hubbub": {"kib_per_connection": each, "runs": seen}}
    return {"contenders": found, "values": {FIGURE: each["median"]}}


scenario = Scenario("P6", "Memory of an idle connection in eleven rooms", measure, [Bar(FIGURE, most=20)])
