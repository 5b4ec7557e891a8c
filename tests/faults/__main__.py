"""The long run behind `bin/faults`: every row for a while, then the table of docs/reliability.md."""

from __future__ import annotations

import argparse
import sys
import time

from tests.faults import report
from tests.faults.plan import PARTS, Part
from tests.faults.results import Result, Results


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bin/faults", description=__doc__)
    parser.add_argument("--minutes", type=float, help="of fault in all; as they are planned if not given")
    parser.add_argument("--seed", type=int, default=1, help="which random choices are made")
    parser.add_argument("--again", action="store_true", help="also what this commit has already been through")
    parser.add_argument("rows", nargs="*", help="such as f05 f12; none: all, and the document is written")
    given = parser.parse_args(arguments)

    planned = sum(part.seconds for part in PARTS)
    pace = given.minutes * 60 / planned if given.minutes else 1.0
    results = Results(seed=given.seed, pace=pace)
    chosen = [part for part in PARTS if not given.rows or _is_meant(part, given.rows)]
    for place, part in enumerate(chosen, 1):
        known = results.known(part)
        again = known is None or not known.held or given.again
        print(f"[{place}/{len(chosen)}] {time.strftime('%H:%M:%S')} {part.name} … ", end="", flush=True)
        result = results.make(part) if again or known is None else known
        print(_told(result) + ("" if again else " (held before)"), flush=True)

    found = [known for part in PARTS if (known := results.known(part)) is not None]
    print(report.table(found))
    whole = len(found) == len(PARTS) and not any(result.broken for result in found)
    if whole:
        report.write(found, seed=given.seed)
        print(f"Written: {report.DOCUMENT}")
    return 0 if all(result.held for result in found) and found else 1


def _is_meant(part: Part, rows: list[str]) -> bool:
    plain = {word.lower().replace("f0", "f") for word in part.name.split()} | {part.name.lower()}
    return any(row.lower().replace("f0", "f") in plain for row in rows)


def _told(result: Result) -> str:
    faults, acked = (sum(int(entry.get(key, 0)) for entry in result.entries) for key in ("faults", "acked"))
    outcome = "held" if result.held else f"FAILED, see {result.log}"
    return f"{result.took:.0f} s, {faults:,} faults, {acked:,} acknowledged: {outcome}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
