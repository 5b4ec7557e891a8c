"""Contenders side by side: a bar for the median, a whisker from minimum to maximum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.charts.drawing import Sheet, number

WIDTH, ROW, TOP, BOTTOM = 760, 34, 62, 40
RIGHT, LETTER = 130, 6.9
"""Width of the figures, and of one letter of a label (upper bound), in pixels."""


@dataclass(frozen=True)
class Bar:
    label: str
    median: float
    least: float
    most: float


def bars(title: str, unit: str, rows: Sequence[Bar], *, ours: str, conditions: str) -> str:
    """Horizontal bars from zero; `ours` has the accent colour."""
    sheet = Sheet(WIDTH, TOP + ROW * len(rows) + BOTTOM, title, conditions)
    sheet.text((16, 44), unit, "quiet")
    left = 30 + LETTER * max(len(row.label) for row in rows)
    scale = (WIDTH - left - RIGHT) / max(row.most for row in rows)
    for place, row in enumerate(rows):
        top = TOP + ROW * place
        middle = top + ROW / 2 - 4
        least, most = left + row.least * scale, left + row.most * scale
        sheet.text((left - 10, middle + 4), row.label, anchor="end")
        sheet.box((left, top), max(row.median * scale, 1), ROW - 8, "ours" if row.label == ours else "theirs")
        if row.most > row.least:
            sheet.line((least, middle), (most, middle), "whisker")
            for end in (least, most):
                sheet.line((end, middle - 4), (end, middle + 4), "whisker")
        sheet.text((max(most, left + row.median * scale) + 8, middle + 4), number(row.median))
    sheet.line((left, TOP - 4), (left, TOP + ROW * len(rows) - 4), "grid")
    return sheet.svg()
