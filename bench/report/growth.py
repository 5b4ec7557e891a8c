"""Growth of cost, and memory over time: a chart and a table each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bench.charts.course import course
from bench.charts.drawing import number
from bench.charts.growth import Panel, panels
from bench.report.scenarios import Draw
from bench.report.words import cell, table

TOLERANCE = 0.10


def series(name: str, found: dict[str, Any], conditions: str, draw: Draw) -> Iterable[str]:
    points, figures = found["points"], found["figures"]
    yield f"#### {found['title']}"
    yield ""
    drawn = [Panel(figures[key], _seen(points, key)) for key in found["drawn"] if len(_seen(points, key)) > 1]
    if drawn:
        svg = panels(found["title"], found["across"], drawn, conditions)
        said = "; ".join(
            f"{panel.title} from {number(panel.points[0][1])} to {number(panel.points[-1][1])}"
            for panel in drawn
        )
        sizes = f"{number(points[0]['x'])} to {number(points[-1]['x'])} {found['across']}"
        yield draw(f"growth-{name}", svg, f"{sizes}: {said}")
        yield ""
    shown = [key for key in figures if any(key in point for point in points)]
    rows = [[number(point["x"]), *(cell(key, point.get(key)) for key in shown)] for point in points]
    yield from table([found["across"], *(figures[key] for key in shown)], rows)
    yield found["note"]
    yield ""
    if found.get("not_measured"):
        yield f"Larger sizes could not be measured here: {found['not_measured']}"
        yield ""


def steady(found: dict[str, Any], conditions: str, draw: Draw) -> Iterable[str]:
    minutes, warm_up = found["minutes"], found["warm_up_seconds"] / 60
    svg = course(
        found["title"],
        "resident memory of the server, MiB",
        [(seconds / 60, mib) for seconds, mib in found["samples"]],
        begin=warm_up,
        level=found["baseline"],
        tolerance=TOLERANCE,
        conditions=conditions,
    )
    told = (
        f"{number(found['baseline'])} MiB after {warm_up:.0f} minutes, {number(found['end'])} MiB at the end"
    )
    yield draw("steady", svg, f"{found['title']}: {told}")
    yield ""
    done = ", ".join(f"{number(count)} {what}" for what, count in found["done"].items() if ":" not in what)
    yield (
        f"**{told}: {found['drift_percent']:+.1f} %** (bar {found['bar']}: {'met' if found['met'] else '**not met**'})."
        f" Most: {number(found['most'])} MiB; the straight line through all samples rises by"
        f" {found['mib_per_hour']:+.1f} MiB an hour. {minutes:g} minutes at {found['server_load']:.0%} of a core:"
        f" {done}."
    )
    yield ""


def _seen(points: list[dict[str, Any]], key: str) -> list[tuple[float, float, float, float]]:
    return [
        (point["x"], seen["median"], seen["min"], seen["max"])
        for point in points
        if (seen := point.get(key)) is not None
    ]
