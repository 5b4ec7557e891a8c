"""Growth of figures: small panels side by side, sizes on a logarithmic axis, every point with its value."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bench.charts.drawing import Sheet, number, short

WIDTH, HEIGHT, TOP, BOTTOM, GAP, EDGE = 760, 290, 74, 64, 34, 34
STEEP = 20
"""A figure with a larger ratio of maximum to minimum gets a logarithmic axis, too."""
APART = 46
"""Minimum distance between two labels of points, in pixels."""


@dataclass(frozen=True)
class Panel:
    """`points` are (size, median, minimum, maximum)."""

    title: str
    points: Sequence[tuple[float, float, float, float]]


def panels(title: str, across: str, drawn: Sequence[Panel], conditions: str) -> str:
    sheet = Sheet(WIDTH, HEIGHT, title, conditions)
    each = (WIDTH - 2 * EDGE - GAP * (len(drawn) - 1)) / len(drawn)
    for place, panel in enumerate(drawn):
        _draw(sheet, panel, EDGE + place * (each + GAP), each, across)
    return sheet.svg()


def _draw(sheet: Sheet, panel: Panel, left: float, width: float, across: str) -> None:
    bottom, height = HEIGHT - BOTTOM, HEIGHT - BOTTOM - TOP
    sizes = [point[0] for point in panel.points]
    least = min(point[2] for point in panel.points)
    most = max(point[3] for point in panel.points)
    steep = least > 0 and most / least > STEEP
    floor = math.log10(least) if steep else 0.0
    span = (math.log10(most) if steep else most) - floor or 1.0
    first, many = math.log10(sizes[0]), math.log10(sizes[-1]) - math.log10(sizes[0]) or 1.0

    def x(size: float) -> float:
        return left + width * (math.log10(size) - first) / many

    def y(value: float) -> float:
        return bottom - height * ((math.log10(value) if steep else value) - floor) / span

    sheet.text((left, 52), f"{panel.title}{' (logarithmic)' if steep else ''}", "panel")
    sheet.line((left, bottom), (left + width, bottom), "grid")
    for size in sizes:
        sheet.line((x(size), bottom), (x(size), bottom + 4), "grid")
        if size in (sizes[0], sizes[-1]) or math.log10(size).is_integer() or len(sizes) < 4:
            sheet.text((x(size), bottom + 17), short(size), "quiet", anchor="middle")
    sheet.text((left + width / 2, bottom + 33), across, "quiet", anchor="middle")
    sheet.path([(x(size), y(median)) for size, median, _, _ in panel.points], "line")
    labelled = math.inf
    for size, median, low, high in reversed(panel.points):
        sheet.line((x(size), y(low)), (x(size), y(high)), "whisker")
        sheet.dot((x(size), y(median)), "ours")
        if labelled - x(size) >= APART:
            sheet.text((x(size), y(high) - 8), number(median), "quiet", anchor="middle")
            labelled = x(size)
