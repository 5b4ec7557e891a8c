"""A growing number of rooms: the cost of messages in all of them, and of a resume by a member of all of them."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence

from bench.asking import line
from bench.generator import connected
from bench.growth.series import Point, Series, runs_of
from bench.product import fresh_workspace
from bench.rounds import Plan, figures, say, spread

MEMBERS = 1009
"""Prime, so that the two members who talk in a room are never the same person."""
EVERYWHERE = 10
"""Members of the second workspace: rooms there have ten members each, so everybody is in all of them."""
ASKS = 20
DIALING = 20
"""Connections at once: the first one creates the room, and everybody joins one."""
NAMED = 1000
"""Maximum number of rooms in a `resume`."""


def measure(plan: Plan, sizes: Sequence[int]) -> Iterator[Point]:
    for size in sizes:
        talk, came = _talk(plan, size), _coming_back(plan, size)
        say(
            f"{size} rooms: {talk.get('messages_per_second', {}).get('median', 0):,.0f} messages/s,"
            f" snapshot {came['snapshot_ms']['median']} ms, resume {came['resume_ms']['median']} ms"
        )
        yield {"x": size, **talk, **came}


def _talk(plan: Plan, rooms: int) -> dict[str, object]:
    """Two connections in each room, one message under way."""
    with (
        fresh_workspace(members=MEMBERS) as workspace,
        workspace.served() as server,
        connected(
            server,
            workspace.room_dialect("bench%r"),
            connections=2 * rooms,
            rooms=rooms,
            dialing=DIALING,
        ) as generator,
    ):
        runs = runs_of(plan, lambda: generator.closed(1, plan.seconds))
    found = figures(runs)
    if valid := [run for run in runs if run.valid]:
        found["cpu_microseconds_per_message"] = spread([1e6 * run.server_cpu / run.sent for run in valid])
    return found


def _coming_back(plan: Plan, rooms: int) -> dict[str, dict[str, float]]:
    snapshots, resumes = [], []
    with fresh_workspace(members=EVERYWHERE, rooms=rooms, messages=10 * rooms) as workspace:
        seqs = {str(room): seq for room, seq in list(workspace.rooms.values())[:NAMED]}
        known = {"epoch": workspace.epoch, "directory": workspace.directory, "rooms": seqs}
        with workspace.served() as server:
            for turn in range(plan.warm_ups + plan.runs):
                token = workspace.tokens[turn % EVERYWHERE]
                with line(server.port, Authorization=f"Bearer {token}") as person:
                    snapshot = [person.ask("snapshot")[1] for _ in range(ASKS)]
                    resume = [person.ask("resume", **known)[1] for _ in range(ASKS)]
                if turn >= plan.warm_ups:
                    snapshots.append(statistics.median(snapshot))
                    resumes.append(statistics.median(resume))
    return {"snapshot_ms": spread(snapshots), "resume_ms": spread(resumes)}


series = Series(
    "rooms",
    "Rooms",
    "rooms",
    (1, 10, 100, 1000, 5000),
    measure,
    {
        "messages_per_second": "messages/s",
        "cpu_microseconds_per_message": "CPU µs per message",
        "p99_ms": "p99, ms",
        "snapshot_ms": "snapshot, ms",
        "resume_ms": "resume, ms",
        "generator_load": "generator's core",
    },
    ("messages_per_second", "cpu_microseconds_per_message", "snapshot_ms"),
    "Two connections in each room and one message under way in each. Snapshot and resume: of somebody who is in all of"
    " the rooms and has missed nothing; a resume names up to 1000 rooms.",
)
