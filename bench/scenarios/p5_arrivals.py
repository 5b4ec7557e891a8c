"""P5: arrivals per second. Hubbub's sockets sign in and resume, the tutorial's only connect.

Measured twice. *All at once*, five hundred dial at a time, as after a restart: a server with a short backlog makes the
dropped connections retry after a second or more. *At ease*, forty dial at a time: the figure is the cost of an
arrival.
"""

from __future__ import annotations

from typing import Any

from bench.generator import Dialect, connected
from bench.peers.channels_tutorial import on_daphne, on_uvicorn
from bench.process import Server, wait_until_idle
from bench.product import fresh_workspace
from bench.rounds import Plan, ratio, say, spread
from bench.scenarios.scenario import Bar, Scenario

AT_ONCE = "arrivals/s ÷ Channels tutorial on Daphne, all at once"
AT_EASE = "arrivals/s ÷ Channels tutorial on Daphne, at ease"
ARRIVALS = 1000
WAYS = {"all at once": 500, "at ease": 40}


def measure(plan: Plan) -> dict[str, Any]:
    with (
        fresh_workspace(members=ARRIVALS) as workspace,
        workspace.served() as server,
        on_daphne.start() as daphne,
        on_uvicorn.start() as uvicorn,
    ):
        known = {
            "epoch": workspace.epoch,
            "directory": workspace.directory,
            "rooms": {str(room): seq for room, seq in workspace.rooms.values()},
        }
        resume = workspace.event_dialect({"type": "resume", **known})
        contenders = {"Hubbub": (server, resume), on_daphne.name: daphne, on_uvicorn.name: uvicorn}
        found: dict[str, Any] = {}
        for way, dialling in WAYS.items():
            found |= _rounds(plan, way, dialling, contenders)

    def against_daphne(way: str) -> float | None:
        return ratio(found, f"Hubbub, {way}", f"{on_daphne.name}, {way}", "arrivals_per_second")

    return {
        "contenders": found,
        "values": {AT_ONCE: against_daphne("all at once"), AT_EASE: against_daphne("at ease")},
    }


def _rounds(
    plan: Plan, way: str, dialling: int, contenders: dict[str, tuple[Server, Dialect]]
) -> dict[str, dict[str, Any]]:
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in contenders}
    for turn in range(1 + plan.runs):
        for name, (server, dialect) in contenders.items():
            wait_until_idle([server for server, _ in contenders.values()])
            run = _arrive(server, dialect, dialling)
            warm_up = "" if turn else " (warm-up)"
            rate, cost = run.values()
            say(f"{name}, {way}: {rate:,.0f} arrivals/s, {cost:.0f} µs each{warm_up}")
            if turn:
                runs[name].append(run)
    return {
        f"{name}, {way}": {figure: spread([run[figure] for run in seen]) for figure in seen[0]}
        | {"runs": seen}
        for name, seen in runs.items()
    }


def _arrive(server: Server, dialect: Dialect, dialling: int) -> dict[str, float]:
    """Arrivals a second, and microseconds of the server's processor for each."""
    before = server.processor_seconds
    with connected(server, dialect, connections=ARRIVALS, rooms=1, dialing=dialling) as generator:
        spent = server.processor_seconds - before
        return {
            "arrivals_per_second": ARRIVALS / generator.connect_seconds,
            "cpu_microseconds_per_arrival": spent / ARRIVALS * 1e6,
        }


scenario = Scenario("P5", "Connect, sign in and resume", measure, [Bar(AT_ONCE, least=12)])
