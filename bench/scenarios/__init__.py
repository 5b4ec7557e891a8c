"""The scenarios, one file each. `ALL` is the table of contents."""

from __future__ import annotations

from bench.scenarios import (
    p1_one_room,
    p2_tutorial,
    p3_under_way,
    p4_small_rooms,
    p5_arrivals,
    p6_memory,
    p7_history,
    p9_first_message,
    p10_latency,
    p11_neighbours,
    p12_processes,
    p13_first_load,
    p14_scrolling,
    p15_hundred,
    p16_stored,
    p17_stored_at_ease,
    p18_talking_crowd,
)
from bench.scenarios.scenario import Scenario

ALL: dict[str, Scenario] = {
    scenario.id: scenario
    for scenario in (
        p1_one_room.scenario,
        p2_tutorial.scenario,
        p3_under_way.scenario,
        p4_small_rooms.scenario,
        p5_arrivals.scenario,
        p6_memory.scenario,
        p7_history.scenario,
        p9_first_message.scenario,
        p10_latency.scenario,
        p11_neighbours.scenario,
        p12_processes.scenario,
        p13_first_load.scenario,
        p14_scrolling.scenario,
        p15_hundred.scenario,
        p16_stored.scenario,
        p17_stored_at_ease.scenario,
        p18_talking_crowd.scenario,
    )
}
