"""A scenario: a question, a bar, and a measurement."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bench.contenders import Contender
from bench.rounds import Drive, Plan, ratio, side_by_side


@dataclass(frozen=True)
class Bar:
    """The bar of a figure: at least `least`, or at most `most`."""

    figure: str
    least: float | None = None
    most: float | None = None

    def met(self, value: float | None) -> bool | None:
        if value is None:
            return None
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)

    def in_words(self) -> str:
        return f"≥ {self.least:g}" if self.least is not None else f"≤ {self.most:g}"


@dataclass(frozen=True)
class Scenario:
    """`measure(plan)` returns {"contenders": {name: figures}, "values": {figure: number}}; `bars` judge the values."""

    id: str
    title: str
    measure: Callable[[Plan], dict[str, Any]]
    bars: Sequence[Bar]

    def judged(self, plan: Plan) -> dict[str, Any]:
        found = self.measure(plan)
        verdicts = [
            {
                "figure": bar.figure,
                "value": found["values"].get(bar.figure),
                "bar": bar.in_words(),
                "met": bar.met(found["values"].get(bar.figure)),
            }
            for bar in self.bars
        ]
        return {"title": self.title, "bars": verdicts, **found}


def fan_out(
    contenders: Sequence[Contender], drive: Drive, *, connections: int, rooms: int, figure: str, against: str
) -> Callable[[Plan], dict[str, Any]]:
    """Hubbub and others, with the ratio to one of them."""

    def measure(plan: Plan) -> dict[str, Any]:
        found = side_by_side(contenders, plan, drive, connections=connections, rooms=rooms)
        return {"contenders": found, "values": {figure: ratio(found, "Hubbub", against)}}

    return measure


def at_a_rate(
    contenders: Sequence[Contender], per_second: float, *, connections: int, figure: str
) -> Callable[[Plan], dict[str, Any]]:
    """A fixed number of messages per second into one room. The bar is on Hubbub's p99, in milliseconds."""

    def measure(plan: Plan) -> dict[str, Any]:
        found = side_by_side(
            contenders,
            plan,
            lambda generator, seconds: generator.rate(per_second, seconds),
            connections=connections,
            rooms=1,
        )
        return {"contenders": found, "values": {figure: found["Hubbub"].get("p99_ms", {}).get("median")}}

    return measure
