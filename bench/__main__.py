"""Measures Hubbub and other servers, and stores the results.

bin/bench --list
bin/bench P1 P4 --quick          some seconds each, to check that it works; its figures mean nothing
bin/bench all                    the scenarios: raw JSON to bench/results
bin/bench growth                 growth of cost with members, rooms, history, connections, processes
bin/bench growth history --most 1000000
bin/bench steady --minutes 30    memory while people connect and disconnect
bin/bench --report FILE …        tables and charts of docs/performance.md from raw results; a later file wins
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bench import growth, scenarios
from bench.compiling import CannotMeasure
from bench.growth.series import GROWTH_PLAN
from bench.machine import BENCH, ROOT
from bench.peers.versions import versions
from bench.report import write_page
from bench.rounds import QUICK, Plan, head
from bench.steady import run as steady

STEADY_MINUTES, QUICK_MINUTES = 30.0, 1.0


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="bin/bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", nargs="*", metavar="WHAT", help="P1 …, or all; growth [NAME …]; steady")
    parser.add_argument("--list", action="store_true", help="say what there is, and end")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter runs")
    parser.add_argument("--most", type=int, metavar="N", help="of growth: no size above this")
    parser.add_argument("--minutes", type=float, metavar="N", help=f"of steady (default: {STEADY_MINUTES:g})")
    parser.add_argument(
        "--report",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="write tables and charts of docs/performance.md",
    )
    chosen = parser.parse_args()
    if chosen.list:
        print_list()
        return 0
    if chosen.report:
        write_page([json.loads(file.read_text()) for file in chosen.report])
        return 0
    try:
        match chosen.what:
            case ["growth", *names]:
                measure_growth(known(parser, names or [*growth.ALL], growth.ALL), chosen.quick, chosen.most)
            case ["steady"]:
                measure_steady(
                    chosen.minutes or (QUICK_MINUTES if chosen.quick else STEADY_MINUTES), chosen.quick
                )
            case ["all"]:
                measure_scenarios([*scenarios.ALL], chosen.quick)
            case names:
                measure_scenarios(known(parser, names, scenarios.ALL), chosen.quick)
    except CannotMeasure as error:
        print(f"bin/bench: {error}", file=sys.stderr)
        return 1
    return 0


def known(parser: argparse.ArgumentParser, names: list[str], of: Mapping[str, object]) -> list[str]:
    """The names, after a check that each exists."""
    if not names:
        parser.error("which scenario? try --list")
    if unknown := [name for name in names if name not in of]:
        parser.error(f"there is no {unknown[0]}; try --list")
    return names


def print_list() -> None:
    for scenario in scenarios.ALL.values():
        bars = "; ".join(f"{bar.figure} {bar.in_words()}" for bar in scenario.bars)
        print(f"{scenario.id:4} {scenario.title}" + (f"  ({bars})" if bars else ""))
    for series in growth.ALL.values():
        print(f"growth {series.name:12} {series.title}: {series.sizes[0]:,} to {series.sizes[-1]:,}")
    print("steady              memory while people connect and disconnect, half an hour")


def measure_scenarios(names: list[str], quick: bool) -> None:
    """One after the other, saved after each. Reports one that cannot be measured here and continues with the others."""
    plan = QUICK if quick else Plan()
    file = Results(names, quick, plan)
    for name in names:
        scenario = scenarios.ALL[name]
        print(f"{name}  {scenario.title}", flush=True)
        if file.keep("scenarios", name, lambda scenario=scenario: scenario.judged(plan)):
            for bar in file.found["scenarios"][name]["bars"]:
                verdict = {True: "met", False: "NOT met", None: "not measured"}[bar["met"]]
                print(f"  {bar['figure']}: {bar['value']}  (bar {bar['bar']}: {verdict})", flush=True)
    file.close()


def measure_growth(names: list[str], quick: bool, most: int | None) -> None:
    plan = QUICK if quick else GROWTH_PLAN
    file = Results(["growth", *names] if len(names) < len(growth.ALL) else ["growth"], quick, plan)
    for name in names:
        series = growth.ALL[name]
        print(f"growth  {series.title}", flush=True)
        file.keep("growth", name, lambda series=series: series.measured(plan, most=most, few=quick))
    file.close()


def measure_steady(minutes: float, quick: bool) -> None:
    file = Results(["steady"], quick)
    print(f"steady  {minutes:g} minutes", flush=True)
    if file.keep("steady", "memory", lambda: steady.measure(minutes)):
        found = file.found["steady"]["memory"]
        verdict = "met" if found["met"] else "NOT met"
        print(
            f"  {found['baseline']} MiB, at the end {found['end']} MiB ({found['drift_percent']:+} %),"
            f" {found['mib_per_hour']:+} MiB/h  (bar {found['bar']}: {verdict})"
        )
    file.close()


class Results:
    """A file of raw results. `keep` adds the result of a measurement and saves the file."""

    def __init__(self, names: list[str], quick: bool, plan: Plan | None = None) -> None:
        self.found: dict[str, Any] = {**head(), "quick": quick, "plan": vars(plan) if plan else {}}
        self._commit = self.found["machine"]["commit"]
        kind = "-quick" if quick else ""
        name = "-".join(names) if len(names) < len(scenarios.ALL) else "all"
        self._file = BENCH / "results" / f"{self.found['date'][:10]}-{self._commit}-{name}{kind}.json"
        self._missed: list[str] = []

    def keep(self, kind: str, name: str, measure: Callable[[], dict[str, Any]]) -> bool:
        """False if it cannot be measured here."""
        try:
            found = measure()
        except CannotMeasure as error:
            print(f"  Not measured: {error}", file=sys.stderr, flush=True)
            self._missed.append(name)
            return False
        self.found.setdefault(kind, {})[name] = {"commit": self._commit, **found}
        self.found["machine"].update(versions())
        self._file.write_text(json.dumps(self.found, indent=1, ensure_ascii=False) + "\n")
        return True

    def close(self) -> None:
        if self._missed:
            raise CannotMeasure(f"not measured: {', '.join(self._missed)}")
        print(f"Raw figures: {self._file.relative_to(ROOT)}")


sys.exit(main())
