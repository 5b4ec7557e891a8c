"""The scenarios: one table of all bars, then a table for each, and a chart if it compares servers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from bench.charts.bars import Bar, bars
from bench.report.words import cell, table

OURS = "Hubbub"
FIGURES = {
    "deliveries_per_second": "deliveries/s",
    "messages_per_second": "messages/s",
    "arrivals_per_second": "arrivals/s",
    "cpu_microseconds_per_arrival": "CPU µs per arrival",
    "kib_per_connection": "KiB per connection",
    "seconds": "seconds",
    "gzip_kb": "kB, gzip",
    "plain_kb": "kB, plain",
    "page_p99_ms": "page p99, ms",
    "heap_mb": "heap, MB",
    "heap_collected_mb": "heap after collection, MB",
    "rows": "rows",
    "long_tasks": "tasks over 50 ms",
    "longest_task_ms": "longest task, ms",
    "p50_ms": "p50, ms",
    "p99_ms": "p99, ms",
    "to_all_ms": "until all have it, ms",
    "cpu_microseconds_per_delivery": "CPU µs per delivery",
    "generator_load": "generator's core",
    "peak_memory_mib": "peak memory, MiB",
}
DRAWN = ("messages_per_second", "deliveries_per_second", "p50_ms", "p99_ms")
"""The figure of a chart: messages in rooms of two, deliveries in large rooms, latency at a fixed rate."""

Draw = Callable[[str, str, str], str]
"""Stores a chart under a name, and returns its Markdown: (name, svg, text alternative)."""


def summary(scenarios: dict[str, Any]) -> Iterable[str]:
    verdicts = {True: "met", False: "**not met**", None: "not measured"}
    rows = [
        (
            name,
            found["title"],
            bar["figure"],
            "**–**" if bar["value"] is None else f"**{bar['value']:g}**",
            bar["bar"],
            verdicts[bar["met"]],
            f"`{found['commit']}`",
        )
        for name, found in scenarios.items()
        for bar in found["bars"]
    ]
    yield from table(("", "what", "figure", "seen", "bar", "", "commit"), rows)


def details(name: str, found: dict[str, Any], conditions: str, draw: Draw) -> Iterable[str]:
    contenders = found["contenders"]
    shown = [key for key in FIGURES if any(key in figures for figures in contenders.values())]
    yield f"#### {name}. {found['title']}"
    yield ""
    if chart := _chart(name, found, conditions, draw):
        yield chart
        yield ""
    heads = ["", *(FIGURES[key] for key in shown), "runs that count"]
    rows = [
        [contender, *(cell(key, figures.get(key)) for key in shown), _counted(figures)]
        for contender, figures in contenders.items()
    ]
    yield from table(heads, rows)
    if any(figures.get("generator_was_busy") for figures in contenders.values()):
        yield "Where the generator's core was busy (over 70 %), the server may be faster than it could take."
        yield ""
    for contender, figures in contenders.items():
        if reason := _reason(figures):
            yield f"{contender} was not measured: {reason}"
            yield ""
    notes = {
        figures["note"]: contender
        for contender, figures in reversed(contenders.items())
        if figures.get("note")
    }
    if notes:
        yield " ".join(f"{contender}: {note}." for note, contender in reversed(notes.items()))
        yield ""


def _chart(name: str, found: dict[str, Any], conditions: str, draw: Draw) -> str:
    """A chart of contenders that have the same figure; empty if there is nothing to compare."""
    contenders = found["contenders"]
    judged = " ".join(bar["figure"] for bar in found["bars"])
    chosen = (key for key in DRAWN if FIGURES[key].partition(",")[0] in judged)
    figure = next(chosen, "deliveries_per_second")
    rows = [
        Bar(contender, seen["median"], seen["min"], seen["max"])
        for contender, figures in contenders.items()
        if (seen := figures.get(figure))
    ]
    if OURS not in contenders or len(rows) < 2:
        return ""
    unit = FIGURES[figure] + (" (less is better)" if figure.endswith("_ms") else "")
    svg = bars(f"{name}. {found['title']}", unit, rows, ours=OURS, conditions=conditions)
    said = "; ".join(f"{row.label} {cell('', row.median)}" for row in rows)
    return draw(name.lower(), svg, f"{found['title']}, {FIGURES[figure]}: {said}")


def _counted(figures: dict[str, Any]) -> str:
    if _reason(figures):
        return "not measured"
    valid, of = figures.get("valid_runs"), figures.get("all_runs", len(figures["runs"]))
    return str(of) if valid is None else f"{valid} of {of}"


def _reason(figures: dict[str, Any]) -> str:
    """The reason why a contender did not start, on one line; empty if it did."""
    return " ".join(figures.get("not_measured", "").split())
