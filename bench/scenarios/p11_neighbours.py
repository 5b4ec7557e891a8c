"""P11: what small rooms feel while messages go to ten thousand connections in another."""

from __future__ import annotations

from typing import Any

from bench.generator import connected
from bench.product import fresh_workspace
from bench.rounds import Plan, figures, say
from bench.scenarios.scenario import Bar, Scenario

FIGURE = "p99 of the others, ms"
CROWD, MEMBERS = 10_000, 1000
SMALL_ROOMS, PER_SECOND = 50, 100
CROWD_PER_SECOND = 0.5


def measure(plan: Plan) -> dict[str, Any]:
    quiet, beside, crowd_runs = [], [], []
    with (
        fresh_workspace(members=MEMBERS) as workspace,
        workspace.served() as server,
        connected(server, workspace.room_dialect("general"), connections=CROWD, rooms=1) as crowd,
        connected(
            server, workspace.room_dialect("small%r"), connections=2 * SMALL_ROOMS, rooms=SMALL_ROOMS
        ) as others,
    ):
        for turn in range(plan.warm_ups + plan.runs):
            alone = others.rate(PER_SECOND, plan.seconds)
            crowd.begin(f"rate {CROWD_PER_SECOND} {plan.seconds}")
            run = others.rate(PER_SECOND, plan.seconds)
            crowd_run = crowd.end()
            say(
                f"others' p99 {run.p99_ms:.1f} ms beside {crowd_run.sent} messages to {CROWD}; alone {alone.p99_ms:.1f}"
            )
            if turn >= plan.warm_ups:
                quiet.append(alone)
                beside.append(run)
                crowd_runs.append(crowd_run)
    found = {
        "small rooms beside a crowd": figures(beside),
        "small rooms alone": figures(quiet),
        "the crowd": figures(crowd_runs),
    }
    value = found["small rooms beside a crowd"].get("p99_ms", {}).get("median")
    return {"contenders": found, "values": {FIGURE: value}}


scenario = Scenario("P11", "Small rooms beside a crowd of 10 000", measure, [Bar(FIGURE, most=20)])
