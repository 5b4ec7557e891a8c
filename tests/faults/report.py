"""The figures of a long run as the table of docs/reliability.md. Nothing stands there that was not seen."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

DOCUMENT = Path(__file__).parents[2] / "docs" / "reliability.md"
BEGIN, END = "<!-- figures: written by bin/faults -->", "<!-- end of figures -->"

Entry = dict[str, Any]

WORDS = {
    "slowest_return_s": "slowest return of a client",
    "slowest_first_ack_s": "first answer after a restart, at the latest",
    "slowest_heard_s": "latest that somebody heard",
    "slowest_ack_s": "slowest answer",
    "slowest_refusal_s": "slowest refusal",
    "slowest_read_refusal_s": "slowest answer to a read",
    "recovery_s": "slowest answer after its return",
    "roster_clean_s": "roster right after",
    "all_back_s": "all back after",
    "noticed_by_clients_s": "noticed by clients after",
    "noticed_by_server_s": "noticed by the server after",
    "removed_s": "removed within",
    "revoked_s": "login ended within",
    "converged_s": "all views at the head after",
    "stall_s": "longest stall of the event loop",
}
"""A figure in seconds → what it says. The first three that a row has are shown."""


def table(entries: list[Entry]) -> str:
    """One line for each row and tier, and a sum."""
    lines = [
        "| row | on | faults | lines cut | acknowledged | lost | doubled | slowest |",
        "|---|---|--:|--:|--:|--:|--:|---|",
    ]
    lines += [_line(entry) for entry in entries]
    faults, cuts, acked = (_sum(entries, key) for key in ("faults", "cuts", "acked"))
    lines.append(f"| **all** | | **{faults:,}** | **{cuts:,}** | **{acked:,}** | **0** | **0** | |")
    return "\n".join(lines)


def write(entries: list[Entry], *, seed: int, note: str = "") -> None:
    """Put the table and where it was made between the document's markers. `note`: what else there is to say."""
    text = DOCUMENT.read_text()
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    DOCUMENT.write_text(
        f"{before}{BEGIN}\n\n{_setting(seed)}{note and ' ' + note}\n\n{table(entries)}\n\n{END}{after}"
    )


def _line(entry: Entry) -> str:
    seconds = [f"{words} {entry[key]:.2f} s" for key, words in WORDS.items() if entry.get(key)]
    cells = [entry["row"], entry["tier"], *(f"{entry.get(key, 0):,}" for key in ("faults", "cuts", "acked"))]
    return f"| {' | '.join(cells)} | 0 | 0 | {'; '.join(seconds[:3])} |"


def _sum(entries: list[Entry], key: str) -> int:
    return sum(int(entry.get(key, 0)) for entry in entries)


def _setting(seed: int) -> str:
    commit = _said("git", "rev-parse", "--short", "HEAD")
    return (
        f"Seen on {datetime.now(UTC):%Y-%m-%d} at commit `{commit}`, seed {seed}, on {os.cpu_count()} processors "
        f"({platform.machine()}, {platform.system()} {platform.release().split('-')[0]}), "
        f"Python {platform.python_version()}; load, servers and databases share the machine."
    )


def _said(*command: str) -> str:
    return subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=DOCUMENT.parent
    ).stdout.strip()
