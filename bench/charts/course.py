"""One figure over time, from zero, with its permitted band."""

from __future__ import annotations

from collections.abc import Sequence

from bench.charts.drawing import Sheet, number

MOST_STEPS = 6
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 290, 56, 60, 62, 64


def course(
    title: str,
    unit: str,
    points: Sequence[tuple[float, float]],
    *,
    begin: float,
    level: float,
    tolerance: float,
    conditions: str,
) -> str:
    """`points` are (minutes, value). From minute `begin` on, the band is `level` ± `tolerance` of it."""
    sheet = Sheet(WIDTH, HEIGHT, title, conditions)
    sheet.text((16, 44), unit, "quiet")
    bottom = HEIGHT - BOTTOM
    last = points[-1][0]
    most = max(*(value for _, value in points), level * (1 + tolerance)) * 1.1

    def x(minutes: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * minutes / last

    def y(value: float) -> float:
        return bottom - (bottom - TOP) * value / most

    upper, lower = y(level * (1 + tolerance)), y(level * (1 - tolerance))
    sheet.box((x(begin), upper), x(last) - x(begin), lower - upper, "band")
    for value in _round_values(most):
        sheet.line((LEFT, y(value)), (x(last), y(value)), "grid")
        sheet.text((LEFT - 8, y(value) + 4), number(value), "quiet", anchor="end")
    for minutes in _round_values(last):
        sheet.text((x(minutes), bottom + 17), number(minutes), "quiet", anchor="middle")
    sheet.text((x(last / 2), bottom + 33), "minutes", "quiet", anchor="middle")
    sheet.line((x(begin), y(level)), (x(last), y(level)), "second")
    sheet.path([(x(minutes), y(value)) for minutes, value in points], "line")
    sheet.text((x(last) + 8, y(points[-1][1]) + 4), number(points[-1][1]))
    sheet.text((x(begin) + 6, lower + 14), f"± {tolerance:.0%} of {number(level)}", "quiet")
    return sheet.svg()


def _round_values(most: float) -> list[float]:
    """Some round numbers from zero up to the maximum, or just above."""
    steps = (s * size for size in (0.1, 1, 10, 100, 1000, 10_000) for s in (1, 2, 5))
    step = next(step for step in steps if most / step <= MOST_STEPS)
    return [step * count for count in range(int(most / step + 0.05) + 1)]
