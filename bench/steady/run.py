"""`bin/bench steady`: the churn for a given time, with the server's memory every five seconds."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import asdict
from typing import Any

from bench.machine import beside_the_generator
from bench.process import Server
from bench.product import fresh_workspace
from bench.rounds import say
from bench.steady.churn import Churn
from bench.steady.memory import Sample, judge

FIGURE = "memory at the end ÷ after the first minutes, %"
MEMBERS, ROOMS, MESSAGES = 100, 20, 20_000
SAMPLE_SECONDS = 5.0
SAY_SECONDS = 60.0
MOST_DRIFT = 0.10


def measure(minutes: float) -> dict[str, Any]:
    with (
        fresh_workspace(members=MEMBERS, rooms=ROOMS, messages=MESSAGES) as workspace,
        workspace.served() as server,
        beside_the_generator(),
    ):
        churn = Churn(server.port, workspace.tokens, workspace.rooms["general"])
        before = server.processor_seconds
        samples = asyncio.run(_watched(churn, server, minutes * 60))
        load = (server.processor_seconds - before) / samples[-1].seconds
    verdict = judge(samples)
    drift = round(100 * verdict.drift, 2)
    return {
        "title": "Memory while people come and go",
        "minutes": minutes,
        "server_load": round(load, 3),
        "done": dict(churn.done),
        **{name: round(value, 2) for name, value in asdict(verdict).items()},
        "drift_percent": drift,
        "bar": f"within ± {MOST_DRIFT:.0%} of what it was after the first minutes",
        "met": abs(verdict.drift) <= MOST_DRIFT,
        "samples": [[round(sample.seconds, 1), round(sample.mib, 2)] for sample in samples],
    }


async def _watched(churn: Churn, server: Server, seconds: float) -> list[Sample]:
    """The memory of the server during the churn. A failure of the churn is raised here."""
    began = time.monotonic()
    going_on = asyncio.create_task(churn.run())
    samples: list[Sample] = []
    said = 0.0
    while (passed := time.monotonic() - began) < seconds:
        samples.append(Sample(passed, server.memory / 2**20))
        if passed - said >= SAY_SECONDS:
            said = passed
            done = ", ".join(f"{count} {what}" for what, count in sorted(churn.done.items()))
            say(f"{passed / 60:.0f} min: {samples[-1].mib:.1f} MiB; {done}")
        await asyncio.wait([going_on], timeout=SAMPLE_SECONDS)
        if going_on.done():
            going_on.result()
    going_on.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await going_on
    return samples
