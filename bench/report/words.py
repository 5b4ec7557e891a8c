"""Figures and conditions in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from bench.charts.drawing import number
from bench.generator import BUSY

ABOUT_MACHINE = {"processor", "cores", "memory", "system", "python", "commit"}


def machine(results: Sequence[dict[str, Any]]) -> str:
    """The machine, the versions and the dates."""
    last = results[-1]["machine"]
    versions = {
        name: version
        for result in results
        for name, version in result["machine"].items()
        if name not in ABOUT_MACHINE
    }
    dates = sorted({result["date"][:10] for result in results})
    return (
        f"Measured on {listed(dates)}: {last['processor']}, {last['cores']} cores, {last['memory']}, {last['system']};"
        f" Python {last['python']}, {', '.join(f'{name} {version}' for name, version in versions.items())}."
    )


def conditions(result: dict[str, Any], commit: str) -> str:
    """The conditions, in small print below a chart."""
    about = result["machine"]
    quick = "a quick look, not a measurement · " if result.get("quick") else ""
    runs = result.get("plan", {}).get("runs")
    spread = f"medians of {runs} runs, whiskers from least to most · " if runs else ""
    return f"{quick}{spread}{about['processor']}, {about['cores']} cores · {result['date'][:10]} · {commit}"


def cell(key: str, figure: Any) -> str:
    """Median, and the range in brackets."""
    if figure is None:
        return ""
    if not isinstance(figure, dict):
        return number(figure)
    if key == "generator_load":
        return f"{figure['median']:.0%}{' (busy)' if figure['max'] > BUSY else ''}"
    median, least, most = (number(figure[part]) for part in ("median", "min", "max"))
    return median if least == most else f"{median} ({least}–{most})"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterable[str]:
    yield f"| {' | '.join(heads)} |"
    yield "|---" * len(heads) + "|"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


def listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
