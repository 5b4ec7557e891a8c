"""Writes the tables of docs/performance.md from the raw results, so that no figure can be mistyped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from bench.generator import BUSY
from bench.machine import ROOT

PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"

FIGURES = {
    "deliveries_per_second": "deliveries/s",
    "messages_per_second": "messages/s",
    "arrivals_per_second": "arrivals/s",
    "kib_per_connection": "KiB per connection",
    "seconds": "seconds",
    "page_p99_ms": "page p99, ms",
    "p50_ms": "p50, ms",
    "p99_ms": "p99, ms",
    "cpu_microseconds_per_delivery": "CPU µs per delivery",
    "generator_load": "generator's core",
    "peak_memory_mib": "peak memory, MiB",
}


def write_page(results: Sequence[dict[str, Any]]) -> None:
    """Put the tables between the markers of the page. Of a scenario in several files the last counts."""
    scenarios = {name: found for result in results for name, found in result["scenarios"].items()}
    ordered = dict(sorted(scenarios.items(), key=lambda pair: int(pair[0][1:])))
    text = "\n".join([*_machine(results), *_bars(ordered), *_details(ordered)])
    page = PAGE.read_text()
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}")


def _machine(results: Sequence[dict[str, Any]]) -> Iterable[str]:
    last = results[-1]
    machine = last["machine"]
    dates = sorted({result["date"] for result in results})
    versions = [f"{name} {machine[name]}" for name in machine if name not in _ABOUT_MACHINE]
    yield (
        f"Measured {', '.join(dates)} on {machine['processor']}, {machine['cores']} cores, {machine['memory']},"
        f" {machine['system']}; Python {machine['python']}, {', '.join(versions)}."
    )
    yield ""


_ABOUT_MACHINE = {"processor", "cores", "memory", "system", "python", "commit"}


def _bars(scenarios: dict[str, Any]) -> Iterable[str]:
    yield "| | what | figure | seen | bar | | commit |"
    yield "|---|---|---|---|---|---|---|"
    for name, found in scenarios.items():
        for bar in found["bars"]:
            verdict = {True: "met", False: "**not met**", None: "not measured"}[bar["met"]]
            seen = "–" if bar["value"] is None else f"{bar['value']:g}"
            row = [
                name,
                found["title"],
                bar["figure"],
                f"**{seen}**",
                bar["bar"],
                verdict,
                f"`{found['commit']}`",
            ]
            yield f"| {' | '.join(row)} |"
    yield ""


def _details(scenarios: dict[str, Any]) -> Iterable[str]:
    for name, found in scenarios.items():
        contenders = found["contenders"]
        shown = [key for key in FIGURES if any(key in figures for figures in contenders.values())]
        yield f"**{name}. {found['title']}**"
        yield ""
        yield f"| | {' | '.join(FIGURES[key] for key in shown)} | runs that count |"
        yield "|---|" + "---|" * (len(shown) + 1)
        for contender, figures in contenders.items():
            cells = [_cell(key, figures.get(key)) for key in shown]
            valid, of = figures.get("valid_runs"), figures.get("all_runs", len(figures["runs"]))
            counted = of if valid is None else f"{valid} of {of}"
            yield f"| {contender} | {' | '.join(cells)} | {'not measured' if _reason(figures) else counted} |"
        if any(figures.get("generator_was_busy") for figures in contenders.values()):
            yield ""
            yield "Where the generator's core was busy (over 70 %), the server may be faster than it could take."
        for contender, figures in contenders.items():
            if reason := _reason(figures):
                yield ""
                yield f"{contender} was not measured: {reason}"
        notes = [
            f"{contender}: {figures['note']}."
            for contender, figures in contenders.items()
            if figures.get("note")
        ]
        if notes:
            yield ""
            yield " ".join(notes)
        yield ""


def _reason(figures: dict[str, Any]) -> str:
    """Why a contender could not be brought up, on one line; empty if it was."""
    return " ".join(figures.get("not_measured", "").split())


def _cell(key: str, figure: Any) -> str:
    """Median, and the range in brackets."""
    if figure is None:
        return ""
    if key == "peak_memory_mib":
        return _number(figure)
    if key == "generator_load":
        return f"{figure['median']:.0%}{' (busy)' if figure['max'] > BUSY else ''}"
    median, least, most = (_number(figure[part]) for part in ("median", "min", "max"))
    return median if least == most else f"{median} ({least}–{most})"


def _number(value: float) -> str:
    return f"{value:,.0f}".replace(",", " ") if value >= 1000 else f"{value:.3g}"
