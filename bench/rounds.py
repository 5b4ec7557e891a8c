"""All contenders run at once and take turns, so that changes of the machine's speed affect all of them."""

from __future__ import annotations

import contextlib
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bench.compiling import CannotMeasure
from bench.contenders import Contender
from bench.generator import BUSY, Generator, Run
from bench.machine import describe


@dataclass(frozen=True)
class Plan:
    """The number of runs and their length."""

    warm_ups: int = 3
    runs: int = 5
    seconds: float = 3.0


QUICK = Plan(warm_ups=1, runs=2, seconds=1.0)
SETTLE_SECONDS = 0.5

Drive = Callable[[Generator, float], Run]


def side_by_side(
    contenders: Sequence[Contender], plan: Plan, drive: Drive, *, connections: int, rooms: int
) -> dict[str, Any]:
    """Each contender's runs: {name: {"runs": […], "deliveries_per_second": {median, min, max}, …}}.

    A contender that does not start is left out of the rounds; its entry has the reason: "not_measured".
    """
    runs: dict[str, list[Run]] = {contender.name: [] for contender in contenders}
    found: dict[str, Any] = {}
    with contextlib.ExitStack() as stack:
        up = {}
        people = {contender.name: contender.people or connections for contender in contenders}
        for contender in contenders:
            say(f"{contender.name}: {people[contender.name]} connections in {rooms} room{'s' * (rooms != 1)}")
            try:
                ready = stack.enter_context(contender.ready(connections=people[contender.name], rooms=rooms))
            except CannotMeasure as reason:
                say(f"{contender.name} is not measured: {reason}")
                found[contender.name] = {"runs": [], "not_measured": str(reason), "note": contender.note}
                continue
            up[contender.name] = ready
        for turn in range(plan.warm_ups + plan.runs):
            for name, (_, generator) in up.items():
                time.sleep(SETTLE_SECONDS)
                run = drive(generator, plan.seconds)
                say(f"{name}: {_in_words(run)}{' (warm-up)' if turn < plan.warm_ups else ''}")
                if turn >= plan.warm_ups:
                    runs[name].append(run)
        for contender in contenders:
            if contender.name not in up:
                continue
            server, generator = up[contender.name]
            found[contender.name] = {
                **figures(runs[contender.name]),
                "note": contender.note,
                "peak_memory_mib": round(server.peak_memory / 2**20, 1),
                "connects_per_second": round(people[contender.name] / generator.connect_seconds, 1),
            }
    return {contender.name: found[contender.name] for contender in contenders}


def figures(runs: Sequence[Run]) -> dict[str, Any]:
    """Medians and ranges over the runs that count."""
    valid = [run for run in runs if run.valid]
    found: dict[str, Any] = {
        "valid_runs": len(valid),
        "all_runs": len(runs),
        "runs": [asdict(run) for run in runs],
    }
    if valid:
        found["deliveries_per_second"] = spread([run.deliveries_per_second for run in valid])
        found["messages_per_second"] = spread(
            [run.sent * run.in_time / run.delivered / run.seconds for run in valid]
        )
        found["cpu_microseconds_per_delivery"] = spread([run.microseconds_per_delivery for run in valid])
        found["generator_load"] = spread([run.generator_load for run in valid])
        found["generator_was_busy"] = max(run.generator_load for run in valid) > BUSY
        for name in ("p50_ms", "p99_ms", "p999_ms", "max_ms"):
            found[name] = spread([getattr(run, name) for run in valid])
    return found


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median, minimum and maximum, to four significant digits."""
    chosen = (statistics.median(values), min(values), max(values))
    return dict(zip(("median", "min", "max"), (float(f"{value:.4g}") for value in chosen), strict=True))


def ratio(found: dict[str, Any], one: str, other: str, figure: str = "deliveries_per_second") -> float | None:
    """The ratio of two contenders' medians; None if one has no run that counts, or delivered nothing in time."""
    medians = [float(found.get(name, {}).get(figure, {}).get("median", 0)) for name in (one, other)]
    return round(medians[0] / medians[1], 3) if all(medians) else None


def say(text: str) -> None:
    print(f"  {text}", flush=True)


def head() -> dict[str, Any]:
    """The head of every file of results."""
    return {"date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()), "machine": describe()}


def _in_words(run: Run) -> str:
    if not run.valid:
        return (
            f"does not count: {run.missing} missing, {run.repeated} repeated,"
            f" {run.foreign} astray, {run.closed} connections closed"
        )
    return (
        f"{run.deliveries_per_second:,.0f} deliveries/s, p50 {run.p50_ms:.1f} ms, p99 {run.p99_ms:.1f} ms,"
        f" {run.microseconds_per_delivery:.1f} µs each, generator {run.generator_load:.0%}"
    )
