"""P5: how many sockets a second arrive: Hubbub's sign in and resume, the tutorial's only connect."""

from __future__ import annotations

from typing import Any

from bench.generator import Dialect, connected
from bench.peers.channels_tutorial import on_daphne
from bench.process import Server, wait_until_idle
from bench.product import fresh_workspace
from bench.rounds import Plan, ratio, say, spread
from bench.scenarios.scenario import Bar, Scenario

FIGURE = "arrivals/s ÷ Channels tutorial on Daphne"
ARRIVALS = 1000
AT_ONCE = 100


def measure(plan: Plan) -> dict[str, Any]:
    rates: dict[str, list[float]] = {"Hubbub": [], on_daphne.name: []}
    with (
        fresh_workspace(members=ARRIVALS) as workspace,
        workspace.served() as server,
        on_daphne.start() as (daphne, tutorial),
    ):
        known = {
            "epoch": workspace.epoch,
            "directory": workspace.directory,
            "rooms": {str(room): seq for room, seq in workspace.rooms.values()},
        }
        resume = workspace.event_dialect({"type": "resume", **known})
        for turn in range(1 + plan.runs):
            for name, where, dialect in (("Hubbub", server, resume), (on_daphne.name, daphne, tutorial)):
                wait_until_idle([server, daphne])
                rate = _arrive(where, dialect)
                say(f"{name}: {rate:,.0f} arrivals/s{'' if turn else ' (warm-up)'}")
                if turn:
                    rates[name].append(rate)
    found = {name: {"arrivals_per_second": spread(seen), "runs": seen} for name, seen in rates.items()}
    return {
        "contenders": found,
        "values": {FIGURE: ratio(found, "Hubbub", on_daphne.name, "arrivals_per_second")},
    }


def _arrive(server: Server, dialect: Dialect) -> float:
    with connected(server, dialect, connections=ARRIVALS, rooms=1, dialing=AT_ONCE) as generator:
        return ARRIVALS / generator.connect_seconds


scenario = Scenario("P5", "Connect, sign in and resume", measure, [Bar(FIGURE, least=12)])
