"""Measures Hubbub beside others and writes what it saw.

bin/bench --list
bin/bench P1 P4 --quick          some seconds each, to see that it works; says nothing about speed
bin/bench all                    the real figures: raw JSON to bench/results, tables to docs/performance.md
bin/bench --report FILE …        the tables again, from results that are there; a later file wins
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from bench.compiling import CannotMeasure
from bench.machine import BENCH, ROOT
from bench.peers.socket_io import versions
from bench.report import write_tables
from bench.rounds import QUICK, Plan, head
from bench.scenarios import ALL


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="bin/bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help="P1 … P11, or all")
    parser.add_argument("--list", action="store_true", help="say what there is, and end")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter runs")
    parser.add_argument(
        "--report", nargs="+", type=Path, metavar="FILE", help="write the tables of docs/performance.md"
    )
    chosen = parser.parse_args()
    if chosen.list:
        for scenario in ALL.values():
            print(
                f"{scenario.id:4} {scenario.title}  ({'; '.join(f'{b.figure} {b.in_words()}' for b in scenario.bars)})"
            )
        return 0
    if chosen.report:
        write_tables([json.loads(file.read_text()) for file in chosen.report])
        return 0
    names = list(ALL) if chosen.scenarios == ["all"] else chosen.scenarios
    if not names or (unknown := [name for name in names if name not in ALL]):
        parser.error(f"there is no {unknown[0]}; try --list" if names else "which scenario? try --list")
    try:
        return measure(names, QUICK if chosen.quick else Plan(), quick=chosen.quick)
    except CannotMeasure as error:
        print(f"bin/bench: {error}", file=sys.stderr)
        return 1


def measure(names: list[str], plan: Plan, *, quick: bool) -> int:
    """Run the scenarios one after the other, save after each, and say which bars are met."""
    results: dict[str, Any] = {**head(), "quick": quick, "plan": vars(plan), "scenarios": {}}
    kind = "-quick" if quick else ""
    file = (
        BENCH
        / "results"
        / f"{results['date'][:10]}-{results['machine']['commit']}-{'-'.join(names)}{kind}.json"
    )
    for name in names:
        print(f"{name}  {ALL[name].title}", flush=True)
        results["scenarios"][name] = {"commit": results["machine"]["commit"], **ALL[name].judged(plan)}
        results["machine"].update(versions())
        file.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
        for bar in results["scenarios"][name]["bars"]:
            verdict = {True: "met", False: "NOT met", None: "not measured"}[bar["met"]]
            print(f"  {bar['figure']}: {bar['value']}  (bar {bar['bar']}: {verdict})", flush=True)
    print(f"Raw figures: {file.relative_to(ROOT)}")
    if not quick and len(names) == len(ALL):
        write_tables([results])
    return 0


sys.exit(main())
