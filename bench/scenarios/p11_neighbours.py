"""P11: the latency in small rooms while messages go to ten thousand connections in another, and the latency there."""

from __future__ import annotations

from typing import Any

from bench.generator import connected
from bench.product import fresh_workspace
from bench.rounds import Plan, figures, say, spread
from bench.scenarios.scenario import Bar, Scenario

OTHERS = "p99 of the others, ms"
REACHED = "of messages to 10 000 reached each of them exactly once, %"
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
                f"others' p99 {run.p99_ms:.1f} ms beside {crowd_run.sent} messages to {CROWD}, which all had after"
                f" {crowd_run.max_ms:.0f} ms; alone {alone.p99_ms:.1f} ms"
            )
            if turn >= plan.warm_ups:
                quiet.append(alone)
                beside.append(run)
                crowd_runs.append(crowd_run)
        memory = round(server.peak_memory / 2**20, 1)
    found = {
        "small rooms beside a crowd": figures(beside),
        "small rooms alone": figures(quiet),
        "the crowd of 10 000": {
            **figures(crowd_runs),
            "to_all_ms": spread([run.max_ms for run in crowd_runs]),
            "peak_memory_mib": memory,
        },
    }
    p99 = found["small rooms beside a crowd"].get("p99_ms", {}).get("median")
    whole = sum(run.sent for run in crowd_runs if run.valid) / sum(run.sent for run in crowd_runs)
    return {"contenders": found, "values": {OTHERS: p99, REACHED: round(100 * whole, 3)}}


scenario = Scenario(
    "P11", "Small rooms beside a crowd of 10 000", measure, [Bar(OTHERS, most=20), Bar(REACHED, least=100)]
)
