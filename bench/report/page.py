"""Writes everything between the markers of the page, and its charts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from bench.machine import ROOT
from bench.report import growth, scenarios
from bench.report.words import conditions, machine

PAGE = ROOT / "docs" / "performance.md"
CHARTS = ROOT / "docs" / "performance"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
Found = dict[str, tuple[dict[str, Any], dict[str, Any]]]
"""The last result of each name: (its file, the result)."""


def write_page(results: Sequence[dict[str, Any]]) -> None:
    """If several files have a result, the last one counts. Charts that the page no longer shows are removed."""
    charts: dict[str, str] = {}

    def draw(name: str, svg: str, words: str) -> str:
        charts[f"{name}.svg"] = svg
        return f"![{words}]({CHARTS.name}/{name}.svg)"

    text = "\n".join(_text(results, draw))
    before, _, rest = PAGE.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}")
    CHARTS.mkdir(exist_ok=True)
    for name, svg in charts.items():
        (CHARTS / name).write_text(svg)
    for file in CHARTS.glob("*.svg"):
        if file.name not in charts:
            file.unlink()


def _text(results: Sequence[dict[str, Any]], draw: scenarios.Draw) -> Iterable[str]:
    yield machine(results)
    yield ""
    if measured := _last(results, "scenarios"):
        ordered = dict(sorted(measured.items(), key=lambda pair: int(pair[0][1:])))
        yield from scenarios.summary({name: found for name, (_, found) in ordered.items()})
        for name, (result, found) in ordered.items():
            yield from scenarios.details(name, found, conditions(result, found["commit"]), draw)
    if measured := _last(results, "growth"):
        yield "### How cost grows"
        yield ""
        for name, (result, found) in measured.items():
            yield from growth.series(name, found, conditions(result, found["commit"]), draw)
    if measured := _last(results, "steady"):
        yield "### Memory over time"
        yield ""
        for result, found in measured.values():
            yield from growth.steady(found, conditions(result, found["commit"]), draw)


def _last(results: Sequence[dict[str, Any]], kind: str) -> Found:
    return {name: (result, found) for result in results for name, found in result.get(kind, {}).items()}
