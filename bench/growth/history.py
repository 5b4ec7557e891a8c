"""One room with a growing history: the time of an old page, a snapshot, a send."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator, Sequence

from bench.asking import Line, line
from bench.compiling import CannotMeasure
from bench.growth.series import Point, Series
from bench.machine import BUILT
from bench.product import Workspace, kept_workspace
from bench.rounds import Plan, say, spread
from hubbub.protocol.ids import make_message_id

MEMBERS, PAGES, SNAPSHOTS, SENDS = 100, 400, 100, 400
BYTES_PER_MESSAGE = 1500
"""Bytes on disk per message, with indexes and during filling (upper bound)."""
TEXT = (
    "the quick brown fox jumps over the lazy dog and runs on along the river, again and again, until evening"
)


def measure(plan: Plan, sizes: Sequence[int]) -> Iterator[Point]:
    workspaces = {}
    for size in sizes:
        BUILT.mkdir(exist_ok=True)
        if size * BYTES_PER_MESSAGE > shutil.disk_usage(BUILT).free:
            raise CannotMeasure(f"There is no room on the disk for {size:,} messages; give a smaller --most.")
        workspaces[size] = kept_workspace(members=MEMBERS, messages=size)
    seen: dict[int, list[dict[str, float]]] = {size: [] for size in sizes}
    for turn in range(plan.warm_ups + plan.runs):
        for size, workspace in workspaces.items():
            p99s = _asked(workspace, seed=turn)
            say(f"{size:,} messages: {', '.join(f'{name} {took:.2f}' for name, took in p99s.items())}")
            if turn >= plan.warm_ups:
                seen[size].append(p99s)
    for size, runs in seen.items():
        figures = {name: spread([run[name] for run in runs]) for name in runs[0]}
        yield {"x": size, **figures, "disk_mib": spread([_megabytes(workspaces[size])])}


def _asked(workspace: Workspace, *, seed: int) -> dict[str, float]:
    chance = random.Random(seed)
    room, seq = workspace.rooms["general"]
    with (
        workspace.served() as server,
        line(server.port, Authorization=f"Bearer {workspace.tokens[0]}") as person,
    ):
        _page(person, room, seq, chance)
        pages = [_page(person, room, seq, chance) for _ in range(PAGES)]
        snapshots = [person.ask("snapshot")[1] for _ in range(SNAPSHOTS)]
        sends = [_send(person, room) for _ in range(SENDS)]
    return {"page_p99_ms": _p99(pages), "snapshot_p99_ms": _p99(snapshots), "send_p99_ms": _p99(sends)}


def _page(person: Line, room: int, seq: int, chance: random.Random) -> float:
    answer, took = person.ask("timeline", room=room, before=chance.randint(60, seq), limit=50)
    assert len(answer["messages"]) == 50
    return took


def _send(person: Line, room: int) -> float:
    return person.ask("message.send", room=room, message=str(make_message_id()), text=TEXT)[1]


def _p99(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.99) - 1]


def _megabytes(workspace: Workspace) -> float:
    return sum(file.stat().st_size for file in workspace.data.glob("*.sqlite3*")) / 2**20


series = Series(
    "history",
    "Messages in one room",
    "messages in the room",
    (10_000, 100_000, 1_000_000, 10_000_000),
    measure,
    {
        "page_p99_ms": "page of 50, p99 ms",
        "snapshot_p99_ms": "snapshot, p99 ms",
        "send_p99_ms": "send, p99 ms",
        "disk_mib": "database, MiB",
    },
    ("page_p99_ms", "snapshot_p99_ms", "send_p99_ms"),
    "Asked by one person over the socket, one after the other, from a server that has just started: pages before random"
    " messages, snapshots, messages sent and stored.",
)
