"""The figures of a long run as the table of docs/reliability.md. It contains only measured figures."""

from __future__ import annotations

import os
import platform
from itertools import groupby
from pathlib import Path

from tests.faults.results import Entry, Result, commit

DOCUMENT = Path(__file__).parents[2] / "docs" / "reliability.md"
BEGIN, END = "<!-- figures: written by bin/faults -->", "<!-- end of figures -->"

RECOVERY = ("slowest_return_s", "recovery_s", "all_back_s", "converged_s")
"""Which figure says how slow the slowest recovery was: a client that was cut off is back, a database answers again,
everybody has everything. The first that a row has."""

WORDS = {
    "slowest_first_ack_s": "first answer after a restart {:.2f} s",
    "slowest_heard_s": "heard by others after {:.2f} s at the latest",
    "slowest_ack_s": "slowest answer {:.2f} s",
    "slowest_refusal_s": "refused within {:.2f} s",
    "slowest_read_refusal_s": "reads answered or refused within {:.2f} s",
    "stopped_s": "ended by itself after {:.1f} s at the latest",
    "roster_clean_s": "roster right after {:.1f} s",
    "moved_s": "its people at another node after {:.1f} s",
    "noticed_by_clients_s": "noticed by clients after {:.1f} s",
    "noticed_by_server_s": "noticed by the server after {:.1f} s",
    "removed_s": "removed within {:.2f} s",
    "revoked_s": "login ended within {:.2f} s",
    "stall_s": "longest stall of the event loop {:.3f} s",
    "reads": "{:,} range reads",
    "reads_allowed": "{:,} allowed",
    "p99_before_ms": "others' p99 {:,} ms before",
    "p99_during_ms": "{:,} ms while they do not read",
    "held_kib": "{:,} KiB held for the fullest",
    "kib_each": "{:.1f} KiB a connection",
    "memory_percent": "memory {:+.1f} %",
    "descriptors_more": "{:+d} descriptors",
    "bus_back_s": "the bus is back {:.2f} s after the new master",
    "missing": "{:,} acknowledged messages were missing",
    "epoch_s": "everybody started over after {:.2f} s",
    "dups": "{:,} answered `dup`",
    "changes": "{:,} changes",
    "bus_messages": "{:,} messages on the bus",
    "states": "{:,} whole states compared",
    "connects": "{:,} connects",
    "refused": "{:,} refused",
    "cuts_in_commit": "{:,} cuts within a commit",
    "cuts_in_checkpoint": "{:,} within a checkpoint",
    "sectors_dropped": "{:,} sectors dropped",
    "sectors_torn": "{:,} torn",
    "cuts_served": "{:,} served again",
}
"""A figure that a row may have → what it says, in reading order."""


def table(results: list[Result]) -> str:
    """One line for each test and tier, and a sum."""
    lines = [
        "| row | on | faults | acknowledged | lost | doubled | slowest recovery | besides |",
        "|---|---|--:|--:|--:|--:|--:|---|",
    ]
    entries = [(result, entry) for result in results for entry in result.entries]
    lines += [_line(entry, result.missed(entry)) for result, entry in entries]
    sums = [f"**{sum(int(entry.get(key, 0)) for _, entry in entries):,}**" for key in COUNTED]
    lines.append(f"| **all** | | {' | '.join(sums)} | | |")
    return "\n".join(lines)


def write(results: list[Result], *, seed: int) -> None:
    """Put the table and where it was made between the document's markers."""
    text = DOCUMENT.read_text()
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    told = [_setting(seed), _when(results), _outcome(results), table(results)]
    DOCUMENT.write_text(f"{before}{BEGIN}\n\n" + "\n\n".join(filter(None, told)) + f"\n\n{END}{after}")


COUNTED = ("faults", "acked", "lost", "doubled")


def _line(entry: Entry, missed: str) -> str:
    cells = [entry["row"], entry["tier"], *(f"{entry.get(key, 0):,}" for key in COUNTED)]
    recovery = next((entry[key] for key in RECOVERY if entry.get(key)), None)
    cells.append("" if recovery is None else f"{recovery:.2f} s")
    besides = [words.format(entry[key]) for key, words in WORDS.items() if entry.get(key) is not None]
    if missed:
        besides.append(f"**missed: {missed}**")
    return f"| {' | '.join([*cells, '; '.join(besides)])} |"


def _setting(seed: int) -> str:
    return (
        f"Commit `{commit()}`, seed {seed}, on {os.cpu_count()} processors "
        f"({platform.machine()}, {platform.system()} {platform.release().split('-')[0]}), "
        f"Python {platform.python_version()}. Servers, databases and the load share the machine."
    )


def _when(results: list[Result]) -> str:
    """In one run, or which parts were run again and when."""
    runs = sorted({result.run for result in results})
    told = []
    for run, some in groupby(sorted(results, key=lambda result: result.run), key=lambda result: result.run):
        parts = list(some)
        minutes = sum(result.took for result in parts) / 60
        which = "Everything" if len(runs) == 1 else ", ".join(result.part for result in parts)
        told.append(f"{which}: begun {run} UTC, {minutes:.0f} minutes.")
    return " ".join(told)


def _outcome(results: list[Result]) -> str:
    """What was missed and what was not run, before the figures."""
    told = [f"- {test}: {why}" for result in results for test, why in result.failed.items()]
    skipped = [f"- {test}: {why}" for result in results for test, why in result.skipped.items()]
    missed = "Bounds that were missed:\n\n" + "\n".join(told) if told else "Every bound was held."
    return missed + ("\n\nNot run:\n\n" + "\n".join(skipped) if skipped else "")
