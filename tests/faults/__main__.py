"""The long run behind `bin/faults`: every row for a while, then the table of docs/reliability.md."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.faults import report

TESTS = Path(__file__).parent
TIMED_TESTS = 26
"""How many tests last as long as they are told; the others take what they take."""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bin/faults", description=__doc__)
    parser.add_argument(
        "--minutes", type=float, default=TIMED_TESTS, help="of fault in all, shared among rows"
    )
    parser.add_argument("--seed", type=int, default=1, help="which random choices are made")
    parser.add_argument("rows", nargs="*", help="such as f05 f12; none: all, and the document is written")
    given = parser.parse_args(arguments)

    with tempfile.TemporaryDirectory() as directory:
        figures = Path(directory) / "figures"
        figures.touch()
        code = _run(given.minutes * 60 / TIMED_TESTS, given.seed, given.rows, figures)
        entries: list[dict[str, Any]] = [json.loads(line) for line in figures.read_text().splitlines()]
    print(report.table(entries))
    if code == 0 and not given.rows:
        report.write(entries, seed=given.seed)
        print(f"Written: {report.DOCUMENT}")
    return code


def _run(seconds: float, seed: int, rows: list[str], figures: Path) -> int:
    environment = {
        **os.environ,
        "FAULTS_SECONDS": f"{seconds:.0f}",
        "FAULTS_SEED": str(seed),
        "FAULTS_FIGURES": str(figures),
    }
    chosen = ["-k", " or ".join(rows)] if rows else []
    command = [sys.executable, "-m", "pytest", str(TESTS), "-q", "-p", "no:randomly", *chosen]
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
