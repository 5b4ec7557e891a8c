"""The program behind `bin/attacks`: runs each attack for some time and reports the results."""

from __future__ import annotations

import argparse
import json
import logging
import os
import subprocess
import sys
import time
import traceback
from pathlib import Path

import django

# The crawl reads the product's URLs and commands, as tests do.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()
# Some attacks make the server cut a connection in the middle of a frame.
logging.getLogger("websockets").setLevel(logging.CRITICAL)

from tests.attacks.attacked_server import Seen  # noqa: E402
from tests.attacks.campaign import ATTACKS, Attack, carried_out  # noqa: E402

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".attacks"
MINUTES_EACH = 2.0


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bin/attacks", description=__doc__)
    parser.add_argument(
        "--minutes", type=float, help=f"in all; {MINUTES_EACH:g} for each attack if not given"
    )
    parser.add_argument("--seed", type=int, default=1, help="seed of the random choices")
    parser.add_argument("--list", action="store_true", help="name the attacks and end")
    parser.add_argument("names", nargs="*", help="such as frames; none: all")
    given = parser.parse_args(arguments)
    if given.list:
        print("\n".join(f"{attack.name:24} {(attack.run.__doc__ or '').strip()}" for attack in ATTACKS))
        return 0
    if unknown := [name for name in given.names if not any(name in attack.name for attack in ATTACKS)]:
        parser.error(f"there is no attack {', '.join(unknown)}; --list names them")
    chosen = [a for a in ATTACKS if not given.names or any(name in a.name for name in given.names)]
    seconds = given.minutes * 60 / len(chosen) if given.minutes else MINUTES_EACH * 60
    results = [_one(attack, seconds, given.seed) for attack in chosen]
    file = _write(results, seconds, given.seed)
    failed = [attack.name for attack, seen in results if seen.broken]
    print(f"\nWritten: {file.relative_to(ROOT)}")
    print(f"Did not hold: {', '.join(failed)}." if failed else f"All {len(results)} held.")
    return 1 if failed else 0


def _one(attack: Attack, seconds: float, seed: int) -> tuple[Attack, Seen]:
    print(f"\n── {attack.name}, {seconds:.0f} s: {(attack.run.__doc__ or '').strip()}", flush=True)
    try:
        seen = carried_out(attack, seconds, seed)
    except Exception as error:
        traceback.print_exc()
        seen = Seen(broken=[f"the attack itself ended: {error!r:.500}"])
    for name, figure in seen.figures.items():
        print(f"   {name:24} {figure:>12}" if isinstance(figure, int | float) else f"   {name}: {figure}")
    for sentence in sorted(set(seen.broken))[:20]:
        print(f"   DID NOT HOLD: {sentence}")
    return attack, seen


def _write(results: list[tuple[Attack, Seen]], seconds: float, seed: int) -> Path:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
    FOLDER.mkdir(exist_ok=True)
    file = FOLDER / f"{time.strftime('%Y%m%d-%H%M%S')}-{commit or 'unknown'}.json"
    document = {
        "commit": commit,
        "seconds each": seconds,
        "seed": seed,
        "attacks": {
            attack.name: {
                "held": not seen.broken,
                "figures": seen.figures,
                "broken": sorted(set(seen.broken)),
            }
            for attack, seen in results
        },
    }
    file.write_text(json.dumps(document, indent=2, default=str) + "\n")
    return file


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
